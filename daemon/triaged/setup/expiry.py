"""Until when the certificates of servers are valid."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from triaged.core.settings import Server, Tls
from triaged.setup.examination import Examination
from triaged.setup.finding import Finding

SOON = timedelta(days=14)
"""A certificate that ends within this should have been renewed."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """That of a server; `expires` None: nobody has seen it."""

    topic: str
    server: Server
    expires: datetime | None

    def findings(self, of: Examination) -> list[Finding]:
        """Until when it is valid, and the figure of that."""
        if self.expires is not None and self.server.tls is not Tls.NONE:
            of.figures[self.topic.replace(" ", "_") + "_expires"] = self.expires.isoformat(timespec="seconds")
        return self.at(of.now)

    def at(self, now: datetime) -> list[Finding]:
        """What there is to say about it at an instant."""
        if self.server.tls is Tls.NONE:
            return [
                Finding(self.topic, "note", "none: the line is not encrypted", "Fine on this machine, nowhere else.")
            ]
        if self.expires is None:
            return []
        found = f"valid until {self.expires:%Y-%m-%d} ({(self.expires - now).days} days)"
        if self.expires - now > SOON:
            return [Finding(self.topic, "ok", found)]
        follows = "When it ends, nothing is read or sent until it is renewed: whoever runs the server should know."
        return [Finding(self.topic, "warning", found, follows)]
