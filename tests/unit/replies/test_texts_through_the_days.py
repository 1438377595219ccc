"""Every text that we write to a client, in each language and address, at a week of moments: printed, to be read; and never odd.

`pytest -s -k through` shows them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from triaged.config import load
from triaged.core.template import Incoming, PassesLeft, ReplyTemplate, Variables, built_in, render
from triaged.core.trial import FULL
from triaged.words import LEXICON

CONFIG = Path(__file__).resolve().parents[3] / "config"
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 27, 17, 30, tzinfo=UTC)  # a Friday evening
MOMENTS = {
    "today": NOW + timedelta(hours=2),
    "tomorrow": NOW + timedelta(days=1),
    "thursday": datetime(2026, 12, 3, 13, 0, tzinfo=UTC),
    "the first": datetime(2026, 12, 1, 0, 30, tzinfo=UTC),
    "next year": datetime(2027, 1, 8, 9, 0, tzinfo=UTC),
}
ZONES = {"mine": BERLIN, "Hong Kong": ZoneInfo("Asia/Hong_Kong")}
FORMAL = {
    "de": r"\b(Sie|Ihnen|Ihre?[nmrs]?)\b", "fr": r"\b([Vv]ous|[Vv]otre|[Vv]os)\b", "es": r"\b(usted|su|sus|[Ll]e|decírselo|escríbame|Tendrá)\b",
}  # fmt: skip
FAMILIAR = {
    "de": r"\b([Dd]u|[Dd]ir|[Dd]ich|[Dd]eine?[nmrs]?)\b",
    "fr": r"\b([Tt]u|[Tt]on|[Tt]es|[Tt]e)\b",
    "es": r"\b([Tt]u|[Tt]us|[Tt]e|Tendrás)\b",
}
ODD = {
    "en": r"\b(on|by on) (today|tomorrow) at",
    "de": r"\b(am|zum|vom|beim|dem|den) (heute|morgen) um|\d \d\d:\d\d Uhr|, \d\d:\d\d Uhr",
    "fr": r"\b(le|au|du|de) (aujourd.hui|demain) à|d.ici (au |le )?aujourd.hui|jusqu.au (aujourd|demain)|heure d.Hong| [:;!?]|\d[a-z]+ de décembre",
    "es": r"\b(el|del|al) (hoy|mañana) a|\bel el\b|(?<!el )(?<!del )\b(lunes|martes|miércoles|jueves|viernes|sábado|domingo) \d",
}  # fmt: skip


def shipped() -> Iterator[ReplyTemplate]:
    for path in sorted(CONFIG.glob("*.toml")):
        for person in load(path).persons:
            yield from (replace(one, label=f"{path.stem}.{name}") for name, one in person.replies.items())


def ours() -> list[tuple[ReplyTemplate, str]]:
    built = [built_in(label) for label in ("slip", "moved", "no_pass", "not_now")]
    first = ReplyTemplate(
        "first", {one: LEXICON.section(one, "replies")["first"] for one in LEXICON.writing("replies")}
    )
    return [(one, language) for one in (*built, first, *shipped()) for language in one.languages]


def variables(moment: datetime, zone: ZoneInfo, address: str) -> Iterator[Variables]:
    """With one message and several, a call at that moment and none, two passes left, one, none."""
    for several in (False, True):
        for call in (moment, None):
            for left in (2, 1, 0):
                messages = (Incoming("quick question", NOW), Incoming("roof", NOW))[: 1 + several]
                yield replace(
                    FULL, now=NOW, mine=BERLIN, zone=zone, promise=moment, next_call=call, address=address,
                    messages=messages, passes=PassesLeft(left, 2, *((moment,) if _UNTIL else ())), until=moment,
                )  # fmt: skip


_UNTIL = "until" in PassesLeft.__dataclass_fields__


@pytest.mark.parametrize("address", ["formal", "familiar"])
@pytest.mark.parametrize(("template", "language"), ours(), ids=lambda one: getattr(one, "label", one))
def test_a_text_reads_well_through_the_days(template: ReplyTemplate, language: str, address: str):
    for zone in ZONES.values():
        for name, moment in MOMENTS.items():
            said = list(dict.fromkeys(render(template, language, one).text for one in variables(moment, zone, address)))
            print(f"--- {template.label}, {language}, {address}, {name}\n{said[0]}")  # noqa: T201 — it is for reading
            for text in said:
                assert not re.search(ODD[language], text), text
                assert not re.search(r"\b2 of our 2\b|\b1 (are|sind)\b|\{", text), text
                assert not ("'" in text and "’" in text), "one apostrophe in one mail"


@pytest.mark.parametrize("language", ["de", "fr", "es"])
@pytest.mark.parametrize("label", ["slip", "moved", "no_pass", "not_now", "first"])
def test_each_built_in_text_is_formal_or_familiar_through_and_through(language: str, label: str):
    text = LEXICON.section(language, "replies")[label]
    template = ReplyTemplate(label, {language: text})
    one = next(variables(MOMENTS["thursday"], BERLIN, "formal"))
    said = {how: render(template, language, replace(one, address=how)).text for how in ("formal", "familiar")}
    assert not re.search(FAMILIAR[language], said["formal"]), said["formal"]
    assert not re.search(FORMAL[language], said["familiar"]), said["familiar"]
