"""A process of its own that tries other rules: a job on stdin, JSON lines on stdout. Nothing is written, no secret is resolved.

What was typed may hold an expression or a text that never ends: here it may take its time and memory, be stopped, and never
slow the daemon. Run by `triaged.rehearse.trial`.
"""

import json
import os
import resource
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from triaged.config import load
from triaged.config.loaded import Loaded
from triaged.config.tried import Edit, above, replaced
from triaged.core.errors import TriagedError
from triaged.core.settings import Person
from triaged.core.wording import short_date
from triaged.rehearse.examples import run_examples
from triaged.rehearse.outcomes import because, details, outcome
from triaged.rehearse.remembered import Kept, as_mail
from triaged.rehearse.replaying import Line, replay
from triaged.rehearse.sources import Old

MEMORY, SECONDS = 1024**3, 60
_NICE: Final = 10
_MOST_SHOWN = 200
_EVERY = 25


def main() -> int:
    """Do the job on stdin; 1 and one line on stderr where that cannot be done."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    os.nice(_NICE)
    job = json.loads(sys.stdin.buffer.read())
    try:
        _tell(tried(job))
    except TriagedError as error:
        sys.stderr.write(str(error))
        return 1
    return 0


def tried(job: Mapping[str, Any]) -> dict[str, Any]:
    """Problems, or what would have changed.

    Args:
        job: `config` (path), `file` (of the person, in it), `person` (label), `text`, `above` (a rule's name; where the key is missing,
            the text replaces all rules and replies), `mail` (of `Kept.as_json`).
    """
    edit: Edit = above(job["text"], job["above"]) if "above" in job else replaced(job["text"])
    path, file, label = Path(job["config"]), Path(job["file"]), job["person"]
    was, new = load(path), load(path, edits={file: edit})
    problems = _problems(was, new, label)
    before, now = was.person(label), new.person(label)
    if now is None or any(one["error"] for one in problems):
        return {"problems": problems}
    if before is None:
        raise TriagedError("the configuration has an error as it stands: triaged check says where")
    lines = _replayed([Kept.of_json(one) for one in job["mail"]], before, now)
    return {"problems": problems, **_result(lines, job["mail"])}


def _problems(was: Loaded, new: Loaded, label: str) -> list[dict[str, Any]]:
    """What is wrong with the text, and what it makes wrong elsewhere; not what was so before."""
    known = {str(one) for one in was.problems}
    cases = tuple(case for case in new.cases if case.person == label)
    found = [*new.problems, *run_examples(replace(new, cases=cases))]
    return [
        {"place": str(one.file.name), "line": one.line, "column": one.column, "error": one.is_error, "text": one.text}
        for one in dict.fromkeys(found)
        if str(one) not in known
    ]


def _replayed(kept: Sequence[Kept], before: Person, now: Person) -> list[Line]:
    """Both over the same mail; nobody's word about senders is asked, since none is remembered."""
    old, new = (_believing(one) for one in (before, now))
    homes = {account.login: account.addresses[0].spec for account in new.accounts}
    mail = [as_mail(one, homes.get(one.to, new.accounts[0].addresses[0].spec)) for one in kept]
    return replay(mail, [new], lambda _: old, _watched)


def _believing(person: Person) -> Person:
    return replace(person, accounts=tuple(replace(one, trust=None) for one in person.accounts))


def _watched(mail: Sequence[Old]) -> Iterator[Old]:
    for number, one in enumerate(mail):
        if number % _EVERY == 0:
            _tell({"done": number, "total": len(mail)})
        yield one


def _result(lines: Sequence[Line], mail: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How many were looked at and changed, which, and by client."""
    judged = [
        (line, one)
        for line, one in zip(lines, mail, strict=True)
        if line.before is not None and line.before.client == one["client"]
    ]
    changed = [(line, one) for line, one in judged if line.changed]
    return {
        "total": len(judged),
        "left_out": len(lines) - len(judged),
        "with_words": sum(bool(one["words"]) for _, one in judged),
        "changed": len(changed),
        "by_client": sorted(Counter(one["client"] for _, one in changed).items()),
        "lines": [_change(line, one) for line, one in reversed(changed[-_MOST_SHOWN:])],
    }


def _change(line: Line, one: Mapping[str, Any]) -> dict[str, Any]:
    person, zone = line.person, line.person.worktime.zone

    def told(at: Any) -> str:
        return f"{short_date(at, person.language, zone)} {at.astimezone(zone):%H:%M}"

    assert line.before is not None
    then, now = ([*outcome(decision, told), *details(decision, told)] for decision in (line.before, line.decision))
    return {
        "item": one["item"],
        "subject": one["subject"],
        "sender": one["sender"],
        "arrived": one["arrived"],
        "differs": [[n, was, is_now] for n, (was, is_now) in enumerate(zip(then, now, strict=True)) if was != is_now],
        "because": because(line.before, line.decision),
    }


def _tell(line: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=True) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
