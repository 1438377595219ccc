"""What the IMAP server is and can."""

import statistics
import time

from triaged.core.settings import Account, Mode
from triaged.mailbox import Session
from triaged.setup.examination import Examination
from triaged.setup.finding import Finding

SLOW = 1.0
"""Seconds of a round trip from which on a person notices it."""
_ROUNDS = 5
_SHOWN = ("IDLE", "MOVE", "UIDPLUS", "CONDSTORE", "SPECIAL-USE")


def signed_in(of: Examination, took: float) -> list[Finding]:
    """The greeting, and what is known of servers of this sort."""
    imap, profile = of.account.imap, of.session.profile
    figures = {"server": profile.name, "greeting": of.session.greeting, "sign_in_ms": round(took * 1000)}
    of.figures.update(figures)
    known = profile.name if profile.name != "generic" else "no server that is known by name"
    told = f"{imap.user or 'signed in'} at {imap.host}, port {imap.port}, in {took:.1f} s: {known}"
    return [Finding("sign-in", "ok", told, profile.note)]


async def answers(of: Examination) -> list[Finding]:
    """How long a round trip takes."""
    times = []
    for _ in range(_ROUNDS):
        began = time.monotonic()
        await of.session.noop()
        times.append(time.monotonic() - began)
    median = statistics.median(times)
    of.figures["latency_ms"] = round(median * 1000, 1)
    found = f"{median * 1000:.0f} ms for a round trip"
    if median < SLOW:
        return [Finding("latency", "ok", found)]
    return [Finding("latency", "warning", found, "Each look at the mailbox takes that long; nothing is lost by it.")]


def can(of: Examination) -> list[Finding]:
    """The extensions that matter, each with what follows."""
    session, offered = of.session, of.session.capabilities
    of.figures["capabilities"] = sorted(offered.names)
    of.figures.update({name.lower().replace("-", "_"): name in offered for name in _SHOWN})
    return [_waiting(session), _moving(of.account, session), _special_use(session), _condstore(session)]


def _waiting(session: Session) -> Finding:
    profile = session.profile
    if not session.capabilities.idle:
        every = f"{profile.poll.total_seconds():.0f} seconds"
        return Finding("IDLE", "note", "the server has no IDLE", f"New mail is looked for every {every}.")
    if profile.idle_goes_deaf:
        again = f"{profile.reidle.total_seconds() / 60:.0f} minutes"
        lags = f" New mail may be told only after a minute: {profile.idle_lags}." if profile.idle_lags else ""
        return Finding(
            "IDLE",
            "note",
            "yes, but servers of this sort fall silent at times",
            f"The mailbox is looked at every {again} too.{lags}",
        )
    if profile.idle_lags:
        return Finding("IDLE", "ok", f"yes, but new mail may be told only after a minute: {profile.idle_lags}")
    return Finding("IDLE", "ok", "yes: new mail is noticed as soon as the server tells of it")


def _moving(account: Account, session: Session) -> Finding:
    offered = session.capabilities
    if offered.move:
        return Finding(
            "MOVE", "ok", "yes: a message is moved in one step" + ("" if offered.uidplus else ", without UIDPLUS")
        )
    if session.can_move:
        return Finding("MOVE", "ok", "no, but UIDPLUS: a message is copied, looked for, and only then removed")
    follows = (
        "Nothing is put aside on this server, since it could hit a message that it should not: verdicts, flags and replies"
        " work, what falls due stands in the digest."
    )
    return Finding(
        "MOVE", "note" if account.mode is Mode.OBSERVE else "warning", "neither MOVE nor a safe UIDPLUS", follows
    )


def _special_use(session: Session) -> Finding:
    if session.capabilities.special_use:
        return Finding("SPECIAL-USE", "ok", "yes: the server says which folder is for sent mail and for drafts")
    return Finding("SPECIAL-USE", "note", "no: sent mail and drafts are found by the usual names")


def _condstore(session: Session) -> Finding:
    found = "yes" if session.capabilities.condstore else "no"
    return Finding("CONDSTORE", "ok", f"{found}; triaged works without it")
