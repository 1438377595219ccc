"""Who is asked for what: the IMAP host for what the mailbox does, the SMTP host for what submission does."""

from pathlib import Path

import pytest

from support.configurations import WHOLE, loaded
from triaged.core.address import Address
from triaged.core.provider import GENERIC
from triaged.core.providers import PROFILES, PROVIDERS, profile_of, provider_of, submission_for
from triaged.core.settings import Account, Mode, Server, Tls


def account(imap: str, smtp: str | None) -> Account:
    return Account(
        label="work",
        login=f"dana@{imap}",
        mode=Mode.SEND,
        addresses=(Address("dana", "roth.example"),),
        imap=Server(imap, 993, Tls.IMPLICIT, "dana", None),
        smtp=Server(smtp, 465, Tls.IMPLICIT, "dana", None) if smtp else None,
    )


@pytest.mark.parametrize(
    ("imap", "says", "smtp", "saves"),
    [
        ("imap.gmail.com", "", "smtp.gmail.com", True),
        ("imap.gmail.com", "", "relay.roth.example", False),
        ("imap.gmail.com", "", "smtp-relay.gmail.com", False),
        ("imap.roth.example", "X-GM-EXT-1", "smtp.gmail.com", True),
        ("imap.roth.example", "Dovecot ready.", "smtp.gmail.com", False),
        ("imap.roth.example", "hello", "smtp.gmail.com", False),
        ("outlook.office365.com", "", "SMTP.Office365.com.", True),
        ("imap.mail.me.com", "", "smtp.mail.me.com", True),
        ("imappro.zoho.eu", "", "smtppro.zoho.eu", True),
        ("imap.mail.yahoo.com", "", "smtp.mail.yahoo.com", False),
        ("imap.aol.com", "", "smtp.aol.com", False),
        ("imap.mail.yahoo.com", "", "smtp.gmail.com", False),
        ("127.0.0.1", "Proton Mail Bridge 03.04", "127.0.0.1", True),
        ("127.0.0.1", "Dovecot ready.", "127.0.0.1", False),
        ("127.0.0.1", "Proton Mail Bridge 03.04", "localhost", False),
        ("mail.roth.example", "hello", "mail.roth.example", False),
        ("imap.gmail.com", "", None, False),
    ],
)
def test_a_copy_lies_in_sent_where_the_mailboxs_own_provider_submits(
    imap: str, says: str, smtp: str | None, *, saves: bool
):
    there = account(imap, smtp)
    profile = profile_of(there.imap, says, says.split())
    assert submission_for(there, profile, {}).saves_sent is saves


def test_submission_is_held_to_its_own_limits_wherever_the_mailbox_is():
    there = account("imap.roth.example", "smtp.office365.com")
    habits = submission_for(there, GENERIC, {})
    assert (habits.per_minute, habits.null_sender) == (30, False)
    elsewhere = account("outlook.office365.com", "smtp.roth.example")
    habits = submission_for(elsewhere, profile_of(elsewhere.imap), {})
    assert (habits.per_minute, habits.null_sender) == (None, None)


def test_what_a_server_was_seen_to_keep_is_not_believed_of_another_one():
    there = account("imap.roth.example", "smtp.roth.example")
    assert submission_for(there, GENERIC, {"saves_sent": "smtp.roth.example"}).saves_sent
    assert not submission_for(there, GENERIC, {"saves_sent": "smtp.gmail.com"}).saves_sent


def test_yahoo_and_aol_end_idle_early_and_are_two_providers():
    yahoo, aol = provider_of("yahoo.fr"), provider_of("aol.com")
    assert yahoo is not None
    assert aol is not None
    assert yahoo.mailbox == aol.mailbox
    assert (yahoo.imap, aol.imap) == ("imap.mail.yahoo.com", "imap.aol.com")


@pytest.mark.parametrize("name", PROFILES)
def test_the_configuration_may_name_every_profile(tmp_path: Path, name: str):
    whole = WHOLE.replace('host = "imap.roth.example",', f'host = "imap.roth.example", profile = "{name}",')
    [person] = loaded(tmp_path, whole).persons
    assert profile_of(person.accounts[0].imap).name == name


def test_an_entry_can_be_found_by_its_own_servers_and_no_two_by_one_name():
    assert len({one.name for one in PROVIDERS}) == len(PROVIDERS)
    for one in PROVIDERS:
        if one.imap and not one.imap[0].isdigit():
            assert profile_of(Server(one.imap, 993, Tls.IMPLICIT, "dana", None)) == one.mailbox
