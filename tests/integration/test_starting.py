"""What a start does not do: it is paid for each time the command is used."""

import os
import subprocess
import sys
from pathlib import Path

_LOOKS = "looks = []", "gc.callbacks.append(lambda phase, _: looks.append(phase))"
_UNREACHABLE = """
[me]
name = "Dana Roth"

[account.work]
addresses = ["dana@roth.example"]
imap = { host = "127.0.0.1", port = 9, tls = "none", user = "dana", password = "none" }
"""
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
    assert _said(tmp_path, *_LOOKS, _CHECK, "print(code, looks)") == "0 []"


def test_a_daemon_is_at_work_before_it_first_looks_for_garbage_and_then_not_among_its_modules(tmp_path: Path):
    config = tmp_path / "dana.toml"
    config.write_text(_UNREACHABLE, "utf-8")
    config.chmod(0o600)
    once = f"code = main(['run', '--once', '-c', {str(config)!r}])"
    told = _said(tmp_path, *_LOOKS, once, "print(code, looks, gc.get_freeze_count() > len(gc.get_objects()))")
    assert told == "1 [] True"


def test_a_check_loads_nothing_that_speaks_to_a_server(tmp_path: Path):
    loaded = "{'aiosmtplib', 'imapclient', 'oauthlib', 'rich', 'sqlite3', 'ssl', 'structlog'} & set(sys.modules)"
    assert _said(tmp_path, _CHECK, f"print(code, {loaded})") == "0 set()"


def test_the_help_loads_no_configuration_and_no_words(tmp_path: Path):
    shown = "try: main(['--help'])", "except SystemExit as end: code = end.code"
    assert _said(tmp_path, *shown, "print(code, {'triaged.config', 'triaged.words'} & set(sys.modules))") == "0 set()"
