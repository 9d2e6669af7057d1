"""Mail and saved pages in its form (``.eml``, ``.mht``; RFC 5322 and 2045): what its body says."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser

from gateway.extraction.web_page import visible_text

_MOST_PARTS = 200
_BOUNDARY = b"\n--"


def mail_text(content: bytes) -> str:
    """Return the subject and the body of a mail; of a plain one and a page the one that says more,
    since they say the same. Attached files are not opened. Raises ValueError and LookupError for
    what cannot be read, or is of very many parts, for which the library takes minutes."""
    if content.count(_BOUNDARY) > _MOST_PARTS * 2:
        raise ValueError("too_many_parts")
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(content)
    plain, page = (message.get_body(preferencelist=(kind,)) for kind in ("plain", "html"))
    bodies = [_decoded(plain), visible_text(_decoded(page))]
    return f"{message.get('subject', '')}\n\n{max(bodies, key=len)}"


def _decoded(part: MIMEPart | None) -> str:
    """Return a part's text; in an encoding that nobody knows, what of it is UTF-8."""
    raw = part.get_payload(decode=True) if part else None
    if part is None or not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")
