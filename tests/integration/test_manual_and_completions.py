"""The manual page and the shells' completions that ship are those of the commands as they are."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "daemon/triaged/data"
BASH = shutil.which("bash")


def test_they_are_what_the_parsers_say(tmp_path: Path):
    subprocess.run([sys.executable, str(ROOT / ".ci/pages.py"), str(tmp_path)], check=True)
    written = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert {file.name: file.read_text() for file in DATA.iterdir()} == written, "run `make pages`"


def test_the_manual_is_clean_roff():
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is missing: apt-get install groff-base")
    said = subprocess.run(
        [groff, "-man", "-ww", "-Tutf8", "-Kutf8", str(DATA / "triaged.1")], capture_output=True, text=True, check=True
    )
    assert said.stderr == ""
    assert re.search("print.unit", re.sub(".\x08", "", said.stdout))  # bold is typed twice over


@pytest.mark.skipif(BASH is None, reason="bash is missing")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (("rel",), "release"),
        (("run", "--o"), "--once"),
        (("auth", "l"), "login"),
        (("print-unit", "--ins"), "--instance"),
        (("log", "--client", ""), ""),
        (("explain", ""), ""),
        (("--v",), "--version"),
    ],
)
def test_bash_offers_what_fits(typed: tuple[str, ...], offered: str):
    words = " ".join(f"'{word}'" for word in ("triaged", *typed))
    script = (
        f"source {DATA}/triaged.bash; COMP_WORDS=({words}); COMP_CWORD={len(typed)}; _triaged; echo ${{COMPREPLY[*]}}"
    )
    said = subprocess.run([str(BASH), "-c", script], capture_output=True, text=True, check=True)
    assert (said.stdout.strip(), said.stderr) == (offered, "")
