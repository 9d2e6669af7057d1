"""Window: exact hold-back. This file decides how far a text may be released; nothing else may.

One window per channel. Raw text goes in as it comes, cut anywhere. Each filter keeps a cursor: the
place from which text might still become part of something it finds (its ``safe_until``). Findings
become decisions (ruling), decisions that overlap become one cluster, and a cluster takes effect
once every acting filter is safe beyond its end; until then the text is released up to its start.
So the clusters are those of the whole text, however it was cut, and no character of a cluster that
blocks or redacts is ever before `limit`.

Positions: *judged* positions are code points of the text as a reader sees it (lens), *raw* ones are
code points of the wire's own string. Both are absolute in the channel.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from collections import deque
from operator import attrgetter
from typing import NamedTuple

from gateway.engine.lane import Lane, Ruled
from gateway.engine.lens import STRING_EDGE, Lens, is_halved, without_edges
from gateway.engine.reach import Reach
from gateway.engine.ruling import clusters, too_much_held
from gateway.nouns.finding import FILTER_ERROR, Finding, Scan
from gateway.nouns.segment import FieldClass, TextForm
from gateway.nouns.verdict import Action, Decision
from gateway.ports.filter import Question

PORTION = 8_192
"""Code points that are judged at once: some milliseconds."""

_KEEP = 2048
_OBSERVED = 64
"""Nothing waits for an observer: it is asked at the first text, so that a broken one is noticed at
once, then when so many further code points are here, and at the end."""


class Edit(NamedTuple):
    """A raw stretch and what stands there instead."""

    start: int
    end: int
    text: str


_START, _END = attrgetter("start"), attrgetter("end")


class Window:
    """The pending text of one channel and what may be done with it."""

    __slots__ = (
        "_acting", "_asked", "_base", "_cursors", "_due", "_edges", "_edited_until", "_final",
        "_full", "_idle", "_judges", "_later", "_lens", "_taken", "_text", "_waiting", "blocked",
        "edits", "facts", "form", "lane", "limit", "raw_end", "room", "scanned",
    )  # fmt: skip

    def __init__(self, lane: Lane, form: TextForm) -> None:
        self.lane = lane
        self.form = form
        self.limit = 0
        """Raw position up to which text may be released, edits applied."""
        self.raw_end = 0
        self.room = sys.maxsize if lane.idle else PORTION
        """Code points that are taken before the next judgement; what is more waits."""
        self.blocked: Decision | None = None
        self.edits: list[Edit] = []
        self.facts: list[Ruled] = []
        self.scanned = 0
        self._lens = Lens(form, lane.restorations)
        self._later: deque[str] | None = None
        self._taken = 0
        self._text = ""
        self._base = 0
        self._edges = 0
        self._edited_until = 0
        self._idle = lane.idle
        self._judges = [
            (judge.filter.scan, judge.filter.look_behind, judge.acting) for judge in lane.judges
        ]
        self._cursors = [0] * len(lane.judges)
        self._due = [0] * len(lane.judges)
        self._waiting: list[Decision] = []
        self._asked = [Reach() for _ in lane.slow]
        self._full: list[str] = []
        self._final = False
        self._acting = any(judge.acting for judge in lane.judges) or any(
            judge.acting for judge in lane.slow
        )

    # -- what comes in

    def push(self, raw: str) -> None:
        """Take more raw text of the channel."""
        size = len(raw)
        self.raw_end += size
        self.room -= size
        if self.room >= 0:
            self._take_in(raw)
        else:
            self._later = deque() if self._later is None else self._later
            self._later.extend(raw[at : at + PORTION] for at in range(0, size, PORTION))

    @property
    def waits(self) -> bool:
        """True if text waits that no filter has been given yet."""
        return bool(self._later)

    def _take_in(self, raw: str) -> None:
        if not self._lens.joins and is_halved(raw):
            self._lens.join_from(self._taken)
        self._taken += len(raw)
        if self._lens.json is None:
            raw = without_edges(raw)
            if self.lane.field_class is FieldClass.LOGPROB:
                raw = raw.replace("\n", STRING_EDGE)  # a line is a token of its own
        self._take(raw if self._lens.plain else self._lens.push(raw, final=False))

    def _take(self, judged: str) -> None:
        self._text += judged
        self.scanned += len(judged)
        if self._asked:
            self._full.append(judged)
        if not self._lens.plain:
            self.edits += [Edit(s, e, self._spell(v)) for s, e, v in self._lens.new_restorations()]

    def judge(self, *, final: bool) -> None:
        """Judge all that came and move `limit`. With ``final`` the channel is complete."""
        if self._idle:
            self.limit = self.raw_end
            return
        while self._later:
            self.judge_portion()
        if final and not self._final:
            self._final = True
            if not self._lens.plain:
                self._take(self._lens.push("", final=True))
        self._rule(self._scan())
        self.room = PORTION if self.raw_end - self.limit <= PORTION else self._portion()

    def judge_portion(self) -> None:
        """Judge what was taken, and take a portion of what waits."""
        self._rule(self._scan())
        size, most = 0, self._portion()
        while self._later and size < most:
            raw = self._later.popleft()
            size += len(raw)
            self._take_in(raw)

    def _portion(self) -> int:
        """Return how much is taken before the next judgement: as much as a filter is still in doubt
        about, so that what stays open for long is not read anew for every little that comes."""
        end = self._base + len(self._text)
        return max(PORTION, end - min(self._cursors, default=end))

    # -- judging

    def _scan(self) -> int:
        """Run every filter from its own cursor; returns the position that is safe for all."""
        cursors, due, final = self._cursors, self._due, self._final
        safe = end = self._base + len(self._text)
        for index, (_, _, acting) in enumerate(self._judges):
            fence = cursors[index]
            if fence < end and (end >= due[index] or final):
                fence = self._ask(index, end)
            if acting and fence < safe:
                safe = fence
        return min(safe, self._judged_by_slow(end)) if self._asked else safe

    def _ask(self, index: int, end: int) -> int:
        """Run one filter from its cursor; returns how far it is done."""
        ask, look_behind, acting = self._judges[index]
        if not acting:
            self._due[index] = end + _OBSERVED
        base, text, fence = self._base, self._text, self._cursors[index]
        left = fence - look_behind
        if left > base:
            text = text[left - base :]
        else:
            left = base
        try:  # the filter guard: one of the three places that catch everything
            scan = ask(text, fence - left, self._final)
        except Exception as error:  # noqa: BLE001 -- the filter guard: see above
            scan = self.lane.judges[index].failed(error, fence - left, len(text))
        fence = left + (len(text) if self._final else _certain_until(scan))
        self._cursors[index] = fence
        if scan.findings:
            self._take_note(scan, left, fence)
        return fence

    def observe(self) -> None:
        """Nothing more comes, however it ended: observers judge what they have not seen yet."""
        self._final = True
        end = self._base + len(self._text)
        for index, (_, _, acting) in enumerate(self._judges):
            if not acting and self._cursors[index] < end:
                self._ask(index, end)

    def _take_note(self, scan: Scan, left: int, fence: int) -> None:
        """Settle what a filter found before ``fence``; its positions begin at ``left``."""
        for found in scan.findings:
            if left + found.end <= fence:
                self._settle(found._replace(start=left + found.start, end=left + found.end))

    def _settle(self, finding: Finding) -> None:
        """Turn a certain finding into a decision; those that change nothing are only noted."""
        if self._lens.restored(finding.start, finding.end) and self._said(finding):
            return  # the user's own; what a tool or the operator said is judged like any text
        lane = self.lane
        if finding.category == FILTER_ERROR:
            decision = lane.ruler.on_failure(finding, finding.filter)
        else:
            decision = lane.ruler.decide(finding, lane.field_class, self._said)
        decision = self._as_form_allows(decision)
        self.facts.append(
            Ruled(finding, decision.action.word, decision.wanted.word, decision.rule, self.form)
        )
        if decision.action > Action.FLAG:
            self._waiting.append(decision)

    def _said(self, finding: Finding) -> bool:
        start, end = finding.start - self._base, finding.end - self._base
        return start >= 0 and self.lane.said(self._text[start:end])

    def _as_form_allows(self, decision: Decision) -> Decision:
        """In JSON only a stretch inside one string can be changed; the rest can only be blocked,
        or, in the history, left out with its turn."""
        if decision.action not in (Action.REDACT, Action.REPLACE, Action.VEIL):
            return decision
        if self.form is TextForm.PROSE and not self.lane.bound:
            return decision
        start, end = decision.start - self._base, decision.end - self._base
        edges = self._edges + self._text.count(STRING_EDGE, 0, max(start, 0))
        whole = edges % 2 == 1 and STRING_EDGE not in self._text[max(start, 0) : end]
        if whole and not self.lane.bound:
            return decision
        history = self.lane.field_class is FieldClass.HISTORY
        return decision._replace(action=Action.DROP_TURN if history else Action.BLOCK)

    def _rule(self, safe: int) -> None:
        """Apply every cluster that is certain and set the limit before the first that is not."""
        end = self._base + len(self._text)
        if self.blocked is None and self._waiting:
            for cluster in clusters(self._waiting):
                reach = self._with_marks(cluster, safe)
                if reach is None:
                    safe = min(safe, cluster.start)
                    break
                self._waiting = [d for d in self._waiting if d.start >= cluster.end]
                if cluster.action >= Action.DROP_TURN:
                    self.blocked = cluster
                    safe = cluster.start
                    break
                self._edit(cluster, reach)
        elif self.blocked is not None:
            safe = self.blocked.start
        held = 0 if self._final or self._later else end - safe  # what is here is not held, it waits
        if self._acting and self.blocked is None and held > self.lane.held_limit:
            self.blocked = too_much_held(safe, end)
        position = safe if self._lens.plain else self._raw(safe)
        if safe == end and (self._lens.plain or self._final):
            position = self._taken
        self.limit = max(self.limit, position)
        if len(self._text) > _KEEP:
            self._trim(safe)

    def _raw(self, judged: int) -> int:
        """Return the raw limit of a judged one; what is read as one is held or let go as one."""
        return self._lens.to_raw(judged, up=False)

    def _with_marks(self, cluster: Decision, safe: int) -> int | None:
        """Return where an edit of the cluster ends, trailing combining marks with it; None if that
        is not certain yet. A complete text is not yet a certain one: slow filters may be asked."""
        if cluster.action >= Action.DROP_TURN:
            return cluster.end if safe >= cluster.end else None
        at = cluster.end
        while at < safe and unicodedata.combining(self._text[at - self._base]):
            at += 1
        all_said = self._final and safe == self._base + len(self._text)
        return at if at < safe or (all_said and at == safe) else None

    def _edit(self, cluster: Decision, reach: int) -> None:
        """Put the policy's words in place of a cluster, or of what an edit before it left of it:
        that one may have taken the combining marks with which this one begins."""
        begin = max(cluster.start, self._edited_until)
        if reach <= begin:
            return
        self._edited_until = reach
        span = self._text[begin - self._base : reach - self._base]
        text = cluster.text if cluster.action is Action.REPLACE else self.lane.mask(cluster, span)
        start = self._lens.to_raw(begin, up=False)
        end = self._lens.to_raw(reach, up=True)
        self.edits[self._between(start, end)] = [Edit(start, end, self._spell(text or ""))]

    def _spell(self, text: str) -> str:
        """Return text as the channel's raw form writes it: in JSON, escaped."""
        return json.dumps(text, ensure_ascii=False)[1:-1] if self.form is TextForm.JSON else text

    def _trim(self, safe: int) -> None:
        """Forget judged text that no filter, no decision and no edit can need again."""
        oldest = [
            cursor - judge.filter.look_behind
            for cursor, judge in zip(self._cursors, self.lane.judges, strict=True)
        ]
        keep = min([safe, *oldest, *(d.start for d in self._waiting)])
        cut = keep - self._base
        if cut > 0:
            self._edges += self._text.count(STRING_EDGE, 0, cut)
            self._text = self._text[cut:]
            self._base = keep

    # -- slow filters

    def _judged_by_slow(self, end: int) -> int:
        safe = end
        for asked, judge in zip(self._asked, self.lane.slow, strict=True):
            if judge.acting:
                leak = judge.filter.leak if judge.filter.mode == "trailing" else 0
                done = end if self._final and asked.complete else asked.answered + leak
                safe = min(safe, done)
        return safe

    def questions(self) -> list[tuple[int, Question]]:
        """Return what slow filters want to know now, with their place in the lane."""
        if not self._asked:
            return []
        full = "".join(self._full)
        self._full = [full]
        out: list[tuple[int, Question]] = []
        for place, judge in enumerate(self.lane.slow):
            asked = self._asked[place]
            for question in judge.filter.questions(full, asked.until, self._final):
                asked.until = question.end
                asked.open += 1
                out.append((place, question))
            asked.all_asked = self._final
        return out

    def answered(
        self, place: int, question: Question, outcome: tuple[Finding, ...] | Exception
    ) -> None:
        """Take a slow filter's answer (or why there is none); `judge` moves the limit."""
        asked = self._asked[place]
        asked.open -= 1
        asked.done.append((question.end - len(question.text) + question.start, question.end))
        asked.advance()
        origin = question.end - len(question.text)
        if isinstance(outcome, Exception):
            name, problem = self.lane.slow[place].filter.name, type(outcome).__name__
            outcome = (
                Finding(FILTER_ERROR, 4, 1.0, question.start, len(question.text), name, problem),
            )
        for finding in outcome:
            self._settle(finding._replace(start=origin + finding.start, end=origin + finding.end))

    # -- what goes out

    def touches(self, start: int, end: int) -> bool:
        """True if an edit changes anything of raw ``[start, end)``."""
        return bool(self.edits) and bool(self.edits[self._between(start, end)])

    def _between(self, start: int, end: int) -> slice:
        """Return which edits touch a stretch; all stand in order, and none touches another."""
        first = bisect_right(self.edits, start, key=_END)
        return slice(first, bisect_left(self.edits, end, first, key=_START))

    def edited(self, start: int, end: int, text: str) -> str:
        """Return raw ``[start, end)``, which is ``text``, with the edits in it.

        A replacement stands where its stretch begins; the rest of the stretch is left out.
        """
        if not self.touches(start, end):
            return text
        out: list[str] = []
        at = start
        for edit in self.edits[self._between(start, end)]:
            if edit.start >= start:
                out.append(text[at - start : edit.start - start])
                out.append(edit.text)
            at = min(edit.end, end)
        out.append(text[at - start :])
        return "".join(out)


def _certain_until(scan: Scan) -> int:
    """Return how far a filter is done: before its ``safe_until``, and before any finding that lies
    across it, since that one may still change and is asked for again from its start."""
    until = scan.safe_until
    if not scan.findings:
        return until
    for finding in sorted(scan.findings, key=lambda one: one.end, reverse=True):
        if finding.start < until < finding.end:
            until = finding.start
    return until
