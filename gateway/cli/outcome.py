"""How commands end: exit codes, and errors as sentences instead of tracebacks."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from enum import IntEnum

import click

from gateway.cli.language import LANGUAGE, say
from gateway.nouns.errors import ConfigError, SealgateError


class Exit(IntEnum):
    """What a script can tell from the exit code."""

    WELL = 0
    FOUND = 1
    USAGE = 2
    FAILED = 3


@contextlib.contextmanager
def reporting() -> Iterator[None]:
    """Turn the program's errors into a sentence on stderr and an exit code."""
    try:
        yield
    except ConfigError as error:
        click.echo(_sentence(error), err=True)
        sys.exit(Exit.USAGE)
    except SealgateError as error:
        click.echo(_sentence(error), err=True)
        sys.exit(Exit.FAILED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(Exit.WELL)
    except OSError as error:  # a full disk behind `> FILE`, say
        with contextlib.suppress(OSError):
            sys.stdout.close()
        head = say("The system did not let it.", "系统拒绝了此操作。")
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"{head}\n{where}{error.strerror}", err=True)
        sys.exit(Exit.FAILED)


def _sentence(error: SealgateError) -> str:
    head = error.zh if LANGUAGE == "zh" else error.en
    return f"{head}\n{error.detail}" if error.detail else head
