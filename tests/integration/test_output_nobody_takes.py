"""What a command prints, where nobody takes it: one line at most, never a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "config"
CALENDAR = [sys.executable, "-m", "triaged", "calendar", "-c", str(EXAMPLES / "consultant.toml")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full: Linux has one")
def test_a_full_disk_under_the_output_is_one_line():
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(CALENDAR, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, "triaged: output: No space left on device\n")


def test_a_reader_that_goes_away_ends_it_without_a_word():
    with subprocess.Popen(CALENDAR, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as popen:
        assert popen.stdout is not None
        popen.stdout.close()
        assert popen.stderr is not None
        assert popen.stderr.read() == b""
    assert popen.returncode == 1
