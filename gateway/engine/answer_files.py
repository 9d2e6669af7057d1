"""Answer files: what stands in the pictures and sounds of an answer is judged before they leave.

An event with files waits until each of them was read beside the worker. Its text then has a window
like any other text of the choice, so that filters that take their time are asked, and a block ends
the choice where the file stands; what a picture shows, and what nobody could judge, blocks the same
way. Only then are marks put on. A sound that comes in parts is not read: it is heard while it is
made, and what it says is judged where it stands as text (the request, the transcript).
"""

from __future__ import annotations

from typing import NamedTuple

from gateway.engine.facts import answer_facts, pointer_name
from gateway.engine.input_media import (
    FileText,
    file_texts,
    judged_words,
    rule_media,
    unjudged_words,
)
from gateway.engine.media import MediaGate
from gateway.engine.plan import OutputPlan
from gateway.engine.queue import Held
from gateway.engine.window import Window
from gateway.nouns.record import FindingFact
from gateway.nouns.segment import Channel, Direction, FieldClass, MediaPart, TextForm
from gateway.ports.adapter import Coding
from gateway.ports.session import LookOrder


class _Look(NamedTuple):
    held: Held
    at: int


class _Read(NamedTuple):
    text: FileText | None
    window: Window


class AnswerFiles:
    """The files of one answer that are read. ``windows`` are those of the answer, ``gate`` is where
    its files wait for their marks. ``unjudged`` and ``judged`` are for the record."""

    def __init__(
        self, plan: OutputPlan, windows: dict[Channel, Window], gate: MediaGate
    ) -> None:
        self._plan = plan
        self._windows = windows
        self._gate = gate
        self._asked: dict[int, _Look] = {}
        self._orders: list[LookOrder] = []
        self._count = 0
        self._read: dict[Channel, _Read] = {}
        self._refused: set[int] = set()
        self._shown: list[FindingFact] = []
        self.judged: list[str] = []
        self.unjudged: list[str] = []
        self.strings = 0

    def meet(self, held: Held) -> None:
        """See an event with files: it waits until they are read, and then for their marks. Those
        that nobody reads are noted as unjudged."""
        waits = False
        for index, media in enumerate(held.event.media):
            if not self._plan.reads_files or media.stream:
                if not media.stream or media.kind not in self.unjudged:  # a file in parts is one
                    self.unjudged.append(media.kind)
                continue
            waits = True
            held.unsealed += 1
            self._count += 1
            self._asked[self._count] = _Look(held, index)
            part = MediaPart(
                media.kind, media.slot, -1, FieldClass.CONTENT, media.data, media.hint, media.slot
            )
            self._orders.append(LookOrder(self._count, part, self._plan.policy.media))
        if not waits:
            self._gate.meet(held)

    def orders(self) -> tuple[LookOrder, ...]:
        """Return the orders that were not given yet."""
        orders, self._orders = tuple(self._orders), []
        return orders

    def looked(self, number: int, part: MediaPart) -> None:
        """Take what was read in a file; its event waits for the verdict on its text now."""
        look = self._asked.pop(number, None)
        if look is None:
            return
        held, index = look
        media = held.event.media[index]
        held.unsealed -= 1
        if media.coding is Coding.URL and isinstance(part.content, bytes):
            files = [*held.event.media]
            files[index] = media._replace(fetched=part.content)
            held.event.media = tuple(files)
        channel = Channel(media.choice, f"{pointer_name(media.slot)} file {number}")
        window = self._windows[channel] = self._judged(channel, part)
        held.spans.append((window, 0, window.raw_end + (window.blocked is not None)))
        if window.blocked is not None:
            self._refused.add(media.choice)
        read = all(one.held is not held for one in self._asked.values())
        if read and any(each.choice not in self._refused for each in held.event.media):
            self._gate.meet(held)

    def _judged(self, channel: Channel, part: MediaPart) -> Window:
        plan = self._plan
        self.judged += judged_words((part,))
        self.unjudged += unjudged_words((part,))
        self.strings += len(part.passages)
        lane = plan.lane(FieldClass.CONTENT)._replace(bound=True, restorations=None)
        window = Window(lane, TextForm.PROSE)
        ruling = rule_media((part,), plan.policy, plan.lane, Direction.OUTPUT)
        self._shown += ruling.facts
        if ruling.decisions:
            window.blocked = ruling.decisions[0][1]
        texts = file_texts((part,))
        text = texts[0] if texts else None
        if text is not None:
            window.push(text.segment.text)
        window.judge(final=True)
        self._read[channel] = _Read(text, window)
        return window

    def facts(self) -> list[FindingFact]:
        """Return what was found in the whole answer: in its texts, and in its files."""
        said = {each: window for each, window in self._windows.items() if each not in self._read}
        found = [*answer_facts(said), *self._shown]
        for text, window in self._read.values():
            if text is not None:
                found += text.facts(window.facts, Direction.OUTPUT)
        return found
