"""Where sentences end, in both languages, and what only looks like an end."""

from __future__ import annotations

import pytest

from gateway.matching.sentences import Measure, next_end

LINE = Measure(least=1, longest=240)


def sentences(text: str, measure: Measure = LINE) -> list[str]:
    """Return the stretches of a whole text."""
    out, begin = [], 0
    while (end := next_end(text, begin, measure, final=True)) is not None:
        out.append(text[begin:end])
        begin = end
    return out


@pytest.mark.parametrize(
    "text",
    [
        "他说：“今天不去了。|”然后走了！|真的吗？|？|好…|…|完",
        "（见附录。|）下一句。|",
        "It is done.| Really?!| Yes.|",
        '"Stop!"| she said. |'.replace(" |", "| "),
        "Version 3.14 costs $9.99 at 10.5.3.1 today.| Next",
        "Dr. Smith vs. Mr. J. Jones, e.g. in the U.S. on Jan. 5, etc. and so on.| End",
        "Use a!b, a?b:c and x != y here.| End",
        "See https://a.example/x?y=1.z and go.| End",
        "1. First thing\n|2. Second thing\n|a. Third\n|  iv. Fourth\n|(3. Fifth",
        "The year was 1999.| It ended.| Rated 10.| Good",
        "第一行\n|第二行没有标点\n|\n|第三行",
        "Run:\n|```\n|x = a ? b! c. d\n|print('好。')  # etc. No\n|```\n|Done.| Good。|吗",
        "Wait...| what? |".replace("? |", "?| "),
        "*Bold end.*| Then_",
    ],
)
def test_ends(text: str) -> None:
    """Bars show the ends."""
    assert sentences(text.replace("|", "")) == [each for each in text.split("|") if each]


def test_short_sentences_join_and_long_ones_break_softly() -> None:
    """Below the least they are taken together; without an end a comma or blank is the place."""
    assert sentences("短。很短。还是很短的句子，但现在够长了。再", Measure(16, 240)) == [
        "短。很短。还是很短的句子，但现在够长了。", "再"
    ]  # fmt: skip
    long = "字" * 25 + "，" + "字" * 30
    assert sentences(long, Measure(1, 30)) == ["字" * 25 + "，", "字" * 30]
    assert sentences("字" * 70, Measure(1, 30)) == ["字" * 30, "字" * 30, "字" * 10]


def test_whole_takes_in_what_fits() -> None:
    """As many sentences as fit, never cut inside one that fits."""
    text = "一二三四五六七。" * 5
    assert sentences(text, Measure(1, 20, whole=True)) == ["一二三四五六七。" * 2] * 2 + [text[:8]]
    assert sentences(text, Measure(1, 40, whole=True)) == [text]
    assert next_end(text, 0, Measure(1, 400, whole=True), final=False) is None


def test_only_a_latin_mark_waits_for_what_comes() -> None:
    """A quote may still close behind it, or it is no end; the others wait for nothing."""
    assert next_end("他说：“好。", 0, LINE, final=False) == 6
    assert next_end("It ends.", 0, LINE, final=False) is None
    assert next_end('It ends."', 0, LINE, final=False) is None
    assert next_end('It ends." ', 0, LINE, final=False) == 9
    assert next_end("Does it?", 0, LINE, final=False) is None
    assert next_end("a line\n", 0, LINE, final=False) == 7
