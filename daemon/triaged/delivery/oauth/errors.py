"""What can go wrong on the way to a token, by what has to happen next.

In: what a token endpoint said. Out: one of two errors: later, or a person. Never: a token or a secret in a message.
"""

from datetime import timedelta

from triaged.core.errors import TriagedError


class SignInNeeded(TriagedError):
    """No token will come until a person has acted. The message names the command to type."""

    def __init__(self, text: str, *, code: str = "") -> None:
        super().__init__(text)
        self.code = code  # RFC 6749 5.2: invalid_grant, invalid_client, …; "" if none


class NotNow(TriagedError):
    """The token endpoint does not answer, or says "later"; `retry_after` is its own figure, None if it named none."""

    def __init__(self, text: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Declined(TriagedError):
    """The provider refused what was asked of it; `code` as in RFC 6749 5.2 and RFC 8628 3.5.

    `for_good`: asking again is in vain until something has changed. `need`: what is missing in particular, where it says so.
    """

    def __init__(self, text: str, *, code: str = "", for_good: bool = False, need: str = "") -> None:
        super().__init__(text)
        self.code, self.for_good, self.need = code, for_good, need or code
