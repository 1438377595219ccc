"""Folders by the names that mail programs give them, in whatever language, writing and place; those of others are not mine."""

import unicodedata

import pytest

from triaged.mailbox import FolderInfo, Role
from triaged.mailbox.naming import Naming
from triaged.mailbox.usualnames import by_role, with_usual_names

BESIDE = Naming("/", "")
BELOW = Naming(".", "INBOX.")
PREFIXED = Naming("/", "Mail/", ("user/", "Shared Folders/"))
NAMES: list[tuple[Role, str]] = [
    ("sent", "Sent"), ("sent", "sent-mail"), ("sent", "SENT_ITEMS"), ("sent", "Sent Messages"),
    ("sent", "Gesendete Elemente"), ("sent", "Elementos enviados"), ("sent", "Éléments envoyés"), ("sent", "Inviata"),
    ("sent", "Verzonden items"), ("sent", "Itens Enviados"), ("sent", "Отправленные"), ("sent", "送信済みアイテム"),
    ("sent", "보낸 편지함"), ("sent", "Odeslaná pošta"), ("sent", "Odoslané"), ("sent", "Изпратени"), ("sent", "Poslano"),
    ("sent", "Saadetud"), ("sent", "Išsiųsti"), ("sent", "Đã gửi"), ("sent", "Terkirim"), ("sent", "נשלחו"),
    ("drafts", "Entwürfe"), ("drafts", "Brouillons"), ("drafts", "Borradores"), ("drafts", "Kladder"), ("drafts", "Luonnokset"),
    ("trash", "Papierkorb"), ("trash", "Corbeille"), ("trash", "Elementos eliminados"), ("trash", "Prullenbak"),
    ("junk", "Courrier indésirable"), ("junk", "Correo no deseado"), ("junk", "Junk E-Mail"), ("junk", "Skräppost"),
    ("archive", "Archives"), ("archive", "Archiv"),
]  # fmt: skip


def role_of(name: str, how: Naming, delimiter: str = "", *, told: Role | None = None) -> Role | None:
    info = FolderInfo(name, told, delimiter or how.delimiter, selectable=True, told=told is not None)
    return with_usual_names([info], how)[0].role


@pytest.mark.parametrize(("role", "name"), NAMES)
def test_a_name_tells_the_use_at_the_top_below_the_inbox_and_below_a_prefix(role: Role, name: str):
    assert role_of(name, BESIDE) == role
    assert role_of(f"INBOX.{name}", BELOW) == role
    assert role_of(f"Mail/{name}", PREFIXED) == role


@pytest.mark.parametrize(("role", "name"), NAMES)
def test_however_it_is_written(role: Role, name: str):
    assert role_of(name.upper(), BESIDE) == role
    assert role_of(unicodedata.normalize("NFD", name), BESIDE) == role


@pytest.mark.parametrize("name", ["Kunden/Entwürfe", "Clients/Sent", "Archive/2024", "Sent/2024", "Projekte/Gesendet"])
def test_a_folder_of_mine_is_none_because_of_its_last_word(name: str):
    assert role_of(name, BESIDE) is None
    assert role_of("INBOX." + name.replace("/", "."), BELOW) is None


@pytest.mark.parametrize("name", ["Sentinels", "Sent to Bob", "Draftsmen", "Consent", "Junkers", "Presented"])
def test_a_name_that_only_looks_like_one_is_none(name: str):
    assert role_of(name, BESIDE) is None


@pytest.mark.parametrize("name", ["user/bob/Sent", "Shared Folders/Sent"])
def test_the_sent_folder_of_somebody_else_is_not_mine_even_by_the_servers_word(name: str):
    assert role_of(name, PREFIXED, told="sent") is None
    infos = [
        FolderInfo(name, "sent", "/", selectable=True, told=True),
        FolderInfo("Mail/Gesendet", None, "/", selectable=True),
    ]
    assert by_role(with_usual_names(infos, PREFIXED), "sent") == ["Mail/Gesendet"]


@pytest.mark.parametrize(
    ("how", "name", "candidates"),
    [
        (BESIDE, "Clients/Harbor", ("Clients/Harbor", "INBOX/Clients/Harbor")),
        (BESIDE, "INBOX/Clients", ("INBOX/Clients", "Clients")),
        (BELOW, "Clients/Harbor", ("Clients/Harbor", "Clients.Harbor", "INBOX.Clients.Harbor")),
        (BELOW, "inbox/Clients", ("inbox/Clients", "INBOX.Clients", "Clients")),
        (BELOW, "INBOX.Clients", ("INBOX.Clients", "Clients")),
        (Naming("", ""), "Clients/Harbor", ("Clients/Harbor",)),
    ],
)
def test_what_a_configured_name_may_be_called(how: Naming, name: str, candidates: tuple[str, ...]):
    assert how.candidates(name) == candidates
