"""Prints the versions installed in .venv of what the project asks for, and of what that asks for: `make pins`."""  # noqa: INP001 — a script, no package

import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))

ALONE = {canonicalize_name(Requirement(each).name) for each in PROJECT["dependency-groups"]["alone"]}


def asked_for() -> Iterator[str]:
    """Requirements of the project, of its extras and of its groups."""
    yield from PROJECT["project"]["dependencies"]
    for more in (PROJECT["project"]["optional-dependencies"], PROJECT["dependency-groups"]):
        for requirements in more.values():
            yield from requirements


def closure() -> dict[str, str]:
    """Name and version of everything that is installed because of them."""
    found: dict[str, str] = {}
    waiting = [*asked_for(), "pip"]
    while waiting:
        wanted = Requirement(waiting.pop())
        name = canonicalize_name(wanted.name)
        if name in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        try:
            package = distribution(name)
        except PackageNotFoundError:
            sys.exit(f"{name} is not installed: make ready")
        found[name] = package.version
        waiting += [] if name in ALONE else package.requires or []
    return found


if __name__ == "__main__":
    lines = [f"{name}=={version}" for name, version in sorted(closure().items())]
    sys.stdout.write("\n".join(["# What the tests run with. Written by `make pins`.", *lines, ""]))
