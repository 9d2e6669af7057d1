"""Texts that are no prose: what is alike in form, and what many say, by the kinds that mislead.

Code, JSON, tables, rows of numbers, idioms one after the other, questions of one form, openings
that thousands share, posts. Two of one kind have the form in common and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from numpy.random import Generator, default_rng

from tests.bench.answers import chinese, english

_LENGTH = 420


def _words(chance: Generator, pool: list[str], count: int) -> list[str]:
    return [pool[place] for place in chance.integers(len(pool), size=count).tolist()]


class Oddities:
    """Makes texts of each kind."""

    def __init__(self) -> None:
        self._en = [word for words in english().words for word in words]
        self._zh = [word for words in chinese().words for word in words]
        self._idioms = [word for word in self._zh if len(word) == 4]
        self.kinds: dict[str, Callable[[Generator], str]] = {
            "code": self._code, "json": self._json, "table": self._table, "numbers": self._numbers,
            "idioms": self._idiom_row, "questions": self._questions, "openings": self._openings,
            "posts": self._posts,
        }  # fmt: skip

    def texts(self, seed: int, each: int) -> Iterator[tuple[str, str]]:
        """Return so many texts of each kind, with its name."""
        chance = default_rng(seed)
        for _ in range(each):
            for kind, make in self.kinds.items():
                yield kind, make(chance)

    def _code(self, chance: Generator) -> str:
        lines: list[str] = ["import json", "import os", "import sys", ""]
        while len("\n".join(lines)) < _LENGTH:
            a, b, c, d = _words(chance, self._en, 4)
            lines += (
                [f"def {a}_{b}({c}, {d}=None):", f"    if {d} is None:", "        return None",
                 f"    for {a} in range(len({c})):", f"        print({a}, {c}[{a}])", ""],
                [f"class {a.title()}{b.title()}:", "    def __init__(self):",
                 f"        self.{c} = []", f"        self.{d} = {{}}", ""],
                ["try:", f"    with open({a}, 'r', encoding='utf-8') as {b}:",
                 f"        {c} = json.load({b})", "except FileNotFoundError as error:",
                 "    print(error)", ""],
            )[int(chance.integers(3))]  # fmt: skip
        return "\n".join(lines)

    def _json(self, chance: Generator) -> str:
        rows: list[str] = []
        while len(",".join(rows)) < _LENGTH:
            a, b, c = _words(chance, self._en, 3)
            number = int(chance.integers(10_000))
            rows.append(
                f'{{"id": {number}, "name": "{a}", "type": "{b}", "enabled": true, '
                f'"description": null, "tags": ["{c}"], "created_at": "2026-01-01T00:00:00Z"}}'
            )
        return f'{{"status": "ok", "items": [{", ".join(rows)}]}}'

    def _table(self, chance: Generator) -> str:
        rows = ["| 项目 | 名称 | 数量 | 单价 | 备注 |", "|---|---|---|---|---|"]
        while len("\n".join(rows)) < _LENGTH:
            a, b = _words(chance, self._zh, 2)
            count, price = chance.integers(100, size=2).tolist()
            rows.append(f"| {len(rows) - 1} | {a} | {count} 件 | {price}.00 元 | {b}，无 |")
        return "\n".join(rows)

    def _numbers(self, chance: Generator) -> str:
        kind = int(chance.integers(3))
        if kind == 0:
            start = int(chance.integers(1_000))
            return ", ".join(str(start + n) for n in range(100))
        if kind == 1:
            return "\n".join(f"2026-01-{n % 28 + 1:02d} 00:00:00 0.00 100.00" for n in range(14))
        return " ".join(str(n) for n in chance.integers(1_000, size=110).tolist())

    def _idiom_row(self, chance: Generator) -> str:
        return "，".join(_words(chance, self._idioms, 84)) + "。"

    def _formed(self, chance: Generator, forms: Sequence[str], words: int) -> str:
        """Fill forms, drawn by chance, with words of their language."""
        text = ""
        while len(text) < _LENGTH:
            form = forms[int(chance.integers(len(forms)))]
            pool = self._zh if any("一" <= letter <= "龥" for letter in form) else self._en
            text += form.format(*_words(chance, pool, words))
        return text

    def _questions(self, chance: Generator) -> str:
        asked = (
            "请帮我写一篇关于{}的文章，要求不少于八百字，语言通顺，结构清晰。",
            "请用通俗易懂的语言解释一下什么是{}，并举例说明。",
            "What is the difference between {} and {}? Please explain with examples. ",
            "Write a short story about {} in the style of a fairy tale. ",
        )
        return self._formed(chance, asked, 2)

    def _openings(self, chance: Generator) -> str:
        openings = (
            "作为一个AI语言模型，我没有个人情感和主观意识，但我可以为您提供一些关于{}的信息和建议。",
            "作为一个人工智能助手，我无法提供专业的医疗建议，关于{}的问题请咨询专业的医生。",
            "很抱歉，我无法回答这个关于{}的问题。如果您有其他问题，我很乐意为您提供帮助。",
            "As an AI language model, I don't have opinions about {}, but I can help you. ",
            "I'm sorry, but I can't assist with that request about {}. Is there anything else? ",
        )
        return self._formed(chance, openings, 1)

    def _posts(self, chance: Generator) -> str:
        forms = (
            "@{0} 转发微博 //@{1}：今天终于{2}了！！[哈哈][doge] #{3}# 网页链接 ",
            "刚刚看了{0}，真的太{1}了，推荐给大家～ #{2}# #{3}# ",
            "RT @{0}_{1}: lol this {2} is so {3} rn 😂😂 https://t.co/{1} ",
            "@{0} thanks for the {1}! can't wait for {2} #{3} #blessed ",
            "有人知道{0}和{1}哪个好吗？在线等，挺急的。",
        )
        return self._formed(chance, forms, 4)
