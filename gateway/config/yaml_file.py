"""Reads YAML by the rules of version 1.2 and remembers where each value stands.

By these rules ``off``, ``yes`` and ``22:00`` are texts, not booleans and numbers. Keys must be
texts and unique; anchors are allowed, tags and merge keys are not.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from gateway.nouns.errors import ConfigError

KeyPath = tuple[str | int, ...]
"""Where a value stands in a document: ``("rules", 0, "severity")``."""

LARGEST_FILE = 4 * 1024 * 1024
MOST_VALUES = 20_000
DEEPEST = 64

_TOO_MUCH = f"the file holds more than {MOST_VALUES} values; terms belong into lists (`lexicons`)"
_PREFIX = "tag:yaml.org,2002:"
_WORDS: dict[str, object] = {"true": True, "false": False}
_REMEDIES = (
    ("'\\t'", "indent with spaces, not with tabs"),
    ("alphabetic or numeric", "put a text that begins with `*` or `&` in quotes"),
    ("expected <block end>", "lines of one entry begin in the same column"),
    ("end of stream", "a quote or a bracket that begins here is not closed"),
    ("expected ',' or", "a comma, or the bracket that ends this, is missing before this"),
)
"""What to do about a problem of the YAML reader, by words of its message."""

_WIDE = {"\N{FULLWIDTH COLON}": ":", "\N{FULLWIDTH HYPHEN-MINUS}": "-",
         "\N{FULLWIDTH COMMA}": ",", "\N{LEFT DOUBLE QUOTATION MARK}": '"',
         "\N{RIGHT DOUBLE QUOTATION MARK}": '"', "\N{EM DASH}": "-", "\N{EN DASH}": "-",
         "\N{IDEOGRAPHIC SPACE}": " "}  # fmt: skip
"""Signs that an input method writes, and those that were meant."""

_SPECIAL_FLOATS = {".inf": "inf", "-.inf": "-inf", "+.inf": "inf", ".nan": "nan"}


class Document(NamedTuple):
    """A decoded configuration and the place of every value in it.

    ``places`` maps a path to words like ``sealgate.yaml, line 4`` or ``flag --port``. Where files
    were laid over each other, ``written`` maps the path of a list's entry to that in its own file.
    """

    name: str
    value: Any
    places: Mapping[KeyPath, str]
    written: Mapping[KeyPath, KeyPath] = {}

    def place(self, path: KeyPath) -> str:
        """Return where a value stands, or the nearest value around it."""
        for length in range(len(path), -1, -1):
            found = self.places.get(path[:length])
            if found is not None:
                return found
        return self.name

    def own(self, path: KeyPath) -> KeyPath:
        """Return a path as it is in the file that the value comes from."""
        for length in range(len(path), 0, -1):
            found = self.written.get(path[:length])
            if found is not None:
                return (*found, *path[length:])
        return path

    def fault(self, path: KeyPath, message: str) -> str:
        """Return one line that names the place, the key and what is wrong."""
        key = f" `{spell(self.own(path))}`:" if path else ""
        return f"{self.place(path)}:{key} {message}"

    def error(self, path: KeyPath, message: str) -> ConfigError:
        """Return the error of one fault."""
        return ConfigError(self.fault(path, message))


def spell(path: KeyPath) -> str:
    """Return a path as people write it: ``rules[0].severity``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def load_yaml_file(path: Path) -> Document:
    """Read a YAML file. Raises ConfigError naming file, line and what is wrong."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ConfigError(f"{path}: the file is larger than {LARGEST_FILE // 2**20} MiB")
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: this is not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    return load_yaml(text, str(path))


def load_yaml(text: str, name: str) -> Document:
    """Decode one YAML document. ``name`` is what errors call it. Raises ConfigError."""
    reader = YAML(typ="safe", pure=True)
    reader.Composer = _BoundedComposer
    try:
        node = reader.compose(io.StringIO(text))
    except MarkedYAMLError as error:
        raise _marked(error, text, name) from None
    except _TooMuch as error:
        raise ConfigError(f"{name}, line {error.line}: {_TOO_MUCH}") from None
    except YAMLError as error:
        raise ConfigError(f"{name}: {_plain(str(error).splitlines()[0])}") from None
    except RecursionError:
        raise ConfigError(f"{name}: it is nested too deep") from None
    places: dict[KeyPath, str] = {}
    if node is None:
        return Document(name, {}, places)
    return Document(name, _Decoder(name, places).decode(node, ()), places)


def scalar(text: str) -> Any:
    """Return what a lone YAML scalar means: ``8080`` is a number, ``off`` a text."""
    return load_yaml(text, "value").value if text.strip() else text


def _plain(problem: str | None) -> str:
    return f"this is not YAML ({problem or 'unreadable'})"


def _marked(error: MarkedYAMLError, text: str, name: str) -> ConfigError:
    """Return an error of the YAML reader with the line to look at and what is mostly wrong there.

    Of what was not closed the line is the one where it began.
    """
    problem, mark = error.problem or "", error.problem_mark
    if "end of stream" in problem and error.context_mark is not None:
        mark = error.context_mark
    number = mark.line if mark else 0
    lines = text.splitlines() or [""]
    hint = _hint(problem, lines[: number + 1])
    return ConfigError(f"{name}, line {number + 1}: {_plain(problem)}{hint}")


def _hint(problem: str, lines: list[str]) -> str:
    """Return what to do about a problem that shows in the last of these lines."""
    for words, remedy in _REMEDIES:
        if words in problem:
            return f"; {remedy}"
    wide = next((sign for line in lines[-2:] for sign in line if sign in _WIDE), "")
    if wide:
        return f"; `{wide}` is a full-width sign: YAML knows `{_WIDE[wide]}`"
    return ""


class _TooMuch(Exception):
    """The text has more nodes than a file may have values and keys."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


