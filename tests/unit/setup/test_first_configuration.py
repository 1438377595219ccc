"""The first configuration, whatever the answers were, is one that the loader takes; and where the providers' servers are."""

from pathlib import Path

import pytest

from triaged.config import load
from triaged.core.providers import provider_of
from triaged.core.settings import Server, Tls
from triaged.setup.firstconfiguration import Answers, first_configuration, label_of
from triaged.setup.firstlook import candidates
from triaged.setup.likelyclients import Correspondent

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
    assert loaded.persons[0].replies["later"].languages


@pytest.mark.parametrize(
    "clients",
    [
        (),
        (Correspondent("*@harbor.example", {"gary@harbor.example": 'Gary "the" \\ Hale'}, 3, 2),),
        (Correspondent("*@harbor.example", {}, 3, 2), Correspondent("*@harbor.test", {}, 3, 2)),
        (Correspondent("Ünal.o'neil+x@gmail.com", {"o'neil@gmail.com": "Ünal O’Neil"}, 3, 2),),
    ],
)
def test_it_is_valid_for_every_roster(tmp_path: Path, clients: tuple[Correspondent, ...]):
    patterns = [one for one in clients if one.pattern.isascii()]
    loaded = load(written(tmp_path, clients=tuple(patterns)))
    assert [str(one) for one in loaded.problems] == []  # a first configuration has nothing to be warned of
    assert len(loaded.persons[0].roster.clients) == max(1, len(patterns))


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
