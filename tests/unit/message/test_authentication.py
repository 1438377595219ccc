"""Authentication-Results: only the person's own server is believed, failing wins, what it hides in comments is nothing."""

import pytest

from triaged.core.authres import MICROSOFT, Trust, Verdict, authenticate, read_field, refused_id
from triaged.core.message import read

MINE = Trust(("mx.roth.example",))
MICROSOFT_365 = Trust((MICROSOFT,))
FASTMAIL = Trust(("*.messagingengine.com",))
GMAIL = Trust(("mx.google.com",))


def verdict(*fields: str, trust: Trust = MINE, sender: str = "gary@harbor.example") -> Verdict:
    header = "".join(f"{field}\r\n" for field in (*fields, f"From: {sender}"))
    return authenticate(read(header.encode() + b"\r\n"), trust).verdict


def results(text: str) -> str:
    return f"Authentication-Results: {text}"


@pytest.mark.parametrize(
    "claimed",
    [
        "\u017fmtp.kiel.example",  # the long s folds to s, and is none
        "smtp.\u212aiel.example",  # the Kelvin sign, whose normal form is K
        "\uff53mtp.kiel.example",
        '"smtp.kiel.example"',
        "(of mine) smtp.kiel.example",
        "smtp\\.kiel.example",
        "smtp.kiel.example\x00",
        "smtp.kiel.example.",
        "evil.example smtp.kiel.example",
    ],
)
def test_an_id_that_my_server_would_not_take_away_from_what_comes_in_is_not_mine(claimed: str):
    """A filter removes what bears its own name as it writes it; whatever else reads like it comes from the sender."""
    passes = "dmarc=pass header.from=harbor.example"
    server = Trust(("smtp.kiel.example", "*.kiel.example"))
    assert verdict(results(f"smtp.kiel.example; {passes}"), trust=server) is Verdict.PASS
    assert verdict(results(f"\r\n SMTP.Kiel.example; {passes}"), trust=server) is Verdict.PASS
    assert verdict(results(f"{claimed}; {passes}"), trust=server) is Verdict.NONE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mx.roth.example; dmarc=pass (p=none) header.from=harbor.example", Verdict.PASS),
        ("MX.Roth.Example 1; dmarc=pass header.from=harbor.example", Verdict.PASS),
        ("mx.roth.example; dmarc=pass header.from=mail.harbor.example", Verdict.PASS),
        ("mx.roth.example; dmarc=pass header.from=gary@harbor.example", Verdict.PASS),
        ("mx.roth.example; dmarc = pass header.from = harbor.example", Verdict.PASS),
        ('mx.roth.example; dmarc=pass reason="it; dkim=fail" header.from=harbor.example', Verdict.PASS),
        ("mx.roth.example; dmarc=pass header.from=else.example", Verdict.NONE),
        ("mx.roth.example; dmarc=pass", Verdict.NONE),
        ("mx.roth.example; dmarc=fail (p=none) header.from=harbor.example", Verdict.NONE),
        ("mx.roth.example; dmarc=fail (p=reject dis=none) header.from=harbor.example", Verdict.FAIL),
        ("mx.roth.example; dmarc=fail (policy=quarantine) header.from=harbor.example", Verdict.FAIL),
        ("mx.roth.example; dmarc=fail header.from=harbor.example", Verdict.FAIL),
        ("mx.roth.example; dmarc=fail policy.dmarc=none header.from=harbor.example", Verdict.NONE),
        ("mx.roth.example; dmarc=fail policy.dmarc=reject header.from=harbor.example", Verdict.FAIL),
        ("mx.roth.example; dmarc=fail action=none header.from=harbor.example", Verdict.NONE),
        ("mx.roth.example; dmarc=fail action=oreject header.from=harbor.example", Verdict.FAIL),
        ("mx.roth.example; dmarc=fail (p=REJECT sp=NONE) header.from=harbor.example", Verdict.FAIL),
        (
            "mx.roth.example; spf=fail (p=none) smtp.mailfrom=x.example; dmarc=fail header.from=harbor.example",
            Verdict.FAIL,
        ),
        ("mx.roth.example; dmarc=fail (p=reject) header.from=harbor.example; arc=pass (i=1)", Verdict.NONE),
        (
            "mx.roth.example; arc=pass (i=1 dmarc=pass fromdomain=else.example); dmarc=fail header.from=harbor.example",
            Verdict.FAIL,
        ),
        ("mx.roth.example; dmarc=fail header.from=harbor.example (p=none)", Verdict.NONE),
        ("mx.roth.example; dmarc=fail header.from=harbor.example; dkim=pass header.d=harbor.example", Verdict.FAIL),
        (
            "mx.roth.example; dmarc=temperror header.from=harbor.example; dkim=pass header.d=harbor.example",
            Verdict.NONE,
        ),
        ("mx.roth.example; dmarc=bestguesspass header.from=harbor.example", Verdict.NONE),
        ("mx.roth.example; dmarc=none; dkim=pass header.d=harbor.example", Verdict.PASS),
        ("mx.roth.example; dkim=pass header.i=@mail.harbor.example", Verdict.PASS),
        ("mx.roth.example; dkim=fail header.d=harbor.example; dkim=pass header.d=harbor.example", Verdict.PASS),
        ("mx.roth.example; dkim=pass header.d=else.example", Verdict.NONE),
        ("mx.roth.example; dkim=fail header.d=harbor.example", Verdict.NONE),
        ("mx.roth.example; spf=pass smtp.mailfrom=gary@harbor.example", Verdict.PASS),
        ("mx.roth.example; spf=pass smtp.mailfrom=else.example", Verdict.NONE),
        ("mx.roth.example; spf=softfail smtp.mailfrom=harbor.example", Verdict.NONE),
        ("mx.roth.example; spf=fail smtp.mailfrom=harbor.example", Verdict.NONE),
        ("mx.roth.example; spf=fail smtp.mailfrom=harbor.example; dkim=pass header.d=harbor.example", Verdict.PASS),
        ("mx.roth.example; none", Verdict.NONE),
        ("mx.roth.example", Verdict.NONE),
        ("else.example; dmarc=pass header.from=harbor.example", Verdict.NONE),
        ("mx.roth.example.evil.example; dmarc=pass header.from=harbor.example", Verdict.NONE),
        ("mx.roth.example; spf=none (dmarc=pass header.from=harbor.example)", Verdict.NONE),
        ("mx.roth.example; spf=none (a (b) ; dmarc=pass header.from=harbor.example; )", Verdict.NONE),
        ('mx.roth.example; spf=none reason="; dmarc=pass header.from=harbor.example"', Verdict.NONE),
        ('mx.roth.example; spf=none (a " quote) ; dmarc=pass header.from=harbor.example', Verdict.PASS),
        ("mx.roth.example; arc=pass (i=1 dmarc=pass fromdomain=harbor.example)", Verdict.NONE),
        ("mx.roth.example; (unclosed dmarc=pass header.from=harbor.example", Verdict.NONE),
        ('mx.roth.example; dmarc=pass header.from="harbor.example', Verdict.NONE),
        ("mx.roth.example; dmarc=pass header.from=harbor.example)", Verdict.NONE),
        ("", Verdict.NONE),
    ],
)
def test_one_field_of_my_server(text: str, expected: Verdict) -> None:
    assert verdict(results(text)) is expected


