"""``sealgate trace``: which exchange a text or a file came from."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from gateway.cli.given_file import GivenFile, NoContentError, given_file
from gateway.cli.invocation import json_option, settings_options
from gateway.cli.language import say
from gateway.cli.ledger import opened_archive
from gateway.cli.outcome import Exit
from gateway.cli.underline import Stroke, underlined
from gateway.config.quantity import seconds
from gateway.nouns.media import MediaFormat
from gateway.ports.operator import MarkSeen, Traced
from gateway.wire.disguises import disguise
from gateway.wire.media_type import sniff

MOST_SHOWN = 10

_HELP = say(
    """Find the exchange that a text or a file came from: whole, cut, edited a little, or without
    its label.

    What is given is the name of a file, - for standard input, or the text itself. Of a picture,
    sound, video or document the marks are read, of a document (also a web page, a mail, rich text)
    its words too. A content credential beside the file (NAME.c2pa) is read with it.

    \b
    Examples:
      sealgate trace "a passage of an answer"
      sealgate trace answer.txt
      sealgate trace picture.png
      sealgate trace 7KQ2-M9XD             the short code of a label
      pbpaste | sealgate trace -
      sealgate trace "15 typed characters" --subject li.na --around 2026-11-28T14:05:00

    Exit code 1 means that no exchange was found.
    """,
    """查找文本或文件出自哪次交互：全文、片段、略有改动或去掉标识均可。

    参数可以是文件名、-（标准输入）或文本本身。对图片、音频、视频和文档读取其中的标识，
    对文档（包括网页、邮件、富文本）还比对其文字。文件旁的内容凭证（“原名.c2pa”）会一并读取。

    \b
    示例：
      sealgate trace "回答中的一段话"
      sealgate trace answer.txt
      sealgate trace picture.png
      sealgate trace 7KQ2-M9XD             标识中的短码
      pbpaste | sealgate trace -
      sealgate trace "截图中的十五个字" --subject li.na --around 2026-11-28T14:05:00

    退出码 1 表示未找到。
    """,
)
_TEXTS = frozenset({MediaFormat.TXT, MediaFormat.MARKDOWN, MediaFormat.HTML})
_LONGEST_NAME = 255
_MOST_TEXT_BYTES = 8 << 20
"""Of a longer text the first and the last half of this are traced."""

_AROUND = 400
"""Of a long text so many characters before and behind the passage are shown."""

_WAYS = {
    "code": say("by the code of its label", "依据标识短码"),
    "id": say("by its id", "依据编号"),
    "watermark": say("by its invisible watermark", "依据隐形水印"),
    "trace": say("by its invisible trace", "依据隐形标记"),
    "fingerprint": say("by its words", "依据文本指纹"),
    "picture": say("by its looks", "依据画面指纹"),
    "file": say("byte for byte", "文件逐字节相同"),
}


class _Asked(NamedTuple):
    """What was given: a ``text``, or the ``content`` of a file of another kind (then ``text`` is
    None)."""

    text: str | None
    content: bytes = b""
    name: str = ""
    manifest: bytes = b""


@click.command(name="trace", help=_HELP)
@click.argument("what", metavar="FILE|-|TEXT", required=False)
@click.option(
    "--file",
    "source",
    type=click.Path(path_type=Path, allow_dash=True, dir_okay=False),
    help=say("Read a file of this name (- is standard input).", "读取此文件。"),
)
@click.option(
    "--subject",
    help=say(
        "Whose exchange it was: a few typed characters then suffice (with --around).",
        "属于哪位用户：此时只需少量字符（与 --around 同用）。",
    ),
)
@click.option(
    "--around",
    type=click.DateTime(),
    help=say("When it was, in UTC.", "大致时间（UTC）。"),
)
@click.option(
    "--within",
    default="1h",
    show_default=True,
    help=say("How far from that time.", "与该时间相差多少以内。"),
)
@json_option
@settings_options
def trace(
    *,
    what: str | None,
    source: Path | None,
    subject: str | None,
    around: datetime | None,
    within: str,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Trace a text or a file to its exchanges."""
    if (what is None) == (source is None):
        raise click.UsageError(
            say("Give a file, a text, or --file FILE.", "请给出文件、文本或 --file 文件。")
        )
    if (subject is None) != (around is None):
        raise click.UsageError(
            say("--subject and --around go together.", "--subject 与 --around 须同时给出。")
        )
    span_s = _span_s(around, within) if around else (0.0, 0.0)
    asked = _asked(what, source)
    marks: list[MarkSeen] = []
    with opened_archive(config, policy, state) as archive:
        if asked.text is None:
            marks, found = archive.trace_file(asked.content, asked.name, asked.manifest)
        elif subject is None:
            found = archive.trace(asked.text)
        else:
            found = archive.trace_typed(asked.text, subject, span_s)
    if as_json:
        exchanges = [each._asdict() for each in found]
        seen = [each._asdict() for each in marks]
        whole = exchanges if asked.text is not None else {"marks": seen, "exchanges": exchanges}
        click.echo(msgspec.json.encode(whole))
    else:
        _draw(asked, marks, found)
    click.get_current_context().exit(Exit.WELL if found else Exit.FOUND)


