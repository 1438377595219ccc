"""The phrases of the report, by language, English where we have none: those that I read, and those that a client is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from triaged.words import LEXICON


@dataclass(frozen=True, slots=True)
class Words:
    """Every phrase of the report. `how_…` say how a figure is counted."""

    language: str
    pair: str
    semicolon: str
    of: str
    title: str
    everybody: str
    nothing: str
    counted: str
    messages: str
    how_messages: str
    arrived: Mapping[str, str]
    arrival: str
    how_arrived: str
    outside: str
    decided: str
    verdicts: Mapping[str, str]
    how_verdicts: str
    sort: str
    sorts: Mapping[str, str]
    how_sorts: str
    questions: str
    how_questions: str
    outcomes: Mapping[str, str]
    how_marked: str
    how_talked: str
    waiting: str
    how_waiting: str
    older: str
    promises: str
    how_promises: str
    kept: Mapping[str, str]
    kept_of: str
    passes: str
    bursts: str
    how_bursts: str
    times: str
    how_times: str
    acknowledged: str
    answered: str
    elapsed: str
    in_hours: str
    median: str
    median_of: str
    p90: str
    worst: str
    count: str
    waiting_list: str
    client: str
    since: str
    age: str
    subject: str
    by_hand: str
    how_by_hand: str
    rule: str
    moved: str
    moved_of: str
    when_plot: str
    how_when: str
    agreed: str
    holidays: str
    answers_plot: str
    how_answers: str
    promised: str
    promises_plot: str
    how_promises_plot: str
    each_plot: str
    how_each: str
    as_table: str
    steps: Mapping[str, str]
    hour: str
    hours_axis: str
    footer: str

    def paired(self, name: str, value: str) -> str:
        """A name and its value, with the colon as the language sets it."""
        return self.pair.format(name=name, value=value)


@dataclass(frozen=True, slots=True)
class ClientWords:
    """Every phrase of the statement: facts, no reproach. `…_one` is said of one, `…_many` of any other number."""

    formal: str
    familiar: str
    pair: str
    semicolon: str
    title: str
    between: str
    agreed: str
    hours: str
    always: str
    until: str
    calls: str
    every_weeks: str
    minutes: str
    done: str
    received_none: str
    received_one: str
    received_many: str
    thanks_one: str
    thanks_many: str
    rang_one: str
    rang_many: str
    automatic_one: str
    automatic_many: str
    inside_all: str
    inside_some: str
    questions_one: str
    questions_many: str
    acknowledged_one: str
    acknowledged_all: str
    acknowledged_many: str
    answered_one: str
    answered_all: str
    answered_many: str
    marked_one: str
    marked_many: str
    talked_one: str
    talked_many: str
    talked_more: str
    settled_one: str
    settled_many: str
    announced_one: str
    kept_one: str
    kept_all: str
    kept_some: str
    late_one: str
    late_many: str
    missed_one: str
    missed_many: str
    closed_one: str
    closed_many: str
    open_none: str
    open_one: str
    open_many: str
    nothing: str
    how: str
    how_text: str
    paste: str
    when_plot: str
    promises: str
    how_promises: str
    promises_plot: str
    how_promises_plot: str
    kept: Mapping[str, str]
    footer: str


@cache
def words_of(language: str) -> Words:
    """What I read."""
    return Words(_known(language), **LEXICON.section(language, "report"))


@cache
def client_words_of(language: str) -> ClientWords:
    """What a client is shown."""
    return ClientWords(**LEXICON.section(language, "statement"))


def _known(language: str) -> str:
    """The language without its region (RFC 5646 2.2.1), English where we have no words of it."""
    base = language.partition("-")[0].casefold()
    return base if base in LEXICON.writing("report") else "en"
