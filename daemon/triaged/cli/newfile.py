"""A file that a command makes, never over another: whether there may be one, and its writing."""

import os
from pathlib import Path

from triaged.cli.common import Failed
from triaged.statefolder import SHARED_FILE, SHARED_FOLDER, as_owner_of, readers_of, share


def refuse_a_place(path: Path) -> None:
    """Before the first question: what a person has answered is not to be lost for want of a place.

    Raises:
        Failed: there is a file already, or there can be none.
    """
    try:
        there = path.exists()
        nearest = next(folder for folder in path.parents if folder.exists())
    except OSError as error:
        raise Failed(f"{path}: {error.strerror}; write somewhere else with -c") from error
    if there:
        raise Failed(f"{path} is there already, and nothing is overwritten: write somewhere else with -c")
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise Failed(f"nothing can be written below {nearest}: write somewhere else with -c")


def new_file(path: Path, text: str, mode: int) -> None:
    """Write a file that is not there yet, and the folders above it. What root makes for the service its group can read.

    Raises:
        Failed: it is there, or cannot be written.
    """
    try:
        with as_owner_of(path.parent):
            readers, is_new = readers_of(path.parent), not path.parent.exists()
            path.parent.mkdir(parents=True, exist_ok=True)
            if readers is not None and is_new:
                share(path.parent, readers, SHARED_FOLDER)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
                file.write(text)
            if readers is not None:
                share(path, readers, SHARED_FILE)
    except FileExistsError:
        raise Failed(f"{path} is there already, and nothing is overwritten") from None
    except OSError as error:
        raise Failed(f"{path}: {error.strerror or error}") from error
