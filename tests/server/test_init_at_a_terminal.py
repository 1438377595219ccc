"""`triaged init` as she sits before it: a terminal of 60 by 24, wrong turns and all, on a real mailbox."""

import json
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fakes.provider import Provider
from server.dovecot import USUAL, Dovecot, Variant
from server.processes import until
from server.sink import Sink
from server.workplace import Workplace
from support.terminal import COLUMNS, Terminal, terminal
from triaged.config import load

pytestmark = pytest.mark.server
ME = "Dana Roth <dana@roth.example>"
GARY = "Gary Hale <gary@harbor.example>"
KLAUS = "Klaus Weber <klaus@lindenhof.example>"
PETRA = "Petra Sommer <petra@lindenhof.example>"
CALLS = "sipgate <voicemail@sipgate.example>"
SIE = (
    "Sehr geehrte Frau Sommer,\n\nkönnen Sie mir bitte die Zahlen bis Freitag schicken? Ich danke Ihnen.\n\nDana Roth\n"
)
DU = "Liebe Petra,\n\nkannst du mir bitte deine Zahlen bis Freitag schicken? Ich warte noch darauf.\n\nDana\n"


def stored(
    dovecot: Dovecot, user: str, way: tuple[str, str], text: str, days: float, subject: str = "the figures"
) -> None:
    """A mail of so many days ago; mine lies in Sent."""
    sender, to = way
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = f"<{days}.{sender[:4].strip()}.{to[:4].strip()}@roth.example>"
    mail["Return-Path"] = sender[sender.index("<") :]
    mail.set_content(text)
    at = datetime.now(UTC) - timedelta(days=days)
    mail["Date"] = format_datetime(at.astimezone(ZoneInfo("Europe/Berlin")))
    dovecot.append(user, dovecot.real("Sent" if sender == ME else "INBOX"), mail.as_bytes(), at, [])


def lived_in(dovecot: Dovecot, user: str) -> None:
    """Three months: a client who rings, one in German to whom she says Sie and du."""
    for n in range(6):
        stored(
            dovecot,
            user,
            (GARY, ME),
            f"Can you ring me about the figures of {n}?\n\nGary Hale\nTel. +44 20 7946 0018\n",
            n * 9 + 2,
        )
        stored(
            dovecot,
            user,
            (PETRA, ME),
            f"Guten Tag, haben Sie die Zahlen von {n} schon gesehen?\n\nPetra Sommer\n",
            n * 9 + 3,
        )
        stored(
            dovecot,
            user,
            (ME, GARY),
            "Hi Gary,\n\nI will have a look at the figures tomorrow morning.\n\nDana\n",
            n * 9 + 1,
        )
        stored(dovecot, user, (ME, PETRA), SIE if n % 2 else DU, n * 9 + 1.5)
    for n in range(2):
        stored(dovecot, user, (KLAUS, ME), "Guten Tag, anbei die Zahlen.\n\nKlaus Weber\n", n * 9 + 4)
        stored(
            dovecot,
            user,
            (ME, KLAUS),
            "Hallo Klaus,\n\ndanke, ich sehe mir die Zahlen morgen an.\n\nDana\n",
            n * 9 + 1.7,
        )
    for n in range(15):
        stored(
            dovecot,
            user,
            (CALLS, ME),
            "Voicemail from +44 20 7946 0018\n",
            n * 5 + 1,
            "New voicemail from +44 20 7946 0018",
        )


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_wrong_server_a_wrong_password_and_nothing_else_is_asked_again(
    dovecot: Dovecot, sink: Sink, user: str, place: Workplace
):
    with terminal(["init", "--months", "3", "--no-replay"], place.environment, place.folder) as she:
        she.answers("Your address", "dana@roth.example")
        came = she.answers("IMAP server", "127.0.0.1:9/none")
        assert "HOST:PORT/TLS" in came
        she.answers("User", user)
        she.answers("Password", "wrong")
        came = she.answers("IMAP server", f"127.0.0.1:{dovecot.imap}/implicit")
        assert "User" not in came.split("127.0.0.1:9/none")[-1]
        she.answers("IMAP server", f"127.0.0.1:{dovecot.imap}/none")
        came = she.answers("Password", dovecot.password)
        assert "refused to sign us in" in " ".join(came.split())
        came = she.answers("SMTP server", f"127.0.0.1:{sink.port}/none")
        assert "Signed in" in came
        she.waits_for("takes replies")
        she.waits_for(": ")
        she.presses_ctrl_c()
        assert she.ends() == 130
    assert not place.config.exists()
    assert she.widest <= COLUMNS, she.shown


