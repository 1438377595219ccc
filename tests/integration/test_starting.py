"""What a start does not do: it is paid for each time the command is used."""

import os
import subprocess
import sys
from pathlib import Path

_CHECK = f"code = main(['check', '-c', {str(Path(__file__).parents[2] / 'config' / 'consultant.toml')!r}])"


def _said(home: Path, *lines: str) -> str:
    """What a Python that has the command prints last."""
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(("import gc, sys", "from triaged.cli import main", *lines))],
        env={**os.environ, "HOME": str(home), "XDG_STATE_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.splitlines()[-1]


def test_a_check_never_stops_to_look_for_garbage(tmp_path: Path):
    looks = "looks = []", "gc.callbacks.append(lambda phase, _: looks.append(phase))"
    assert _said(tmp_path, *looks, _CHECK, "print(code, looks)") == "0 []"


def test_a_check_loads_nothing_that_speaks_to_a_server(tmp_path: Path):
    loaded = "{'aiosmtplib', 'imapclient', 'oauthlib', 'rich', 'sqlite3', 'ssl', 'structlog'} & set(sys.modules)"
    assert _said(tmp_path, _CHECK, f"print(code, {loaded})") == "0 set()"


def test_the_help_loads_no_configuration(tmp_path: Path):
    shown = "try: main(['--help'])", "except SystemExit as end: code = end.code"
    assert _said(tmp_path, *shown, "print(code, 'triaged.config' in sys.modules)") == "0 False"
