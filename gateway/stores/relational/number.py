"""Says the schema's number of the store whose URL is the input, and nothing if it cannot be told.

It runs as a program of its own (see `gateway.stores.schema_number`), and changes nothing.
"""

from __future__ import annotations

import sys

from gateway.nouns.errors import SealgateError
from gateway.stores.relational.store import stored_number


def main() -> None:
    """Read the URL, say the number."""
    try:
        number = stored_number(sys.stdin.read())
    except SealgateError:
        return
    sys.stdout.write(str(number))


if __name__ == "__main__":
    main()
