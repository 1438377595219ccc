"""Trying reply texts before any client sees one: a template goes in, everything wrong with it comes out.

Every language is rendered with and without each optional variable that it names, and with its empty values.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from triaged.core.template import (
    NAMES,
    Incoming,
    Named,
    PassesLeft,
    ReplyTemplate,
    TemplateError,
    Variables,
    render,
)
from triaged.core.timewords import nearest

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_SINGLE = re.compile(r"\{ ?(\w+)[^{}\n]*\}")
_AT = datetime(2026, 11, 24, 14, 10, tzinfo=UTC)
_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class TextProblem:
    """What is wrong with one text of a reply. `line` counts from 1 within that text."""

    language: str
    part: str  # "text" or "subject"
    line: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.part}.{self.language}, line {self.line}: {self.message}"
        return f"{where}; {self.hint}" if self.hint else where


FULL = Variables(
    me=Named("Dana Roth", "dana@roth.example"),
    client=Named("Harbor Trust"),
    sender=Named("Gary", "gary@harbor.example"),
    subject="quick question",
    received=_AT,
    messages=(Incoming("quick question", _AT),),
    zone=_ZONE,
    mine=_ZONE,
    now=_AT + timedelta(minutes=10),
    promise=_AT + timedelta(days=3),
    until=_AT + timedelta(days=2, hours=20),
    next_call=_AT + timedelta(days=3),
    last_answer=_AT - timedelta(days=1),
    promised_before=True,
    passes=PassesLeft(1, 2, _AT + timedelta(hours=3)),
    delegate=Named("Tom", "tom@roth-partners.example"),
    answered=(Incoming("the invoice", _AT),),
)
"""A message about which everything is known."""

_MOMENTS = (timedelta(hours=1), timedelta(days=1), timedelta(days=40))
"""Today, tomorrow, next year: a moment is said in other words each time."""

_OTHERWISE: dict[str, Any] = {
    "next_call": None,
    "last_answer": None,
    "passes": None,
    "delegate": None,
    "until": None,
    "promised_before": False,
    "address": "familiar",
    "today": False,
    "answered": (),
    "subject": "",
    "sender": Named("", "gary@harbor.example"),
    "messages": (
        *FULL.messages,
        Incoming("", _AT + timedelta(minutes=2)),
        Incoming("call me", _AT + timedelta(minutes=5)),
    ),
}
"""What else each variable may be. `promise` is not among them: a reply whose text uses it does not go without."""


def trial(template: ReplyTemplate) -> tuple[TextProblem, ...]:
    """Everything wrong with a reply's texts, in the order of its languages; nothing: it can be used.

    At most 2^11 renderings a language, and only of what the text names.
    """
    problems: dict[tuple[str, str, int, str], TextProblem] = {}
    for language in template.languages:
        for problem in _read(template, language) or _rendered(template, language):
            problems.setdefault((problem.language, problem.part, problem.line, problem.message), problem)
    for language in template.subjects:
        if language not in template.texts:
            message = "there is a subject but no text in this language"
            problems[language, "subject", 1, ""] = TextProblem(language, "subject", 1, message)
    return tuple(problems.values())


def _read(template: ReplyTemplate, language: str) -> list[TextProblem]:
    """What reading alone shows: no template at all, unknown variables."""
    from triaged.core.sandbox import TextError, compiled, line_of

    found: list[TextProblem] = []
    for part, source in template.parts(language):
        try:
            unknown = sorted(compiled(source).names.difference(NAMES))
        except TextError as fault:
            found.append(TextProblem(language, part, fault.line or 1, fault.message, fault.hint))
            continue
        for line, name in _single_braces(source):
            found.append(
                TextProblem(language, part, line, f"{{{name}}} would be sent as it stands", f"write {{{{ {name} }}}}")
            )
        for name in unknown:
            hint = nearest(name, NAMES).removeprefix("; ") or f"there are {', '.join(NAMES)}"
            found.append(
                TextProblem(language, part, line_of(source, name) or 1, f'there is no variable "{name}"', hint)
            )
    return found


def _single_braces(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of each variable in braces that are not doubled: it would be sent as it stands."""
    plain = _TAG.sub(lambda tag: "\n" * tag[0].count("\n"), source)
    for found in _SINGLE.finditer(plain):
        if found[1] in NAMES:
            yield plain.count("\n", 0, found.start()) + 1, found[1]


def _rendered(template: ReplyTemplate, language: str) -> Iterator[TextProblem]:
    """What filling it in shows. The first fault of a text is enough: the next is found when that one is mended."""
    for (without, variables), source in product(_cases(template, language), template.variants(language)):
        try:
            render(template, language, replace(variables, source=source))
        except TemplateError as fault:
            hint = f"as it is without {' and '.join(without)}" if without else ""
            yield TextProblem(language, fault.part, fault.line, fault.message, hint)
            return


def _cases(template: ReplyTemplate, language: str) -> Iterator[tuple[list[str], Variables]]:
    """Variables with everything there, then with ever more of what the texts name being otherwise."""
    for after in _MOMENTS:
        at = FULL.now + after
        yield [], replace(FULL, promise=at, next_call=at, until=at)
    named = [name for name in _OTHERWISE if template.uses(name, language)]
    for choice in sorted(product((False, True), repeat=len(named)), key=sum):
        changed = [name for name, other in zip(named, choice, strict=True) if other]
        missing = [name for name in changed if _OTHERWISE[name] is None]
        yield missing, replace(FULL, **{name: _OTHERWISE[name] for name in changed})