def test_ctrl_c_loses_nothing_and_the_next_start_goes_on(dovecot: Dovecot, sink: Sink, user: str, place: Workplace):
    with terminal(["init", "--no-replay"], place.environment, place.folder) as she:
        she.answers("Your address", "dana@roth.example")
        she.answers("IMAP server", f"127.0.0.1:{dovecot.imap}/none")
        she.answers("User", user)
        she.answers("Password", dovecot.password)
        she.waits_for("SMTP server for replies [")
        she.presses_ctrl_c()
        assert she.ends() == 130
    kept = place.config.with_suffix(".begun")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert dovecot.password not in kept.read_text(encoding="utf-8")
    with terminal(["init", "--no-replay"], place.environment, place.folder) as she:
        she.answers("Go on from there", "")
        came = she.answers("SMTP server for replies", f"127.0.0.1:{sink.port}/none")
        for known in ("dana@roth.example", f"127.0.0.1:{dovecot.imap}/none", user, "as before", "Signed in"):
            assert known in came
        she.waits_for("takes replies")


def test_who_begins_anew_is_asked_everything_and_the_old_password_goes(
    dovecot: Dovecot, sink: Sink, user: str, place: Workplace
):
    for go_on in ("", "no"):
        with terminal(["init", "--no-replay"], place.environment, place.folder) as she:
            if go_on:
                she.answers("Go on from there", go_on)
            she.answers("Your address", "dana@roth.example")
            she.answers("IMAP server", f"127.0.0.1:{dovecot.imap}/none")
            she.answers("User", user)
            she.answers("Password", dovecot.password)
            she.answers("SMTP server for replies", f"127.0.0.1:{sink.port}/none")
            she.waits_for("takes replies")
            she.presses_ctrl_c()
            assert she.ends() == 130
    assert place.config.with_suffix(".password").read_text(encoding="utf-8") == f"{dovecot.password}\n"


def test_a_password_of_somebody_else_is_in_the_way_before_the_first_question(place: Workplace):
    place.config.with_suffix(".password").write_text("other\n", encoding="utf-8")
    done = place.run("init", stdin="dana@roth.example\n")
    assert (done.returncode, "Your address" in done.stdout) == (1, False)
    assert "--password-file" in done.stderr


@pytest.mark.parametrize("last", ["User name", "Password"])
def test_ctrl_d_takes_no_proposal_and_ends_as_well(place: Workplace, last: str):
    with terminal(["init"], place.environment, place.folder) as she:
        she.answers("Your address", "dana@roth.example")
        she.answers("IMAP server", "127.0.0.1:9/none")
        if last == "Password":
            she.answers("User", "dana")
        she.waits_for(f"\n{last}")
        she.waits_for(": ")
        she.presses_ctrl_d()
        assert she.ends() == 130
    assert "typed is kept" in " ".join(she.shown.split())
    assert "Traceback" not in she.shown


def test_ctrl_c_while_a_server_does_not_answer_ends_at_once(place: Workplace, silent_port: int):
    with terminal(["init"], place.environment, place.folder) as she:
        she.answers("Your address", "dana@roth.example")
        she.answers("IMAP server", f"127.0.0.1:{silent_port}/none")
        she.answers("User", "dana")
        she.answers("Password", "secret")
        she.waits_for("Signing in")
        she.presses_ctrl_c()
        assert she.ends() == 130
    assert "typed is kept" in " ".join(she.shown.split())


