"""Servers as fixtures: started once a test session, mailboxes of each test's own. `tests/conftest.py` offers them."""

from collections.abc import Callable, Iterator

import pytest

from server.browser import Browser
from server.certificates import Authority
from server.courier import Courier, CourierVariant
from server.cyrus import Cyrus, CyrusVariant
from server.dovecot import USUAL, Dovecot, Variant
from server.mailboxes import Mailboxes
from server.mailutils import Mailutils, MailutilsVariant
from server.postfix import Postfix, Routes
from server.postgres import Postgres
from server.processes import own_folder, remove
from server.pymaps import Pymap, PymapVariant
from server.sink import Sink
from support.engines import Databases


@pytest.fixture(scope="session")
def authority() -> Iterator[Authority]:
    """Issues certificates; its `ca` is what `trust_ca` names."""
    folder = own_folder("certificates")
    yield Authority(folder)
    remove(folder)


@pytest.fixture(scope="session")
def dovecots(authority: Authority) -> Iterator[Callable[[Variant], Dovecot]]:
    """Dovecots of all sorts: the same variant is the same server for the whole session."""
    running: dict[Variant, Dovecot] = {}

    def give(variant: Variant) -> Dovecot:
        if variant not in running:
            server = Dovecot(authority.valid(), variant)
            server.start()
            running[variant] = server
        return running[variant]

    yield give
    for server in running.values():
        server.close()


AnyVariant = Variant | CyrusVariant | CourierVariant | MailutilsVariant | PymapVariant


@pytest.fixture(scope="session")
def servers(dovecots: Callable[[Variant], Dovecot]) -> Iterator[Callable[[AnyVariant], Mailboxes]]:
    """IMAP servers of all makes: the same variant is the same server for the whole session."""
    running: dict[AnyVariant, Cyrus | Courier | Mailutils | Pymap] = {}

    def give(variant: AnyVariant) -> Mailboxes:
        if isinstance(variant, Variant):
            return dovecots(variant)
        if variant not in running:
            server = running[variant] = _made(variant)
            server.start()
        return running[variant]

    yield give
    for server in running.values():
        server.close()


def _made(
    variant: CyrusVariant | CourierVariant | MailutilsVariant | PymapVariant,
) -> Cyrus | Courier | Mailutils | Pymap:
    match variant:
        case CyrusVariant():
            return Cyrus(variant)
        case CourierVariant():
            return Courier(variant)
        case MailutilsVariant():
            return Mailutils(variant)
        case PymapVariant():
            return Pymap(variant)


@pytest.fixture
def dovecot(dovecots: Callable[[Variant], Dovecot]) -> Dovecot:
    """The usual Dovecot. Take a `new_user` for each mailbox; do not stop it, others use it too."""
    return dovecots(USUAL)


@pytest.fixture
def own_dovecot(authority: Authority) -> Iterator[Callable[[Variant], Dovecot]]:
    """Dovecots of this test alone, which it may stop and start again."""
    running: list[Dovecot] = []

    def give(variant: Variant = USUAL) -> Dovecot:
        server = Dovecot(authority.valid(), variant)
        running.append(server)
        server.start()
        return server

    yield give
    for server in running:
        server.close()


@pytest.fixture
def user(dovecot: Dovecot) -> str:
    """A fresh mailbox on the usual Dovecot: its login name; the password is `dovecot.password`."""
    return dovecot.new_user()


@pytest.fixture
def sink() -> Iterator[Sink]:
    """An SMTP server on loopback that takes everything, in cleartext and without signing in."""
    server = Sink()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postfixes(dovecot: Dovecot, authority: Authority) -> Iterator[Callable[..., Postfix]]:
    """Submission servers of this test alone: `postfixes(Routes(others=sink), refuses_null_sender=…)`."""
    running: list[Postfix] = []

    def give(routes: Routes, *, refuses_null_sender: bool = False) -> Postfix:
        server = Postfix(dovecot, authority.valid(), routes, refuses_null_sender=refuses_null_sender)
        running.append(server)
        server.start()
        return server

    yield give
    for server in running:
        server.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for the whole session. Take a `new_database` for each test; do not stop it, others use it too."""
    server = Postgres()
    server.start()
    yield server
    server.close()


@pytest.fixture(scope="session")
def databases(postgres: Postgres) -> Iterator[Databases]:
    """Ledgers in that PostgreSQL, each empty when it is given."""
    made = Databases(postgres)
    yield made
    made.take_back()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once: `browser.open(path)` shows a file and answers what a person would see."""
    with Browser() as running:
        yield running
