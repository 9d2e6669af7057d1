"""However a text is cut, the lexicon finds what it finds in the whole, and lets none of it go."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from filters.lexicon import Entry, LexiconFilter, compile_lexicon, named_list
from filters.lexicon.entries import ALL_VARIANTS
from gateway.nouns.finding import Finding


def lexicon() -> LexiconFilter:
    """A list in which every mechanism meets every other."""
    entries = [
        Entry(text="赌博", category="A1.h.gambling", severity=3, allow=("反赌博法",)),
        Entry(text="赌博网站", category="A1.h.gambling", severity=4, allow=("不 赌博网站吗",)),
        Entry(text="博网", category="x.fold", severity=1, variants=("fold",)),
        Entry(text="网站网站", category="x.y", severity=2),
        Entry(text="buy ab", category="x.words", severity=2),
        Entry(text="ab", category="x.words", severity=1, allow=("ab b",)),
        Entry(text="ba", category="x.part", severity=1, match="substring"),
        Entry(text="b赌", category="x.mixed", severity=1),
        Entry(text="强b法", category="x.mixed", severity=1, variants=ALL_VARIANTS),
        Entry(text="反法不吗强网", category="x.long", severity=1),
        Entry(text="kg", category="x.unit", severity=1),
        Entry(text="赌博强", category="x.every", severity=3, variants=ALL_VARIANTS),
        Entry(text="网站反法", category="x.every", severity=3, variants=ALL_VARIANTS),
        Entry(text="kill bil", category="x.every", severity=2, variants=ALL_VARIANTS),
        Entry(text="heroine", category="x.every", severity=2),
        Entry(text="cocaines", category="x.near", severity=2, context=("buy", "赌")),
    ]
    return compile_lexicon([named_list("mine", entries)])


FILTER = lexicon()
PLAIN = [
    "赌博网站",
    "赌博",
    "buy ab",
    "ab",
    "反赌博法",
    "不 赌博网站吗",
    "ab b",
    "heroine",
    "kill bil",
]
SPELT = [
    *["赌博弓虽", "贝者博强", "强博赌", "dubo qiang", "duboqiang", "wangzhanfanfa"],
    *["wang zhan fan fa", "wzff", "毒搏墙", "网占返法", "lib llik", "k1l| b!l", "kiii bii"],
    *["killbil", "her0ine", "h3r01n3", "her-oi-ne", "h e r o i n e", "k i l l b i l"],
    *["cocaines", "buy", "buy cocaines", "h.3.r.0.i.n.e"],
]
CODED = ["%E8%B5%8C", "%e5%8d%9a", "%6B", "%g", "50%", "%", r"\u{8d4c}", r"\u{",
         r"\xe8\xb5\x8c", r"\x6b", r"\x", "\U000e0061\U000e0062", "\U000e0062",
         "=E8=B5=8C", "=E8=", "=", "=\n", "-\r\n", "%u8d4c", "%u", r"\U0000535a", r"\U00",
         r"\350\265\214", r"\350\2", "%25E8%25B5%258C", "%25", "&amp;#36172;", "&amp;",
         "%2525E5%25258D%25259A", "&#92;u8d4c", "NkxXTTVZMmE1NzJSNTZ1Wg", "%36LWM5Y2a572R"]
BASE64 = [
    *["6LWM5Y2a572R56uZ", "56uZ", "xbaGVyb2luZQ", "aGVyb2luZQ==", "Y29jYWluZXM"],
    *["bmt4WFRUVlpNbUUxTnpKU05UWjFXZz09", "JUU4JUI1JThDJUU1JThEJTlB", "6LWMIOWNmg=="],
    *["6LWM5Y2a\n572R56uZ", "6LWM5Y2a57\r\n2R56uZ", "XHU4ZDRjXHU1MzVh"],
    *["9kZXIgYnV5IGFiIA", "_-", "A1b2C3d4", "YnV5IGNvY2FpbmVz", "6LWMY29jYWluZXM="],
]
MIXED = [
    *["赌bo强", "du博qiang", "赌boqiang", "赌bo", "网zhan", "wang站fan法", "wangzhanfan法"],
    *["du博wang站", "赌bowang站", "qiang", "du", "zhan", "fa", "反", "q", "qi", "ai", "强"],
]
OCTETS = [
    *["e8b58ce58d9a", "E8B58CE58D9AE7BD91E7AB99", "6865726f696e65", "62757920636f6361696e6573"],
    *["e5", "b", "0x"],
]
SIGNS = ["0", "1", "3", "$", "!", "|", "'", "."]
SPACED = [" ", "  ", "\n", "\t", "，", "。", "-", "_", "-" * 7, " " * 9]
LONGER = ["強b法", "強 b弓", "反法，不吗。强网", "⠃", "\u2800", "丶", "帳"]
FOLDED = ["賭", "Ａ", "а", "ⓑ", "㎏", "é", "\ud83d", "😀", "\x00", "\x01"]
UNSEEN = ["\u200b", "\ufe0f", "\u0301", "\u200b" * 63, "\u200b" * 65]
EMPHASIS = ["*", "**", "~", "`", "\\", "\\*", "*" * 9]
TAGS = ["<b>", "</b>", "<", ">", "<a b='赌博'>", "< b", "<i></i>" * 40]
LONG = ["<" + "i" * 62 + ">", "<" + "i" * 70 + ">", "&" + "a" * 40, "&#" + "0" * 58 + "97"]
ENTITIES = ["&", "&amp;", "&#36172;", "&#36172", "&#x8d4c;", "&#97", ";", "&nbsp;", "&lt;"]
ESCAPES = ["\\u8d4c", "\\u535a", "\\ud83d\\ude00", "\\u"]
FILLERS = ["", *SPACED, *UNSEEN, *EMPHASIS, *TAGS, *LONG]


@st.composite
def torn(draw: st.DrawFn) -> str:
    """A term or allow-phrase with something between some of its characters."""
    term = draw(st.sampled_from(PLAIN + SPELT + MIXED + OCTETS + BASE64))
    fillers = draw(st.lists(st.sampled_from(FILLERS), min_size=1, max_size=len(term)))
    return "".join(sign + fillers[at % len(fillers)] for at, sign in enumerate(term))


PIECES = st.sampled_from(
    [
        *"赌博网站反法不吗abBuy 1",
        *PLAIN,
        *SPELT,
        *MIXED,
        *OCTETS,
        *CODED,
        *SIGNS,
        *BASE64,
        *SPACED,
        *FOLDED,
        *LONGER,
        *UNSEEN,
        *EMPHASIS,
        *TAGS,
        *LONG,
        *ENTITIES,
        *ESCAPES,
    ]
)
TEXTS = st.lists(st.one_of(PIECES, PIECES, torn()), max_size=12).map("".join)


def whole(text: str) -> set[Finding]:
    """What is found in the text in one piece."""
    return set(FILTER.scan(text, 0, True).findings)


def shifted(finding: Finding, offset: int) -> Finding:
    """The finding in the places of the whole text."""
    return finding._replace(start=finding.start + offset, end=finding.end + offset)


def streamed(text: str, cuts: list[int], shares: list[float]) -> set[Finding]:
    """Feed the text in pieces, let go any share of what is safe, and return what was found.

    Fails if a finding is reported after part of it was let go.
    """
    released, found = 0, set()
    for number, end in enumerate([*sorted(cut % (len(text) + 1) for cut in cuts), len(text)]):
        final = number == len(cuts)
        offset = max(0, released - FILTER.look_behind)
        scan = FILTER.scan(text[offset:end], released - offset, final)
        seen = {shifted(finding, offset) for finding in scan.findings}
        assert all(finding.start >= released for finding in seen)
        assert released <= scan.safe_until + offset <= end
        found |= seen
        share = shares[number % len(shares)]
        released += round((scan.safe_until + offset - released) * share)
    return found


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.lists(st.integers(0, 400), max_size=12), st.lists(st.floats(0, 1), min_size=1))
def test_any_cut_finds_what_the_whole_holds(
    text: str, cuts: list[int], shares: list[float]
) -> None:
    """The findings do not depend on the cuts, nor on how much of what is safe is let go."""
    assert streamed(text, cuts, shares) == whole(text)


@settings(max_examples=80, deadline=None)
@given(TEXTS)
def test_one_by_one_finds_what_the_whole_holds(text: str) -> None:
    """Code point by code point, all that is safe let go at once."""
    assert streamed(text, list(range(len(text))), [1.0]) == whole(text)