@pytest.mark.parametrize("variant", [USUAL, replace(USUAL, separator=".", prefix="INBOX.")], ids=["plain", "INBOX."])
def test_from_nothing_to_an_observed_mailbox_with_telephone_two_languages_and_her_own_words(
    dovecots: Callable[[Variant], Dovecot], variant: Variant, sink: Sink, place: Workplace
):
    dovecot = dovecots(variant)
    user = dovecot.new_user()
    lived_in(dovecot, user)
    server = f"127.0.0.1:{dovecot.imap}/none"
    environment = {**place.environment, "TZ": "UTC"}  # a server's clock: her mails know better
    with terminal(["init"], environment, place.folder) as she:
        she.answers("Your address", "dana@roth.example")
        she.answers("IMAP server", "127.0.0.1:9/none")
        she.answers("User", user)
        she.answers("Password", "not this one")
        she.answers("IMAP server", server)
        she.answers("Password", dovecot.password)
        she.answers("SMTP server", f"127.0.0.1:{sink.port}/none")
        came = she.waits_for("Which of these is you?")
        facts = " ".join(came.split())
        assert "- 15 of your 29 mails come from voicemail@sipgate.example" in facts
        assert "you write in German to 1, in English to 1" in facts
        she.answers("A number [2]", "")
        she.answers("Clients [1,2]", "")
        came = she.waits_for("Your time zone [Europe/Berlin]")
        assert "Your mails are dated as in Europe/Berlin." in came
        she.presses_ctrl_c()
        assert she.ends() == 130
    with terminal(["init"], environment, place.folder) as she:
        she.answers("Go on from there", "")
        she.answers("Your time zone", "")
        she.answers("When do you WANT", "mon-thu 09:00-12:30, 13:30-17:00")
        she.answers("Public holidays of which Land", "Bayern")
        she.answers("Voicemail [voicemail@sipgate.example]", "")
        she.waits_for("rings from +442079460018")
        she.answers("Calendar, or none", "https://127.0.0.1:9/dana.ics")
        came = she.answers("Calendar, or none", f"file://{_feed(place.folder)}")
        assert "could not be asked" in came
        _her_words(she)
        assert she.ends() == 0
    assert she.widest <= COLUMNS, she.shown
    assert not place.config.with_suffix(".begun").exists()
    _is_hers(place)
    assert (place.run("check").returncode, "warning" in place.run("check").stdout) == (0, False)
    with place.daemon() as lines:
        assert lines[-1]["event"] == "account.idle"
    assert sink.received == []


def _is_hers(place: Workplace) -> None:
    """What she has typed, in the file, and what was read of her mails."""
    [person] = load(place.config).persons
    harbor, lindenhof = (person.roster.by_label(one) for one in ("harbor", "lindenhof"))
    assert person.worktime.zone.key == "Europe/Berlin"
    assert harbor is not None
    assert lindenhof is not None
    assert (lindenhof.language, lindenhof.address, lindenhof.people["petra@lindenhof.example"]) == (
        "de",
        "familiar",
        "Petra",
    )
    assert lindenhof.people["klaus@lindenhof.example"] == "Klaus", "each is called as she calls them"
    assert [one.name for one in harbor.series] == ["Harbor weekly"]
    assert person.calendars["mine"].no_calls == ("Send Harbor invoice",)
    assert (harbor.language, harbor.people["gary@harbor.example"], harbor.phones) == ("en", "Gary", ("+442079460018",))
    assert "Servus" in person.replies["until-call"].variants("de")[0]
    assert person.accounts[0].mode.value == "observe"


def _feed(folder: Path) -> Path:
    """A published calendar: titles, and nobody in them."""
    start = datetime.now(UTC) + timedelta(days=2)  # whenever it is now, no call is at hand
    begin, end = (f"{at:%Y%m%dT%H%M%SZ}" for at in (start, start + timedelta(minutes=45)))
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{title}\r\nDTSTAMP:{begin}\r\nDTSTART:{begin}\r\nDTEND:{end}\r\nRRULE:FREQ=DAILY\r\n"
        f"SUMMARY:{title}\r\nEND:VEVENT\r\n"
        for title in ("Send Harbor invoice", "Harbor weekly")
    )
    file = folder / "feed.ics"
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{events}END:VCALENDAR\r\n"
    file.write_text(text, encoding="utf-8", newline="")
    return file


