"""What the last mails tell: who vouches for their senders, and whether the server's clock is ours."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from triaged.core.authres import Trust, Verdict, authenticate
from triaged.core.message import Message, read
from triaged.core.settings import Account
from triaged.setup.examination import Examination
from triaged.setup.finding import Finding
from triaged.setup.vouching import Vouching, line_to_write, usable, vouching

LAST = 60
"""Messages that are looked at, from the end."""
SKEW = timedelta(minutes=2)
"""Clocks that part by more than this make hours and promises wrong."""
_UNTRUSTED = "Without it, forged mail from a client's address is taken for the client's, and mail rings at most three times a day a client."


async def look(of: Examination) -> list[Finding]:
    """Look at the headers of the last messages of the first watched folder; nothing is marked as seen."""
    account, session = of.account, of.session
    if session.selected != account.watch[0]:
        there = await session.locate(account.watch[0])
        if there is None:
            return []
        await session.select(there)
    uids = (await session.uids_from(1))[-LAST:]
    fetched = await session.headers(uids) if uids else []
    messages = [read(one.header, b"", size=one.size, complete=False) for one in fetched]
    newest = max((one.arrived for one in fetched), default=None)
    clock = _clock(newest, of.known.decided_after, of.now, of.figures)
    forged = of.known.forged or _forged(of, messages, [one.arrived for one in fetched])
    return [*clock, *_vouching(account, messages, of.figures), *_told(forged, of.figures)]


def _forged(
    of: Examination, messages: Sequence[Message], arrived: Sequence[datetime]
) -> tuple[tuple[str, datetime], ...]:
    """In which client's name the last mails are forged, and when they came: what the ledger knows nothing of yet."""
    trust, roster = of.account.trust or Trust(), of.roster
    if roster is None or not trust.authserv_ids:
        return ()
    claimed = [
        (roster.find(message.author), at)
        for message, at in zip(messages, arrived, strict=True)
        if message.author is not None and authenticate(message, trust).verdict is Verdict.FAIL
    ]
    return tuple((match.client.name, at) for match, at in claimed if match is not None)


def _told(forged: Sequence[tuple[str, datetime]], figures: dict[str, Any]) -> list[Finding]:
    """Who is imitated: that mail is nobody's and causes nothing, and she is to know of it."""
    counted = Counter(name for name, _ in forged)
    figures["forged"] = dict(counted)
    if not forged:
        return []
    names = ", ".join(f"{name} ({count})" for name, count in counted.most_common())
    _, last = max(forged, key=lambda one: one[1])
    found = f"forged in the name of {names}, the last {last:%Y-%m-%d %H:%M} UTC"
    return [
        Finding(
            "forged", "note", found, "It lies in the inbox like a stranger's and causes nothing: believe none of it."
        )
    ]


def _clock(
    newest: datetime | None, decided_after: Sequence[timedelta], now: datetime, figures: dict[str, Any]
) -> list[Finding]:
    """IMAP has no command for the time: the server's stamps on mail (INTERNALDATE) are held against our clock.

    A stamp that lies ahead of us, or of the moment in which we decided, shows a clock that is ahead; that even the
    quickest of our decisions came minutes after the stamp shows one that is behind.
    """
    ahead = [*([newest - now] if newest else []), *(-after for after in decided_after)]
    most = max(ahead, default=None)
    if most is None:
        return [Finding("clock", "note", "no mail yet to compare with")]
    if most > SKEW:
        figures["clock_skew_s"] = round(most.total_seconds())
        return [_skewed("ahead of", most)]
    quickest = min(decided_after, default=None)
    if quickest is not None and quickest > SKEW:
        figures["clock_skew_s"] = -round(quickest.total_seconds())
        return [_skewed("behind", quickest)]
    if quickest is None:
        return [Finding("clock", "ok", "the server's stamps do not lie ahead of this machine's clock")]
    figures["clock_skew_s"] = 0
    return [Finding("clock", "ok", f"the server's stamps and this machine agree within {SKEW.seconds // 60} minutes")]


def _skewed(how: str, by: timedelta) -> Finding:
    minutes = by.total_seconds() / 60
    follows = (
        "Office hours and promises follow this machine's clock, arrivals the server's: set the wrong one right (NTP)."
    )
    return Finding("clock", "warning", f"the server seems {minutes:.0f} minutes {how} this machine", follows)


def _vouching(account: Account, messages: Sequence[Message], figures: dict[str, Any]) -> list[Finding]:
    trust = account.trust or Trust()
    results = [authenticate(message, trust) for message in messages]
    judged = Counter(result.verdict for result in results)
    seen = vouching(messages)
    figures["authserv_ids"] = dict(seen.seen)
    if not messages:
        return [Finding("senders", "note", "no mail yet to look at")]
    if trust.authserv_ids:
        believed = any(result.believed for result in results)
        return [_configured(trust, judged, seen, believed=believed)]
    return [_unconfigured(seen)]


def _configured(trust: Trust, judged: Counter[Verdict], seen: Vouching, *, believed: bool) -> Finding:
    names = ", ".join(trust.authserv_ids)
    if believed or judged[Verdict.PASS] + judged[Verdict.FAIL]:
        return Finding(
            "senders",
            "ok",
            f"{names} vouches for {judged[Verdict.PASS]} of the last {seen.mails} mails, {judged[Verdict.FAIL]} are forged",
        )
    return Finding(
        "senders",
        "warning",
        f"none of the last {seen.mails} mails carries results of {names}",
        f"Every sender counts as not verified. {_advice(seen)}",
    )


def _advice(seen: Vouching) -> str:
    if line := line_to_write(seen.proposed):
        return f"Write {line}."
    if not seen.seen:
        return "No server writes such results here: leave authserv_id out."
    asked = f"{seen} in {seen.mails} mails of {seen.domains} domains is too little to go by, and anybody can write such a field"
    return f"{asked}: write it only if you know that it is the name of your own server."


def _unconfigured(seen: Vouching) -> Finding:
    if not seen.seen:
        told = f"no server vouches for the senders of the last {seen.mails} mails"
        return Finding("senders", "note", told, _UNTRUSTED)
    if not usable(seen.seen):
        return Finding("senders", "note", f"seen is {seen}, which anybody could claim to be", _UNTRUSTED)
    return Finding(
        "senders",
        "warning" if seen.proposed else "note",
        f"authserv_id is not configured; seen in the last mails: {seen}",
        f"{_advice(seen)} {_UNTRUSTED}",
    )
