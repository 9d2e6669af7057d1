"""Files of the state folder belong to its owner, also where a command of root's makes them.

A gateway that runs as a user of its own could not read them otherwise: a key made by
``sudo sealgate key create`` would be unknown to it.
"""

from __future__ import annotations

import os
from pathlib import Path


def give_to_owner(descriptor: int, folder: Path) -> None:
    """Give a new file to the owner of its folder, if root made it. Raises OSError.

    Open it with O_EXCL or O_NOFOLLOW: else the folder's owner could have put a link in its place. A
    file with a second name is left alone for the same reason.
    """
    if os.geteuid() != 0:
        return
    made, owner = os.fstat(descriptor), folder.stat()
    if made.st_uid == 0 and owner.st_uid != 0 and made.st_nlink == 1:
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