def _her_words(she: Terminal) -> None:
    """Standing calls, and what each client would get."""
    she.answers("Standing call with Lindenhof", "none")
    she.answers("Standing call with Harbor", "1")
    came = she.answers("formal or familiar", "familiar")
    assert "You write to Lindenhof now formally, now familiarly" in " ".join(came.split())
    came = she.answers("Your choice", "e")
    assert "  | Hallo Petra," in came
    she.waits_for("only a dot ends it.")
    for line in ("Servus NAME,", "", "ich melde mich: WHEN.", "", "Dana", "."):
        she.types(line)
    came = she.answers("Your choice", "")
    assert "  | Servus Petra," in came
    came = she.answers("Your choice", "")
    assert "  | To: gary@harbor.example" in came
    assert "  | Hello Gary," in came
    assert "our call" in " ".join(came.replace("  | ", "").split()), "the calendar says when"
    came = she.waits_for("Next:")
    assert "- 29 mails came, 29 from clients." in came


def test_on_a_german_machine_it_speaks_german_and_understands_it(
    dovecot: Dovecot, sink: Sink, user: str, place: Workplace
):
    lived_in(dovecot, user)
    environment = {**place.environment, "LANG": "de_DE.UTF-8", "TZ": "UTC"}
    with terminal(["init"], environment, place.folder) as she:
        she.answers("Ihre Adresse", "dana@roth.example")
        she.answers("IMAP-Server", "127.0.0.1:9/none")
        she.answers("Benutzername", user)
        she.answers("Passwort", "falsch")
        came = she.answers("IMAP-Server", f"127.0.0.1:{dovecot.imap}/none")
        assert "ist so nicht zu erreichen" in " ".join(came.split())
        came = she.answers("Passwort", dovecot.password)
        assert "hat die Anmeldung abgelehnt" in " ".join(came.split())
        she.answers("SMTP-Server", f"127.0.0.1:{sink.port}/none")
        came = she.answers("Eine Nummer [2]", "")
        assert "- 15 Ihrer 29 Mails kommen von" in " ".join(came.split())
        she.answers("Kunden [1,2]", "")
        she.answers("Ihre Zeitzone [Europe/Berlin]", "")
        she.answers("Wann WOLLEN Sie erreichbar sein", "neun bis fünf")
        came = she.answers("Wann WOLLEN Sie erreichbar sein", "mo-do 09:00-12:30, 13:30-17:00")
        assert "„neun bis fünf“ sind keine Zeiten" in came
        she.answers("Feiertage welches Bundeslandes", "Bayern")
        she.answers("Sprachnachrichten [voicemail@sipgate.example]", "")
        she.answers("Kalender (oder: keine) [keine]", "")
        she.answers("Fester Termin mit Lindenhof", "fr 10:00 für 45m")
        she.answers("Fester Termin mit Harbor", "keine")
        she.answers("Sie oder du [Sie]", "du")
        came = she.answers("Ihre Wahl", "b")
        assert "  | An: petra@lindenhof.example" in came
        she.waits_for("Punkt beendet")
        for line in ("Servus NAME,", "", "ich melde mich: WANN.", "."):
            she.types(line)
        assert "  | Servus Petra," in she.answers("Ihre Wahl", "")
        she.answers("Ihre Wahl", "k")
        came = she.waits_for("Als Nächstes:")
        assert "Gekommen: 29 Mails, davon 29 von Kunden." in came
        assert she.ends() == 0
    assert she.widest <= COLUMNS, she.shown
    [person] = load(place.config).persons
    lindenhof, harbor = (person.roster.by_label(one) for one in ("lindenhof", "harbor"))
    assert lindenhof is not None
    assert harbor is not None
    assert [str(call.text) for call in lindenhof.calls] == ["fri 10:00 for 45m"]
    assert (lindenhof.address, harbor.replies) == ("familiar", False)
    assert person.worktime.holidays == "DE-BY"


