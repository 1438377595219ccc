"""Statements stand once: what SQLite can prepare of the texts in the room, PostgreSQL can, and in the same words but for a few."""

import ast
import importlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

import triaged.ledger
from server.postgres import Postgres
from triaged.ledger.postgresschema import tables
from triaged.ledger.postgresspeech import FUNCTIONS, given, spoken
from triaged.ledger.schema import MIGRATIONS

ROOM = Path(triaged.ledger.__file__).parent
ENGINES = {"sqlite", "opening", "schema", "copying", "pouring", "postgresschema", "postgresspeech", "leases"}
"""Modules that speak to one engine alone."""
_STATEMENT = re.compile(r"\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b")
_ONLY_SQLITE = re.compile(
    r"\bINSERT\s+OR\b|\bUPDATE\s+OR\b|\bREPLACE\s+INTO\b|\bGLOB\b|\biif\(|\bPRAGMA\b|\browid\b|\bsqlite_"
)


def texts(path: Path) -> Iterator[str]:
    """The texts of a module with what the module's own constants put into them; what a function puts in is not known here."""
    module: dict[str, Any] = vars(importlib.import_module(f"triaged.ledger.{path.stem}"))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    said |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in said:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            with suppress(NameError, AttributeError, TypeError, KeyError):  # what only a function knows
                yield eval(compile(ast.Expression(node), str(path), "eval"), dict(module))


def modules() -> list[Path]:
    return [path for path in sorted(ROOM.glob("*.py")) if path.stem not in ENGINES and path.stem != "__init__"]


@pytest.fixture(scope="module")
def statements() -> list[str]:
    with closing(sqlite3.connect(":memory:")) as db:
        for step in MIGRATIONS:
            db.executescript(step)
        found = [text for path in modules() for text in texts(path) if _STATEMENT.match(text)]
        return sorted({text for text in found if _can(db, text)})


def _can(db: sqlite3.Connection, text: str) -> bool:
    places = [place for place in spoken(text)[1] if isinstance(place, str)]
    count = 0 if places else len(spoken(text)[1])
    try:
        db.execute(f"EXPLAIN {text}", dict.fromkeys(places) if places else (None,) * count)
    except sqlite3.Error:
        return False  # a part of one
    return True


def test_postgresql_can_prepare_whatever_sqlite_can(statements: list[str], postgres: Postgres):
    assert len(statements) > 150
    refused: dict[str, str] = {}
    with psycopg.connect(postgres.new_database(), autocommit=True) as db:
        for statement in tables(MIGRATIONS):
            db.execute(statement)  # type: ignore[call-overload]  # made of the schema
        db.execute(FUNCTIONS)
        for text in statements:
            try:
                db.execute(f"PREPARE one AS {spoken(text)[0]}")  # type: ignore[call-overload]  # the room's own
                db.execute("DEALLOCATE one")
            except psycopg.Error as error:
                refused[text] = str(error)
    assert refused == {}


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.stem)
def test_no_word_of_one_engine_alone_stands_in_a_verb(path: Path):
    assert [text for text in texts(path) if _ONLY_SQLITE.search(text)] == []


@pytest.mark.parametrize(
    ("statement", "said", "places"),
    [
        ("SELECT a FROM t WHERE b = ? AND c = ?", "SELECT a FROM t WHERE b = $1 AND c = $2", (0, 1)),
        ("SELECT ?2 || ?1 || ?2", "SELECT $1 || $2 || $1", (1, 0)),
        ("SELECT :a, ':b', :c, :a", "SELECT $1, ':b', $2, $1", ("a", "c")),
        ("x IS ? AND y IS NOT :z", "x IS NOT DISTINCT FROM $1 AND y IS DISTINCT FROM $2", (0, "z")),
        ("x IS NULL OR x IS NOT NULL", "x IS NULL OR x IS NOT NULL", ()),
        ("t CROSS JOIN s ON +s.a = t.b", "t JOIN s ON s.a = t.b", ()),
        ("FROM item INDEXED BY item_language WHERE b + 1 > 2", "FROM item WHERE b + 1 > 2", ()),
        ("CAST(value AS INTEGER)", "CAST(value AS BIGINT)", ()),
        ("SELECT 'it''s ?', ?", "SELECT 'it''s ?', $1", (0,)),
    ],
)
def test_what_is_said_otherwise(statement: str, said: str, places: tuple[str | int, ...]):
    assert spoken(statement) == (said, places)


def test_what_is_given_stands_in_the_order_of_its_places():
    assert given(("a", "c"), {"c": 3, "a": 1, "b": 2}) == [1, 3]
    assert given((1, 0), ("x", "y")) == ["y", "x"]


@pytest.mark.parametrize(
    "question",
    [
        "max(2, 3)", "min(2, 3)", "max(2, NULL)", "coalesce(min(NULL, 1), -1)",
        "json_extract('{\"a\":{\"b\":\"x\"},\"c\":4}', '$.a.b')", "CAST(json_extract('{\"c\":4}', '$.c') AS INTEGER)",
        "json_extract('{}', '$.c')", "json_set('{\"a\":1}', '$.b', 'two')", "json_set('{\"a\":1,\"b\":2}', '$.a', 7)",
        "json_remove('{\"a\":1,\"b\":2,\"c\":3}', '$.a', '$.c')", "json_patch('{\"a\":1,\"b\":2}', '{\"b\":null,\"d\":\"x\"}')",
        "json_patch('{}', '{}')", "(SELECT group_key FROM (SELECT max(key) AS group_key FROM json_each('[\"a\",\"b\"]')) AS k)",
        "(SELECT sum(CAST(value AS INTEGER)) FROM json_each('[4,5]'))",
    ],
)  # fmt: skip
def test_functions_of_sqlite_answer_the_same(question: str, postgres: Postgres, functions: str):
    with closing(sqlite3.connect(":memory:")) as lite, psycopg.connect(functions) as db:
        here = lite.execute(f"SELECT {question}").fetchone()
        there = db.execute(f"SELECT {spoken(question)[0]}").fetchone()  # type: ignore[call-overload]
    assert there == here


@pytest.fixture(scope="module")
def functions(postgres: Postgres) -> str:
    uri = postgres.new_database()
    with psycopg.connect(uri, autocommit=True) as db:
        db.execute(FUNCTIONS)
    return uri
