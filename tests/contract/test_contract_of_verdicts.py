"""`then`: what a rule does with a message, who pays for it, and in which words it is told."""

from pathlib import Path

import pytest

from support.explaining import BASE, TUESDAY, WAITS, Explained, run

KEYS = [
    "file", "message_id", "person", "account", "client", "sender", "kind", "verdict", "rule", "reason", "until", "promise",
    "reply", "no_reply", "notify", "trace",
]  # fmt: skip
TOM = """
[delegate.tom]
name = "Tom"
address = "tom@roth-partners.example"

[delegate.ann]
name = "Ann"
address = "ann@roth-partners.example"

[reply.ask]
text.en = "Please ask {% if delegate %}{{ delegate }}{% else %}somebody{% endif %}."
text.de = "Fragen Sie jemanden."
"""


def ruled(folder: Path, rules: str) -> Explained:
    return Explained(folder, BASE + TOM + rules)


@pytest.mark.parametrize(
    ("then", "verdict", "until"),
    [
        ("urgent", "urgent", None),
        ("defer", "deferrable", "2026-11-25T09:00:00+01:00"),
        ("leave", "left", None),
    ],
)
def test_reply_and_promise_may_stand_on_any_verdict(tmp_path: Path, then: str, verdict: str, until: str | None):
    rule = f'[[rule]]\nname = "r"\nthen = "{then}"\nreply = "later"\npromise = "in 3 days"\n'
    found = ruled(tmp_path, rule).one(at=TUESDAY)
    assert (found["verdict"], found["until"], found["promise"]) == (verdict, until, "2026-11-27T15:10:00+01:00")
    assert found["reply"]["send_at"] == "2026-11-24T15:20:00+01:00"


def test_the_first_match_wins_from_top_to_bottom(tmp_path: Path):
    rules = "".join(f'[[rule]]\nname = "{name}"\nwhen = {{ subject = "{name}" }}\nthen = "leave"\n' for name in "abc")
    found = ruled(tmp_path, rules + WAITS).one(Subject="c b")
    assert found["rule"] == "b"
    assert [(line["rule"], line["matched"]) for line in found["trace"]] == [("a", False), ("b", True)]
    assert all(line["because"] for line in found["trace"])


def test_a_rule_that_spends_a_pass_does_not_match_when_none_is_left(tmp_path: Path):
    explained = ruled(tmp_path, '[[rule]]\nname = "pass"\nthen = "urgent"\nspends_pass = true\n' + WAITS)
    days = ("Tue, 24 Nov 2026 10", "Wed, 25 Nov 2026 10", "Sun, 29 Nov 2026 23", "Mon, 30 Nov 2026 00")
    mails = [explained.mail(date=f"{day}:00:00 +0100") for day in days]
    nobody = explained.mail(sender="petra@lindenhof.example")
    rules = [found["rule"] for found in explained.says(*mails, nobody)]
    assert rules == ["pass", "pass", "All waits", "pass", "All waits"], (
        "two a week from Monday 00:00; without passes none"
    )


def test_a_delegate_on_a_rule_wins_over_the_clients(tmp_path: Path):
    config = BASE.replace("[client.harbor]", '[client.harbor]\ndelegate = "tom"')
    rules = '[[rule]]\nname = "a"\nwhen = { subject = "a" }\nthen = "defer"\nreply = "ask"\ndelegate = "ann"\n'
    rules += '[[rule]]\nname = "b"\nthen = "defer"\nreply = "ask"\n'
    explained = Explained(tmp_path, config + TOM + rules)
    assert explained.one(Subject="a")["reply"]["text"] == "Please ask Ann.\n"
    assert explained.one(Subject="b")["reply"]["text"] == "Please ask Tom.\n"


def test_notify_names_the_channels(tmp_path: Path):
    rule = '[[rule]]\nname = "r"\nthen = "urgent"\nnotify = ["phone"]\n[notify.phone]\nurl = "json://phone.example"\n'
    assert ruled(tmp_path, rule).one()["notify"] == ["phone"]


def test_until_and_promise_are_those_of_the_rule_also_where_nothing_is_sent(tmp_path: Path):
    found = ruled(tmp_path, WAITS).one(at=TUESDAY, Auto_Submitted="auto-replied")
    assert (found["reply"], found["until"], found["promise"]) == (
        None, "2026-11-26T15:10:00+01:00", "2026-11-27T15:10:00+01:00",
    )  # fmt: skip


