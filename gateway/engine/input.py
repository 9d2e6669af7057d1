"""The input's side of an exchange: every string a model would read is judged before it is asked.

Strings that a model reads as one (the text parts of one message) share a window, so a term cannot
hide in the seam. History is judged once: what was clean under the same policy is not judged again.
"""

from __future__ import annotations

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from gateway.engine.facts import finding_facts, pointer_name, quiet_outcome, would_block
from gateway.engine.input_media import (
    FileText,
    fetched_files,
    file_texts,
    judged_words,
    rule_media,
    unjudged_words,
)
from gateway.engine.lane import Lane
from gateway.engine.portions import portions
from gateway.engine.window import Window
from gateway.nouns.finding import Finding
from gateway.nouns.policy import Mode, Policy
from gateway.nouns.record import FindingFact
from gateway.nouns.segment import Direction, FieldClass, Pointer, Segment, TextForm
from gateway.nouns.verdict import Action, Decision, Outcome, Refusal
from gateway.ports.adapter import Request, RequestEdits
from gateway.ports.filter import Question
from gateway.ports.session import Consult, InputVerdict, Tally

_REPEATED = {
    FieldClass.SYSTEM, FieldClass.HISTORY, FieldClass.TOOL_DEFINITION, FieldClass.TOOL_RESULT,
}  # fmt: skip


class CleanTexts:
    """Hashes of texts in which one policy found nothing; bounded, one per worker.

    Keyed, so that a memory dump does not tell which guessable texts were seen.
    """

    def __init__(self, key: bytes, *, limit: int = 16_384) -> None:
        self._key = key[:64]
        self._limit = limit
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def digest(self, field_class: FieldClass, text: str) -> bytes:
        """Return the keyed hash of a text as one field class reads it."""
        word = f"{field_class}\0{text}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(word, key=self._key, digest_size=16).digest()

    def __contains__(self, digest: bytes) -> bool:
        known = digest in self._known
        if known:
            self._known.move_to_end(digest)
        return known

    def add(self, digest: bytes) -> None:
        """Remember a text as clean; the one longest unseen is forgotten at the limit."""
        self._known[digest] = None
        if len(self._known) > self._limit:
            self._known.popitem(last=False)


class InputPlan(NamedTuple):
    """How one request is judged. ``strip`` takes our labels out of an assistant's old words."""

    policy: Policy
    lanes: Mapping[FieldClass, Lane]
    refuse: Callable[[Decision], Refusal]
    strip: Callable[[str], str]
    clean: CleanTexts
    mask: Callable[[Decision, str], str] | None = None

    def lane(self, field_class: FieldClass) -> Lane:
        """Return the lane of a field class with this exchange's own masks (veil placeholders)."""
        lane = self.lanes[field_class]
        return lane if self.mask is None else lane._replace(mask=self.mask)


class _Stretch(NamedTuple):
    """One segment in its window: its text as judged, and where it lies in the window."""

    segment: Segment
    text: str
    window: Window
    start: int
    end: int


class _Judged(NamedTuple):
    """A window and the first segment in it; of a file's text, the file."""

    window: Window
    segment: Segment
    file: FileText | None = None


