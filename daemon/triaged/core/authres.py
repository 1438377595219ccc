"""Authentication-Results (RFC 8601): what the receiving server found out about the sender, as a verdict."""

from dataclasses import dataclass
from enum import StrEnum

from triaged.core.message import Message


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose results to believe: authserv-ids, `*.suffix` for hosts below a domain, `microsoft365`; none: unconfigured."""

    authserv_ids: tuple[str, ...] = ()


class Verdict(StrEnum):
    """What is known about the sender."""

    PASS = "pass"  # noqa: S105  # a result's name, no password
    FAIL = "fail"
    NONE = "none"
    UNCONFIGURED = "unconfigured"


@dataclass(frozen=True, slots=True)
class Authentication:
    """The verdict, why in words, and every authserv-id seen (believed or not), topmost first."""

    verdict: Verdict
    why: str
    ids_seen: tuple[str, ...] = ()


def authenticate(message: Message, trust: Trust) -> Authentication:  # noqa: ARG001  # filled in next
    """Judge the From address by the Authentication-Results fields that are to be believed."""
    if not trust.authserv_ids:
        return Authentication(Verdict.UNCONFIGURED, "no authserv_id is configured")
    return Authentication(Verdict.NONE, "no trusted Authentication-Results")


def refused_id(authserv_id: str) -> str | None:
    """Why this authserv-id must not be configured, None if it may."""
    if authserv_id.casefold() in {"opendmarc", "localhost", "hostname"}:
        return f"{authserv_id!r} is what servers everywhere call themselves"
    return None
