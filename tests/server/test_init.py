"""`triaged init` over a pipe, on a real mailbox."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.dovecot import Dovecot
from server.sink import Sink
from server.workplace import Workplace
from triaged.config import load
from triaged.installkey import known

pytestmark = pytest.mark.server
ME = "Dana Roth <dana@roth.example>"
GARY = "Gary Hale <gary@harbor.example>"
PETRA = "Petra <petra@gmail.com>"


def stored(
    dovecot: Dovecot, user: str, sender: str, to: str, number: int, *, folder: str = "INBOX", more: str = ""
) -> None:
    path = sender.rpartition("<")[2].rstrip(">")
    raw = (
        f"Return-Path: <{path}>\r\nAuthentication-Results: mx.roth.example; dmarc=pass header.from={path.partition('@')[2]}\r\n"
        f"{more}From: {sender}\r\nTo: {to}\r\nSubject: about {number}\r\nMessage-ID: <{folder}{number}{path}>\r\n\r\nCan you ring me?\r\n"
    )
    dovecot.append(user, folder, raw.encode(), datetime.now(UTC) - timedelta(days=number + 1), [])


@pytest.fixture
def mailbox(dovecot: Dovecot, user: str) -> str:
    """Three months with a client, a person at a provider for everybody, a colleague and a newsletter."""
    for number in range(4):
        stored(dovecot, user, GARY, ME, number)
        stored(dovecot, user, "News <news@shop.example>", ME, number, more="List-Id: <offers.shop.example>\r\n")
        stored(dovecot, user, "Colin <colin@roth.example>", ME, number)
    for number in range(12):  # enough of them, from enough places, to tell who vouches for senders here
        stored(dovecot, user, f"News <n@shop{number % 3}.example>", ME, number, more="List-Id: <n.shop.example>\r\n")
    for number in range(2):
        stored(dovecot, user, PETRA, ME, number)
        stored(dovecot, user, ME, PETRA, number, folder="Sent")
        stored(dovecot, user, ME, GARY, number + 10, folder="Sent")
    return user


def servers(dovecot: Dovecot, sink: Sink) -> list[str]:
    return ["--imap", f"127.0.0.1:{dovecot.imap}/none", "--smtp", f"127.0.0.1:{sink.port}/none"]


def test_a_conversation_ends_with_a_configuration_that_works(
    dovecot: Dovecot, sink: Sink, mailbox: str, tmp_path: Path
):
    place = Workplace(tmp_path)
    answers = f"dana@roth.example\n{mailbox}\n{dovecot.password}\n1\n1\n\n\n\nfri 10:00\n"
    done = place.run("init", *servers(dovecot, sink), "--timezone", "Europe/Berlin", stdin=answers)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Signed in at 127.0.0.1 (dovecot)." in done.stdout
    assert "Clients [1,2]:" in done.stdout
    assert "4 came    2 went\n      Gary Hale\n" in done.stdout
    for left_out in ("news@shop.example", "roth.example    ", "colin"):
        assert left_out not in done.stdout.replace("dana@roth.example", "")
    assert "If Gary Hale (Harbor) wrote now" in done.stdout
    assert "  | Hello Gary Hale," in done.stdout
    told = " ".join(done.stdout.split())
    assert "- 26 mails came, 4 from clients." in told
    loaded = load(place.config)
    [person] = loaded.persons
    [account] = person.accounts
    assert loaded.problems == ()
    assert (person.name, account.mode.value) == ("Dana Roth", "observe")
    assert [client.label for client in person.roster.clients] == ["harbor"]
    assert account.trust is not None
    assert account.trust.authserv_ids == ("mx.roth.example",)
    assert sink.received == []
    assert all(one.flags == frozenset() for one in dovecot.messages(mailbox))
    assert known(place.config, tmp_path / "elsewhere") is not None


def test_the_password_is_in_a_file_of_its_own_that_only_its_owner_reads(
    dovecot: Dovecot, sink: Sink, mailbox: str, tmp_path: Path
):
    place = Workplace(tmp_path)
    done = place.run(
        "init", *servers(dovecot, sink), "--no-replay", "--clients", "all",
        stdin=f"dana@roth.example\n{mailbox}\n{dovecot.password}\n",
    )  # fmt: skip
    assert done.returncode == 0
    kept = tmp_path / "dana.password"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert dovecot.password not in place.config.read_text(encoding="utf-8") + done.stdout
    assert [row["works"] for row in place.rows("doctor")] == [True]


def test_with_flags_nothing_is_asked(dovecot: Dovecot, sink: Sink, mailbox: str, tmp_path: Path):
    place = Workplace(tmp_path, {"MY_PASSWORD": dovecot.password})
    done = place.run(
        "init", "--yes", *servers(dovecot, sink), "--address", "dana@roth.example", "--user", mailbox,
        "--env", "MY_PASSWORD", "--timezone", "Europe/Berlin", "--no-replay",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert 'password = { env = "MY_PASSWORD" }' in place.config.read_text(encoding="utf-8")
    assert not (tmp_path / "dana.password").exists()


def test_nothing_is_overwritten(tmp_path: Path):
    place = Workplace(tmp_path)
    place.config.write_text("# mine\n", encoding="utf-8")
    done = place.run("init", stdin="dana@roth.example\n")
    assert done.returncode == 1
    assert "nothing is overwritten" in done.stderr
    assert place.config.read_text(encoding="utf-8") == "# mine\n"


def test_a_first_configuration_is_written_into_the_persons_own_folder(
    dovecot: Dovecot, sink: Sink, mailbox: str, tmp_path: Path
):
    place = Workplace(tmp_path, extra={"TRIAGED_CONFIG": ""})
    answers = f"dana@roth.example\n{mailbox}\n{dovecot.password}\n"
    done = place.run("init", *servers(dovecot, sink), "--no-replay", stdin=answers)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "config" / "triaged" / "triaged.toml").exists()
    assert "triaged check  " in done.stdout, "and needs no -c from now on"


@pytest.mark.parametrize("months", ["0", "-1", "many"])
def test_a_number_of_months_that_makes_no_sense_is_wrong_usage(tmp_path: Path, months: str):
    done = Workplace(tmp_path).run("init", f"--months={months}")
    assert (done.returncode, done.stdout) == (2, "")
    assert "write a number of months" in done.stderr


@pytest.mark.parametrize("below", ["a-file", "a-file/further"])
def test_where_nothing_can_be_written_is_said_before_the_first_question(tmp_path: Path, below: str):
    (tmp_path / "a-file").touch()
    done = Workplace(tmp_path).run("init", "-c", f"{below}/triaged.toml", stdin="dana@roth.example\n")
    assert done.returncode == 1
    assert "write somewhere else with -c" in done.stderr
    assert "Your address" not in done.stdout


def test_a_wrong_password_writes_nothing(dovecot: Dovecot, sink: Sink, user: str, tmp_path: Path):
    place = Workplace(tmp_path)
    done = place.run("init", *servers(dovecot, sink), stdin=f"dana@roth.example\n{user}\nnot this one\n")
    assert done.returncode == 1
    assert "refused to sign us in" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_answers_that_end_too_soon_are_told_with_the_flag_that_would_have_helped(tmp_path: Path):
    done = Workplace(tmp_path).run("init", stdin="")
    assert done.returncode == 1
    assert done.stderr == "triaged: the answers ended before “Your address”: give it with --address\n"


def test_where_no_password_is_taken_the_sign_in_is_the_next_step(tmp_path: Path):
    place = Workplace(tmp_path)
    done = place.run(
        "init", "--yes", "--address", "dana@outlook.com", "--client-id", "abc", "--timezone", "Europe/Berlin"
    )
    assert done.returncode == 0
    assert "triaged auth login work" in done.stdout
    [account] = load(place.config).persons[0].accounts
    assert account.imap.host == "outlook.office365.com"
    assert account.imap.oauth is not None


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--address", "dana"], "'dana' is no address"),
        (["--address", "dana@roth.example", "--imap", "host:port"], "write HOST, HOST:PORT or HOST:PORT/starttls"),
        (["--address", "d@outlook.com", "--client-id", "x", "--language", "english"], "no language code"),
        (["--address", "d@outlook.com", "--client-id", "x", "--timezone", "Berlin"], "'Berlin' is no time zone"),
    ],
)
def test_what_is_given_wrongly_is_told_and_nothing_is_written(tmp_path: Path, wrong: list[str], told: str):
    done = Workplace(tmp_path).run("init", "--yes", *wrong)
    assert done.returncode == 1
    assert told in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_password_that_systemd_will_give_is_asked_once_and_kept_nowhere(
    dovecot: Dovecot, sink: Sink, mailbox: str, tmp_path: Path
):
    place = Workplace(tmp_path)
    done = place.run(
        "init", *servers(dovecot, sink), "--credential", "work-imap", "--clients", "all",
        stdin=f"dana@roth.example\n{mailbox}\n{dovecot.password}\n",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "triaged print-unit" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"dana.toml", "triaged.key"}
    assert 'password = { credential = "work-imap" }' in place.config.read_text(encoding="utf-8")


def test_a_file_of_answers_asks_nothing(dovecot: Dovecot, sink: Sink, mailbox: str, tmp_path: Path):
    place = Workplace(tmp_path, {"MY_PASSWORD": dovecot.password})
    answers = tmp_path / "answers"
    answers.write_text(
        f'address = "dana@roth.example"\nimap = "127.0.0.1:{dovecot.imap}/none"\nsmtp = "127.0.0.1:{sink.port}/none"\n'
        f'user = "{mailbox}"\ntimezone = "Europe/Berlin"\nlanguage = "de"\nsituation = "ringing"\n'
        'clients = ["*@harbor.example", "petra@gmail.com"]\nhours = "mon-thu 09:00-12:30, 13:30-17:00"\nholidays = "Bayern"\n'
        'telephone = "voicemail@sipgate.example"\ncalls = { harbor = "fri 10:00 for 45m" }\npassword = { env = "MY_PASSWORD" }\n'
        'reply = { petra = "none" }\ntext = { de = "Servus,\\n\\nbis WHEN.\\n" }\n'
        'page = "127.0.0.1:8025"\npage-url = "https://triaged.roth.example"\n',
        encoding="utf-8",
    )
    done = place.run("init", "--from", str(answers))
    assert (done.returncode, done.stderr) == (0, "")
    loaded = load(place.config)
    assert loaded.problems == ()
    [person] = loaded.persons
    assert (person.language, person.worktime.zone.key) == ("de", "Europe/Berlin")
    assert {client.label: client.replies for client in person.roster.clients} == {"harbor": True, "petra": False}
    assert "Servus" in person.replies["until-call"].variants("de")[0]
    assert "mon-thu" in place.config.read_text(encoding="utf-8")
    assert (loaded.service.page, loaded.service.page_url) == (("127.0.0.1", 8025), "https://triaged.roth.example")


def feed(tmp_path: Path) -> str:
    """A calendar as a published feed shows it: titles, and nobody in them."""
    start = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0)
    begin, end = (f"{at:%Y%m%dT%H%M%SZ}" for at in (start, start + timedelta(minutes=30)))
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{title}\r\nDTSTAMP:{begin}\r\nDTSTART:{begin}\r\nDTEND:{end}\r\nRRULE:FREQ=WEEKLY\r\n"
        f"SUMMARY:{title}\r\nEND:VEVENT\r\n"
        for title in ("Harbor weekly", "Send Harbor invoice", "Choir")
    )
    file = tmp_path / "feed.ics"
    file.write_text(
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{events}END:VCALENDAR\r\n", encoding="utf-8", newline=""
    )
    return f"file://{file}"


def test_a_series_is_taken_by_its_number_and_what_is_not_taken_is_never_asked_about_again(
    dovecot: Dovecot, sink: Sink, mailbox: str, tmp_path: Path
):
    place = Workplace(tmp_path)
    address = feed(tmp_path)
    answers = f"dana@roth.example\n{mailbox}\n{dovecot.password}\n1\n1\n\n\n{address}\n1\n"
    done = place.run("init", *servers(dovecot, sink), "--timezone", "Europe/Berlin", "--no-replay", stdin=answers)
    assert (done.returncode, done.stderr) == (0, "")
    for told in ("  1  Harbor weekly", "  2  Send Harbor invoice", "  3  Choir"):
        assert told in done.stdout
    loaded = load(place.config)
    assert loaded.problems == ()
    [person] = loaded.persons
    harbor = person.roster.by_label("harbor")
    assert harbor is not None
    assert [series.name for series in harbor.series] == ["Harbor weekly"]
    assert person.calendars["mine"].no_calls == ("Send Harbor invoice",)
    assert stat.S_IMODE((tmp_path / "dana.calendar").stat().st_mode) == 0o600
    assert address not in place.config.read_text(encoding="utf-8")
    [_, found] = place.rows("doctor")
    assert not [one for one in found["findings"] if one["topic"] == "series"]


def test_nothing_of_a_calendar_is_taken_by_itself(dovecot: Dovecot, sink: Sink, mailbox: str, tmp_path: Path):
    place = Workplace(tmp_path, {"MY_PASSWORD": dovecot.password})
    answers = tmp_path / "answers"
    answers.write_text(
        f'address = "dana@roth.example"\nimap = "127.0.0.1:{dovecot.imap}/none"\nsmtp = "none"\nuser = "{mailbox}"\n'
        f'timezone = "Europe/Berlin"\nsituation = "calls"\nclients = "*@harbor.example"\ncalendar = "{feed(tmp_path)}"\n'
        'password = { env = "MY_PASSWORD" }\n',
        encoding="utf-8",
    )
    done = place.run("init", "--from", str(answers), "--no-replay")
    assert (done.returncode, done.stderr) == (0, "")
    [person] = load(place.config).persons
    assert person.roster.clients[0].series == ()
    assert person.calendars["mine"].no_calls == ("Harbor weekly", "Send Harbor invoice")


def test_a_calendar_that_cannot_be_read_is_told_and_nothing_is_written(tmp_path: Path):
    place = Workplace(tmp_path)
    answers = tmp_path / "answers"
    answers.write_text(
        'address = "dana@outlook.com"\nclient-id = "abc"\ntimezone = "Europe/Berlin"\nclients = "*@harbor.example"\n'
        f'calendar = "file://{tmp_path}/none.ics"\n',
        encoding="utf-8",
    )
    done = place.run("init", "--from", str(answers))
    assert (done.returncode, "none.ics could not be read" in done.stderr) == (1, True)
    assert not place.config.exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('calendar = "dana.ics"', "write an address that begins with https://"),
        ('hours = "nine to five"', ":4:9: error:"),
        ('clients = "*@gmail.com"', "gmail.com is everybody's: name the single address"),
        ('adress = "x"', 'unknown key "adress"; did you mean "address"?'),
        ('page = "everywhere"', ":4:8: error:"),
        ('page-url = "https://x.example"', "error: nothing asks for page-url"),
        ('clients = "*@harbor.example"\ntext = { en = "Hello {Name}," }', "“{Name}” would go out as it stands"),
        ('manager = "x@roth.example"', "error: nothing asks for manager"),
    ],
)
def test_a_wrong_answer_in_a_file_is_told_with_its_line_and_nothing_is_written(tmp_path: Path, line: str, told: str):
    place = Workplace(tmp_path)
    answers = tmp_path / "answers"
    start = 'address = "dana@outlook.com"\nclient-id = "abc"\ntimezone = "Europe/Berlin"\n'
    answers.write_text(f"{start}{line}\n", encoding="utf-8")
    done = place.run("init", "--from", str(answers))
    assert done.returncode == 1
    assert told in done.stderr
    assert not place.config.exists()


@pytest.mark.parametrize(
    ("situation", "more"),
    [
        ("calls", 'clients = "*@harbor.example"\n'),
        ("ringing", 'clients = ["*@harbor.example", "petra@gmail.com"]\ntelephone = "voicemail@sipgate.example"\n'),
        ("one-customer", 'clients = "*@northwind.example"\n'),
        ("shift", 'clients = "none"\ncases = "cases@desk.example"\ndelegate = "Tom <tom@firma.example>"\n'),
        ("manager", 'manager = "martin.wyss@firma.example"\n'),
    ],
)
def test_every_situation_ends_in_a_configuration_that_check_has_nothing_against(
    tmp_path: Path, situation: str, more: str
):
    place = Workplace(tmp_path)
    answers = tmp_path / "answers"
    answers.write_text(
        'address = "lea@firma.example"\nimap = "outlook.office365.com"\nclient-id = "abc"\ntimezone = "Europe/Zurich"\n'
        f'language = "de"\nsituation = "{situation}"\nholidays = "Zürich"\n{more}',
        encoding="utf-8",
    )
    done = place.run("init", "--from", str(answers))
    assert (done.returncode, done.stderr) == (0, "")
    assert "Your company must allow this" in " ".join(done.stdout.split())
    [person] = load(place.config).persons
    assert person.worktime.holidays == "CH-ZH"
    checked = place.run("check")
    assert (checked.returncode, "warning" in checked.stdout) == (0, False)