def test_failing_wins_wherever_it_stands() -> None:
    passing = results("mx.roth.example; dmarc=pass header.from=harbor.example")
    failing = results("mx.roth.example; dmarc=fail header.from=harbor.example")

    assert verdict(passing, failing) is Verdict.FAIL
    assert verdict(failing, passing) is Verdict.FAIL
    assert verdict(passing, "Received: by x", failing) is Verdict.FAIL


def test_a_policy_for_subdomains_holds_for_them() -> None:
    failed = results("mx.roth.example; dmarc=fail (p=REJECT sp=NONE dis=NONE) header.from=harbor.example")

    assert verdict(failed, sender="gary@mail.harbor.example") is Verdict.NONE
    assert verdict(failed, sender="gary@harbor.example") is Verdict.FAIL


def test_a_seal_that_came_in_with_the_message_vouches_for_nobody() -> None:
    failed = results("mx.roth.example; dmarc=fail (p=reject) header.from=harbor.example")
    sealed = results("mx.roth.example; arc=pass (i=1)")

    assert verdict(failed, sealed) is Verdict.NONE
    assert verdict(failed, "Received: from evil by mx.roth.example", sealed) is Verdict.FAIL


def test_a_pass_beside_a_none_proves_nothing() -> None:
    assert (
        verdict(
            results("mx.roth.example; dmarc=none"), results("mx.roth.example; dmarc=pass header.from=harbor.example")
        )
        is Verdict.NONE
    )


