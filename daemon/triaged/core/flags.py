"""Flags and keywords of messages: their case says nothing (RFC 9051 2.3.2, 9)."""

from collections.abc import Iterable


def folded(flags: Iterable[str]) -> frozenset[str]:
    """Flags as they are compared: in small letters."""
    return frozenset(flag.lower() for flag in flags)