def _span_s(around: datetime, within: str) -> tuple[float, float]:
    """Return the first and the last second that are meant."""
    try:
        reach_s = seconds(within)
    except ValueError as error:
        raise click.UsageError(f"--within: {error}") from None
    middle_s = around.replace(tzinfo=UTC).timestamp()
    return middle_s - reach_s, middle_s + reach_s


def _asked(what: str | None, source: Path | None) -> _Asked:
    """Return what is to be traced: a name that no file has is a text."""
    path = source or Path(what or "")
    if source is None and what != "-" and not _is_file(what or ""):
        return _Asked(what)
    given = _read(path)
    kind = sniff(given.content, given.name)
    plain = kind is None or kind in _TEXTS
    if plain and not given.manifest and disguise(given.content, given.name) is None:
        return _Asked(_edges(given.content.removeprefix(b"\xef\xbb\xbf")))
    return _Asked(None, *given)


def _edges(content: bytes) -> str:
    """Return a text, of a very long one its edges; whoever asked is told."""
    if len(content) <= _MOST_TEXT_BYTES:
        return content.decode("utf-8", "replace")
    half = _MOST_TEXT_BYTES // 2
    parts = (content[:half], content[-half:])
    click.echo(
        say(
            f"Only the first and the last {half >> 20} MiB are traced.",
            f"仅追溯开头和结尾各 {half >> 20} MiB。",
        ),
        err=True,
    )
    return "\n".join(part.decode("utf-8", "replace") for part in parts)


def _is_file(what: str) -> bool:
    if not what or len(what.encode(errors="surrogatepass")) > _LONGEST_NAME or "\0" in what:
        return False
    return Path(what).is_file()


def _read(source: Path) -> GivenFile:
    if str(source) == "-":
        return GivenFile(sys.stdin.buffer.read(), "")
    try:
        return given_file(source)
    except OSError as error:
        raise click.UsageError(f"{source}: {error.strerror}") from None
    except NoContentError as error:
        raise click.UsageError(f"{source}: {error}") from None


def _draw(asked: _Asked, marks: list[MarkSeen], found: list[Traced]) -> None:
    for mark in marks:
        named = mark.exchange or mark.code
        click.echo(f"{mark.mark}: {mark.state}" + (f"  {named}" if named else ""))
    if not found:
        click.echo(say("No exchange is known for it.", "未找到对应的交互记录。"))
        return
    for each in found[:MOST_SHOWN]:
        when = datetime.fromtimestamp(each.time_ns / 1e9, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        sure = f"{each.confidence:.0%}"
        click.echo(f"{each.exchange}  {when}  {_WAYS.get(each.how, each.how)}, {sure}")
    best = found[0]
    if best.how == "fingerprint" and asked.text is not None:
        first = max(0, best.start - _AROUND)
        shown = asked.text[first : best.end + _AROUND]
        stroke = Stroke(best.start - first, best.end - first, "~", best.exchange)
        for line in underlined(shown, [stroke]):
            click.echo(f"  {line}")
    hint = say("Read it with: ", "查看记录：")
    click.echo(f"{hint}sealgate ledger show {best.exchange} --reason ...")
