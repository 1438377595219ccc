"""Import every module of the package alone, each in a process of its own; print those that cannot be, and why.

A fork of a bare interpreter costs little, a new interpreter much: what is not ours is imported before the first fork, and the
rooms below a room when its turn has come (they cannot import it: the contracts in pyproject.toml say so). What the `__init__`
of its package imports needs no fork: to import such a module is to import the package.

    python alone.py ROOT ROOM[,ROOM…] …     from the lowest rooms to the highest
"""

import contextlib
import os
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path


def main(root: Path, stages: list[list[str]]) -> None:
    """Stage by stage."""
    sys.path.insert(0, str(root.parent))
    for name in in_fork(lambda: everything(root, stages)):
        with contextlib.suppress(ImportError):
            import_module(name)
    for rooms in stages:
        names = [name for room in rooms for name in modules(root, room)]
        imported: set[str] = set()
        for name in names:
            if name not in imported:
                imported.update(in_fork(lambda alone=name: within(alone)))  # type: ignore[misc]
        for name in names:
            import_module(name)


def modules(root: Path, room: str) -> list[str]:
    """Those of a room, a package before what is in it."""
    files = list((root / room).rglob("*.py")) or [root / f"{room}.py"]
    found = (".".join(file.relative_to(root.parent).with_suffix("").parts) for file in files)
    return sorted(name.removesuffix(".__init__") for name in found)


def everything(root: Path, stages: list[list[str]]) -> Iterable[str]:
    """Import all there is; what of it is not ours."""
    for name in (name for rooms in stages for room in rooms for name in modules(root, room)):
        import_module(name)
    return [name for name in sys.modules if name.partition(".")[0] != root.name]


def within(name: str) -> Iterable[str]:
    """Import a module; what of its own package came with it, if it is one."""
    try:
        import_module(name)
    except Exception as error:  # noqa: BLE001 — whatever it is, it is what is looked for
        sys.stderr.write(f"{name}: {type(error).__name__}: {error}\n")
        sys.stderr.flush()
    return [each for each in sys.modules if each.startswith(f"{name}.")]


def in_fork(work: Callable[[], Iterable[str]]) -> list[str]:
    """Do something in a process of its own; the words that it returns."""
    reading, writing = os.pipe()
    if not os.fork():
        try:
            with open(writing, "w") as answer:  # noqa: PTH123 — a descriptor
                answer.write(" ".join(work()))
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading) as answer:  # noqa: PTH123 — a descriptor
        words = answer.read().split()
    os.wait()
    return words


if __name__ == "__main__":
    main(Path(sys.argv[1]), [rooms.split(",") for rooms in sys.argv[2:]])
