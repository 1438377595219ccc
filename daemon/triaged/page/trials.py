"""What both pages that try rules have: the job for it, out of a person's settings and what is remembered, and its outcome as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from triaged.page import views
from triaged.page.clientpages import MONTH
from triaged.page.seen import Seen
from triaged.page.shownmoments import Moment
from triaged.rehearse.remembered import kept_mail
from triaged.rehearse.trial import Trial


@dataclass(frozen=True, slots=True)
class Changed:
    """One message that the text would have decided otherwise: what of it, as before and after."""

    item: int
    title: str
    sender: str
    at: Moment
    differs: Sequence[tuple[str, str, str]]  # what, before, after
    because: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trial came to, in words. `changed` is None where the text has errors."""

    problems: Sequence[Mapping[str, Any]]
    summary: str = ""
    source: str = ""
    by_client: Sequence[tuple[str, int]] = ()
    changed: Sequence[Changed] | None = None


def job(seen: Seen, text: str) -> dict[str, Any]:
    """The text in place of all her rules and replies, over the last month."""
    mail = kept_mail(seen.ledger, seen.key, seen.now - MONTH, seen.now)
    return {
        "config": str(seen.behind.config),
        "file": str(seen.person.source),
        "person": seen.person.label,
        "text": text,
        "mail": [one.as_json() for one in mail],
    }


def outcome(seen: Seen, trial: Trial) -> Outcome | None:
    """In her words; None: there is none (yet)."""
    if trial.result is None:
        return None
    found, words = trial.result, seen.words
    if "total" not in found:
        return Outcome(found["problems"])
    names = {one.label: one.name for one in seen.person.roster.clients}
    return Outcome(
        found["problems"],
        words["would_change"].format(n=found["changed"], of=found["total"]),
        words["reckoned_from"].format(n=found["with_words"], of=found["total"], out=found["left_out"]),
        [(names.get(label, label), number) for label, number in found["by_client"]],
        [_changed(seen, one) for one in found["lines"]],
    )


def _changed(seen: Seen, one: Mapping[str, Any]) -> Changed:
    at = views.hers(datetime.fromisoformat(one["arrived"]), seen.person)
    title = one["subject"] or f"({seen.words['no_subject']})"
    verdicts = seen.words["verdicts"]
    differs = [
        (seen.words["differs"][which], verdicts.get(was, was) or "–", verdicts.get(now, now) or "–")
        for which, was, now in one["differs"]
    ]
    return Changed(one["item"], title, one["sender"], at, differs, one["because"])
