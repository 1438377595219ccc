"""The first configuration, whatever the answers were, is one that the loader takes; and where the providers' servers are."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from triaged.config import load
from triaged.core.message import read_raw
from triaged.core.providers import provider_of
from triaged.core.settings import Server, Tls
from triaged.rehearse.rehearsal import Rehearsal
from triaged.setup.firstconfiguration import Answers, Client, Delegate, first_configuration, label_of
from triaged.setup.firstlook import candidates
from triaged.setup.situations import SITUATIONS, Situation

IMAP = Server("imap.roth.example", 993, Tls.IMPLICIT, "dana", None)
SMTP = Server("smtp.roth.example", 587, Tls.STARTTLS, "dana", None)


def written(folder: Path, **changes: object) -> Path:
    usual: dict[str, object] = {
        "name": "Dana Roth", "language": "en", "timezone": "Europe/Berlin", "addresses": ("dana@roth.example",),
        "imap": IMAP, "sign_in": 'password = { env = "X" }', "smtp": SMTP,
    }  # fmt: skip
    path = folder / "first.toml"
    path.write_text(first_configuration(Answers(**(usual | changes))), encoding="utf-8")  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "pt"])
def test_it_is_valid_in_every_language(tmp_path: Path, language: str):
    loaded = load(written(tmp_path, language=language))
    assert [str(one) for one in loaded.errors] == []
    assert language in loaded.persons[0].replies["until-call"].languages


TOM = (Delegate("tom", "Tom", "tom@roth.example"),)
EVERYBODY = (
    Client("manager", "Ms Wyss", ("wyss@roth.example",), always_urgent=True, replies=False),
    Client(
        "harbor",
        "Harbor",
        ("*@harbor.example",),
        language="en",
        calls=("fri 10:00 for 45m",),
        phones=("+442079460018",),
        people={"gary@harbor.example": "Gary"},
    ),
    Client("lindenhof", "Lindenhof", ("*@lindenhof.example",), language="de", form="familiar", delegate="tom"),
    Client("toit", "Toit", ("*@toit.example",), language="fr"),
    Client("company", "Company", ("*@roth.example",)),
)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one.name)
@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_every_situation_is_a_configuration_without_a_warning(tmp_path: Path, situation: Situation, language: str):
    clients = EVERYBODY if situation.name == "manager" else EVERYBODY[1:4]
    path = written(
        tmp_path, language=language, clients=clients, delegates=TOM, example=situation.example, passes=situation.passes,
        holidays="DE-BE", hours="mon-thu 09:00-12:30, 13:30-17:00; fri 09:00-13:00", telephones=("voicemail@sipgate.example",),
        region="DE",
    )  # fmt: skip
    loaded = load(path)
    assert [str(one) for one in loaded.problems] == []
    for reply in loaded.persons[0].replies.values():
        assert {language, "en", "de", "fr"} <= set(reply.languages), reply.name


@pytest.mark.parametrize("example", ["triaged", "consultant", "project-manager"])
def test_clients_with_calls_are_proposed_to_read_what_there_is_for_them(tmp_path: Path, example: str):
    found = load(written(tmp_path, clients=EVERYBODY[1:4], delegates=TOM, example=example)).persons[0]
    assert found.digest is not None
    assert found.digest.agenda_to_client == "draft"
    assert str(found.roster.clients[0].mail) == "gary@harbor.example"
    nobody = load(written(tmp_path, clients=EVERYBODY[3:4], example=example)).persons[0]
    assert nobody.digest is None or nobody.digest.agenda_to_client == "off"


def test_nobody_has_calls_then_there_is_no_agenda(tmp_path: Path):
    loaded = load(written(tmp_path, clients=EVERYBODY[2:3], delegates=TOM, example="consultant", holidays="DE-BE"))
    assert [str(one) for one in loaded.problems] == []


def test_alarm_words_are_those_of_all_languages_in_use(tmp_path: Path):
    text = written(tmp_path, clients=EVERYBODY[1:4]).read_text(encoding="utf-8")
    for word in ("outage", "ausgefallen", "en panne"):
        assert f'"{word}"' in text


def test_her_own_words_are_what_goes_out_in_their_language(tmp_path: Path):
    said = 'Servus {{ sender.name }},\n"""bis {{ promise | when }}\\ \n'
    loaded = load(written(tmp_path, language="de", texts={("until-call", "de", ""): said}))
    assert [str(one) for one in loaded.problems] == []
    assert said.strip("\n") in loaded.persons[0].replies["until-call"].variants("de")[0]


