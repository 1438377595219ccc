"""The words of digest and agenda, which only I read, in the languages that have them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from triaged.words import LEXICON


@dataclass(frozen=True, slots=True)
class PageWords:
    """Every phrase of the two pages, and the language that they are in."""

    language: str
    digest_title: str
    paused: str
    paused_open: str
    came_back: str
    put_aside: str
    urgent_open: str
    not_movable: str
    promised_today: str
    going_out: str
    drafts: str
    draft_note: str
    tells: str
    comes_back: str
    lies_in: str
    cancelled: str
    cancelled_note: str
    not_acknowledged: str
    no_reply: str
    not_told: str
    answered_you: str
    maybe_clients: str
    answered_often: str
    new_at_client: str
    corrections: str
    moved_twice: Mapping[str, str]
    try_line: str
    head_one: Mapping[str, str]
    head_many: Mapping[str, str]
    more: str
    zone_note: str
    watched: str
    watch_gap: str
    unwatched_now: str
    after_call_title: str
    after_call_lead: str
    back_note: str
    unsent_title: str
    unsent: Mapping[str, str]
    returned_title: str
    returned: Mapping[str, str]
    closed_title: str
    closed: Mapping[str, str]
    forged_title: str
    forged_note: str
    agenda_title: str
    agenda_lead: str
    agenda_empty: str
    open_items: str
    not_verified: str
    telephone: str
    last_answered: str
    rang: str
    rang_once: str
    no_message: str
    no_subject: str
    answered: str
    promise: Mapping[str, str]
    footer: str


@cache
def words_of(language: str) -> PageWords:
    """The words of a language, English where we have none."""
    known = language if language in LEXICON.writing("digest") else "en"
    return PageWords(known, **LEXICON.section(known, "digest"))
