"""What a configuration means: every key arrives where the daemon looks for it, with the defaults as documented."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.configurations import ACCOUNT, CLIENT, HOURS, ME, REPLY, RULE, WHOLE, loaded, told
from triaged.config import default_path, first_path, state_file
from triaged.core.authres import Trust
from triaged.core.moments import parse_moment
from triaged.core.rules import NOTHING, Then
from triaged.core.settings import (
    Account,
    CommandSecret,
    CredentialSecret,
    Digest,
    EnvSecret,
    FileSecret,
    Folders,
    KeyringSecret,
    Mode,
    OAuth,
    Person,
    PromisePolicy,
    Rate,
    Secret,
    TextSecret,
    Tls,
)
from triaged.core.spans import parse_span


def person(tmp_path: Path, text: str) -> Person:
    found = loaded(tmp_path, text)
    assert not found.errors
    return found.persons[0]


def account(tmp_path: Path, more: str = "", *, imap: str = "", smtp: str = "") -> Account:
    text = WHOLE.replace('password = { credential = "work" } }', f'password = {{ credential = "work" }}{imap} }}')
    text = text.replace('"smtp.roth.example" }', f'"smtp.roth.example"{smtp} }}').replace('mode = "send"', more)
    return person(tmp_path, text).accounts[0]


def test_an_account_has_the_defaults_of_the_reference(tmp_path: Path):
    found = account(tmp_path)
    assert found.mode is Mode.OBSERVE
    assert found.login == "dana@imap.roth.example"
    assert (found.imap.port, found.imap.tls) == (993, Tls.IMPLICIT)
    assert found.watch == ("INBOX",)
    assert found.folders == Folders("Deferred", "", ("auto",), "auto")
    assert (found.start, found.late, found.reply_fuse) == ("new", parse_span("12h"), Rate(60, timedelta(hours=1)))
    assert (found.trust, found.require_auth) == (None, "if-known")
    assert (found.envelope, found.save_sent, found.precedence) == ("auto", "auto", "none")


def test_an_account_takes_what_is_written(tmp_path: Path):
    found = account(
        tmp_path,
        'mode = "draft"\nwatch = ["INBOX", "Work"]\nfolders = { deferred = "Later", urgent = "Now" }\nstart = "7 days"\n'
        'late = "2 days"\nreply_fuse = "5 per day"\nauthserv_id = ["mx.roth.example", "*.mx.example"]\n'
        'require_auth = "always"\nenvelope = "me"\nsave_sent = "no"\nprecedence = "bulk"',
    )
    assert found.mode is Mode.DRAFT
    assert found.watch == ("INBOX", "Work")
    assert found.folders == Folders("Later", "Now", ("auto",), "auto")
    assert (found.start, found.late) == (parse_span("7 days"), parse_span("2 days"))
    assert found.reply_fuse == Rate(5, timedelta(days=1))
    assert found.trust == Trust(("mx.roth.example", "*.mx.example"))
    assert (found.require_auth, found.envelope, found.save_sent) == ("always", "me", "no")
    assert found.precedence == "bulk"


def test_smtp_signs_in_as_imap_does_where_it_says_nothing_of_its_own(tmp_path: Path):
    smtp = account(tmp_path).smtp
    assert smtp is not None
    assert (smtp.user, smtp.password) == ("dana", CredentialSecret("work"))
    assert (smtp.host, smtp.port, smtp.tls) == ("smtp.roth.example", 465, Tls.IMPLICIT)


def test_smtp_with_a_password_of_its_own_does_not_take_the_token_of_imap(tmp_path: Path):
    smtp = account(tmp_path, smtp=', user = "out", password = { env = "OUT" }').smtp
    assert smtp is not None
    assert (smtp.user, smtp.password, smtp.oauth) == ("out", EnvSecret("OUT"), None)


@pytest.mark.parametrize(("tls", "imap", "smtp"), [("implicit", 993, 465), ("starttls", 143, 587)])
def test_ports_follow_the_kind_of_tls(tmp_path: Path, tls: str, imap: int, smtp: int):
    found = account(tmp_path, imap=f', tls = "{tls}"', smtp=f', tls = "{tls}"')
    assert found.smtp is not None
    assert (found.imap.port, found.smtp.port) == (imap, smtp)


def test_secrets_say_where_they_are_and_files_lie_beside_the_configuration(tmp_path: Path):
    def secret(written: str) -> Secret | None:
        return person(tmp_path, WHOLE.replace('{ credential = "work" }', written)).accounts[0].imap.password

    assert secret('"hunter2"') == TextSecret("hunter2")
    assert secret('{ file = "pw/work" }') == FileSecret(tmp_path / "pw" / "work")
    assert secret('{ file = "/etc/pw" }') == FileSecret(Path("/etc/pw"))
    assert secret('{ command = ["pass", "show", "work"] }') == CommandSecret(("pass", "show", "work"))
    assert secret('{ command = ["./pw.sh"] }') == CommandSecret((str(tmp_path / "pw.sh"),))
    assert secret('{ keyring = "triaged" }') == KeyringSecret("triaged")
    assert "hunter2" not in repr(secret('"hunter2"'))


def test_oauth_stands_in_place_of_a_password(tmp_path: Path):
    text = 'oauth = { provider = "microsoft", client_id = "abc", tenant = "roth", client_secret = { env = "S" } }'
    server = person(tmp_path, WHOLE.replace('password = { credential = "work" }', text)).accounts[0].imap
    assert server.password is None
    assert server.oauth == OAuth("microsoft", "abc", EnvSecret("S"), "device", "roth")


def test_an_oauth_provider_of_ones_own_is_named_by_its_host(tmp_path: Path):
    text = (
        'oauth = { provider = { token_url = "https://id.roth.example/token", scopes = ["mail"] }, client_id = "abc" }'
    )
    server = person(tmp_path, WHOLE.replace('password = { credential = "work" }', text)).accounts[0].imap
    assert server.oauth == OAuth(
        "id.roth.example",
        "abc",
        None,
        "device",
        endpoints={"token_url": "https://id.roth.example/token"},
        scopes=("mail",),
    )


def test_a_client_has_its_zone_calls_people_and_numbers(tmp_path: Path):
    more = """
