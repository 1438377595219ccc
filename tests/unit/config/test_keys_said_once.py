"""A key is said once, at its field: reader, reference, JSON Schema and defaults all say what is said there."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli

from support.configurations import WHOLE, loaded
from triaged.config import changes
from triaged.config.document import Node
from triaged.config.editorschema import json_schema
from triaged.config.layout import SINGLE
from triaged.config.problems import Findings, Place
from triaged.config.reader import Reader
from triaged.config.spec import Either, Key, Many, Spec, Table

CONFIG = Path(__file__).parents[3] / "config"
NAME = "NAME"
Steps = tuple[str | int, ...]


def inner_table(spec: Spec) -> tuple[Table | None, Steps]:
    """The table that a value is or holds, and the steps down to it."""
    match spec:
        case Table(keys, others) if others is not None and not keys:
            table, below = inner_table(others.spec)
            return table, (NAME, *below)
        case Table():
            return spec, ()
        case Many(item):
            table, _ = inner_table(item)
            return table, (0,)
        case Either(choices):
            return next((found for choice in choices if (found := inner_table(choice))[0] is not None), (None, ()))
        case _:
            return None, ()


def keys(table: Table = SINGLE, path: Steps = ()) -> Iterator[tuple[Steps, str, Key]]:
    """Every key of a configuration with the path of its table."""
    for name, key in table.keys.items():
        yield path, name, key
        inner, steps = inner_table(key.spec)
        if inner is not None:
            yield from keys(inner, (*path, name, *steps))


KEYS = list(keys())
IDS = [".".join(map(str, (*path, name))) for path, name, _ in KEYS]


def test_the_walk_finds_them_all():
    assert len(KEYS) > 120
    assert {"service.keep", "account.NAME.imap.oauth.provider.issuer", "rule.0.example.0.expect.until"} <= set(IDS)


@pytest.mark.parametrize(("path", "name", "key"), KEYS, ids=IDS)
def test_the_reader_knows_the_key_and_no_other_beside_it(path: Steps, name: str, key: Key):
    told = [problem.text for problem in read(path, {name: 1.5, f"{name}zzz": 1.5})]
    assert not any(f'"{name}" in' in text or f'"{name}" is' in text for text in told)
    known_by_others = any(f'"{name}zzz"' in text for text in told)
    assert known_by_others or "others" in repr(key)


def read(path: Steps, table: dict[str, Any]) -> Findings:
    place = Place(Path("x"))
    value: Any = {name: Node(one, place, place) for name, one in table.items()}
    for step in reversed(path):
        inside = Node(value, place, place)
        value = [inside] if isinstance(step, int) else {step: inside}
    findings = Findings()
    Reader(findings).read(SINGLE, Node(value, place, place))
    return findings


@pytest.mark.parametrize(("path", "name", "key"), KEYS, ids=IDS)
def test_the_schema_has_the_key_with_its_meaning(path: Steps, name: str, key: Key):
    here: Any = json_schema()
    for step in path:
        here = next(filter(None, (down(one, step) for one in alternatives(here))))
    properties = next(one["properties"] for one in alternatives(here) if "properties" in one)
    assert properties[name].get("description", "").startswith(key.about)


def alternatives(schema: Any) -> list[Any]:
    return [schema, *(inner for one in schema.get("anyOf", []) for inner in alternatives(one))]


def down(schema: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return schema.get("items")
    return schema.get("additionalProperties") if step == NAME else schema.get("properties", {}).get(step)


REFERENCE = (CONFIG / "README.md").read_text(encoding="utf-8").split("<!-- keys:begin -->")[1].split("<!-- keys:end")[0]
ELSEWHERE = {  # several places share one table of the reference; what a test of a rule expects has a section of its own
    ("account", NAME, "imap"): "`imap` of [account.NAME]; `smtp` likewise",
    ("account", NAME, "smtp"): "`imap` of [account.NAME]; `smtp` likewise",
    ("account", NAME, "folders"): "`folders` of [account.NAME]",
    ("client", NAME, "hours"): "`[hours]`",
    ("hours",): "`[hours]`",
    ("service", "page_tls"): "`page_tls` of [service]",
}


def heading(path: Steps) -> str:
    if path in ELSEWHERE:
        return ELSEWHERE[path]
    if {"password", "client_secret", "url"} & set(path):
        return "`password`, `client_secret` of `oauth`, `url` of [notify.NAME]"
    if path[-1] in ("oauth", "provider"):
        return {"oauth": "`oauth` of `imap` and `smtp`", "provider": "`provider` of `oauth`, for one of your own"}[
            path[-1]
        ]
    names = ".".join(step for step in path if isinstance(step, str))
    return f"`[[{names}]]`" if path[-1] == 0 else f"`[{names}]`"


def rows(title: str) -> dict[str, str]:
    section = re.split(r"^### ", REFERENCE.split(f"### {title}\n")[1], flags=re.MULTILINE)[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", section, re.MULTILINE))


IN_REFERENCE = [one for one in KEYS if one[0] and not {"example"} & set(one[0])]


@pytest.mark.parametrize(("path", "name", "key"), IN_REFERENCE, ids=lambda one: one if isinstance(one, str) else "")
def test_the_reference_has_the_key_with_its_meaning(path: Steps, name: str, key: Key):
    assert rows(heading(path))[name].endswith(f"| {key.about.replace('|', chr(92) + '|')}")


def test_the_reference_names_no_key_that_is_none():
    named = {(title, row) for title in re.findall(r"^### (.*)$", REFERENCE, re.MULTILINE) for row in rows(title)}
    assert named == {(heading(path), name) for path, name, _ in IN_REFERENCE}


WITH_ALL_TABLES = tomli.loads(
    WHOLE + '[promises]\nslip = "draft"\nslip_reply = "later"\nnotify = "phone"\n'
    '[notify.phone]\nurl = { env = "X" }\n[service]\nlog = "json"\n[account.work.folders]\nurgent = "Now"\n'
)
ACTUAL = {"account": "work", "client": "harbor", "reply": "later", "notify": "phone"}


def table_at(document: Any, path: Steps) -> Any:
    for step, before in zip(path, (None, *path), strict=False):
        step = ACTUAL.get(str(before), step) if step == NAME else step  # noqa: PLW2901  # the label that stands there
        if isinstance(document, dict) and step not in document:
            return None
        document = document[step]
    return document


DEFAULTS = [
    (path, name, key.default)
    for path, name, key in KEYS
    if (key.default[:1] in ('"', "[") or key.default in ("true", "false")) and table_at(WITH_ALL_TABLES, path)
]


def test_defaults_of_all_sorts_are_written_out():
    assert len(DEFAULTS) > 25


@pytest.mark.parametrize(("path", "name", "default"), DEFAULTS, ids=lambda one: one if isinstance(one, str) else "")
def test_a_default_that_is_written_out_changes_nothing(tmp_path: Path, path: Steps, name: str, default: str):
    written: Any = copy.deepcopy(WITH_ALL_TABLES)
    table = table_at(written, path)
    table.pop(name, None)
    without = loaded(tmp_path, as_toml(written))
    table[name] = tomli.loads(f"x = {default}")["x"]
    with_it = loaded(tmp_path, as_toml(written))
    assert not without.errors
    assert not with_it.errors
    assert changes(without, with_it) == ()


def as_toml(document: dict[str, Any]) -> str:
    return "".join(f"{key} = {inline(value)}\n" for key, value in document.items())


def inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {inline(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.dumps(value)
