"""Whose word on senders is proposed: on evidence that no sender can make alone."""

import tomllib

import pytest

from triaged.core.message import Message, read
from triaged.core.settings import Server, Tls
from triaged.setup.firstconfiguration import Answers, first_configuration
from triaged.setup.vouching import Vouching, line_to_write, vouching

OWN = "Received: from x by mx.roth.example with ESMTP; Tue, 24 Nov 2026 10:00:00 +0000"
INSIDE = "Received: from mx.roth.example by imap.roth.example with LMTP; Tue, 24 Nov 2026 10:00:01 +0000"
FOREIGN = "Received: from y by out.evil.example with ESMTPSA; Tue, 24 Nov 2026 09:59:00 +0000"
RESULT = "Authentication-Results: {}; dmarc=pass header.from=a.example"


def mail(number: int, *lines: str) -> Message:
    head = [*lines, f"From: a@sender{number % 7}.example", f"Message-ID: <{number}@a.example>", "", ""]
    return read("\r\n".join(head).encode(), b"", complete=False)


def inbox(*lines: str, count: int = 30) -> list[Message]:
    return [mail(number, *lines) for number in range(count)]


@pytest.mark.parametrize(
    "lines",
    [
        (RESULT.format("mx.roth.example"), OWN, FOREIGN),
        (OWN, RESULT.format("mx.roth.example"), FOREIGN),  # Google, Postfix with a filter
        (INSIDE, OWN, RESULT.format("mx.roth.example"), FOREIGN),
        ("Received: by 2002:a05:6402:1 with SMTP id x", RESULT.format("mx.roth.example"), OWN),
    ],
)
def test_my_own_servers_id_is_proposed(lines: tuple[str, ...]):
    assert vouching(inbox(*lines)).proposed == ("mx.roth.example",)


def test_the_hosts_of_a_provider_are_proposed_in_one_form_and_several_ids_as_a_list():
    icloud = [RESULT.format(f"{check}.icloud.com") for check in ("bimi", "dmarc", "dkim-verifier", "spf")]
    assert vouching(inbox(*icloud, OWN)).proposed == ("*.icloud.com",)
    fastmail = [mail(n, RESULT.format(f"mx{n % 6}.messagingengine.com"), OWN) for n in range(30)]
    assert vouching(fastmail).proposed == ("*.messagingengine.com",)
    own = [mail(n, RESULT.format(f"mx{n % 3}.mail.roth.example"), OWN) for n in range(30)]
    assert vouching(own).proposed == ("*.mail.roth.example",)
    both = vouching(inbox(RESULT.format("spf.roth.example"), RESULT.format("dmarc.host.example"), OWN)).proposed
    assert line_to_write(both) == 'authserv_id = ["dmarc.host.example", "spf.roth.example"]'
    assert vouching(inbox("Authentication-Results: dkim=pass header.d=a.example", OWN)).proposed == ("microsoft365",)


EVIL = RESULT.format("mx.evil.example")


MINE = (RESULT.format("mx.roth.example"), OWN)


@pytest.mark.parametrize("every", [9, 4, 2])
@pytest.mark.parametrize(
    ("place", "usual"),
    [((EVIL, OWN), (OWN,)), ((OWN, EVIL), (OWN,)), ((OWN, EVIL, FOREIGN), (OWN,)), ((*MINE[:1], EVIL, OWN), MINE)],
)
def test_what_an_attacker_writes_into_his_own_mail_is_never_proposed(
    every: int, place: tuple[str, ...], usual: tuple[str, ...]
):
    found = vouching([mail(n, *(place if n % every == 0 else usual)) for n in range(60)])
    assert "evil" not in line_to_write(found.proposed)
    assert bool(found.proposed) is (usual is MINE)


def test_a_name_beside_mine_does_not_widen_what_is_believed():
    beside = (RESULT.format("mx.roth.example"), RESULT.format("evil.roth.example"), OWN)
    usual = (RESULT.format("mx.roth.example"), OWN)
    found = vouching([mail(n, *(beside if n % 9 == 0 else usual)) for n in range(60)])
    assert found.proposed == ("mx.roth.example",)


def test_what_lies_below_a_foreign_hop_was_written_there():
    assert vouching(inbox(OWN, FOREIGN, EVIL)).seen == {}
    assert vouching(inbox(OWN, FOREIGN, RESULT.format("mx.roth.example"))).proposed == ()


def test_too_few_mails_or_domains_or_results_propose_nothing_and_say_what_was_seen():
    one = (RESULT.format("mx.roth.example"), OWN)
    assert vouching(inbox(*one, count=19)).proposed == ()
    few = [read(b"".join(f"{line}\r\n".encode() for line in (*one, f"From: a@d{n % 4}.example"))) for n in range(40)]
    assert (vouching(few).domains, vouching(few).proposed) == (4, ())
    seldom = vouching([mail(n, *(one if n % 4 else (OWN,))) for n in range(40)])
    assert (seldom.proposed, str(seldom)) == ((), "mx.roth.example (30)")
    assert vouching(inbox("Authentication-Results: mx.roth.example; none", OWN)).proposed == ()
    assert vouching([]) == Vouching(0, 0, {})


@pytest.mark.parametrize(
    "hostile", ['mx"x.example', "mx\\.example", 'a" # b.example', "mx.example]", "mx\u202e.example"]
)
def test_an_id_that_is_no_host_is_never_written_down(hostile: str):
    for written in (hostile, '"' + hostile.replace("\\", "\\\\").replace('"', '\\"') + '"'):
        assert vouching(inbox(RESULT.format(written), OWN)).proposed == ()
    assert tomllib.loads(line_to_write([hostile]))["authserv_id"] == hostile
    assert tomllib.loads(line_to_write([hostile, "b.example"]))["authserv_id"] == [hostile, "b.example"]
    here = Server("imap.roth.example", 993, Tls.IMPLICIT, "dana", None)
    answers = Answers(
        "Dana", "en", "Europe/Berlin", ("dana@roth.example",), here, 'password = "x"', None, authserv_ids=(hostile,)
    )
    assert tomllib.loads(first_configuration(answers))["account"]["work"]["authserv_id"] == hostile