people = { "Gary@Harbor.example" = "Gary" }
phones = ["020 7946 0018"]
timezone = "Europe/London"
hours = { mon-fri = "08:00-18:00" }
passes = "2 per week"
always = "urgent"
replies = false
mode = "observe"
[telephone]
from = ["voicemail@sipgate.example"]
region = "GB"
"""
    found = person(tmp_path, ME + HOURS + ACCOUNT + CLIENT + more + REPLY + RULE)
    (client,) = found.roster.clients
    assert client.people == {"gary@harbor.example": "Gary"}
    assert client.phones == ("+442079460018",)
    assert client.zone.key == "Europe/London"
    assert client.hours is not None
    assert client.hours.available(datetime(2026, 11, 23, 17, 30, tzinfo=UTC))
    assert (client.tier, client.always, client.replies, client.mode) == ("standard", "urgent", False, "observe")
    assert client.passes is not None
    assert (client.passes.count, client.passes.period) == (2, "week")
    assert [glob.text for glob in found.telephone.senders] == ["voicemail@sipgate.example"]


def test_a_clients_name_is_its_label_and_its_zone_mine_where_nothing_is_written(tmp_path: Path):
    (client,) = person(tmp_path, WHOLE.replace('name = "Harbor Trust"\n', "")).roster.clients
    assert (client.name, client.zone.key, client.replies, client.hours) == ("harbor", "Europe/Berlin", True, None)


def test_hours_without_a_day_are_every_days(tmp_path: Path):
    found = person(
        tmp_path,
        WHOLE.replace('mon-fri = "09:00-17:00"\nholidays = ""', 'holidays = "DE-BE"\nfocus = { tue = "09:00-11:00" }'),
    )
    assert found.worktime.week is None
    assert found.worktime.hours(datetime(2026, 11, 24, 9, 0, tzinfo=UTC)) == "focus"
    assert found.worktime.is_holiday(datetime(2026, 12, 25, tzinfo=UTC).date()) == "Christmas Day"


def test_a_rule_without_a_name_is_called_by_its_number(tmp_path: Path):
    rules = person(tmp_path, WHOLE.replace('name = "Everything"\n', "")).rules.rules
    assert [rule.name for rule in rules] == ["rule 1"]


def test_promise_none_is_told_from_no_promise(tmp_path: Path):
    written = 'promise = ["2 business days"]'
    text = WHOLE.replace("{{ promise | when }}", "soon")
    (said,) = person(tmp_path, text.replace(written, 'promise = "none"')).rules.rules
    (unsaid,) = person(tmp_path, text.replace(f"{written}\n", "")).rules.rules
    assert said.promise is NOTHING
    assert unsaid.promise is None
    assert said.then is Then.DEFER


def test_replies_have_their_defaults_and_a_text_alone_is_in_my_language(tmp_path: Path):
    reply = person(tmp_path, WHOLE.replace("text.en", "text").replace('language = "en"', 'language = "de"')).replies[
        "later"
    ]
    assert list(reply.texts) == ["de"]
    assert (reply.send.text, reply.every) == ("in 10m", parse_span("1 day"))


def test_promises_digest_and_report(tmp_path: Path):
    found = person(
        tmp_path, WHOLE + '[digest]\nat = "16:30"\nagenda = "30m before next call"\n[report]\nweekly = "fri 14:00"\n'
    )
    assert found.promises == PromisePolicy(parse_span("2h"), "off", None, ())
    assert found.digest is not None
    assert found.digest == Digest((parse_moment("16:30"),), found.digest.agenda)
    assert found.report is not None
    assert str(found.report.weekly) == "fri 14:00"


def test_a_reply_called_slip_is_the_slip_reply(tmp_path: Path):
    slip = '[reply.slip]\ntext = "I will not make it by {{ promise | when }}."\n'
    assert person(tmp_path, WHOLE + slip + '[promises]\nslip = "draft"\n').promises.slip_reply == "slip"
    assert person(tmp_path, WHOLE + '[promises]\nslip = "draft"\nslip_reply = "slip"\n').promises.slip_reply is None


def test_what_decides_is_told_apart_from_accounts_and_secrets(tmp_path: Path):
    text = (
        WHOLE.replace('{ credential = "work" }', '"hunter2"') + '[notify.phone]\nurl = "ntfys://token@ntfy.example/x"\n'
    )
    one = person(tmp_path, text.replace("[[rule]]", '[promises]\nnotify = ["phone"]\n[[rule]]'))
    assert "hunter2" not in one.ruleset_text
    assert "token" not in one.ruleset_text
    assert "imap" not in one.ruleset_text
    other = person(tmp_path, WHOLE.replace('name = "Everything"', 'name = "All"'))
    again = person(tmp_path, "# a comment\n" + WHOLE)
    assert len({one.ruleset_hash, other.ruleset_hash, again.ruleset_hash}) == 3
    assert again.ruleset_hash == person(tmp_path, WHOLE).ruleset_hash


def test_the_service_has_defaults_and_keeps_its_ledger_where_the_system_says(tmp_path: Path):
    from support.configurations import NOW, write
    from triaged.config import load

    path = write(tmp_path, WHOLE)
    here = load(path, environ={"STATE_DIRECTORY": "/var/lib/triaged:/elsewhere"}, now=NOW)
    home = load(path, environ={"XDG_STATE_HOME": "/home/d/.state"}, now=NOW)
    assert state_file(here) == Path("/var/lib/triaged/triaged.db")
    assert state_file(home) == Path("/home/d/.state/triaged/triaged.db")
    assert here.service is not None
    assert (here.service.log, here.service.log_subjects, here.service.listen) == ("auto", True, None)
    assert here.service.keep == parse_span("2 years")


def test_the_service_takes_what_is_written(tmp_path: Path):
    text = '[service]\nstate = "sqlite:/srv/t.db"\nlog = "json"\nlog_subjects = false\nlisten = "[::1]:9464"\nkeep = "1 year"\n'
    service = loaded(tmp_path, text + WHOLE).service
    assert service is not None
    assert (service.state, service.log, service.log_subjects) == (Path("/srv/t.db"), "json", False)
    assert (service.listen, service.keep) == (("::1", 9464), parse_span("1 year"))


def test_the_configuration_is_looked_for_where_the_environment_says(tmp_path: Path):
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    own, system = tmp_path / "triaged" / "triaged.toml", tmp_path / "system.toml"
    assert default_path({"TRIAGED_CONFIG": "/x/y.toml"}) == Path("/x/y.toml")
    assert default_path(environ, system) == own, "where there is none, the one that anybody may write"
    system.touch()
    assert default_path(environ, system) == system
    assert first_path(environ) == own, "a first one is never the system's"
    own.parent.mkdir()
    own.touch()
    assert default_path(environ, system) == own


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ('imap = { host = "imap.roth.example",', 'imap = { host = "imap.roth.example", tls = "none",', 'tls = "none" is only for a loopback address'),
        ('password = { credential = "work" }', 'trust_ca = "none.pem", password = { credential = "work" }', "trust_ca: there is no file "),
        (', password = { credential = "work" }', "", '[account.work.imap] has no password: write password = { credential = "…" }'),
        ('{ credential = "work" }', '{ credential = "work", env = "X" }', "password takes exactly one of credential, file, env, command, keyring"),
        ('{ credential = "work" }', '{ credential = "../work" }', 'credential: "../work" is no name of a credential'),
        ('{ credential = "work" }', '{ env = "$X" }', 'env: "$X" is no name of an environment variable'),
        ('{ credential = "work" }', "{ command = [] }", "command is empty"),
        ('password = { credential = "work" }', 'password = "a", oauth = { provider = "google", client_id = "x" }', "password and oauth together: one of them"),
        ('password = { credential = "work" }', 'oauth = { provider = "gogle", client_id = "x" }', 'provider: "gogle" is not known: write "google" or "microsoft"; did you mean "google"?'),
        ('password = { credential = "work" }', 'oauth = { provider = { token_url = "http://x.example" }, client_id = "x" }', 'token_url: "http://x.example" is no https address'),
        ('password = { credential = "work" }', 'oauth = { provider = { issuer = "http://x.example" }, client_id = "x" }', 'issuer: "http://x.example" is no https address'),
        ('password = { credential = "work" }', 'oauth = { provider = { device_url = "https://x.example" }, client_id = "x" }', "a provider of your own needs its token_url, or the issuer that publishes it"),
        ('password = { credential = "work" }', 'oauth = { provider = "google", client_id = "x", grant = "client_credentials" }', 'grant = "client_credentials" needs a client_secret'),
        ('smtp = { host = "smtp.roth.example" }', "", 'mode "send" needs smtp = { host = "…" }'),
        ('mode = "send"', 'mode = "send"\nauthserv_id = "OpenDMARC"', "authserv_id: "),
        ('mode = "send"', 'mode = "send"\nrequire_auth = "always"', 'require_auth = "always" without authserv_id: nobody would ever be answered'),
        ('mode = "send"', 'mode = "send"\nfolders = { deferred = "inbox" }', '"inbox" is watched: what is put aside there would be read as new mail'),
        ('mode = "send"', 'mode = "send"\nfolders = { urgent = "Deferred" }', "urgent and deferred are the same folder"),
        ('mode = "send"', 'mode = "send"\nwatch = ["INBOX", "Hot"]\nfolders = { urgent = "Hot" }', '"Hot" is watched: what is moved there would be read as new mail'),
        ("[client.harbor]", '[client.other]\nfrom = ["*@harbor.example"]\n[client.harbor]', '"*@harbor.example" stands in both [client.other] and [client.harbor]: leave it with one of them'),
        ("[client.harbor]", '[account.more]\naddresses = ["d@roth.example"]\nimap = { host = "imap.roth.example", user = "dana", password = "x" }\n[client.harbor]', "[account.work] has the same login dana@imap.roth.example: leave one of them"),
        ('tier = "standard"', 'mode = "send"\n[account.in]\naddresses = ["x@roth.example"]\nimap = { host = "i.example", user = "x", password = { env = "X" } }', 'mode "send" needs smtp = { host = "…" } in [account.in]'),
        ('language = "en"\ncalls', 'language = "de"\ncalls', "[client.harbor] reads de, but [reply.later] has no text.de: add it, or take the client out of this rule"),
        ("[[rule]]", '[promises]\nslip = "send"\n[reply.slip]\ntext.fr = "{{ promise | when }}"\n[[rule]]', "[client.harbor] reads en, but [reply.slip] has no text.en: write one"),
        ("[[rule]]", '[promises]\nslip_reply = "sorry"\n[[rule]]', "there is no [reply.sorry]; there is later"),
        ("[[rule]]", '[promises]\nnotify = "phone"\n[[rule]]', "there is no [notify.phone]: no notify is configured; add one"),
        ("[[rule]]", '[digest]\nagenda = "16:30"\n[[rule]]', 'agenda: it belongs to a call: write it as in "30m before next call"'),
        ("[[rule]]", '[report]\nweekly = "in 10m"\n[[rule]]', 'weekly: write a day of the week and a time, as in "fri 14:00"'),
        ("[[rule]]", '[[rule]]\nname = "Everything"\nthen = "leave"\n[[rule]]', '"Everything" is the name of another rule'),
        ("[[rule]]", '[service]\nlisten = "9464"\n[[rule]]', 'listen: "9464" is no address to listen at'),
        ("[[rule]]", '[service]\npage = "192.0.2.1:8025"\n[[rule]]', '"192.0.2.1" is reached by others too: write page = "127.0.0.1:8025" and let a tunnel or a reverse proxy lead to it, or page_tls'),
        ("[[rule]]", '[service]\npage = ":8025"\npage_tls = { cert = "c.pem", key = "k.pem" }\n[[rule]]', 'the page at all addresses needs its name: page_url = "https://NAME:8025"'),
        ("[[rule]]", '[service]\npage_url = "https://triaged.roth.example"\n[[rule]]', 'page_url without page: write page = "127.0.0.1:8025" beside it'),
        ("[[rule]]", '[service]\npage = "127.0.0.1:8025"\npage_url = "http://triaged.roth.example"\n[[rule]]', 'page_url: "http://triaged.roth.example": everybody on the way would read along; write "https://…"'),
        ("[[rule]]", '[service]\npage = "127.0.0.1:8025"\npage_url = "https://triaged.roth.example/page"\n[[rule]]', 'page_url: "https://triaged.roth.example/page" is no address of a page: write scheme and name'),
        ("[[rule]]", '[service]\npage = "127.0.0.1:8025"\npage_url = "triaged.roth.example"\n[[rule]]', 'page_url: "triaged.roth.example" is no address of a page'),
        ("[[rule]]", '[service]\nstate = "postgresql://dana:s3cret@db.example/mail"\n[[rule]]', 'state: a ledger in PostgreSQL is not served yet: nothing would keep two hosts from writing to the same client; write sqlite: and a file, as in "sqlite:triaged.db"'),
        ("[[rule]]", '[service]\nstate = "triaged.db"\n[[rule]]', 'state: "triaged.db" is no ledger: write sqlite: and a file, as in "sqlite:triaged.db"'),
        ('name = "Dana Roth"\n', "", '[me] has no name: write name = "Dana Roth"'),
        (ME, "", "there is no [me]: add it"),
        (ACCOUNT, "", "there is no [account.NAME]: triaged needs a mailbox to watch"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_an_error(tmp_path: Path, line: str, instead: str, said: str):
    assert line in WHOLE
    found = [one.partition(": error: ")[2] for one in told(tmp_path, WHOLE.replace(line, instead))]
    assert [one for one in found if one.startswith(said)], found


def test_a_server_on_this_machine_may_be_spoken_to_in_the_clear(tmp_path: Path):
    text = WHOLE.replace('"imap.roth.example"', '"127.0.0.1", tls = "none", port = 1143').replace(
        '"smtp.roth.example"', '"localhost", tls = "none", port = 1025'
    )
    assert not loaded(tmp_path, text).errors
    elsewhere = WHOLE.replace('"imap.roth.example"', '"10.0.0.5", tls = "none", allow_cleartext = true')
    assert not loaded(tmp_path, elsewhere).errors


@pytest.mark.parametrize("name", ["~nobody-has-this-name/pw", "x" * 5000, "/proc/1/root/secret/pw"])
def test_names_of_files_that_cannot_be_looked_at_do_no_harm(tmp_path: Path, name: str):
    ca = f'trust_ca = "{name}", password = {{ file = "{name}" }}'
    found = loaded(tmp_path, WHOLE.replace('password = { credential = "work" }', ca))
    assert [problem.text for problem in found.errors if not problem.text.startswith("trust_ca: there is no file")] == []
    service = loaded(tmp_path, f'[service]\nstate = "sqlite:{name}"\n' + WHOLE).service
    assert service is not None
    assert str(service.state).endswith(name)