ANNA = "Anna Kern <anna@kern.example>"


def to_the_mails(she: Terminal, user: str, dovecot: Dovecot, sink: Sink) -> None:
    """All questions before the mails, with two clients to whom she writes German."""
    she.answers("Your address", "dana@roth.example")
    she.answers("IMAP server", f"127.0.0.1:{dovecot.imap}/none")
    she.answers("User", user)
    she.answers("Password", dovecot.password)
    she.answers("SMTP server", f"127.0.0.1:{sink.port}/none")
    she.answers("A number", "1")
    she.answers("Clients", "*@lindenhof.example *@kern.example")
    she.answers("Your time zone", "")
    she.answers("When do you WANT", "")
    she.answers("Public holidays", "none")
    she.answers("Calendar, or none", "")
    she.answers("Standing call with Lindenhof", "")
    she.answers("Standing call with Kern", "")


def with_a_second_german_client(dovecot: Dovecot, user: str) -> None:
    lived_in(dovecot, user)
    for n in range(9):  # who writes most is shown first
        stored(dovecot, user, (ANNA, ME), "Guten Tag, haben Sie den Vertrag schon gesehen?\n\nAnna Kern\n", n * 9 + 2.2)
        stored(dovecot, user, (ME, ANNA), SIE.replace("Sommer", "Kern"), n * 9 + 1.2)


def until_it_is_kept(place: Workplace, line: str) -> None:
    """A line that the terminal shows need not have been read yet, and Ctrl-C empties the terminal's queue."""
    kept = place.config.with_suffix(".begun")
    until(lambda: line in kept.read_text(encoding="utf-8"), 30, line)


def test_her_words_for_one_client_are_mended_and_survive_a_ctrl_c(
    dovecot: Dovecot, sink: Sink, user: str, place: Workplace
):
    with_a_second_german_client(dovecot, user)
    with terminal(["init", "--no-replay"], place.environment, place.folder) as she:
        to_the_mails(she, user, dovecot, sink)
        she.answers("Your choice", "e")
        came = she.answers("For all to whom you write in German, or only for Kern", "only")
        assert "[one]" in came, "she writes to the others in another form"
        she.waits_for("only a dot ends it.")
        for line in ("Liebe {Name},", "", "Sie hören von mir: WHEN.", "."):
            she.types(line)
        came = she.answers("Number of the line", "1")
        assert "“{Name}” would go out as it stands" in " ".join(came.split())
        she.answers("Line 1", "Liebe NAME,")
        came = she.answers("Your choice", "")
        assert "  | Liebe Frau Kern," in came
        she.answers("formal or familiar", "familiar")
        she.answers("Your choice", "e")
        she.answers("For all", "only")
        she.waits_for("only a dot ends it.")
        she.types("Servus NAME,")
        she.types("was ich sagen wollte:")
        until_it_is_kept(place, "was ich sagen wollte:")
        she.presses_ctrl_c()
        assert she.ends() == 130
    with terminal(["init", "--no-replay"], place.environment, place.folder) as she:
        she.answers("Go on from there", "")
        she.waits_for("  | Liebe Frau Kern,")
        she.answers("Your choice", "")
        she.waits_for("Servus NAME,\nwas ich sagen wollte:\n")
        she.types("ich melde mich WHEN.")
        she.types(".")
        came = she.answers("Your choice", "")
        assert "  | Servus Petra," in came
        assert she.ends() == 0
    assert not place.config.with_suffix(".begun").exists()
    assert (place.run("check").returncode, "warning" in place.run("check").stdout) == (0, False)
    [text] = load(place.config).persons[0].replies["until-call"].variants("de")
    for said in (
        "Liebe {{ sender.name }}",
        "Servus {{ sender.name }}",
        'client.name == "Kern"',
        'client.name == "Lindenhof"',
    ):
        assert said in text


