"""The examples of config/oauth.md are read by the loader, and the scopes it names are those that are asked for."""

import re
from pathlib import Path

import pytest

from triaged.config import load
from triaged.core.providers import GOOGLE, MICROSOFT

PAGE = (Path(__file__).resolve().parents[3] / "config" / "oauth.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
AROUND = """
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
%s
[client.harbor]
from = ["*@harbor.example"]
[[rule]]
name = "all"
then = "leave"
"""


def whole(example: str) -> str:
    """An example as part of a configuration."""
    if "[account" in example:
        return AROUND % example
    if not example.startswith("imap"):
        example = f'imap = {{ host = "imap.example", user = "dana", {example.strip()} }}'
    return AROUND % f'[account.work]\naddresses = ["dana@roth.example"]\n{example}'


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_valid(example: str, tmp_path: Path):
    file = tmp_path / "triaged.toml"
    file.write_text(whole(example))
    file.chmod(0o600)
    loaded = load(file)
    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.persons[0].accounts[0].imap.oauth is not None


def test_the_scopes_are_those_that_are_asked_for():
    assert all(scope in PAGE for scope in (*GOOGLE.scopes, *MICROSOFT.scopes, *MICROSOFT.app_scopes))
