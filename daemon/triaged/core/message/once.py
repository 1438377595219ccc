"""A value that an immutable object computes when first asked for, and keeps."""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801  # reads like the `property` it stands beside
    """A value computed when first asked for and kept: reading a whole backlog must not pay for what no rule asks."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, message: None, owner: type) -> Self: ...
    @overload
    def __get__(self, message: object, owner: type) -> T: ...
    def __get__(self, message: object | None, owner: type) -> T | Self:
        if message is None:
            return self
        value = message.__dict__[self._name] = self._compute(message)
        return value
