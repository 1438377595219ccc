"""Questions over a pipe."""

import io
from collections.abc import Callable

import pytest

from triaged.cli.common import Failed
from triaged.cli.talk import Question, Talk, numbers

Answers = Callable[..., Talk]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    def give(text: str, *, silent: bool = False) -> Talk:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        return Talk(silent=silent)

    return give


def test_an_empty_line_takes_the_proposal(answers: Answers):
    assert answers("\n").ask(Question("Port", "--port", proposal="993")) == "993"


def test_the_end_of_the_answers_takes_the_proposal_too(answers: Answers):
    assert answers("").ask(Question("Port", "--port", proposal="993")) == "993"


def test_without_a_proposal_the_flag_is_named(answers: Answers):
    with pytest.raises(Failed, match="--host"):
        answers("").ask(Question("Host", "--host"))


def test_silent_nothing_is_read(answers: Answers):
    talk = answers("left alone\n", silent=True)
    assert talk.ask(Question("Port", "--port", proposal="993")) == "993"
    with pytest.raises(Failed, match="has no usual answer: give it with --host"):
        talk.ask(Question("Host", "--host"))


@pytest.mark.parametrize(("answer", "chosen"), [("1", [1]), ("2-4", [2, 3, 4]), ("3-3", [3])])
def test_numbers_are_chosen_one_by_one_or_as_ranges(answer: str, chosen: list[int]):
    assert numbers(answer, 4) == chosen


@pytest.mark.parametrize("answer", ["5", "0", "a", "1-", "-1", "1-9", "4-2"])
def test_numbers_that_are_none_are_none(answer: str):
    assert numbers(answer, 4) is None


def test_what_a_file_answers_is_not_asked_and_complained_about_at_its_place(answers: Answers):
    answers("left alone\n")
    talk = Talk(written={"port": ("143", "a.toml:1:1")})
    assert talk.ask(Question("Port", "--port")) == "143"
    with pytest.raises(Failed, match=r"a\.toml:1:1: error: not that"):
        talk.ask(Question("Port", "--port", check=lambda _: "not that"))


def test_a_password_is_asked_without_being_shown(answers: Answers, capsys: pytest.CaptureFixture[str]):
    assert answers("  se cret \r\n").ask_secret("Password", flags="--env") == "  se cret "
    assert "cret" not in capsys.readouterr().out


def test_a_wrong_answer_is_told_where_nobody_sits_to_give_another(answers: Answers):
    with pytest.raises(Failed, match="not that"):
        answers("x\ny\n").ask(Question("Port", "--port", check=lambda text: "not that" if text == "x" else ""))


def test_what_is_given_is_checked_and_not_asked(answers: Answers, capsys: pytest.CaptureFixture[str]):
    assert answers("left alone\n").ask(Question("Port", "--port", "143", "993")) == "143"
    assert capsys.readouterr().out == ""


def test_two_columns_hang_together_where_the_terminal_is_narrow(
    answers: Answers, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "60")
    answers("").table(
        [("triaged check", "after each edit: what is wrong, and what to write instead"), ("run", "begin")]
    )
    assert capsys.readouterr().out.splitlines() == [
        "  triaged check  after each edit: what is wrong, and what to",
        "                 write instead",
        "  run            begin",
    ]
