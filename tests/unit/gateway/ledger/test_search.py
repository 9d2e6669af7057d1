"""Records are found by what people have in hand; reading one is itself on record."""

from __future__ import annotations

import msgspec
import pytest

from gateway.ledger.finder import ATTRIBUTED
from gateway.ledger.search import Archive
from gateway.matching.picture_hash import looks
from gateway.nouns.errors import BadRequest, LedgerFailed
from gateway.ports.store import Query
from gateway.stores.relational import RelationalStore
from tests.ledger_kit import START_NS, Ledger, closing, facts, name, said
from tests.unit.gateway.matching.test_picture_hash import encoded, picture

POEM = (
    "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。千山鸟飞绝，万径人踪灭。孤舟蓑笠翁，独钓寒江雪。"
    "红豆生南国，春来发几枝。愿君多采撷，此物最相思。"
)
PROSE = (
    "The harbour lay quiet under a thin fog while two fishermen mended their nets and argued about "
    "the price of diesel, the weather to come, and whose daughter had left for the city first."
)


SCRIPTS = {
    "Cyrillic": (
        "Мороз и солнце; день чудесный! Ещё ты дремлешь, друг прелестный — пора, красавица, "
        "проснись: открой сомкнуты негой взоры навстречу северной Авроры"
    ),
    "Arabic": (
        "كانت المدينة هادئة والناس يمشون في الأسواق بحثًا عن الخبز والتمر والزيتون، "
        "وكان البحر قريبًا من البيوت القديمة التي بناها الأجداد قبل مئات السنين"
    ),
    "Thai": (
        "เช้าวันนี้อากาศดีมากเราจึงออกไปเดินเล่นริมแม่น้ำและพบกับเพื่อนเก่าที่ไม่ได้เจอกันมานานหลายปีแล้ว"
        "จึงชวนกันไปกินก๋วยเตี๋ยวเรือ"
    ),
    "Korean": (
        "오늘 아침에는 안개가 짙게 끼어서 강 건너편 산이 보이지 않았지만 점심때가 되자 햇살이 "
        "비치고 사람들이 하나둘 시장으로 모여들기 시작했다"
    ),
}


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """A ledger with a poem, a piece of prose and thirty other answers."""
    ledger.exchange(1, POEM, code="7KQ2-M9XD-M")
    ledger.exchange(2, PROSE, "zhang.wei", tenant="school")
    for number in range(3, 33):
        ledger.exchange(number, f"第{number}号答复：今天天气很好，我们去公园散步，然后回家吃饭。")
    ledger.ship()
    return ledger


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (POEM, 1),
        (POEM[10:40], 1),
        ("他说：「" + POEM[24:60] + "」这是真的吗？请问是谁写的。", 1),
        (POEM.replace("，", " ").replace("。", "\n"), 1),
        (POEM.replace("山", "川").replace("千", "百"), 1),
        (PROSE.upper(), 2),
        (" ".join(PROSE.split()[5:25]), 2),
        ("AI生成 · 7kq2-m9xd-m", 1),
        ("7KQ2M9XDM", 1),
        (f"ProduceID {name(2)} here", 2),
    ],
)
def test_a_text_leads_to_its_record(filled: Ledger, question: str, found: int) -> None:
    """Whole, cut, quoted, reformatted, edited; by code and by id."""
    traces = filled.archive.trace(question)
    assert traces[0].exchange == name(found)
    assert 0 < traces[0].confidence <= 1


@pytest.mark.parametrize(
    "question",
    ["", "好", "一篇从来没有人写过的文章，谈的是量子计算机的散热问题与成本。", "7KQ2-XXXX"],
)
def test_what_was_never_said_is_not_found(filled: Ledger, question: str) -> None:
    """Unknown, short and empty texts lead nowhere."""
    assert filled.archive.trace(question) == []


def test_the_passage_is_in_the_question_as_it_was_typed(filled: Ledger) -> None:
    """Its ends are code points of the question."""
    question = "请问这句话：" + POEM[12:48] + "。是你们的模型写的吗？"
    passage = filled.archive.trace(question)[0].passage
    assert passage is not None
    assert question[passage.start : passage.end] == passage.text
    assert passage.text in POEM
    assert len(passage.text) > 25


def test_own_marks_are_no_part_of_the_fingerprint(ledger: Ledger) -> None:
    """A label that is on every answer leads to none."""
    label = "本内容由人工智能生成，仅供参考，请仔细核对其中的事实与数据。"
    entry = ledger.journal.open(facts(1))
    entry.answer((said(label, own=True), said(POEM)))
    entry.close(closing())
    ledger.ship()
    assert ledger.archive.trace(label) == []
    assert ledger.archive.trace(POEM)[0].exchange == name(1)


