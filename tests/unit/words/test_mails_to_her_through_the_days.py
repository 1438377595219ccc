"""Every text that its person reads, and the statement, in each language at a week of moments: printed, to be read; and never odd.

`pytest -s -k through` shows them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from support.reportkit import DAY, HOUR, MONDAY, dana, report, row, told
from triaged.core.settings import Person
from triaged.core.wording import on_date
from triaged.ledger.reporting import ReceivedRow, ToldPromise
from triaged.person.phrasing import Phrasing
from triaged.person.pushwords import (
    FallsDue,
    Outage,
    absence_words,
    left_out_words,
    outage_words,
    unadopted_words,
    vanished_words,
    warning_words,
)
from triaged.report.htmlpage import as_text as page_as_text
from triaged.report.statement import as_text, statement
from triaged.words import LEXICON

LANGUAGES = ["en", "de", "fr", "es"]
NOW = MONDAY + 4 * DAY + timedelta(hours=8)  # a Friday evening
MOMENTS = {
    "today": NOW + timedelta(hours=1),
    "tomorrow": NOW + DAY,
    "at one": datetime.fromisoformat("2026-12-03T13:05+01:00"),
    "the first": datetime.fromisoformat("2026-12-01T09:30+01:00"),
    "next year": datetime.fromisoformat("2027-01-08T10:00+01:00"),
    "yesterday": NOW - DAY,
    "last week": NOW - 7 * DAY,
}
FRENCH_MARK = re.compile(r"(?:(?<=[^\W\d_])|(?<=[»)]))[:;!?](?!\S)| [:;!?]|«(?!\u00a0)|(?<!\u00a0)»")
DAYS = "lunes|martes|miércoles|jueves|viernes|sábado|domingo|lun|mar|mié|jue|vie|sáb|dom"
ODD = {
    "en": r"\b(at|on) (today|tomorrow) at|\bat (Mon|Tue|Wed|Thu|Fri|Sat|Sun)",
    "de": r"\b(am|zum|vom|um|dem|den) (heute|morgen) um|\bum (Mo|Di|Mi|Do|Fr|Sa|So)\b",
    "fr": r"\b(le|au|du|de) (aujourd.hui|demain) à|\b(depuis|Depuis|de|à|pour|jusqu’à) (lun|mar|mer|jeu|ven|sam|dim)\w*\.?\s\d",
    "es": rf"\b(el|del|al) (hoy|mañana) a|\b(a las|desde|Desde|hasta|para|de) ({DAYS})\b\.?,? \d",
}
ONE_IS_NOT_MANY = {"en": r"\b1 (messages|questions|points)\b", "de": r"\b1 (Nachrichten|Fragen)\b", "fr": r"\b1 (messages|questions|points)\b", "es": r"\b1 (mensajes|preguntas|abiertos)\b"}  # fmt: skip


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return dana(tmp_path)


def about(moment: datetime) -> tuple[Any, Any]:
    """A promise and the message that it is about."""
    promise = SimpleNamespace(client="harbor", correspondent="gary@harbor.example", due_at=moment)
    return promise, SimpleNamespace(subject="roof", excerpt="Please look.", arrived_at=NOW - DAY)


def mails(person: Person, moment: datetime) -> Iterator[str]:
    promise, item = about(moment)
    for folder in ("Settled", None):
        yield "\n".join(warning_words(person, FallsDue(promise, item, folder), NOW))
    yield "\n".join(vanished_words(person, promise, NOW))
    yield "\n".join(absence_words(person, moment.date(), ["harbor", "lindenhof"]))
    for name in ("unwatched", "watched", "unsent", "sendable"):
        yield "\n".join(outage_words(person, Outage("work", moment, "refused"), NOW, name))
    yield "\n".join(left_out_words(person, "dana.toml:3: no such key", 2))
    yield "\n".join(unadopted_words(person, "work", 3))


def filled(table: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[str]:
    """Every text of a section with its places filled."""
    for key, text in table.items():
        if isinstance(text, Mapping):
            yield from filled(text, given)
        elif isinstance(text, str):
            yield text.format(**given | ({"at": "13:30"} if key == "back_note" else {}))


def notes(person: Person, moment: datetime) -> Iterator[str]:
    """Digest, agenda, confirmations and pushes, text by text."""
    phrasing = Phrasing.of(person)
    at = phrasing.when(moment)
    given = dict.fromkeys(("at", "since", "begin", "end", "until"), at) | {
        "date": phrasing.date(moment), "n": "3", "count": "3", "client": "Harbor Trust", "name": "Harbor Trust", "who": "Gary",
        "span": phrasing.span(moment, moment + HOUR), "reason": "answered", "reply": "7", "rule": "Outage", "line": "[[rule]]",
        "address": "gary@harbor.example", "folder": "Archive", "subject": "roof", "why": "answered", "number": "3",
        "words": "friday", "numbers": "1, 2", "days": phrasing.day(moment), "to": "gary@harbor.example", "account": "work",
        "error": "refused", "aside": "2", "zone": "Berlin time",
    }  # fmt: skip
    for section in ("digest", "confirm"):
        yield from filled(LEXICON.section(person.language, section), given)
    push = LEXICON.section(person.language, "push")
    outages = {"unwatched", "watched", "unsent", "sendable"}
    yield from filled({key: text for key, text in push.items() if key not in outages}, given)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_she_reads_through_the_days_reads_well(person: Person, language: str):
    mine = replace(person, language=language)
    for name, moment in MOMENTS.items():
        print(f"--- {language}, {name}")  # noqa: T201 — it is for reading
        for text in (*mails(mine, moment), *notes(mine, moment)):
            print(text)  # noqa: T201
            assert not re.search(ODD[language], text), text
            assert not re.search(r"[{}]|  (?!\S*\n)", text.strip()), text
            assert language != "fr" or not FRENCH_MARK.search(re.sub(r"\w+\.toml:\S+|\[\S+\]", "", text)), text


def weeks() -> Iterator[tuple[list[ReceivedRow], list[ToldPromise]]]:
    """Nothing; one of each; some of each."""
    yield [], []
    for many in (1, 3):
        rows: list[ReceivedRow] = []
        for n in range(many):
            at, thread = MONDAY + n * DAY, f"t{n}"
            rows += [
                row(10 * n + 1, at, thread=f"a{thread}", acknowledged_at=at + HOUR, answered_at=at + (n + 2) * HOUR),
                row(10 * n + 2, at, thread=f"b{thread}", answered_at=at + HOUR, answered_by="flag"),
                row(10 * n + 3, at, thread=f"c{thread}", settled_at=at + DAY, call_at=at + HOUR, settled_by="call"),
                row(10 * n + 4, at, thread=f"d{thread}", settled_at=at + DAY, settled_by="person"),
                row(10 * n + 5, at, thread=f"e{thread}"),
                row(10 * n + 6, at, thread=f"f{thread}", kind=("courtesy",)),
                row(10 * n + 7, at + 14 * HOUR, thread=f"g{thread}", kind=("voicemail",), automatic=True),
                row(10 * n + 8, at, thread=f"h{thread}", automatic=True),
            ]
        states = ("kept", "late", "overdue", "settled")
        yield rows, [told(4 * n + k, state=state) for n in range(many) for k, state in enumerate(states)]


@pytest.mark.parametrize("address", ["formal", "familiar"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_statement_through_the_days_reads_well(person: Person, language: str, address: str):
    harbor = person.roster.by_label("harbor")
    assert harbor is not None
    client = replace(harbor, language=language, address=address)
    for rows, promises in weeks():
        rows.sort(key=lambda one: one.arrived_at)
        found = statement(report(*rows, promises=promises, person=person, now=NOW + 7 * DAY), client)
        text = as_text(found, language)
        print(f"--- {language}, {address}\n{text}")  # noqa: T201
        assert not re.search(ODD[language], text), text
        assert not re.search(ONE_IS_NOT_MANY[language], text), text
        assert "{" not in text
        assert language != "fr" or not FRENCH_MARK.search(re.sub(r"\d:\d", "", text)), text
        others = {
            "de": (r"\bIhnen\b", r"\b[Dd]ir\b"),
            "fr": (r"\bvotre\b", r"\bta\b"),
            "es": (r"\bsu parte\b", r"\btu parte\b"),
        }
        if language in others:
            formal, familiar = others[language]
            wrong = familiar if address == "formal" else formal
            assert not re.search(wrong, " ".join(found.done)), text
            assert not rows or re.search(formal if address == "formal" else familiar, " ".join(found.done)), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_through_the_days_has_no_place_left_empty(person: Person, language: str):
    mine = replace(person, language=language)
    for rows, promises in weeks():
        rows.sort(key=lambda one: one.arrived_at)
        text = page_as_text(report(*rows, promises=promises, person=mine, now=NOW + 7 * DAY))
        print(f"--- {language}\n{text}")  # noqa: T201
        assert "{" not in text


def test_a_date_of_the_statement_is_that_of_the_clients_calendar(person: Person):
    harbor = person.roster.by_label("harbor")
    assert harbor is not None
    at = datetime.fromisoformat("2026-11-25T00:20+01:00")  # on Tuesday in London
    said = " ".join(statement(report(row(1, at), person=person), harbor).done)
    assert "from Tuesday 24 November" in said
    call = row(2, at, settled_at=at + HOUR, call_at=at, settled_by="call")
    said = " ".join(statement(report(call, person=person), harbor).done)
    assert on_date(at, "en", harbor.zone, NOW) == "Tuesday 24 November"
    assert "our call on Tuesday 24 November" in said
