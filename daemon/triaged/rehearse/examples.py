"""The tests that rules carry: each example becomes a message, is decided about as real mail is, and compared.

A configuration goes in, a problem comes out for every expectation that is not met. An example has no past: no thread,
no reply before it, all passes left. Its sender is taken for authenticated unless it says otherwise in its header.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from triaged.config.loaded import Case, Loaded
from triaged.config.parsers import parse_local
from triaged.config.problems import Findings, Place, Problem
from triaged.core.authres import Authentication, Verdict
from triaged.core.decide import decide
from triaged.core.decision import Decision
from triaged.core.facts import Facts
from triaged.core.identify import identify
from triaged.core.message import read_raw
from triaged.core.rules import Example
from triaged.core.settings import Person, Terms

_AUTHENTIC = Authentication(Verdict.PASS, "taken for granted in an example", ())
_THEN = {"urgent": "urgent", "deferrable": "defer", "left": "leave"}
_NONE = "none"


def run_examples(loaded: Loaded, now: datetime | None = None) -> tuple[Problem, ...]:
    """Run the examples of all valid persons; a failing one is an error at the expectation that is not met.

    What fails for one cause is told once, with the lines of the other examples.
    """
    causes: dict[tuple[Path, str], list[_Failure]] = {}
    for case in loaded.cases:
        person = loaded.person(case.person)
        if person is not None and person.accounts:
            for cause, failure in _failures(case, person, now or datetime.now(UTC)).items():
                causes.setdefault((failure.at.file, cause), []).append(failure)
    findings = Findings()
    for (_, cause), failures in causes.items():
        first, *others = failures
        lines = ", ".join(str(line) for line in dict.fromkeys(one.case.at.line for one in others))
        also = f"; for the same reason those in line {lines}" if others else ""
        findings.error(first.at, f'example of "{first.case.rule}": {first.text} ({cause}){also}')
    return findings.in_order()


@dataclass(frozen=True, slots=True)
class _Failure:
    """What an example expected for one cause in vain: in words, at the first expectation that is not met."""

    case: Case
    text: str
    at: Place


def _failures(case: Case, person: Person, now: datetime) -> dict[str, _Failure]:
    """By their causes."""
    at = case.example.at or person.worktime.next_available(now) or now
    decision = decide_example(case.example, person, at)
    found: dict[str, _Failure] = {}
    for key, expected in case.example.expect.items():
        came = _came(key, decision, person)
        if not _is(key, came, expected, person):
            told = f"{key} is {_quoted(came)}, not {_quoted(expected)}"
            failure = _Failure(case, told, case.places.get(f"expect.{key}", case.at))
            before = found.setdefault(_why(key, decision), failure)
            if before is not failure:
                found[_why(key, decision)] = replace(before, text=f"{before.text}; {told}")
    return found


def decide_example(example: Example, person: Person, at: datetime) -> Decision:
    """What would happen to an example's message if it arrived at `at`."""
    message = read_raw(_octets(example, person, at))
    account = person.accounts[0]
    who = identify(message, person, account)
    if "authentication-results" not in {name.casefold() for name in example.headers}:
        believed = replace(account, trust=None)
        who = replace(identify(message, person, believed), authentication=_AUTHENTIC)
    return decide(who, Facts(now=at, arrived=at), Terms(person, account))


def _octets(example: Example, person: Person, at: datetime) -> bytes:
    """The example as a message that came by SMTP."""
    sender = example.sender.rpartition("<")[2].rstrip("> ")
    fields = {
        "Return-Path": f"<{sender}>",
        "From": example.sender,
        "To": example.to or person.accounts[0].addresses[0].spec,
        **({"Cc": example.cc} if example.cc else {}),
        "Subject": example.subject,
        "Date": format_datetime(at),
        "Message-ID": "<example@triaged.invalid>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
    }
    written = {name.casefold() for name in example.headers}
    lines = [*_lines((name, text) for name, text in fields.items() if name.casefold() not in written)]
    lines += _lines(example.headers.items())
    return ("\r\n".join([*lines, "", *example.text.splitlines()]) + "\r\n").encode("utf-8", "replace")


def _lines(fields: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (f"{name}: {text}" for name, text in fields)


def _came(key: str, decision: Decision, person: Person) -> str:  # noqa: PLR0911  # one return a key
    """What came of it, as the expectation would be written."""
    match key:
        case "then":
            return _THEN[decision.verdict.value]
        case "until":
            return _local(decision.until.at, person) if decision.until else _NONE
        case "promise":
            return _local(decision.promise_moment.at, person) if decision.promise_moment else _NONE
        case "reply":
            return decision.reply.template if decision.reply else _NONE
        case "language":
            return decision.reply.language if decision.reply else _NONE
        case "kind":
            return ", ".join(decision.kind)
        case "notify":
            return ", ".join(decision.notify) or _NONE
        case "rule":
            return decision.rule or _NONE
        case "client":
            return decision.client or _NONE
        case "delegate":
            return decision.delegate or _NONE
        case _:
            return decision.no_reply or _NONE


def _is(key: str, came: str, expected: str, person: Person) -> bool:
    match key:
        case "until" | "promise":
            return came == (_NONE if expected == _NONE else _local(_instant(expected, person), person))
        case "kind":
            return set(_words(expected)) <= set(_words(came))
        case "notify":
            return set(_words(expected)) - {_NONE} == set(_words(came)) - {_NONE}
        case _:
            return came == (expected or _NONE)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _instant(text: str, person: Person) -> datetime:
    at = parse_local(text)
    return person.worktime.instant(at.date(), at.time())


def _local(at: datetime, person: Person) -> str:
    here = at.astimezone(person.worktime.zone)
    return f"{here:%Y-%m-%d %H:%M:%S}" if here.second else f"{here:%Y-%m-%d %H:%M}"


def _quoted(text: str) -> str:
    return text if text == _NONE else f'"{text}"'


def _why(key: str, decision: Decision) -> str:
    by = f'rule "{decision.rule}": ' if decision.rule else ""
    if key in ("reply", "language", "no_reply") and decision.no_reply and decision.refusals:
        return f"{by}no reply: {decision.refusals[0].reason}"
    return f"{by}{decision.reason}"
