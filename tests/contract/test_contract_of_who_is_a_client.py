"""Who is a client: the roster, and nobody else."""

from pathlib import Path

from support.explaining import BASE, TUESDAY, WAITS, Explained

TRUSTING = BASE.replace('mode = "send"', 'mode = "send"\nauthserv_id = "mx.roth.example"')
FAILS = "mx.roth.example; dmarc=fail header.from=harbor.example"


def test_only_mail_from_the_roster_is_classified_anything_else_is_left(tmp_path: Path):
    found = Explained(tmp_path, BASE + WAITS).one(sender="who@elsewhere.example")
    assert (found["verdict"], found["client"], found["rule"], found["no_reply"]) == ("left", None, None, "stranger")


def test_a_message_whose_trusted_authentication_fails_is_nobodys(tmp_path: Path):
    found = Explained(tmp_path, TRUSTING + WAITS).one(Authentication_Results=FAILS)
    assert (found["verdict"], found["client"], found["no_reply"]) == ("left", None, "stranger")


def test_a_failure_that_some_other_server_wrote_means_nothing(tmp_path: Path):
    found = Explained(tmp_path, TRUSTING + WAITS).one(Authentication_Results=FAILS.replace("mx.roth", "mx.evil"))
    assert found["client"] == "harbor"


def test_an_entry_without_a_fixed_domain_may_be_deferred_but_is_never_replied_to(tmp_path: Path):
    rest = '[client.rest]\nfrom = ["*"]\n'
    found = Explained(tmp_path, BASE + rest + WAITS).one(sender="who@elsewhere.example")
    assert (found["verdict"], found["client"], found["reply"], found["no_reply"]) == (
        "deferrable",
        "rest",
        None,
        "never",
    )


def test_an_exact_address_beats_a_domain_beats_other_patterns(tmp_path: Path):
    more = '[client.gary]\nfrom = ["gary@harbor.example"]\n[client.odd]\nfrom = ["g*@harbor.*"]\n'
    explained = Explained(tmp_path, BASE + more + WAITS)
    assert explained.one()["client"] == "gary"
    assert explained.one(sender="gwen@harbor.example")["client"] == "harbor"
    assert explained.one(sender="gwen@harbor.test")["client"] == "odd"


def test_a_tie_between_clients_is_an_error(tmp_path: Path):
    code, said = Explained(tmp_path, BASE + '[client.two]\nfrom = ["*@harbor.example"]\n' + WAITS).check()
    assert code == 78
    assert "error:" in said


def test_a_callers_notice_belongs_to_the_client_whose_number_it_names_and_the_caller_is_written_to(tmp_path: Path):
    telephone = '[telephone]\nfrom = ["voicemail@sipgate.example"]\n'
    found = Explained(tmp_path, BASE + telephone + WAITS).one(
        sender="voicemail@sipgate.example",
        Subject="New voicemail from +44 20 7946 0018",
        text="Call me back.",
        at=TUESDAY,
    )
    assert (found["client"], found["verdict"]) == ("harbor", "deferrable")
    assert "voicemail" in found["kind"]
    assert found["reply"]["to"] == "gary@harbor.example"
    assert found["reply"]["headers"]["Auto-Submitted"] == "auto-generated"
    assert "In-Reply-To" not in found["reply"]["headers"]


def test_no_rule_can_defer_or_leave_a_client_that_is_always_urgent(tmp_path: Path):
    config = BASE.replace("[client.lindenhof]", '[client.lindenhof]\nalways = "urgent"')
    found = Explained(tmp_path, config + WAITS).one(sender="chef@lindenhof.example")
    assert found["verdict"] == "urgent"


def test_an_out_of_office_of_who_is_always_urgent_rings_no_telephone(tmp_path: Path):
    always = BASE.replace("[client.lindenhof]", '[client.lindenhof]\nalways = "urgent"')
    config = (
        always
        + '\n[[rule]]\nname = "The manager"\nwhen = { client = "lindenhof" }\nthen = "urgent"\nnotify = ["phone"]\n'
    )
    config += WAITS + '\n[notify.phone]\nurl = "json://phone.example/"\n'
    explained = Explained(tmp_path, config)
    assert explained.one(sender="chef@lindenhof.example")["notify"] == ["phone"]
    away = explained.one(sender="chef@lindenhof.example", Auto_Submitted="auto-replied")
    assert (away["verdict"], away["notify"]) == ("urgent", [])


def test_a_client_may_never_be_replied_to(tmp_path: Path):
    config = BASE.replace("[client.lindenhof]", "[client.lindenhof]\nreplies = false")
    found = Explained(tmp_path, config + WAITS).one(sender="chef@lindenhof.example")
    assert (found["verdict"], found["no_reply"]) == ("deferrable", "never")


def test_my_own_addresses_are_me_with_tags_too(tmp_path: Path):
    explained = Explained(tmp_path, BASE + WAITS)
    for sender in ("dana@roth.example", "d.roth@roth.example", "dana+list@roth.example"):
        assert explained.one(sender=sender)["no_reply"] == "own-message"
