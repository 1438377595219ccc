"""What an endpoint's answer means: a yes, a no for good, a no for now (RFC 6749 5.2), and the figures in it.

In: an answer. Out: its object. Never: a word of a gateway taken for the provider's.
"""

import math
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from triaged.core.decoding import clean_line
from triaged.core.heard import heard
from triaged.core.provider import AuthorizationServer
from triaged.delivery.oauth.errors import Declined, NotNow
from triaged.delivery.oauth.web import Answer

_LATER_CODES = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
# RFC 6749 5.2, and no other word of a gateway, a proxy or a provider that stumbles
_FOR_GOOD = frozenset({
    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
})  # fmt: skip
# OpenID Connect Core 3.1.2.6: a person is wanted; Microsoft says it at the token endpoint, as error or as suberror
_OF_A_PERSON = frozenset({"interaction_required", "login_required", "consent_required"})
_BY_NUMBER = {
    "AADSTS65001": "consent_required",
    "AADSTS50076": "interaction_required",
    "AADSTS50079": "interaction_required",
}
# https://learn.microsoft.com/entra/identity-platform/reference-error-codes: a service behind it is away, a client asked too
# often, a tenant is slowed down; all of them come as 400 invalid_grant
_TRANSIENT = re.compile(
    r"AADSTS(?:50196|80002|90006|90024|90033|90055)\b|transient|temporar(?:y|ily)|try again later|retry later",
    re.IGNORECASE,
)
_BUSY = 429
_SERVER_ERRORS = 500
_BAD_REQUEST, _UNAUTHORIZED = 400, 401
_YES = range(200, 300)  # RFC 9110 15.3


def checked(answer: Answer, provider: AuthorizationServer) -> Mapping[str, Any]:
    """The answer's object, if it is a yes.

    Raises:
        NotNow: 429, 5xx, or nothing that could be read. Declined: any other no.
    """
    told = answer.body.get("error")
    code = heard(told) if isinstance(told, str) else ""
    if answer.status == _BUSY or answer.status >= _SERVER_ERRORS or (code in _LATER_CODES and code != "slow_down"):
        raise NotNow(f"{provider.name} says {answer.status} {_said(answer)}".rstrip(), retry_after=answer.retry_after)
    if code:
        text = f"{provider.name} says {code}: {_said(answer)}"
        raise Declined(text, code=code, for_good=_is_for_good(answer, code), need=_need(answer))
    if not answer.body or answer.status not in _YES:
        raise NotNow(
            f"{provider.name} answers {answer.status} with nothing that could be read", retry_after=answer.retry_after
        )
    return answer.body


def _is_for_good(answer: Answer, code: str) -> bool:
    """Whether the provider itself has refused, and will refuse the next time: a gateway's 403, a service that is away are not it."""
    expected = {_UNAUTHORIZED, _BAD_REQUEST} if code == "invalid_client" else {_BAD_REQUEST}  # RFC 6749 5.2
    known = code in _FOR_GOOD or code in _OF_A_PERSON
    return known and answer.status in expected and not _TRANSIENT.search(_said(answer))


def _need(answer: Answer) -> str:
    """What Microsoft says is missing, beside the code."""
    if (told := answer.body.get("suberror")) in _OF_A_PERSON:
        return str(told)
    return next((need for number, need in _BY_NUMBER.items() if number in _said(answer)), "")


def _said(answer: Answer) -> str:
    """The provider's own words, one line: Microsoft adds a trace, a correlation id and a timestamp."""
    words = clean_line(str(answer.body.get("error_description") or "")).partition(" Trace ID:")[0]
    return heard(words) or "no more than that"


def seconds(value: object) -> int | None:
    """Some providers write numbers as text, some with a fraction."""
    try:
        number = float(str(value))
    except ValueError:
        return None
    return int(number) or None if 0 < number < math.inf else None


def span(value: object) -> timedelta | None:
    """The same as a duration, ten years at most."""
    number = seconds(value)
    return None if number is None else timedelta(seconds=min(number, 10 * 366 * 86_400))
