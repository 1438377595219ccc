"""The shape of the program: every module imports alone, no two import each other, functions stay short and ask for little."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "daemon/triaged"
ALONE = ROOT / "tests/support/alone.py"

LONGEST = 50
MOST_WITH_FIVE = 45
"""Functions with five parameters or more: some more than there are, so that two changes at a time do not stop each other."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> dict[str, ast.Module]:
    named = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}
    return {name.removesuffix(".__init__"): ast.parse(path.read_text()) for name, path in named.items()}


def rooms() -> list[str]:
    """The layers of the package, from the lowest, as alone.py wants them: those of a layer with a comma between them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(
        each["layers"] for each in contracts if each["type"] == "layers" and each["containers"] == ["triaged"]
    )
    there = [[room for room in layer.replace("|", " ").split() if "(" not in room] for layer in reversed(layers)]
    return [",".join(layer) for layer in there if layer and layer != ["__main__"]]


def imported(tree: ast.Module, known: dict[str, ast.Module]) -> Iterator[str]:
    """What a module imports of the package, wherever in it, for the type checker alone too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in known else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def functions() -> Iterator[tuple[str, Function]]:
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield f"{name}.{node.name}", node


def parameters(function: Function) -> int:
    asked = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return sum(each.arg not in ("self", "cls") for each in asked)


def test_every_module_imports_alone():
    asked = [sys.executable, ALONE, PACKAGE, *rooms()]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")


def test_no_modules_import_each_other():
    known = modules()
    graph = {
        name: {each for each in imported(tree, known) if each in known and each != name} for name, tree in known.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        raise AssertionError(" imports ".join(reversed(circle.args[1]))) from None


def test_no_function_is_longer_than_a_page():
    lengths = {name: (each.end_lineno or 0) - each.lineno + 1 for name, each in functions()}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_few_functions_ask_for_five_things_or_more():
    asking = sorted(name for name, each in functions() if parameters(each) >= 5)
    assert len(asking) <= MOST_WITH_FIVE, asking