def test_a_pass_below_a_further_hop_came_in_with_the_message() -> None:
    forged = results("mx.roth.example; dmarc=pass header.from=harbor.example")

    assert (
        verdict("Received: by mx.roth.example", results("mx.roth.example; spf=none"), "Received: by evil", forged)
        is Verdict.NONE
    )
    assert verdict("Received: by mx.roth.example", forged, "Received: by harbor") is Verdict.PASS


def test_nobody_configured_is_nobody_believed() -> None:
    passing = results("mx.roth.example; dmarc=pass header.from=harbor.example")

    assert verdict(passing, trust=Trust()) is Verdict.UNCONFIGURED


def test_two_from_fields_are_never_authenticated() -> None:
    passing = results("mx.roth.example; dmarc=pass header.from=harbor.example")

    assert verdict(passing, "From: a@b.example") is Verdict.NONE


def test_gmail() -> None:
    field = results(
        "mx.google.com;\r\n       dkim=pass header.i=@harbor.example header.s=s header.b=AbC;\r\n"
        "       arc=pass (i=1 spf=pass spfdomain=x dkim=pass dmarc=pass fromdomain=x);\r\n"
        "       spf=pass (google.com: domain of gary@harbor.example designates 192.0.2.1 as permitted sender) smtp.mailfrom=gary@harbor.example;\r\n"
        "       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=harbor.example"
    )

    assert verdict("Received: by 2002:a05:: with SMTP id x", field, trust=GMAIL) is Verdict.PASS
    assert verdict(field.replace("dmarc=pass (p=", "dmarc=fail (p="), trust=GMAIL) is Verdict.FAIL


OUTLOOK_HOP = "Received: from a.prod.outlook.com (2603::1) by b.eurprd01.prod.outlook.com (2603::2) with Microsoft SMTP"
OUTLOOK_EDGE = "Received: from mail.harbor.example (192.0.2.1) by x.mail.protection.outlook.com (10.0.0.1) with SMTP"
OUTLOOK = results(
    "spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=harbor.example; dkim=pass (signature was verified)\r\n"
    " header.d=harbor.example;dmarc=pass action=none\r\n header.from=harbor.example;compauth=pass reason=100"
)


def test_microsoft_365_has_no_id_and_its_topmost_field_counts() -> None:
    forged = results("spf=pass smtp.mailfrom=harbor.example; dmarc=pass action=none header.from=harbor.example")
    honest = results(
        "spf=none smtp.mailfrom=evil.example; dkim=none; dmarc=none action=none header.from=harbor.example;compauth=fail"
    )

    assert verdict(OUTLOOK_HOP, OUTLOOK, OUTLOOK_EDGE, trust=MICROSOFT_365) is Verdict.PASS
    assert verdict(OUTLOOK_HOP, honest, OUTLOOK_EDGE, forged, trust=MICROSOFT_365) is Verdict.NONE
    assert verdict(OUTLOOK_HOP, honest, forged, trust=MICROSOFT_365) is Verdict.NONE
    assert verdict(OUTLOOK_EDGE, "Received: by evil.example", forged, trust=MICROSOFT_365) is Verdict.NONE
    assert verdict(OUTLOOK, trust=MINE) is Verdict.NONE


