"""The one place where instants are milliseconds. In: aware UTC datetimes; out: integers since 1970, and back."""

from datetime import UTC, datetime, timedelta
from typing import overload

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@overload
def to_ms(at: datetime) -> int: ...
@overload
def to_ms(at: None) -> None: ...
def to_ms(at: datetime | None) -> int | None:
    """Milliseconds since 1970, cut off, never rounded up. A naive datetime raises TypeError."""
    return None if at is None else (at - EPOCH) // _MILLISECOND


@overload
def from_ms(ms: int) -> datetime: ...
@overload
def from_ms(ms: None) -> None: ...
def from_ms(ms: int | None) -> datetime | None:
    """The instant, aware UTC."""
    return None if ms is None else EPOCH + timedelta(milliseconds=ms)


def span_ms(span: timedelta) -> int:
    """A duration in milliseconds."""
    return span // _MILLISECOND