def test_showing_is_recorded_before_anything_is_shown(filled: Ledger) -> None:
    """Who, why and what stand in the chain; the contents come decrypted."""
    shown = filled.archive.show(name(1), reason="complaint 12", reader="duty")
    assert shown is not None
    assert shown.contents is not None
    assert shown.contents.answer[0].text == POEM
    assert shown.contents.request == b'{"q":1}'
    assert shown.facts is not None
    assert shown.facts.open.subject == "li.na"
    events = filled.store.search(Query(kind="read"))
    assert len(events) == 1
    assert all(word in events[0].facts for word in (name(1).encode(), b"complaint 12", b"duty"))
    assert filled.verify().sound


def test_a_read_that_cannot_be_recorded_shows_nothing(filled: Ledger) -> None:
    """A store that takes no event gives no contents."""
    other = RelationalStore(str(filled.state / "ledger.db"), busy_s=0.1)
    archive = Archive(other, filled.keyring, filled.state, filled.clock)
    with filled.store.writing(), pytest.raises(LedgerFailed):
        archive.show(name(1), reason="r", reader="r")
    other.close()


@pytest.mark.parametrize(("reason", "reader"), [("", "me"), ("why", " ")])
def test_showing_takes_a_reason_and_a_reader(filled: Ledger, reason: str, reader: str) -> None:
    """Neither may be left out."""
    with pytest.raises(BadRequest):
        filled.archive.show(name(1), reason=reason, reader=reader)


def test_an_unknown_exchange_and_an_event_are_not_shown(filled: Ledger) -> None:
    """Only exchanges have contents."""
    filled.archive.show(name(1), reason="r", reader="r")
    event = filled.store.search(Query(kind="read"))[0]
    for identifier in (name(99), event.exchange):
        assert filled.archive.show(identifier, reason="r", reader="r") is None


def test_find_takes_a_code_as_typed(filled: Ledger) -> None:
    """Codes are folded as they were when stored."""
    assert [row.exchange for row in filled.archive.find(Query(code="7kq2-m9xd-m"))] == [name(1)]
    assert filled.archive.find(Query(code=" -_")) == []
    assert [row.exchange for row in filled.archive.find(Query(tenant="school"))] == [name(2)]


def test_typed_characters_with_subject_and_time_find_the_exchange(filled: Ledger) -> None:
    """From a screenshot: fifteen characters; no read is put on record, nothing is decrypted."""
    typed, hour = POEM[13:29], 3_600 * 10**9
    around = (START_NS - hour, START_NS + hour)
    assert filled.archive.trace_typed(typed, "li.na", around)[0].exchange == name(1)
    assert filled.archive.trace_typed(typed, "zhang.wei", around) == []
    assert filled.archive.trace_typed(typed, "li.na", (START_NS - hour, START_NS)) == []
    assert filled.store.search(Query(kind="read")) == []


def test_a_picture_leads_to_the_exchange_that_released_it(ledger: Ledger) -> None:
    """Cropped and encoded anew; its hashes are no facts; erased, it leads nowhere."""
    made = [picture(seed) for seed in range(3)]
    for number, each in enumerate(made):
        entry = ledger.journal.open(facts(number))
        entry.answer((said("这是您要的图片。"),))
        entry.close(msgspec.structs.replace(closing(), pictures=(looks(encoded(each)),)))
    ledger.ship()
    asked = encoded(made[1].crop((16, 12, 304, 228)), "JPEG", quality=70)
    found = ledger.archive.trace_picture(asked)
    assert [each.exchange for each in found] == [name(1)]
    assert found[0].how == "picture"
    assert found[0].confidence >= 0.6
    assert ledger.archive.trace_picture(encoded(picture(7))) == []
    assert b'"pictures":[]' in found[0].record.facts
    assert ledger.verify().sound
    ledger.eraser.erase_subject("default", "li.na", reason="asked")
    assert ledger.archive.trace_picture(asked) == []


@pytest.mark.parametrize("script", list(SCRIPTS))
def test_texts_of_any_script_are_found_by_their_words(ledger: Ledger, script: str) -> None:
    """A passage of sixty characters, read from right to left too."""
    for number, text in enumerate(SCRIPTS.values(), 1):
        ledger.exchange(number, text)
    ledger.ship()
    traces = ledger.archive.trace("«" + SCRIPTS[script][20:80] + "»")
    assert traces[0].exchange == name(1 + list(SCRIPTS).index(script))
    assert traces[0].confidence >= ATTRIBUTED


@pytest.mark.parametrize("between", ["\0", "\udcff", "\u200f", "\n"])
def test_what_stands_between_the_letters_does_not_hide_a_text(
    filled: Ledger, between: str
) -> None:
    """Control and invisible characters, and bytes that were no UTF-8."""
    assert filled.archive.trace(between.join(POEM))[0].exchange == name(1)
