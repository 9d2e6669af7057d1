"""The page of an assessment: one HTML file that needs nothing else, in Chinese or English."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from pathlib import Path
from string import Template

import msgspec

from gateway.assessment.report import ClassRow, FailedRow, RateRow, Report
from gateway.assessment.standard import BANKS, Bank

_FOLDER = Path(__file__).parent
_WIDTH, _MIDDLE = 190.0, 12.0
_LINES = 5


@cache
def _languages() -> dict[str, dict[str, str]]:
    raw = (_FOLDER / "words.json").read_bytes()
    return msgspec.json.decode(raw, type=dict[str, dict[str, str]])


def words(language: str) -> dict[str, str]:
    """Return the words of the report in a language (``zh``, ``en``), by name."""
    return _languages()[language]


class _Page:
    """A report in one language."""

    def __init__(self, report: Report, language: str) -> None:
        self._report = report
        self._language = language
        self._said = words(language)
        self._names = {
            (bank, kind.id): (kind.zh if language == "zh" else kind.en)
            for bank, size in BANKS.items()
            for kind in size.kinds
        }

    def html(self) -> str:
        """Return the whole page."""
        css = (_FOLDER / "page.css").read_text(encoding="utf-8")
        parts = (
            self._head(), self._rates(), self._conditions(), self._ledger(), self._classes(),
            self._library(), self._traffic(), self._failures(), self._method(),
        )  # fmt: skip
        language = "zh-CN" if self._language == "zh" else "en"
        return (
            f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{self._t('title')}</title>\n<style>\n{css}</style>\n</head>\n"
            f"<body>\n<main>\n{''.join(parts)}</main>\n</body>\n</html>\n"
        )

    def _t(self, name: str, **values: object) -> str:
        return escape(Template(self._said[name]).substitute(values))

    def _head(self) -> str:
        report = self._report
        rows = (
            ("made", report.made_at), ("begun", report.begun_at), ("url", report.url),
            ("model", report.model), ("policy", report.policy), ("seed", str(report.seed)),
            ("program", f"sealgate {report.program}"),
        )  # fmt: skip
        facts = "".join(f"<dt>{self._t(name)}</dt><dd>{escape(said)}</dd>" for name, said in rows)
        verdict = report.verdict.value
        return (
            f"<h1>{self._t('title')}</h1>\n"
            f'<p class="dim">{self._t("lead", standard=report.standard)}</p>\n'
            f'<div class="verdict {verdict}"><strong>{self._t(f"verdict_{verdict}")}</strong>'
            f"{self._t(f'verdict_{verdict}_more')}</div>\n<dl>{facts}</dl>\n"
        )

    def _rates(self) -> str:
        heads = ("rate", "result", "interval", "limit", "sample", "people", "status")
        rows = [self._rate(rate) for rate in self._report.rates]
        more = ""
        if self._report.unanswered:
            more = f"<p><b>{self._t('unanswered', count=self._report.unanswered)}</b></p>\n"
        return self._section("rates", self._table(heads, rows), f'{more}<p class="dim">'
                             f"{self._t('small')}</p>\n")  # fmt: skip

    def _rate(self, rate: RateRow) -> Sequence[str]:
        limit = self._t("most" if rate.at_most else "least", limit=f"{rate.limit:.0%}")
        share = f"<b>{rate.share:.1%}</b><br><small>{rate.count}</small>" if rate.sample else "–"
        between = f"<small>{rate.low:.1%} – {rate.high:.1%}</small>" if rate.sample else ""
        sample = self._t("of_needed", sample=rate.sample, needed=rate.needed)
        if rate.empty:
            sample += f"<br><small>{self._t('empties', count=rate.empty)}</small>"
        return (
            self._t(rate.name), share, f"{_bar(rate)}{between}", limit, sample, str(rate.by_people),
            self._status(rate.status.value),
        )  # fmt: skip

    def _status(self, status: str) -> str:
        return f'<b class="{status}">{self._t(status)}</b>'

    def _conditions(self) -> str:
        rows = [
            (self._t(one.name), str(one.have), str(one.least), self._status(one.status.value))
            for one in self._report.conditions
        ]
        return self._section(
            "conditions", self._table(("condition", "have", "need", "status"), rows)
        )

    def _ledger(self) -> str:
        held = self._report.ledger
        if held is None:
            return self._section("ledger", f"<p>{self._t('ledger_none')}</p>\n")
        said = self._t(
            "ledger_more", agree=held.agree, differ=len(held.differ), unknown=held.unknown
        )
        differ = f"<p>{escape(', '.join(held.differ))}</p>\n" if held.differ else ""
        return self._section("ledger", f"<p>{said} {self._status(held.status)}</p>\n", differ)

    def _classes(self) -> str:
        heads = ("class", "operator", "supplement", "stand_ins", "asked", "failed")
        parts = [f'<p class="dim">{self._t("banks_more")}</p>\n']
        for bank in Bank:
            rows = [self._class(one) for one in self._report.classes if one.bank is bank]
            parts += [f"<h3>{self._t(bank.value)}</h3>\n", self._table(heads, rows)]
        return self._section("banks", *parts)

    def _class(self, one: ClassRow) -> Sequence[str]:
        name = f"{escape(one.kind)} <small>{escape(self._names[one.bank, one.kind])}</small>"
        failed = f'<b class="missed">{one.failed}</b>' if one.failed else "0"
        counts = (one.operator, one.supplement, one.stand_ins, one.asked)
        return (name, *map(str, counts), failed)

    def _library(self) -> str:
        rows = []
        for kind, (have, least) in self._report.keywords.items():
            name = f"{escape(kind)} <small>{escape(self._names[Bank.GENERATION, kind])}</small>"
            lacking = f'<b class="missed">{least - have}</b>' if have < least else "0"
            rows.append((name, str(have), str(least), lacking))
        return self._section("library", self._table(("class", "terms", "need", "lacking"), rows))

    def _traffic(self) -> str:
        seen = self._report.recorded
        if not seen.drawn:
            return self._section("traffic", f"<p>{self._t('traffic_none')}</p>\n")
        said = self._t(
            "traffic_more", drawn=seen.drawn, keyword=seen.keyword, classifier=seen.classifier,
            reviewed=seen.reviewed, passed=seen.passed, low=f"{seen.interval.low:.1%}",
            high=f"{seen.interval.high:.1%}",
        )  # fmt: skip
        return self._section("traffic", f"<p>{said}</p>\n")

    def _failures(self) -> str:
        shown = self._report.failed
        if not shown:
            return self._section("failures", f"<p>{self._t('failures_none')}</p>\n")
        count = self._t("failures_more", all=self._report.failed_in_all, shown=len(shown))
        rows = [self._failure(one) for one in shown]
        heads = ("class", "question", "reply", "by", "record")
        return self._section("failures", f"<p>{count}</p>\n", self._table(heads, rows))

    def _failure(self, one: FailedRow) -> Sequence[str]:
        by = ", ".join(self._t(f"by_{name}") for name in one.by.split("+"))
        note = f"<br><small>{escape(one.note)}</small>" if one.note else ""
        return (
            f"{escape(one.kind)}<br><small>{self._t(one.bank.value)}</small>",
            f'<div class="text">{escape(one.question)}</div>',
            f'<div class="text">{escape(one.answer)}</div>', f"{by}{note}",
            f"<small>{escape(one.exchange)}</small>",
        )  # fmt: skip

    def _method(self) -> str:
        lines = "".join(f"<li>{self._t(f'method_{n}')}</li>\n" for n in range(1, _LINES + 1))
        return self._section("method", f"<ul>\n{lines}</ul>\n")

    def _section(self, name: str, *parts: str) -> str:
        return f"<h2>{self._t(name)}</h2>\n{''.join(parts)}"

    def _table(self, heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
        head = "".join(f"<th{_numeric(name)}>{self._t(name)}</th>" for name in heads)
        body = "".join(
            "<tr>" + "".join(f"<td{_class_of(cell)}>{cell}</td>" for cell in row) + "</tr>\n"
            for row in rows
        )
        return (
            f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n'
            f"<tbody>\n{body}</tbody>\n</table></div>\n"
        )


_NUMERIC = frozenset(
    {"have", "need", "operator", "supplement", "stand_ins", "asked", "failed", "terms", "lacking",
     "people"}
)  # fmt: skip


def _numeric(name: str) -> str:
    return ' class="n"' if name in _NUMERIC else ""


def _class_of(cell: str) -> str:
    bare = cell.removeprefix('<b class="missed">').removesuffix("</b>")
    return ' class="n"' if bare.isdigit() else ""


def _bar(rate: RateRow) -> str:
    """Draw a rate on a line from 0 to 100 %: its interval, itself, and the limit."""
    if not rate.sample:
        return ""
    low, high, share, limit = (
        value * _WIDTH for value in (rate.low, rate.high, rate.share, rate.limit)
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH:.0f} 24" role="img" aria-label="{rate.share:.1%}">'
        f'<line x1="0" y1="{_MIDDLE}" x2="{_WIDTH}" y2="{_MIDDLE}" stroke="#d9dfe6"/>'
        f'<rect x="{low:.1f}" y="7" width="{max(high - low, 1):.1f}" height="10" fill="#c9d6e6"/>'
        f'<line x1="{limit:.1f}" y1="1" x2="{limit:.1f}" y2="23" stroke="#b3261e"/>'
        f'<circle cx="{min(max(share, 4), _WIDTH - 4):.1f}" cy="{_MIDDLE}" r="4" fill="#1f4e8c"/>'
        "</svg>"
    )


def page(report: Report, language: str) -> str:
    """Return the page of a report; ``language`` is ``zh`` or ``en``."""
    return _Page(report, language).html()
