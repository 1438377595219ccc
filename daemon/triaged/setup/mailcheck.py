"""What the last mails tell: who vouches for their senders, and whether the server's clock is ours."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from triaged.core.authres import MICROSOFT, Trust, Verdict, authenticate, refused_id
from triaged.core.message import Message, read
from triaged.core.settings import Account
from triaged.setup.examination import Examination
from triaged.setup.finding import Finding

LAST = 60
"""Messages that are looked at, from the end."""
SKEW = timedelta(minutes=2)
"""Clocks that part by more than this make hours and promises wrong."""
_UNTRUSTED = "Without it, forged mail from a client's address is taken for the client's."


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
    return [*clock, *_vouching(account, messages, of.figures)]


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
    seen: Counter[str] = Counter()
    judged: Counter[Verdict] = Counter()
    for message in messages:
        result = authenticate(message, trust)
        judged[result.verdict] += 1
        if result.ids_seen:
            seen[result.ids_seen[0]] += 1  # the topmost: written last, by the server that is nearest
    figures["authserv_ids"] = dict(seen.most_common())
    if not messages:
        return [Finding("senders", "note", "no mail yet to look at")]
    if trust.authserv_ids:
        return [_configured(trust, judged, seen, len(messages))]
    return [_unconfigured(seen, len(messages))]


def _configured(trust: Trust, judged: Counter[Verdict], seen: Counter[str], count: int) -> Finding:
    names = ", ".join(trust.authserv_ids)
    told = judged[Verdict.PASS] + judged[Verdict.FAIL]
    if told or any(trust.believes(each) or each in trust.authserv_ids for each in seen):
        return Finding(
            "senders",
            "ok",
            f"{names} vouches for {judged[Verdict.PASS]} of the last {count} mails, {judged[Verdict.FAIL]} are forged",
        )
    others = (
        f"Seen are {_list(seen)}: {line_to_write(seen)}."
        if seen
        else "No server writes such results here: leave authserv_id out."
    )
    return Finding(
        "senders",
        "warning",
        f"none of the last {count} mails carries results of {names}",
        f"Every sender counts as not verified. {others}",
    )


def _unconfigured(seen: Counter[str], count: int) -> Finding:
    if not seen:
        return Finding("senders", "note", f"no server vouches for the senders of the last {count} mails", _UNTRUSTED)
    line = line_to_write(seen)
    if not line:
        return Finding("senders", "note", f"seen is {_list(seen)}, which anybody could claim to be", _UNTRUSTED)
    return Finding(
        "senders",
        "warning",
        f"authserv_id is not configured; seen in the last mails: {_list(seen)}",
        f"Write {line}. {_UNTRUSTED}",
    )


def _list(seen: Counter[str]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in seen.most_common(4))


def line_to_write(seen: Counter[str]) -> str:
    """The line to write into the account's table: the nearest server's id; hosts of one domain together as `*.domain`."""
    usable = [name for name, _ in seen.most_common() if refused_id(name) is None]
    if not usable:
        return ""
    best = usable[0]
    parent = best.partition(".")[2]
    together = f"*.{parent}"
    alike = [name for name in usable if name.endswith(f".{parent}")]
    if len(alike) > 1 and refused_id(together) is None:
        best = together
    return f'authserv_id = "{MICROSOFT if best == MICROSOFT else best}"'