class InputSession:
    """One request, judged (see gateway.ports.session.InputSession)."""

    def __init__(self, plan: InputPlan, request: Request) -> None:
        self._plan = plan
        self._request = request
        self._seams = Counter(map(_seam, request.segments))
        self._stretches: list[_Stretch] = []
        self._windows: list[_Judged] = []
        self._media = rule_media(request.media, plan.policy, plan.lane)
        self._questions: dict[int, tuple[Window, int, Question]] = {}
        self._chars = 0
        self._asked = False
        self._verdict: InputVerdict | None = None
        self._judging = portions(self._placed())

    # -- segments into windows

    def _placed(self) -> Iterator[tuple[Window, str]]:
        """Give what is to be judged, each text with its window, as it is asked for."""
        seam: tuple[object, ...] | None = None
        window: Window | None = None
        for segment in self._request.segments:
            text = self._without_labels(segment)
            self._chars += len(text)
            lane = self._plan.lane(segment.field_class)
            if lane.idle and text == segment.text:
                continue
            here = _seam(segment)
            if window is None or here is None or here != seam:
                if self._is_clean(segment, text, here):
                    window = None
                    continue
                window = Window(lane, segment.form)
                self._windows.append(_Judged(window, segment))
            seam = here
            yield self._stretch(segment, text, window)
        for file in file_texts(self._request.media):
            yield from self._place_file(file)

    def _place_file(self, file: FileText) -> Iterator[tuple[Window, str]]:
        segment = file.segment
        lane = self._plan.lane(segment.field_class)._replace(bound=True)
        self._chars += len(segment.text)
        if lane.idle or self._is_clean(segment, segment.text, None):
            return
        window = Window(lane, segment.form)
        self._windows.append(_Judged(window, segment, file))
        yield self._stretch(segment, segment.text, window)

    def _stretch(self, segment: Segment, text: str, window: Window) -> tuple[Window, str]:
        last = self._stretches[-1] if self._stretches else None
        start = last.end if last is not None and last.window is window else 0
        self._stretches.append(_Stretch(segment, text, window, start, start + len(text)))
        return window, text

    def _without_labels(self, segment: Segment) -> str:
        if segment.field_class is FieldClass.HISTORY and segment.form is TextForm.PROSE:
            return self._plan.strip(segment.text)
        return segment.text

    def _is_clean(self, segment: Segment, text: str, seam: tuple[object, ...] | None) -> bool:
        """True if the very same string was judged clean before and stands alone in its window."""
        if segment.field_class not in _REPEATED or text != segment.text or len(text) < 16:
            return False
        alone = seam is None or self._seams[seam] == 1
        return alone and self._plan.clean.digest(segment.field_class, text) in self._plan.clean

    def _remember_clean(self) -> None:
        for stretch in self._stretches:
            segment, window = stretch.segment, stretch.window
            whole = stretch.start == 0 and stretch.end == window.raw_end
            if whole and not window.facts and segment.field_class in _REPEATED:
                digest = self._plan.clean.digest(segment.field_class, stretch.text)
                self._plan.clean.add(digest)

    # -- the port

    def judge(self) -> bool:
        """Judge a portion; True if there is more."""
        return next(self._judging, False)

    def verdict(self) -> InputVerdict:
        """Return the verdict, or what must be asked first."""
        for _ in self._judging:
            pass
        if self._verdict is not None:
            return self._verdict
        if not self._asked:
            self._asked = True
            consults = self._consults()
            if consults:
                return InputVerdict(None, RequestEdits(), consults)
        if self._questions:
            return InputVerdict(None, RequestEdits())
        for judged in self._windows:
            judged.window.judge(final=True)
        self._remember_clean()
        refusal = self._refusal()
        edits = RequestEdits() if refusal is not None else self._edits()
        self._verdict = InputVerdict(refusal, edits)
        return self._verdict

    def _consults(self) -> tuple[Consult, ...]:
        found: list[Consult] = []
        for window, _, _ in self._windows:
            for place, question in window.questions():
                number = len(self._questions) + 1
                self._questions[number] = (window, place, question)
                slow = window.lane.slow[place].filter
                found.append(Consult(number, slow.name, question, slow.deadline_s))
        return tuple(found)

    def answered(self, number: int, outcome: tuple[Finding, ...] | Exception) -> None:
        """Report a consult's findings, or why there are none."""
        known = self._questions.pop(number, None)
        if known is not None:
            window, place, question = known
            window.answered(place, question, outcome)

    def _refusal(self) -> Refusal | None:
        blocked = [judged.window.blocked for judged in self._windows]
        blocked += [decision for _, decision in self._media.decisions]
        for decision in blocked:
            if decision is not None and decision.action is Action.BLOCK:
                return self._plan.refuse(decision)
        dropping = self._dropping()
        gone = self._with_what_is_asked({turn for turn, _ in dropping})
        refused = (decision for turn, decision in dropping if turn in gone)
        return next(map(self._plan.refuse, refused), None)

    def _dropping(self) -> list[tuple[int, Decision]]:
        """Return the turns that are to be left out, and why."""
        return [
            *(
                (stretch.segment.turn, stretch.window.blocked)
                for stretch in self._stretches
                if stretch.window.blocked is not None
            ),
            *self._media.decisions,
        ]

    def _edits(self) -> RequestEdits:
        texts: dict[Pointer, str] = {}
        for stretch in self._stretches:
            window = stretch.window
            if window.blocked is not None:
                continue
            new = window.edited(stretch.start, stretch.end, stretch.text)
            if new != stretch.segment.text:
                texts[stretch.segment.pointer] = new
        if self._plan.policy.mode is Mode.ENFORCE:
            texts.update(fetched_files(self._request.media))
        dropped = self._dropped({turn for turn, _ in self._dropping()})
        kept = {p: t for p, t in texts.items() if not (p[0] == "messages" and p[1] in dropped)}
        return RequestEdits(kept, dropped)

    def _dropped(self, turns: set[int]) -> frozenset[int]:
        """Return the turns that go together with these. What the operator said stays."""
        groups = self._request.turn_groups(turns) if turns else []
        gone = frozenset(turn for group in groups for turn in group)
        return gone - self._turns_of(FieldClass.SYSTEM) if gone else gone

    def _with_what_is_asked(self, turns: set[int]) -> set[int]:
        """Return all turns of the groups of these in which something is asked now: without it
        nothing could be answered."""
        groups = self._request.turn_groups(turns) if turns else []
        asked = self._turns_of(FieldClass.USER) - self._turns_of(FieldClass.SYSTEM)
        return {turn for group in groups if not asked.isdisjoint(group) for turn in group}

    def _turns_of(self, field_class: FieldClass) -> frozenset[int]:
        texts = {s.turn for s in self._request.segments if s.field_class is field_class}
        files = {part.turn for part in self._request.media if part.field_class is field_class}
        return frozenset(texts | files)

    def tally(self) -> Tally:
        """Return what to count and record of the input's side."""
        facts = self._facts()
        verdict = self._verdict
        refusal = verdict.refusal if verdict else None
        edited = verdict is not None and any(fact.action not in ("pass", "flag") for fact in facts)
        unjudged = unjudged_words(self._request.media)
        quiet = quiet_outcome(facts, unjudged)
        return Tally(
            outcome=Outcome.BLOCKED_INPUT if refusal else Outcome.EDITED if edited else quiet,
            findings=tuple(facts),
            receipts=(),
            unjudged=unjudged,
            judged=judged_words(self._request.media),
            strings_scanned=len(self._request.segments)
            + sum(len(part.passages) for part in self._request.media),
            chars_scanned=self._chars,
            released_chars=0,
            held_chars_max=0,
            held_s=0.0,
            retract=False,
            would_block=would_block(facts),
            refusal=refusal,
        )

    def _facts(self) -> list[FindingFact]:
        facts = list(self._media.facts)
        for window, segment, file in self._windows:
            facts += (
                file.facts(window.facts)
                if file is not None
                else finding_facts(
                    window.facts,
                    Direction.INPUT,
                    segment.field_class,
                    pointer_name(segment.pointer),
                )
            )
        return facts


def _seam(segment: Segment) -> tuple[object, ...] | None:
    """Return what segments share that a model reads as one text; None for lone ones."""
    pointer = segment.pointer
    if segment.turn < 0 or segment.form is not TextForm.PROSE or len(pointer) < 4:
        return None
    return (segment.field_class, *pointer[:3]) if pointer[2] == "content" else None
