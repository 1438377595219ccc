"""Files that a configuration names: where they are, and whether they are there. Nothing here raises."""

from pathlib import Path

from triaged.config.problems import Place


def home_of(text: str) -> Path:
    """A path with `~` for a home; one whose owner nobody knows stays as it is written."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def beside(text: str, place: Place) -> Path:
    """A file relative to the one that names it."""
    return place.file.parent.absolute() / home_of(text)


def is_missing(path: Path) -> bool:
    """Whether there is surely no such file; one that lies where only the daemon may look is not missing."""
    try:
        return not path.exists()
    except PermissionError:
        return False
    except OSError:  # no name of a file
        return True


def mode_of(path: Path) -> int:
    """Its permissions, 0 where they cannot be seen."""
    try:
        return path.stat().st_mode
    except OSError:
        return 0
