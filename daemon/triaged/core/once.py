"""What an immutable object computes when first asked for, and keeps: a value of its own, or a question asked about it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")
M = TypeVar("M")


class once(Generic[T]):  # noqa: N801  # reads like the `property` it stands beside
    """A `cached_property` without the lock that Python 3.11 takes for each: it costs more than most values of a header."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, asked: None, owner: type) -> Self: ...
    @overload
    def __get__(self, asked: object, owner: type) -> T: ...
    def __get__(self, asked: object | None, owner: type) -> T | Self:
        if asked is None:
            return self
        value = asked.__dict__[self._name] = self._compute(asked)
        return value


def kept(question: Callable[[M], T]) -> Callable[[M], T]:
    """A question about an object, answered once: the answer stays with the object, as a `once` of its own does."""
    name = f"{question.__module__}.{question.__qualname__}"

    @wraps(question)
    def ask(asked: M) -> T:
        known = asked.__dict__
        if name not in known:
            known[name] = question(asked)
        answer: T = known[name]
        return answer

    return ask
