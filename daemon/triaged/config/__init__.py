"""The configuration: TOML files in, `Loaded` out, with every problem at its place. The one door to tomli."""

from pathlib import Path

from triaged.config.load import load
from triaged.config.loaded import Case, Loaded
from triaged.config.problems import Place, Problem
from triaged.config.secrets import SecretError, ask_secret, read_secret
from triaged.config.service import default_path, make_service

__all__ = [
    "Case",
    "Loaded",
    "Place",
    "Problem",
    "SecretError",
    "ask_secret",
    "default_path",
    "load",
    "read_secret",
    "state_file",
]


def state_file(loaded: Loaded) -> Path:
    """The ledger's file."""
    service = loaded.service or make_service(None)
    assert service.state is not None  # the loader fills it
    return service.state
