"""Until when the certificates of servers are valid."""

from datetime import datetime, timedelta
from typing import Any

from triaged.core.settings import Server, Tls
from triaged.setup.finding import Finding

SOON = timedelta(days=14)
"""A certificate that ends within this should have been renewed."""


def certificate(
    server: Server, expires: datetime | None, now: datetime, topic: str, figures: dict[str, Any]
) -> list[Finding]:
    """Until when the certificate of a server is valid."""
    if server.tls is Tls.NONE:
        return [Finding(topic, "note", "none: the line is not encrypted", "Fine on this machine, nowhere else.")]
    if expires is None:
        return []
    figures[topic.replace(" ", "_") + "_expires"] = expires.isoformat(timespec="seconds")
    found = f"valid until {expires:%Y-%m-%d} ({(expires - now).days} days)"
    if expires - now > SOON:
        return [Finding(topic, "ok", found)]
    follows = "When it ends, nothing is read or sent until it is renewed: whoever runs the server should know."
    return [Finding(topic, "warning", found, follows)]