def test_words_of_the_last_time_that_will_not_do_any_more_are_shown_when_she_edits(
    dovecot: Dovecot, sink: Sink, user: str, place: Workplace
):
    with_a_second_german_client(dovecot, user)
    place.config.with_suffix(".begun").write_text(json.dumps({"text.de": "Hallo {Name},\nbis WHEN."}), encoding="utf-8")
    with terminal(["init", "--no-replay"], place.environment, place.folder) as she:
        she.answers("Go on from there", "")
        to_the_mails(she, user, dovecot, sink)
        assert "Hallo {Name}" not in she.answers("Your choice", "e")
        she.answers("For all", "all")
        she.waits_for("Hallo {Name},\nbis WHEN.\n")
        she.types(".")
        she.answers("Number of the line", "1")
        she.answers("Line 1", "Hallo NAME,")
        assert "  | Hallo Frau Kern," in she.answers("Your choice", "")
        she.answers("formal or familiar", "")
        assert "  | Hallo Frau Sommer," in she.answers("Your choice", "")
        assert she.ends() == 0


def test_her_own_editor_opens_with_the_mail_as_it_is(dovecot: Dovecot, sink: Sink, user: str, place: Workplace):
    with_a_second_german_client(dovecot, user)
    environment = {**place.environment, "EDITOR": "sed -i '1s/.*/Moin NAME,/'"}
    with terminal(["init", "--no-replay"], environment, place.folder) as she:
        to_the_mails(she, user, dovecot, sink)
        she.answers("Your choice", "e")
        shown = she.answers("For all to whom you write in German", "all").partition("  |")[2]
        came = she.answers("Your choice", "n")
        assert "  | Moin Frau Kern," in came
        assert "Dana Roth" in came, f"the rest is as it was: {shown}"
        she.answers("formal or familiar", "")
        assert "  | Moin Frau Sommer," in she.answers("Your choice", "")
        assert she.ends() == 0
    [text] = load(place.config).persons[0].replies["until-call"].variants("de")
    assert "{{ promise | when }}" in text, "the moment was no word of the mail"


def test_a_company_account_signs_in_with_a_code_and_its_mail_is_looked_at(
    own_dovecot: Callable[[Variant], Dovecot], sink: Sink, place: Workplace
):
    with Provider(pending=0) as provider:
        dovecot = own_dovecot(Variant(oauth=provider.introspection))
        user = dovecot.new_user("dana")
        lived_in(dovecot, user)
        options = ["--issuer", provider.url, "--smtp", f"127.0.0.1:{sink.port}/none"]
        with terminal(["init", *options], place.environment, place.folder) as she:
            she.answers("Your address", "dana@roth.example")
            she.answers("IMAP server", f"127.0.0.1:{dovecot.imap}/none")
            she.answers("User", user)
            she.answers("Client id", "none")
            came = she.answers("Client id", "triaged-tests")
            assert "There is no sign-in without it" in came
            provider.declines = True
            she.answers("Sign in now", "")
            she.waits_for("That did not work.")
            provider.declines = False
            came = she.answers("Sign in now", "yes")
            came = she.waits_for("Which of these is you?")
            assert "WDJB-MJHT" in came
            assert "no reply can go" in " ".join(came.split()), "this way out takes no tokens"
            assert "- 15 of your 29 mails come from voicemail@sipgate.example" in " ".join(came.split())
            she.answers("A number", "1")
            she.answers("Clients [1,2]", "2")
            for question in (
                "Your time zone",
                "When do you WANT",
                "Public holidays",
                "Calendar",
                "Standing call with Harbor",
            ):
                she.answers(question, "")
            assert "  | Hello Gary," in she.answers("Your choice", "")
            came = she.waits_for("Next:")
            assert "- 29 mails came, 6 from clients." in came
            assert she.ends() == 0
        assert "auth login" not in she.shown.split("Next:")[1], "she is in already"
        with place.daemon() as lines:
            assert lines[-1]["event"] == "account.idle"
