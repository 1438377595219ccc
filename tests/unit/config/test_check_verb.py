"""`triaged check`: problems to stdout in the order of the file, the sum to stderr, 78 for any error."""

import json
from pathlib import Path

import pytest

from support.configurations import WHOLE, write
from triaged.cli import main

CONFIG = Path(__file__).parents[3] / "config"
FAILING = '[[rule.example]]\nfrom = "g@harbor.example"\nexpect = { then = "urgent" }\n'


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["check", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("name", ["triaged", "consultant", "project-manager", "support", "employee"])
def test_the_shipped_configurations_are_well(capsys: pytest.CaptureFixture[str], name: str):
    code, out, err = check(capsys, "-c", str(CONFIG / f"{name}.toml"))
    assert (code, out) == (0, "")
    assert f"{name}.toml: all is well: 1 person, 1 account (" in err


def test_the_shipped_configurations_are_well_as_one_folder_too(capsys: pytest.CaptureFixture[str]):
    code, out, err = check(capsys, "-c", str(CONFIG))
    assert (code, out) == (0, "")
    assert "all is well: 5 persons, 5 accounts (" in err


def test_errors_and_failing_examples_come_in_order_and_end_in_78(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path, WHOLE + FAILING + '[reply.spare]\ntext = "x"\n')
    code, out, err = check(capsys, "-c", str(path))
    assert code == 78
    assert [line.split(": ")[1] for line in out.splitlines()] == ["error", "warning"]
    assert err.splitlines()[-1] == f"{path}: 1 error and 1 warning"


def test_warnings_alone_end_in_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path, WHOLE + '[reply.spare]\ntext = "x"\n')
    code, out, err = check(capsys, "-c", str(path))
    assert code == 0
    assert out == f"{path}:32:1: warning: [reply.spare] is never used: no rule sends it\n"
    assert err.splitlines()[-1] == f"{path}: 1 warning: 1 person, 1 account (send), 1 client, 1 rule, 0 examples run"


def test_json_is_one_object_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path, WHOLE + FAILING)
    code, out, _ = check(capsys, "--json", "-c", str(path))
    (problem,) = [json.loads(line) for line in out.splitlines()]
    assert code == 78
    assert problem.pop("text").startswith('example of "Everything": then is "defer", not "urgent"')
    assert problem == {"file": str(path), "line": 34, "column": 19, "severity": "error"}


def test_a_folder_with_one_invalid_person_says_who_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write(tmp_path, WHOLE)
    write(tmp_path, "[me", "lea.toml")
    code, _, err = check(capsys, "-c", str(tmp_path))
    assert code == 78
    assert err.splitlines()[-1] == f"{tmp_path}: 1 error; left out: lea"


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, out, _ = check(capsys, "-c", str(tmp_path / "none.toml"))
    assert (code, out) == (
        78,
        f"{tmp_path / 'none.toml'}:1:1: error: there is no such file; `triaged init` makes one, -c PATH or $TRIAGED_CONFIG names another\n",
    )


def test_without_a_path_the_environment_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TRIAGED_CONFIG", str(write(tmp_path, WHOLE)))
    assert check(capsys)[0] == 0


MANY = WHOLE.replace('{ credential = "work" } }', '{ file = "imap.pw" } }').replace(
    '"smtp.roth.example" }', '"smtp.roth.example", password = { command = ["sh", "-c", "echo oh no >&2; exit 3"] } }'
)
MANY += '[promises]\nnotify = "phone"\n[notify.phone]\nurl = { env = "NO_SUCH_VARIABLE" }\n'


def test_secrets_that_cannot_be_read_are_told_where_they_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("NO_SUCH_VARIABLE", raising=False)
    path = write(tmp_path, MANY)
    code, out, err = check(capsys, "-c", str(path), "--secrets")
    told = [line.removeprefix(f"{path}:") for line in out.splitlines() if ": error: " in line]
    lines = MANY.splitlines()
    assert [one.partition(": error: ")[2] for one in told] == [
        (
            f"the secret of dana at imap.roth.example: {tmp_path / 'imap.pw'} cannot be read (No such file or directory): "
            "make it, readable by triaged alone"
        ),
        "the secret of dana at smtp.roth.example: sh ended with 3: oh no",
        "the secret at [notify.phone]: the environment variable NO_SUCH_VARIABLE is not set",
    ]
    assert [lines[int(one.partition(":")[0]) - 1].partition(" ")[0] for one in told] == ["imap", "smtp", "url"]
    assert code == 78
    assert "can be read" not in err
    assert check(capsys, "-c", str(path))[0] == 0


def test_secrets_that_can_be_read_are_counted_and_never_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NO_SUCH_VARIABLE", "ntfys://hunter2@ntfy.example/topic")
    write(tmp_path, "hunter2\n", "imap.pw")
    path = write(tmp_path, MANY.replace("echo oh no >&2; exit 3", "echo hunter2"))
    code, out, err = check(capsys, "-c", str(path), "--secrets")
    assert (code, out) == (0, "")
    assert "3 secrets can be read\n" in err
    assert "hunter2" not in err


def test_a_secret_that_smtp_takes_from_imap_is_asked_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path, WHOLE.replace('{ credential = "work" }', '"hunter2"'))
    code, _, err = check(capsys, "-c", str(path), "--secrets")
    assert code == 0
    assert "1 secret can be read\n" in err


def test_a_client_secret_is_read_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    oauth = 'oauth = { provider = "google", client_id = "1", client_secret = { file = "missing" } }'
    path = write(tmp_path, WHOLE.replace('password = { credential = "work" }', oauth))
    code, out, _ = check(capsys, "-c", str(path), "--secrets")
    assert code == 78
    assert f"the secret of dana at imap.roth.example: {tmp_path / 'missing'} cannot be read" in out