def test_a_rule_still_decides_about_a_message_that_gets_no_reply(tmp_path: Path):
    found = ruled(tmp_path, WAITS).one(Auto_Submitted="auto-generated")
    assert (found["verdict"], found["no_reply"]) == ("deferrable", "auto-submitted")


def test_explain_tells_each_message_in_these_fields_and_names_the_file_as_given(tmp_path: Path):
    explained = ruled(tmp_path, WAITS)
    mail = explained.mail()
    [found] = explained.says(mail)
    assert list(found) == KEYS
    assert found["file"] == str(mail)
    assert sorted(found["reply"]) == ["headers", "language", "send_at", "subject", "template", "text", "to"]


def test_explain_reads_standard_input(tmp_path: Path):
    explained = ruled(tmp_path, WAITS)
    code, out, _ = run("explain", "-c", str(explained.path), "--json", "-", stdin=explained.mail().read_bytes())
    assert (code, '"file": "-"' in out) == (0, True)


@pytest.mark.parametrize("received", [True, False])
def test_without_at_the_topmost_received_counts_else_the_date(tmp_path: Path, *, received: bool):
    explained = ruled(tmp_path, WAITS)
    fields = {"Received": "from a by b; Mon, 23 Nov 2026 10:00:00 +0000"} if received else {}
    assert explained.one(**fields)["until"] == (
        "2026-11-25T11:00:00+01:00" if received else "2026-11-26T15:10:00+01:00"
    )
    assert explained.one(at="2026-11-25T00:00:00Z", **fields)["until"] == "2026-11-27T01:00:00+01:00"


def test_a_message_beyond_the_limits_is_decided_and_never_answered(tmp_path: Path):
    explained = ruled(tmp_path, WAITS)
    [found] = explained.says(explained.mail(**{f"X-{number}": "x" for number in range(1500)}))
    assert (found["verdict"], found["reply"], found["no_reply"]) == ("deferrable", None, "malformed-sender")
    assert "no reply: " in found["reason"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("explain", "/nowhere/at.eml"), 1),
        (("explain", "--at", "yesterday", "$MAIL"), 1),
        (("explain", "--person", "bob", "$MAIL"), 1),
        (("explain",), 2),
        (("queue",), 1),
        (("release",), 2),
        (("frobnicate",), 2),
    ],
)
def test_exit_codes_and_one_line_on_stderr(
    tmp_path: Path, words: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    explained = ruled(tmp_path, WAITS)
    mail = str(explained.mail())
    verb, *rest = (word.replace("$MAIL", mail) for word in words)
    found, out, err = (
        run(verb, "-c", str(explained.path), *rest) if code == 1 or verb == "release" else run(verb, *rest)
    )
    assert (found, out) == (code, "")
    assert err
    assert code == 2 or err.count("\n") == 1


def test_an_invalid_configuration_is_78_with_place_and_suggestion(tmp_path: Path):
    explained = ruled(tmp_path, WAITS.replace("promise =", "promis ="))
    code, said = explained.check()
    assert code == 78
    assert f"{explained.path}:" in said
    assert "promise" in said
    assert run("explain", "-c", str(explained.path), str(explained.mail()))[0] == 78


def test_a_key_in_the_wrong_table_is_told_so(tmp_path: Path):
    rule = '[[rule]]\nname = "r"\n[rule.when]\nsubject = "a"\nthen = "urgent"\n'
    code, said = ruled(tmp_path, rule).check()
    assert code == 78
    assert "[rule.when]" in said
    assert "above" in said


def test_an_example_that_does_not_come_out_is_an_error(tmp_path: Path):
    example = '\n[[rule.example]]\nfrom = "gary@harbor.example"\nsubject = "a"\ntext = "b"\nat = "2026-11-24 15:10"\n'
    right, wrong = 'expect = { then = "defer", until = "2026-11-26 15:10" }\n', 'expect = { then = "urgent" }\n'
    assert ruled(tmp_path, WAITS + example + right).check()[0] == 0
    assert ruled(tmp_path, WAITS + example + wrong).check()[0] == 78
