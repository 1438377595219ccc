"""How long a sign-in lives, and when to say so: arithmetic over a `Token`. Never: a clock of its own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from triaged.core.provider import AuthorizationServer
from triaged.delivery.oauth.tokenstore import Token

AHEAD = timedelta(minutes=5)
"""An access token is renewed so long before it ends."""

USUAL_LIFE = timedelta(hours=1)
"""Of an access token whose provider does not say (RFC 6749 5.1)."""

NEAR = timedelta(days=3)
WARNINGS = (timedelta(days=14), NEAR, timedelta(days=1))
"""So long before a sign-in dies it is said; not those beyond half of its life."""

_ABOUT = timedelta(hours=12)
_SAME = timedelta(minutes=2)
"""Two figures of one end part by the time that answers take, and by rounding."""


@dataclass(frozen=True, slots=True)
class Death:
    """When a sign-in will end unless something is done, and why."""

    at: datetime
    why: str
    life: timedelta
    by_use: bool  # whether using it puts the end off


def is_fresh(token: Token, now: datetime, ahead: timedelta | None = None) -> bool:
    """Whether the access token may be used: for `ahead` more, else until its renewal is due."""
    if not token.access_token or token.expires_at is None:
        return False
    return now < token.expires_at - (_ahead(token) if ahead is None else ahead)


def _ahead(token: Token) -> timedelta:
    if token.expires_at is None or token.renewed_at is None:
        return AHEAD
    return min(AHEAD, (token.expires_at - token.renewed_at) / 5)


def renew_at(token: Token, provider: AuthorizationServer) -> datetime | None:
    """When a new access token is due: before the old one ends, and before the sign-in does. None: at once."""
    if not token.access_token or token.expires_at is None:
        return None
    due = token.expires_at - _ahead(token)
    end = death(token, provider)
    if end is not None:
        last = end.at - min(AHEAD, end.life / 5)
        if token.renewed_at is None or token.renewed_at < last:
            due = min(due, last)
    return due


def death(token: Token, provider: AuthorizationServer) -> Death | None:
    """The end that is known of; None: none is."""
    if token.grant == "client_credentials" or token.refresh_token is None:
        return None
    ends = [_of_testing(token, provider), _as_told(token), _of_disuse(token, provider)]
    return min((end for end in ends if end is not None), key=lambda end: end.at, default=None)


def _of_testing(token: Token, provider: AuthorizationServer) -> Death | None:
    if not token.testing or provider.testing is None or token.signed_in_at is None:
        return None
    days = provider.testing.days
    why = f"the registration's publishing status is Testing: its sign-ins live {days} days"
    return Death(token.signed_in_at + provider.testing, why, provider.testing, by_use=False)


def _as_told(token: Token) -> Death | None:
    """The provider's own figure. Unless it has grown with a renewal, the sign-in ends then whatever is done."""
    if token.refresh_expires_at is None:
        return None
    slides = token.refresh_slides is True
    since = token.renewed_at if slides else token.signed_in_at or token.renewed_at
    if since is None:
        return None
    return Death(token.refresh_expires_at, "the provider said so", token.refresh_expires_at - since, by_use=slides)


def _of_disuse(token: Token, provider: AuthorizationServer) -> Death | None:
    used = token.renewed_at or token.signed_in_at
    if provider.unused is None or used is None:
        return None
    why = f"a sign-in that is not used for {provider.unused.days} days ends; using it puts that off"
    return Death(used + provider.unused, why, provider.unused, by_use=True)


def warning_due(end: Death, now: datetime) -> timedelta | None:
    """The latest warning that is due: how long before the end it stands; None: none yet."""
    fitting = [ahead for ahead in WARNINGS if ahead <= end.life / 2]
    if not fitting and not end.by_use:
        fitting = [end.life / 4]  # shorter than two days: said once all the same
    return min((ahead for ahead in fitting if now >= end.at - ahead), default=None)


def told_end(token: Token, told: timedelta | None, now: datetime) -> tuple[datetime | None, bool | None]:
    """When the sign-in ends by what the provider says at `now`, and whether renewals put that off (None: not known yet).

    Some say it at the sign-in alone: then it holds until it has shown to be wrong. A figure that shrinks from one renewal
    to the next means the same end each time.
    """
    before = token.refresh_expires_at
    if told is None:
        return (before, False) if before is not None and before > now else (None, None)
    end = now + told
    if before is None:
        return end, None
    if abs(end - before) <= _SAME:
        return before, False
    return end, end > before


def died_of_testing(token: Token, provider: AuthorizationServer, now: datetime) -> bool:
    """Whether a refusal at `now` looks like the end of a trial registration's sign-in."""
    if provider.testing is None or token.signed_in_at is None:
        return False
    return abs(now - token.signed_in_at - provider.testing) < _ABOUT
