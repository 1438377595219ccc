"""The JSON Schema for editors: made from what the loader reads by, and of one mind with it."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli
from jsonschema import Draft7Validator

from support.configurations import WHOLE, loaded
from triaged.config.described import WHEN
from triaged.config.document import Node
from triaged.config.editorschema import json_schema, schema_text
from triaged.config.layout import SINGLE, tables
from triaged.config.problems import Findings, Place
from triaged.config.reader import Reader
from triaged.core.conditions import CONDITIONS

CONFIG = Path(__file__).parents[3] / "config"
VALIDATOR = Draft7Validator(json_schema())
EXAMPLES = sorted(CONFIG.glob("*.toml"))


def test_the_committed_schema_is_the_one_the_code_gives():
    assert (CONFIG / "triaged.schema.json").read_text(encoding="utf-8") == schema_text(), (
        "run: python -m triaged.config.editorschema > config/triaged.schema.json"
    )


def test_it_is_a_valid_schema():
    Draft7Validator.check_schema(json_schema())
    assert json.loads(schema_text()) == json_schema()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_it_accepts_the_examples(path: Path):
    assert [error.message for error in VALIDATOR.iter_errors(plain(path.read_text(encoding="utf-8")))] == []
    assert path.read_text(encoding="utf-8").startswith("#:schema ./triaged.schema.json\n")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_stay_toml_1_0(path: Path):
    assert tomllib.loads(path.read_text(encoding="utf-8")) == tomli.loads(path.read_text(encoding="utf-8"))


def plain(text: str) -> Any:
    return json.loads(json.dumps(tomli.loads(text), default=str))


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ('timezone = "Europe/Berlin"', 'timezon = "Europe/Berlin"'),
        ('timezone = "Europe/Berlin"', "timezone = 1"),
        ('name = "Dana Roth"', 'name = ""'),
        ('mode = "send"', 'mode = "sent"'),
        ('mode = "send"', "late = 12"),
        ('mode = "send"', 'late = "soon"'),
        ('mode = "send"', 'folders = { defered = "x" }'),
        ('mode = "send"', 'reply_fuse = "a lot"'),
        ('addresses = ["dana@roth.example"]', 'addresses = ["dana"]'),
        ('addresses = ["dana@roth.example"]', "addresses = []"),
        ('{ credential = "work" }', '{ credential = "a", env = "b" }'),
        ('{ credential = "work" }', '{ vault = "a" }'),
        ('host = "imap.roth.example",', 'host = "imap.roth.example", port = "993",'),
        ('tier = "standard"', 'passes = "2 per year"'),
        ('mon-fri = "09:00-17:00"', "mon-fri = 9"),
        ('mon-fri = "09:00-17:00"', 'on = { christmas = "09:00-10:00" }'),
        ('then = "defer"', 'then = "later"'),
        ('then = "defer"', 'then = "defer"\nwhen = { clients = "x" }'),
        ('then = "defer"', 'then = "defer"\nwhen = { not = { clients = "x" } }'),
        ('then = "defer"', 'then = "defer"\nwhen = { kind = "voice" }'),
        ('then = "defer"', 'then = "defer"\nwhen = { important = "yes" }'),
        ('then = "defer"', 'then = "defer"\nexample = [{ from = "a", expect = { than = "x" } }]'),
        ("text.en", "text.english"),
    ],
)
def test_it_refuses_what_the_loader_refuses(tmp_path: Path, line: str, instead: str):
    assert line in WHOLE
    text = WHOLE.replace(line, instead)
    assert loaded(tmp_path, text).errors
    assert not VALIDATOR.is_valid(plain(text))
    assert VALIDATOR.is_valid(plain(WHOLE))


def test_its_conditions_are_those_that_rules_are_read_by():
    assert list(WHEN.keys) == [word.name for word in CONDITIONS]


@pytest.mark.parametrize("word", CONDITIONS, ids=lambda word: word.name)
def test_it_accepts_the_example_of_every_condition(word: Any):
    when = plain(word.example)
    errors = list(VALIDATOR.iter_errors({"rule": [{"then": "leave", "when": when}]}))
    assert [error.message for error in errors] == []


def test_every_example_in_a_description_is_one_that_the_loader_takes():
    place = Place(Path("x"))
    for header, table in tables():
        for name, key in table.keys.items():
            examples = examples_of(VALIDATOR.schema, header, name)
            for example in examples:
                findings = Findings()
                node = Node({name: Node(example, place, place)}, place, place)
                only = type(table)({name: type(key)(key.spec, key.about)})
                Reader(findings).read(only, node)
                assert [problem.text for problem in findings] == [], f"{header} {name}"


def examples_of(schema: Any, header: str, name: str) -> list[str]:
    found = schema["properties"]
    names = header.strip("[]").split(".")
    here = found[names[0]]
    for step in names[1:]:
        here = here["additionalProperties"] if step == "NAME" else here.get("items", here)["properties"][step]
    here = here.get("items", here)
    here = schema["definitions"]["when"] if "allOf" in here else here
    at = here["properties"][name]
    return [*at.get("examples", []), *(one for other in at.get("anyOf", []) for one in other.get("examples", []))]


def test_the_document_is_described_whole():
    assert set(json_schema()["properties"]) == set(SINGLE.keys)
