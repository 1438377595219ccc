"""`triaged demo` as a newcomer runs it: nothing configured, no terminal, and nothing left behind."""

import imaplib
import os
import re
import signal
import smtplib
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from server.processes import until
from triaged.demo import demopage

pytest.importorskip("pymap", reason="the extra `demo` is not installed")
COMMAND = [sys.executable, "-m", "triaged", "demo"]
Played = tuple[subprocess.CompletedProcess[str], Path]


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "TMPDIR": str(folder), "XDG_STATE_HOME": str(folder / "state"), "PYTHONUTF8": "1", **more}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(COMMAND, env=environment(folder), capture_output=True, text=True, check=False)
    return done, folder


def test_it_ends_well_and_without_a_word_on_stderr(played: Played):
    done, _ = played
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_is_left_behind(played: Played):
    _, folder = played
    assert list(folder.iterdir()) == []


def test_every_sort_of_mail_gets_its_verdict_with_rule_and_reason(played: Played):
    text = " ".join(played[0].stdout.split())
    for told in (
        "08:52 URGENT Donation page is down Inés “Outage”: subject has 'down'",
        "“Rings again and again”",
        "“Newsletters stay where they are”: it is mail of a list",
        "the sender is on nobody's roster",
        "authentication failed: dmarc=fail",
        "“One of the week's passes”: arrived in office hours and text has 'heute noch'",
        "nothing but thanks",
    ):
        assert told in text


def test_a_burst_of_voicemails_gets_one_reply_and_the_german_client_a_german_one(played: Played):
    text = played[0].stdout
    assert text.count("told in the same reply") == 2
    assert text.count("I have your voicemails.") == 1
    assert "AW: Förderantrag" in text
    assert "Guten Tag Frau Sommer" in text


def test_what_a_person_does_wins(played: Played):
    text = played[0].stdout
    assert "a reply was planned, and cancelled" in text
    assert "Taken back by hand" in text


def test_it_tells_what_comes_back_when_and_shows_it_coming_back(played: Played):
    text = " ".join(played[0].stdout.split())
    assert re.search(r"Förderantrag comes back Wed \d+ \w+ 13:30, the client knows of Wed \d+ \w+ 14:00", text)
    assert "And then it is Wednesday, 13:30 in the inbox, unread: Förderantrag" in text
    assert "What to type next" in text


def test_there_are_no_colours_without_a_terminal(played: Played):
    assert "\x1b" not in played[0].stdout


def test_a_narrow_page_is_no_wider_than_it_may_be(tmp_path: Path):
    done = subprocess.run(COMMAND, env=environment(tmp_path, COLUMNS="80"), capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert max(len(line) for line in done.stdout.splitlines()) == 80


@pytest.mark.parametrize(
    ("found", "called", "typed"),
    [
        ("/usr/bin/triaged", "/usr/bin/triaged", "triaged"),
        (None, ".venv/bin/triaged", ".venv/bin/triaged"),
        (None, "/opt/triaged/bin/triaged", "/opt/triaged/bin/triaged"),
        (None, "/usr/lib/python3/triaged/__main__.py", "triaged"),
    ],
)
def test_what_to_type_next_can_be_typed(monkeypatch: pytest.MonkeyPatch, found: str | None, called: str, typed: str):
    monkeypatch.setattr("shutil.which", lambda _: found)
    monkeypatch.setattr("sys.argv", [called, "demo"])
    assert demopage.typed() == typed


def test_a_missing_extra_is_named_with_what_to_type(tmp_path: Path):
    program = "import sys; sys.modules['pymap'] = None; from triaged.cli import main; sys.exit(main(['demo']))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "triaged: the demo needs pymap: pip install 'triaged[demo]'\n"


def test_kept_running_it_takes_mail_from_a_mail_client_and_leaves_nothing_when_it_is_stopped(tmp_path: Path):
    with subprocess.Popen(
        [*COMMAND, "--keep"], env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        try:
            assert demo.stdout is not None
            said = ""
            while "Waiting for new mail" not in said:
                line = demo.stdout.readline()
                assert line, said
                said += line
            imap, smtp = (int(re.search(rf"{name} 127.0.0.1, port (\d+)", said)[1]) for name in ("IMAP", "SMTP"))  # type: ignore[index]
            with smtplib.SMTP("127.0.0.1", smtp, timeout=60) as client:
                client.send_message(letter())
            while "Urgent from gary@harbor.example" not in said:
                line = demo.stdout.readline()
                assert line, said
                said += line
            assert re.search(r"^10:3\d:\d\d .*Urgent", said, re.MULTILINE), "Mara's clock, not this machine's"
            assert flags_of(imap, "total outage") == "\\Flagged"
        finally:
            demo.send_signal(signal.SIGINT)
            code = demo.wait(60)
    assert code == 0, said
    assert [path for path in tmp_path.iterdir() if path.name.startswith("triaged-demo")] == []


def letter() -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Gary <gary@harbor.example>", "mara@lind.example", "total outage"
    made["Message-ID"] = f"<{time.monotonic_ns()}@harbor.example>"
    made.set_content("Nothing works.")
    return made


def flags_of(port: int, subject: str) -> str:
    """The flags of a message once it has one."""
    with imaplib.IMAP4("127.0.0.1", port, timeout=60) as client:
        client.login("mara", "demo")
        for _ in range(200):
            client.select("INBOX")
            _, [uids] = client.search(None, "SUBJECT", f'"{subject}"', "FLAGGED")
            if uids:
                return "\\Flagged"
        return ""


def test_stopped_in_the_middle_it_leaves_nothing_behind_either(tmp_path: Path):
    with subprocess.Popen(COMMAND, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as demo:
        until(lambda: list(tmp_path.glob("triaged-demo-*")), 60, "it has begun")
        demo.send_signal(signal.SIGTERM)
        _, said = demo.communicate(timeout=60)
    assert demo.returncode in (130, 143)
    assert b"Traceback" not in said
    assert list(tmp_path.glob("triaged-demo-*")) == []