class _BoundedComposer(Composer):
    """Composes no further than a file may go: what follows is not even read."""

    _nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Count the node and compose it. Raises _TooMuch."""
        self._nodes += 1
        if self._nodes > 2 * MOST_VALUES:
            raise _TooMuch(self.parser.peek_event().start_mark.line + 1)
        return super().compose_node(parent, index)


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    return int(digits, 0) if digits.lstrip("+-")[:2] in {"0x", "0o"} else int(digits, 10)


def _float(text: str) -> float:
    return float(_SPECIAL_FLOATS.get(text.lower(), text.replace("_", "")))


_SCALARS: dict[str, Callable[[str], Any]] = {
    "int": _integer,
    "float": _float,
    "bool": lambda text: _WORDS[text.lower()],
    "null": lambda _text: None,
    "str": str,
    "timestamp": str,
}


class _Decoder:
    """Turns composed nodes into plain values, noting lines on the way."""

    def __init__(self, name: str, places: dict[KeyPath, str]) -> None:
        self._name = name
        self._places = places
        self._seen = 0

    def decode(self, node: Node, path: KeyPath) -> Any:
        """Return the value of a node."""
        self._seen += 1
        if self._seen > MOST_VALUES:
            raise self._error(node, _TOO_MUCH)
        if len(path) > DEEPEST:
            raise self._error(node, "it is nested too deep")
        self._places.setdefault(path, self._where(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.decode(child, (*path, i)) for i, child in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for key_node, child in node.value:
            if not isinstance(key_node, ScalarNode) or key_node.value == "<<":
                raise self._error(key_node, "a key must be a plain text")
            key = str(key_node.value)
            if key in value:
                raise self._error(key_node, f"the key `{key}` stands here twice")
            self._places[*path, key] = self._where(key_node)
            value[key] = self.decode(child, (*path, key))
        return value

    def _scalar(self, node: Node) -> Any:
        kind = str(node.tag).removeprefix(_PREFIX)
        convert = _SCALARS.get(kind)
        if convert is None:
            raise self._error(node, f"the tag `{kind}` is not allowed here")
        try:
            return convert(node.value)
        except (KeyError, ValueError):
            raise self._error(node, f"this is not a value of the type {kind}") from None

    def _where(self, node: Node) -> str:
        return f"{self._name}, line {node.start_mark.line + 1}"

    def _error(self, node: Node, message: str) -> ConfigError:
        return ConfigError(f"{self._where(node)}: {message}")
