"""A question about an immutable object that is answered once, as a `cached_property` of its own is."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

T = TypeVar("T")
M = TypeVar("M")


def kept(question: Callable[[M], T]) -> Callable[[M], T]:
    """A question about an object, answered once: the answer stays with the object."""
    name = f"{question.__module__}.{question.__qualname__}"

    @wraps(question)
    def ask(asked: M) -> T:
        known = asked.__dict__
        if name not in known:
            known[name] = question(asked)
        answer: T = known[name]
        return answer

    return ask
