"""[[rule]] as rules, with the tests they carry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from triaged.config.accounts import unknown
from triaged.config.described import made, table_of
from triaged.config.document import Node
from triaged.config.loaded import Case
from triaged.config.problems import Findings, Place
from triaged.config.reader import Section
from triaged.core.conditions import Condition, Known, parse_when
from triaged.core.rules import NOTHING, Example, Nothing, Rule, RuleSet, Then
from triaged.core.worktime import WorkTime


@dataclass(frozen=True, slots=True)
class Names:
    """What rules may refer to: the tables as written, valid or not, so that one fault is told once."""

    clients: Mapping[str, Any]
    tiers: tuple[str, ...]
    replies: Mapping[str, Any]
    channels: Mapping[str, Any]
    delegates: Mapping[str, Any]


def make_rules(
    sections: tuple[Section, ...], names: Names, worktime: WorkTime, findings: Findings
) -> tuple[RuleSet, tuple[Case, ...]]:
    """The rules in their order, and their examples as cases (of nobody yet)."""
    rules: list[Rule] = []
    cases: list[Case] = []
    seen: dict[str, Section] = {}
    for section in sections:
        name = name_of(section)
        if name in seen:
            findings.error(
                section.place("name"), f'"{name}" is the name of another rule ({seen[name].place()}): names are unique'
            )
        seen.setdefault(name, section)
        rule = _rule(section, names, worktime, findings)
        if rule is not None:
            rules.append(rule)
            cases.extend(_cases(rule, section))
    return RuleSet(tuple(rules)), tuple(cases)


def name_of(section: Section) -> str:
    """A rule's name; one without is called by its number."""
    index = section.path[-1]
    return str(section.get("name", f"rule {index + 1 if isinstance(index, int) else index}"))


def _rule(section: Section, names: Names, worktime: WorkTime, findings: Findings) -> Rule | None:
    when = _when(section, names, findings)
    _check_names(section, names, findings)
    examples = tuple(_example(one, worktime) for one in section.get("example", ()))
    if "then" not in section:
        return None
    then = Then(section.values["then"])
    _check_then(then, section, findings)
    return made(
        Rule,
        section,
        name=name_of(section),
        when=when,
        promise=_promise(section, findings),
        reply=_reply(section),
        examples=tuple(example for example in examples if example is not None),
    )


def _when(section: Section, names: Names, findings: Findings) -> Condition | None:
    node: Node | None = section.get("when")
    if node is None:
        return None
    condition = parse_when(
        node.plain(), ("when",), Known(tuple(names.clients), names.tiers, tuple(table_of(Rule).keys))
    )
    if not isinstance(condition, list):
        return condition
    for problem in condition:
        found = section.node.find(*problem.path)
        place = found.key if _names_key(section.node, problem.path, problem.text) else found.at
        key = next((step for step in reversed(problem.path) if isinstance(step, str)), "when")
        if findings.tells_of(place):  # by the reader of texts, who says it better
            continue
        findings.error(place, problem.text if f'"{key}"' in problem.text else f"{key}: {problem.text}")
    return None


def _names_key(node: Node, path: tuple[str | int, ...], text: str) -> bool:
    """Whether a problem is about a key, not about its value."""
    return isinstance(path[-1], str) and path[-1] in node.find(*path[:-1]).table and f'"{path[-1]}"' in text


def _promise(section: Section, findings: Findings) -> tuple[Any, ...] | Nothing | None:
    moments = section.get("promise")
    if moments is None:
        return None
    if None not in moments:
        return tuple(moments)
    if len(moments) > 1:
        findings.error(section.place("promise"), 'promise: "none" stands alone, not in a list')
    return NOTHING


def _reply(section: Section) -> str | None:
    reply = section.get("reply")
    return None if reply == "none" and "none" not in section.node.table else reply


def _check_names(section: Section, names: Names, findings: Findings) -> None:
    """Everything a rule refers to must exist."""
    reply = _reply(section)
    if reply is not None and reply not in names.replies:
        findings.error(section.place("reply"), unknown("reply", reply, names.replies))
    if (delegate := section.get("delegate")) is not None and delegate not in names.delegates:
        findings.error(section.place("delegate"), unknown("delegate", delegate, names.delegates))
    check_channels(section, names.channels, findings)


def check_channels(section: Section, channels: Mapping[str, Any], findings: Findings) -> None:
    """Every channel of a `notify` must exist."""
    for index, label in enumerate(section.get("notify", ())):
        if label not in channels:
            findings.error(section.place("notify", index), unknown("notify", label, channels))


def _check_then(then: Then, section: Section, findings: Findings) -> None:
    if then is not Then.DEFER and "until" in section:
        findings.warning(
            section.key_place("until"), f'until changes nothing: with then = "{then}" nothing is put aside'
        )
    if then is not Then.URGENT and section.get("spends_pass"):
        findings.warning(section.key_place("spends_pass"), f'a pass is spent for urgency, and then = "{then}"')


def _example(section: Section, worktime: WorkTime) -> Example | None:
    if "from" not in section or "expect" not in section:
        return None
    at: datetime | None = section.get("at")
    return made(
        Example,
        section,
        at=None if at is None else worktime.instant(at.date(), at.time()).astimezone(UTC),
        to=_list(section, "to"),
        cc=_list(section, "cc"),
        headers=dict(section.values["header"].values) if "header" in section else {},
        expect={key: _words(value) for key, value in section.values["expect"].values.items()},
    )


def _list(section: Section, key: str) -> str | None:
    return ", ".join(section.values[key]) if section.get(key) else None


def _words(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _cases(rule: Rule, section: Section) -> list[Case]:
    written = [one for one in section.get("example", ()) if "from" in one and "expect" in one]
    return [
        Case("", rule.name, example, one.place(), _places(one))
        for example, one in zip(rule.examples, written, strict=True)
    ]


def _places(section: Section) -> dict[str, Place]:
    expect = section.values["expect"]
    return {f"expect.{key}": expect.place(key) for key in expect.values} | {"from": section.place("from")}
