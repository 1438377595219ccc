"""What the command writes, wherever it writes to."""

import os
import subprocess
import sys


def test_an_output_that_knows_only_ascii_gets_question_marks_and_no_traceback():
    environment = {"PATH": os.environ["PATH"], "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "triaged", "init", "--help"],
        env=environment,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"?observe?" in done.stdout