def test_words_for_one_client_alone_go_to_nobody_else(tmp_path: Path):
    only = "Servus {{ sender.name }},\nbis {{ promise | when }}, du \\o/"
    known = replace(EVERYBODY[2], name='Verein "Lindenhof"')
    texts = {("until-call", "de", "lindenhof"): only, ("until-call", "de", ""): "Guten Tag,\nbis {{ promise | when }}."}
    path = written(
        tmp_path, language="de", clients=(known, replace(EVERYBODY[1], language="de")), delegates=TOM, texts=texts
    )
    loaded = load(path)
    assert [str(one) for one in loaded.problems] == []
    told = {}
    for sender in ("petra@lindenhof.example", "gary@harbor.example"):
        raw = f"Return-Path: <{sender}>\r\nFrom: {sender}\r\nTo: dana@roth.example\r\nMessage-ID: <1@x.example>\r\n\r\n4711?\r\n"
        rehearsal = Rehearsal(loaded.persons[0])
        came = rehearsal.play(read_raw(raw.encode()), datetime(2026, 12, 1, 10, tzinfo=UTC))
        rehearsal.close()
        assert came.reply is not None
        told[sender] = came.reply.rendered.text
    assert told["petra@lindenhof.example"].startswith("Servus ")
    assert told["petra@lindenhof.example"].endswith("du \\o/\n")
    assert told["gary@harbor.example"].startswith("Guten Tag,\nbis ")
    assert "Servus" not in told["gary@harbor.example"]


@pytest.mark.parametrize(
    "clients",
    [
        (),
        (Client("harbor", "Harbor", ("*@harbor.example",), people={"gary@harbor.example": 'Gary "the" \\ Hale'}),),
        (Client("harbor", "H", ("*@harbor.example",)), Client("harbor-2", "H", ("*@harbor.test",))),
        (Client("o-neil", "O’Neil", ("o'neil+x@gmail.com",), people={"o'neil+x@gmail.com": "Ünal O’Neil"}),),
    ],
)
def test_it_is_valid_for_every_roster(tmp_path: Path, clients: tuple[Client, ...]):
    loaded = load(written(tmp_path, clients=clients, holidays="DE-BE"))
    assert [str(one) for one in loaded.problems] == []  # a first configuration has nothing to be warned of
    assert len(loaded.persons[0].roster.clients) == max(1, len(clients))


def test_strange_names_and_several_addresses_are_written_as_they_are(tmp_path: Path):
    name = 'Dana "D" Röth\\ # }'
    loaded = load(
        written(tmp_path, name=name.replace(" ", "\t", 1), addresses=("dana@roth.example", "d@roth.example"), smtp=None)
    )
    assert [str(one) for one in loaded.errors] == []
    assert loaded.persons[0].name == name
    assert len(loaded.persons[0].addresses) == 2


def test_servers_that_are_not_as_usual_are_written_in_full(tmp_path: Path):
    imap = Server("127.0.0.1", 1143, Tls.STARTTLS, "dana", None, trust_ca=tmp_path / "ca.pem")
    (tmp_path / "ca.pem").touch()
    [account] = load(written(tmp_path, imap=imap)).persons[0].accounts
    assert (account.imap.host, account.imap.port, account.imap.tls) == ("127.0.0.1", 1143, Tls.STARTTLS)
    assert account.imap.trust_ca == tmp_path / "ca.pem"
    assert account.smtp is not None
    assert (account.smtp.port, account.smtp.tls) == (587, Tls.STARTTLS)


@pytest.mark.parametrize(
    ("pattern", "label"),
    [
        ("*@harbor.example", "harbor"),
        ("*@mail.harbor-trust.co.uk", "harbor-trust"),
        ("petra.sommer+x@gmail.com", "petra-sommer"),
        ("*@123.example", "123"),
    ],
)
def test_clients_are_called_after_their_domain_or_their_address(pattern: str, label: str):
    assert label_of(pattern) == label


def test_two_clients_never_share_a_label():
    assert label_of("*@harbor.test", ["harbor", "harbor-2"]) == "harbor-3"


@pytest.mark.parametrize(
    ("domain", "imap"),
    [
        ("gmail.com", "imap.gmail.com"),
        ("GoogleMail.com", "imap.gmail.com"),
        ("hotmail.co.uk", "outlook.office365.com"),
        ("gmx.de", "imap.gmx.net"),
        ("gmx.com", "imap.gmx.com"),
        ("web.de", "imap.web.de"),
        ("me.com", "imap.mail.me.com"),
    ],
)
def test_the_common_providers_are_known(domain: str, imap: str):
    found = provider_of(domain)
    assert found is not None
    assert found.imap == imap


def test_a_domain_of_ones_own_has_hosts_that_are_worth_a_try():
    assert provider_of("roth.example") is None
    assert candidates("roth.example")[0] == ("imap.roth.example", "smtp.roth.example")