def test_microsoft_365_in_its_old_form_with_stray_words() -> None:
    field = results(
        "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=harbor.example; tenant.onmicrosoft.com; dkim=pass (signature was verified) header.d=harbor.example;tenant.onmicrosoft.com; dmarc=bestguesspass action=none header.from=harbor.example;"
    )

    assert verdict(OUTLOOK_HOP, field, trust=MICROSOFT_365) is Verdict.NONE
    assert verdict(OUTLOOK_HOP, field.replace("bestguesspass", "none"), trust=MICROSOFT_365) is Verdict.PASS


def test_mail_inside_a_microsoft_365_organisation() -> None:
    assert verdict(OUTLOOK_HOP, "X-MS-Exchange-Organization-AuthAs: Internal", trust=MICROSOFT_365) is Verdict.PASS
    assert verdict("X-MS-Exchange-Organization-AuthAs: Internal") is Verdict.NONE


def test_fastmail_spreads_its_verdict_over_several_fields() -> None:
    fields = (
        results("mx3.messagingengine.com; x-csa=none; arc=none (no signatures found)"),
        results(
            "mx3.messagingengine.com 1; dkim=pass (2048-bit rsa key sha256) header.d=harbor.example header.i=@harbor.example header.b=x header.a=rsa-sha256"
        ),
        results(
            "MX3.messagingengine.com; dmarc=pass policy.published-domain-policy=none (p=none) header.from=harbor.example; spf=pass smtp.mailfrom=gary@harbor.example"
        ),
    )

    assert verdict("Received: by mx3.messagingengine.com", *fields, trust=FASTMAIL) is Verdict.PASS
    assert verdict(*(field.lower().replace("mx3.", "not") for field in fields), trust=FASTMAIL) is Verdict.NONE


def test_one_field_a_milter() -> None:
    fields = (
        results(
            "mail.roth.example; dkim=pass (2048-bit key; unprotected) header.d=harbor.example header.i=@harbor.example header.a=rsa-sha256 header.s=s header.b=x"
        ),
        results("dmarc.roth.example; dmarc=pass (p=none dis=none) header.from=harbor.example"),
    )

    assert verdict(*fields, trust=Trust(("mail.roth.example", "dmarc.roth.example"))) is Verdict.PASS
    assert verdict(*fields, trust=Trust(("mail.roth.example",))) is Verdict.PASS
    assert verdict(fields[1], trust=Trust(("mail.roth.example",))) is Verdict.NONE


def test_the_ids_seen_are_told() -> None:
    message = read(
        f"{results('a.example; none')}\r\n{OUTLOOK}\r\n{results('A.example; none')}\r\nFrom: gary@harbor.example\r\n\r\n".encode()
    )

    assert authenticate(message, Trust()).ids_seen == ("a.example", MICROSOFT)


@pytest.mark.parametrize(
    "authserv_id", ["OpenDMARC", "localhost", "HOSTNAME", "mx", "*", "*.com", "*.co.uk", "example"]
)
def test_ids_that_anybody_claims_are_refused(authserv_id: str) -> None:
    assert refused_id(authserv_id) is not None


@pytest.mark.parametrize("authserv_id", ["mx.roth.example", "*.messagingengine.com", "microsoft365", "mx.google.com"])
def test_ids_of_somebodys_own_are_not(authserv_id: str) -> None:
    assert refused_id(authserv_id) is None


def test_a_field_is_read_into_its_results() -> None:
    field = read_field(
        b'mx.roth.example 1; dkim/1=pass (good) reason="a b" header.d=x.example header.b="q r"; nonsense; spf=none'
    )

    assert field is not None
    assert field.authserv_id == "mx.roth.example"
    assert [(result.method, result.result) for result in field.results] == [("dkim", "pass"), ("spf", "none")]
    assert field.results[0].properties == {"header.d": "x.example", "header.b": "q r"}
