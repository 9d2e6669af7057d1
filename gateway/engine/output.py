"""The output's side of an exchange: events in, releases out, in the protocol's own order.

A read of the upstream becomes events; their strings go to the windows of their channels; every
window judges once per read; then the queue lets go of all events whose text lies before the limits.
An event leaves as its original bytes unless an edit, a cut or a mark touches it. It is never split
but by a verdict, so what nothing touches leaves byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.engine.answer_files import AnswerFiles
from gateway.engine.asking import Asking
from gateway.engine.cutting import Cutter
from gateway.engine.emitter import Emitter
from gateway.engine.facts import outcome_of, would_block
from gateway.engine.holding import Holding
from gateway.engine.intake import Intake, pass_raw
from gateway.engine.marking import Marking
from gateway.engine.media import MediaGate
from gateway.engine.outbox import Outbox, Shown
from gateway.engine.plan import OutputPlan
from gateway.engine.queue import OVERTAKE_S, Held, Queue
from gateway.engine.row import Row
from gateway.engine.whole import is_judged, status_of, write_whole
from gateway.engine.windows import Windows
from gateway.nouns.errors import SealgateError, UpstreamBroken
from gateway.nouns.finding import Finding
from gateway.nouns.record import AnswerText
from gateway.nouns.segment import Channel, FieldClass, MediaPart
from gateway.nouns.verdict import Outcome, Refusal
from gateway.ports.adapter import Answer, Event, EventKind, Run, Structured
from gateway.ports.session import MORE, NOTHING, Release, Sealed, Tally, link_header


class OutputSession:
    """One answer, judged and sealed (see gateway.ports.session.OutputSession)."""

    def __init__(self, plan: OutputPlan, answer: Answer) -> None:
        self.headers = plan.seal.headers
        self._plan = plan
        self._answer = answer
        self._intake = Intake(answer, keep=plan.idle and not answer.whole)
        self._marking = Marking(
            plan.seal, answer, structured=plan.structured is not Structured.FREE
        )
        self._windows = Windows(plan)
        self._judging: Iterator[bool] = iter(())
        self._queue = Queue()
        self._row = Row()
        self._media = MediaGate(plan.media)
        self._files = AnswerFiles(plan, self._windows, self._media)
        self._shown = Shown()
        self._closed: dict[int, Refusal] = {}
        self._finished: set[int] = set()
        self._seen: set[int] = set()
        self._emitter = Emitter(
            answer, self._marking, self._media,
            closed=self._closed, finished=self._finished, seen=self._seen,
        )  # fmt: skip
        self._cutter = Cutter(plan, answer, self._marking, self._queue, self._emitter.emit)
        self._asking = Asking()
        self._holding = Holding()
        self._strings = 0
        self._unjudged: list[str] = []
        self._outcome = Outcome.PASSED
        self._upstream_done = False
        self._raw_mode = False
        self._over = False

    # -- the port

    @property
    def complete(self) -> bool:
        """True once the protocol's own end of the answer was released."""
        return self._emitter.terminated

    def feed(self, data: bytes, now_s: float) -> Release:
        """Take a network read of the upstream's answer."""
        if self._over:
            return NOTHING
        if self._raw_mode:
            return pass_raw(data)
        try:
            items = self._intake.push(data)
        except UpstreamBroken as error:
            return self._unreadable(error, now_s)
        if len(items) == 1 and not self._queue.held:
            item = items[0]
            if isinstance(item, Run) and self._may_pass_at_once(item):
                return self._pass_run(item, now_s)
        return self._take(items, now_s)

    def finish(self, now_s: float) -> Release:
        """The upstream ended its answer: everything still held gets its last judgement."""
        if self._over or self._raw_mode:
            return Release(b"", done=True)
        self._upstream_done = True
        self._intake.end()
        return self.go_on(now_s)

    def answered(
        self, number: int, outcome: tuple[Finding, ...] | Exception, now_s: float
    ) -> Release:
        """Take a slow filter's answer; late answers to a closed question are dropped."""
        asked = self._asking.take(number)
        if asked is None or self._over:
            return NOTHING
        window = self._windows[asked.channel]
        window.answered(asked.place, asked.question, outcome)
        window.judge(final=self._complete(asked.channel))
        return self._release(now_s)

    def sealed(self, number: int, outcome: Sealed | SealgateError, now_s: float) -> Release:
        """Take a sealed file; one that cannot be sealed ends the answer, unless it may pass."""
        if self._over:
            return NOTHING
        failure = self._media.sealed(number, outcome)
        if isinstance(outcome, Sealed) and outcome.link:
            self.headers = (*self.headers, link_header(outcome.link))
        return self._release(now_s) if failure is None else self.fail(failure, now_s)

    def looked(self, number: int, outcome: MediaPart | SealgateError, now_s: float) -> Release:
        """Take what was read in a file of the answer."""
        if isinstance(outcome, SealgateError):
            return self.fail(outcome, now_s)
        self._files.looked(number, outcome)
        return NOTHING if self._over else self._release(now_s)

    def tick(self, now_s: float) -> Release:
        """Time passed; other channels may overtake a held one."""
        return NOTHING if self._over or not len(self._queue) else self._release(now_s)

    def fail(self, error: SealgateError, now_s: float) -> Release:
        """The upstream failed mid-answer: what is safe leaves, the rest is told as an error.

        Of an answer in one piece nothing has left yet: the release is empty and the edge answers
        with the error's own status.
        """
        if self._over:
            return NOTHING
        theirs = error.fault == "upstream"
        self._outcome = Outcome.UPSTREAM_ERROR if theirs else Outcome.GATEWAY_ERROR
        self._upstream_done = True
        self._row.move(self._queue)
        out = Outbox(self._shown)
        self._media.broke_off()
        if not self._answer.whole:
            for window in self._windows.values():
                window.judge(final=True)
            self._close_blocked(out)
            self._let_go(out, now_s)
            self._emitter.label_ends(out)
            self._emitter.terminated = True
            out.write(self._answer.fail(error, self._plan.exchange))
        for held in self._queue.clear():
            out.withhold(held.event.pieces)
        ended = self._result(out, now_s, cancel=True, done=True)
        return ended if theirs else ended._replace(failure=error)

    def gone(self) -> None:
        """The client left; what was owed and not written says so."""
        self._over = True
        self._marking.gone()

    def tally(self) -> Tally:
        """Return what to count and record; call it at the end, for observers then see the rest."""
        for window in self._windows.values():
            window.observe()
        facts = self._files.facts()
        unjudged = (*self._unjudged, *self._files.unjudged)
        said = Outcome.BLOCKED_OUTPUT if self._closed else self._outcome
        return Tally(
            outcome=outcome_of(said, facts, unjudged, refused=self._answer.refused),
            findings=tuple(facts),
            receipts=(
                *self._marking.receipts(anything_shown=self._shown.chars > 0),
                *self._media.receipts(),
            ),
            unjudged=unjudged,
            judged=tuple(self._files.judged),
            strings_scanned=self._strings + self._files.strings,
            chars_scanned=sum(window.scanned for window in self._windows.values()),
            released_chars=self._shown.chars,
            held_chars_max=self._holding.most_chars,
            held_s=self._holding.seconds,
            retract=any(refusal.retract and refusal.shown for refusal in self._closed.values()),
            would_block=would_block(facts),
            refusal=next(iter(self._closed.values()), None),
            pictures=self._media.pictures,
        )

    # -- events into windows

    def _may_pass_at_once(self, run: Run) -> bool:
        """True if the run could leave as it came: nothing pending, no mark to put in."""
        if self._upstream_done or run.choice in self._closed or run.choice in self._finished:
            return False
        if run.field_class is FieldClass.CONTENT and not self._marking.settled(run.choice):
            return False
        window = self._windows.get(run.channel)
        return window is not None and self._row.fits(run, window) and not window.lane.slow

    def _pass_run(self, run: Run, now_s: float) -> Release:
        """The fast path: judge, and pass the own bytes of the runs that are safe."""
        window = self._windows[run.channel]
        self._strings += 1
        passing = self._row.push(run, window, now_s)
        if passing is None:
            return self._release(now_s)
        self._holding.note((window,), now_s, holds=len(self._row) > 0)
        data, text = passing
        if not data:
            return NOTHING
        self._shown.add(run.choice, len(text))
        return Release(data, (AnswerText(run.choice, run.channel.path, text),))

    def _take(self, items: list[Event | Run], now_s: float) -> Release:
        self._row.move(self._queue)
        for item in items:
            if not isinstance(item, Run):
                self._enqueue(item, now_s)
            elif self._may_stay_one(item):
                self._enqueue_run(item, now_s)
            else:
                for event in item.expand():
                    self._enqueue(event, now_s)
        if self._upstream_done:
            self._windows.complete()
            self._media.end()
        self._judging = self._windows.judging(self._complete)
        return self.go_on(now_s)

    def go_on(self, now_s: float) -> Release:
        """Read or judge a portion of what came; nothing leaves before all of it was judged."""
        if self._over:
            return NOTHING
        if self._intake.ending:
            return self._read_on(now_s)
        if next(self._judging, False):
            return MORE
        odd = not (self._seen or self._plan.idle) and "unknown_event" in self._unjudged
        empty = self._answer.whole or (odd and self._outcome is Outcome.PASSED)
        if empty and self._upstream_done and not len(self._queue):
            return self.fail(UpstreamBroken("The answer had no content."), now_s)
        return self._release(now_s)

    def _read_on(self, now_s: float) -> Release:
        try:
            items = self._intake.read_on()
        except UpstreamBroken as error:
            return self._unreadable(error, now_s)
        return MORE if items is None else self._take(items, now_s)

    def _may_stay_one(self, run: Run) -> bool:
        """True if a run may be judged, and perhaps leave, as one."""
        if run.choice in self._closed or run.choice in self._finished or not run.text:
            return False
        return run.field_class is not FieldClass.CONTENT or self._marking.choice(run.choice).unread

    def _enqueue_run(self, run: Run, now_s: float) -> None:
        self._seen.add(run.choice)
        window, start, _ = self._windows.push(run.channel, run.text, run.field_class, run.form)
        self._queue.held.append(Held.of_run(run, window, start, now_s))
        self._strings += 1
        if run.field_class is FieldClass.CONTENT:
            self._marking.choice(run.choice).meet(run.text)

    def _enqueue(self, event: Event, now_s: float) -> None:
        if self._withheld(event):
            return
        if event.kind is EventKind.ERROR:
            self._outcome = Outcome.UPSTREAM_ERROR
        self._seen.update(event.choices)
        push = self._windows.push
        spans = [push(p.channel, p.text, p.field_class, p.form) for p in event.pieces]
        self._strings += len(spans)
        for piece in event.pieces:
            if piece.field_class is FieldClass.CONTENT:
                self._marking.choice(piece.channel.choice).meet(piece.text)
        held = Held(event, spans, now_s)
        if event.media:
            self._files.meet(held)
        if event.kind is EventKind.FINISH:
            self._finished.update(event.choices)
            self._windows.complete(event.choices)
            self._media.end(event.choices)
        self._queue.held.append(held)

    def _withheld(self, event: Event) -> bool:
        """True for events of closed choices, and for what nobody can judge where anybody judges."""
        if event.choices and not self._answer.whole:
            if self._closed and self._closed.keys() >= set(event.choices):
                return True
            late = event.pieces or event.media
            if late and self._finished and self._finished.issuperset(event.choices):
                self._unjudged.append("text_after_finish")
                return not self._plan.idle
        if event.kind is EventKind.UNKNOWN:
            self._unjudged.append("unknown_event")
            return not self._plan.idle
        return False

    def _complete(self, channel: Channel) -> bool:
        return self._upstream_done or channel.choice in self._finished

    # -- windows into releases

    def _release(self, now_s: float) -> Release:
        self._row.move(self._queue)
        self._queue.part_runs()
        out = Outbox(self._shown)
        if self._answer.whole:
            self._let_whole_go(out)
        else:
            self._close_blocked(out)
            self._let_go(out, now_s)
            if self._closed and not len(self._queue) and self._all_ended():
                return self._end_after_block(out, now_s)
            if self._upstream_done and not len(self._queue):
                self._emitter.label_ends(out)
        return self._result(out, now_s, done=self._upstream_done and not len(self._queue))

    def _let_go(self, out: Outbox, now_s: float) -> None:
        for held in self._queue.take(now_s, self._may_go):
            self._emitter.emit(held, out)

    def _may_go(self, held: Held) -> bool:
        """True if the text is safe and, for a label's sake, known to be prose or not.

        White space alone cannot tell prose from structure: it waits for what follows.
        """
        if not held.ready():
            return False
        if self._upstream_done or held.event.kind is not EventKind.TEXT:
            return True
        return all(
            self._marking.choice(piece.channel.choice).decided
            or piece.channel.choice in self._finished
            for piece in held.event.pieces
            if piece.text and piece.field_class is FieldClass.CONTENT
        )

    def _let_whole_go(self, out: Outbox) -> None:
        if not self._upstream_done or not len(self._queue) or not is_judged(self._queue.held[0]):
            return
        for channel, window in self._windows.items():
            if window.blocked is not None and channel.choice not in self._closed:
                self._closed[channel.choice] = self._plan.refuse(window.blocked)
        for held in self._queue.clear():
            refused, style = self._closed, self._plan.refusal_style
            if write_whole(held, self._answer, self._marking, refused, out, style=style):
                self._outcome = Outcome.EDITED

    # -- blocks

    def _close_blocked(self, out: Outbox) -> None:
        """End every choice in which a window found a block, at exactly its place."""
        for channel, window in list(self._windows.items()):
            if window.blocked is not None and channel.choice not in self._closed:
                self._closed[channel.choice] = self._cutter.cut(channel.choice, window.blocked, out)
                self._media.close(channel.choice)

    def _all_ended(self) -> bool:
        return len(self._finished | self._closed.keys()) >= max(self._plan.choices, len(self._seen))

    def _end_after_block(self, out: Outbox, now_s: float) -> Release:
        """All choices ended, at least one by us: the stream ends here, or drains for its usage."""
        drains = self._plan.policy.stream.on_block == "drain"
        if drains and not self._upstream_done:
            return self._result(out, now_s)
        if not self._emitter.terminated:
            self._emitter.terminated = True
            out.write(self._answer.end())
        return self._result(out, now_s, cancel=not self._upstream_done, done=True)

    def _unreadable(self, error: UpstreamBroken, now_s: float) -> Release:
        """What cannot be decoded cannot be judged: it passes only where nothing judges at all."""
        self._unjudged.append("unreadable_answer")
        if self._plan.idle and not self._answer.whole:
            self._raw_mode = True
            return pass_raw(self._intake.unread)._replace(done=self._upstream_done)
        return self.fail(error, now_s)

    def _result(
        self, out: Outbox, now_s: float, *, cancel: bool = False, done: bool = False
    ) -> Release:
        self._holding.note(self._windows.values(), now_s, holds=len(self._queue) > 0)
        consults = () if done else self._asking.of(self._windows)
        self._over = self._over or done
        if self._emitter.edited:
            self._outcome, self._emitter.edited = Outcome.EDITED, False
        return Release(
            out.data, tuple(out.texts), tuple(out.suppressed), consults, cancel, done,
            OVERTAKE_S if len(self._queue) > 1 else None,
            () if done else self._media.orders(), None, status_of(self._answer, self._closed),
            () if done else self._files.orders(),
        )  # fmt: skip
