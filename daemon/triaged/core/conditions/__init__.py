"""Conditions of rules. `parse_when` makes them from a table, `evaluate` asks one about a `View` of a message.

A condition with its words stands in one place (`people`, `content`, `circumstances`), its type in `terms`.
Nothing here looks at a clock or decides what follows.
"""

from triaged.core.conditions.clocks import can_hold, window
from triaged.core.conditions.parse import CONDITIONS, conditions_table, parse_when
from triaged.core.conditions.reach import could_match, exact_clients, needles, reaches, ruled_out
from triaged.core.conditions.reading import ConditionWord, Known, Problem
from triaged.core.conditions.terms import (
    Condition,
    asks_for_cc,
    at_any_hour,
    evaluate,
    languages_asked,
    longest_burst,
    matches_words,
    names_kind,
    words_asked,
)
from triaged.core.conditions.view import KINDS, Outcome, View, kinds_by_past, thread_kind

__all__ = [
    "CONDITIONS",
    "KINDS",
    "Condition",
    "ConditionWord",
    "Known",
    "Outcome",
    "Problem",
    "View",
    "asks_for_cc",
    "at_any_hour",
    "can_hold",
    "conditions_table",
    "could_match",
    "evaluate",
    "exact_clients",
    "kinds_by_past",
    "languages_asked",
    "longest_burst",
    "matches_words",
    "names_kind",
    "needles",
    "parse_when",
    "reaches",
    "ruled_out",
    "thread_kind",
    "window",
    "words_asked",
]
