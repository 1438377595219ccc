"""ARCHITECTURE.md and CONTRIBUTING.md are maps: what they name is there, and what is there they name."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from triaged.ledger import opening

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "daemon/triaged"
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()

NAMED = re.compile(r"`([a-z]+(?:/[a-z_]+)+)((?:\.[A-Za-z_]+)*)[`(]")
FILE = re.compile(r"`([A-Za-z.]+(?:/[\w.<>-]+)*/?)`")


@cache
def names_in(path: Path) -> frozenset[str]:
    """Whatever a module binds at its top, and below its classes."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found.add(node.name)
            found |= {f"{node.name}.{each.name}" for each in node.body if hasattr(each, "name")}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {each.id for each in targets if isinstance(each, ast.Name)}
    return frozenset(found)


def is_there(module: str, name: str) -> bool:
    path = PACKAGE / f"{module}.py"
    name = name.removeprefix(".")
    return path.exists() and (name in ("", "py") or name in names_in(path))


@pytest.mark.parametrize(
    ("module", "name"), sorted(set(NAMED.findall(ARCHITECTURE)) - {("delivery/oauth", "")}), ids=lambda each: each
)
def test_what_the_map_names_is_there(module: str, name: str) -> None:
    assert is_there(module, name)


def test_every_room_is_on_the_map() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert {room for room in rooms if f"\n| `{room}/` |" not in ARCHITECTURE} == set()


def schema() -> list[tuple[str, str]]:
    db = opening.connect(opening.MEMORY)
    with_names = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").fetchall()
    db.close()
    return with_names


def test_every_table_of_the_ledger_is_on_the_map() -> None:
    assert {table for table, _ in schema() if f"\n| `{table}` |" not in ARCHITECTURE} == set()


def test_every_state_in_the_ledger_is_on_the_map() -> None:
    stated = [re.search(r"state IN \(([^)]*)\)", sql) for _, sql in schema()]
    states = {state for found in stated if found for state in re.findall(r"'(\w+)'", found[1])}
    drawn = ARCHITECTURE.split("### States")[1].split("### Which commit")[0]
    assert states
    assert {state for state in states if not re.search(rf"\b{state}\b", drawn)} == set()


def test_every_verb_that_the_map_calls_a_commit_is_one() -> None:
    verbs = set(
        re.findall(r'commit\(store, "(\w+)"', "".join(each.read_text() for each in PACKAGE.glob("ledger/*.py")))
    )
    listed = ARCHITECTURE.split("### Which commit")[1].split("### At a start")[0]
    cells = [line.split("|")[2] for line in listed.splitlines() if line.startswith("| ")][1:]
    named = {
        verb
        for cell in cells
        for verb in re.findall(r"`(\w+)`", cell.replace("stage `envelope`", "").replace("stage `data`", ""))
    }
    assert named - verbs - {"trying"} == set()


def test_every_file_that_a_contribution_touches_is_there() -> None:
    paths = {path for path in FILE.findall(CONTRIBUTING) if "<" not in path and "/" in path}
    assert {path for path in paths if not (ROOT / path).exists() and not (PACKAGE / path).exists()} == set()
