"""Whose word a message rests on, and what it may cause: the attacks that worked, and the ordinary mail that must go on."""

import re
from pathlib import Path

import pytest

from support.explaining import BASE, TUESDAY, WAITS, Explained

SERVER = BASE.replace('mode = "send"', 'mode = "send"\nauthserv_id = "mx.roth.example"')
STRICT = SERVER.replace('mode = "send"', 'mode = "send"\nrequire_auth = "always"')
PHONE = '[telephone]\nfrom = ["voicemail@pbx.example", "box@roth.example"]\n'
RINGS = """
[[rule]]
name = "Callers ring"
when = { kind = ["voicemail", "missed-call"] }
then = "urgent"
notify = ["phone"]
reply = "later"
promise = "in 3 days"

[notify.phone]
url = "json://localhost"
"""
NUMBER = "+44 20 7946 0018"


def passes(domain: str, server: str = "mx.roth.example") -> str:
    return f"{server}; dmarc=pass header.from={domain}; spf=pass smtp.mailfrom={domain}; dkim=pass header.d={domain}"


def fails(policy: str = "reject") -> str:
    return f"mx.roth.example; dmarc=fail (p={policy}) header.from=harbor.example"


AUDIO = {
    "Content_Type": "multipart/mixed; boundary=b",
    "text": "--b\r\n\r\nx\r\n--b\r\nContent-Type: audio/wav\r\n\r\nx\r\n--b--",
}


# --- callers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "looks", [AUDIO, {"X_Asterisk_VM_Caller_ID_Num": NUMBER}, {"Message_ID": "<Asterisk-3-1-1001@evil.example>"}, {"Content_Class": "voice"}]
)  # fmt: skip
def test_a_strangers_voicemail_from_a_clients_number_is_the_strangers(tmp_path: Path, looks: dict[str, str]):
    found = Explained(tmp_path, STRICT + PHONE + RINGS).one(
        sender="mallory@evil.example",
        Subject=f"Voicemail from {NUMBER}",
        Authentication_Results=passes("evil.example"),
        **looks,
    )
    assert (found["client"], found["verdict"], found["no_reply"]) == (None, "left", "stranger")
    assert (found["reply"], found["notify"]) == (None, [])


def test_a_clients_mail_in_the_manner_of_a_voicemail_is_her_own_and_never_answered(tmp_path: Path):
    found = Explained(tmp_path, SERVER + RINGS).one(
        sender="chef@lindenhof.example",
        Subject=f"Voicemail from {NUMBER}",
        Authentication_Results=passes("lindenhof.example"),
        **AUDIO,
    )
    assert (found["client"], found["verdict"], found["no_reply"]) == ("lindenhof", "urgent", "voicemail")
    assert "voicemail" in found["kind"]


def test_a_built_in_telephone_system_is_believed_when_my_server_vouches_for_it(tmp_path: Path):
    explained = Explained(tmp_path, SERVER + RINGS)
    notice = {"sender": "voicemail@sipgate.de", "Subject": f"New voicemail from {NUMBER}"}
    vouched = explained.one(**notice, Authentication_Results=passes("sipgate.de"))
    assert (vouched["client"], vouched["reply"]["to"]) == ("harbor", "gary@harbor.example")
    for results in ("mx.roth.example; spf=none", passes("sipgate.de", "mx.evil.example")):
        assert explained.one(**notice, Authentication_Results=results)["client"] is None


def test_a_built_in_telephone_system_needs_a_server_that_was_asked(tmp_path: Path):
    found = Explained(tmp_path, BASE + RINGS).one(sender="voicemail@sipgate.de", Subject=f"New voicemail from {NUMBER}")
    assert (found["client"], found["no_reply"]) == (None, "stranger")


def test_a_configured_telephone_that_nobody_vouches_for_is_shown_and_pushed_and_writes_to_nobody(tmp_path: Path):
    notice = {"sender": "voicemail@pbx.example", "Subject": f"New voicemail from {NUMBER}"}
    doubted = Explained(tmp_path, SERVER + PHONE + RINGS).one(**notice)
    assert (doubted["client"], doubted["verdict"], doubted["notify"]) == ("harbor", "urgent", ["phone"])
    assert (doubted["reply"], doubted["no_reply"]) == (None, "unauthenticated")
    unasked = Explained(tmp_path, BASE + PHONE + RINGS).one(**notice)
    assert unasked["reply"]["to"] == "gary@harbor.example"


def test_a_box_that_writes_as_me_still_tells_of_callers(tmp_path: Path):
    found = Explained(tmp_path, SERVER.replace('"d.roth@roth.example"', '"box@roth.example"') + PHONE + RINGS).one(
        sender="box@roth.example",
        Subject=f"Anruf von {NUMBER}",
        Received="from fritz.box (dsl.example [203.0.113.4]) by mx.roth.example with ESMTPSA id 1; Tue, 24 Nov 2026 15:10:00 +0100",
    )
    assert (found["client"], found["verdict"], found["notify"]) == ("harbor", "urgent", ["phone"])
    assert found["reply"]["to"] == "gary@harbor.example"


# --- how sure we are ----------------------------------------------------------------------------------------------------


def test_a_charity_with_spf_alone_that_was_forwarded_is_the_clients(tmp_path: Path):
    explained = Explained(tmp_path, SERVER + WAITS)
    for results in ("mx.roth.example; spf=fail smtp.mailfrom=harbor.example", fails("none")):
        found = explained.one(Authentication_Results=results)
        assert (found["client"], found["verdict"], found["no_reply"]) == ("harbor", "deferrable", None)


def test_a_mail_that_its_domain_asks_to_refuse_is_nobodys(tmp_path: Path):
    explained = Explained(tmp_path, SERVER + WAITS)
    for policy in ("reject", "quarantine"):
        found = explained.one(Authentication_Results=fails(policy))
        assert (found["no_reply"], found["client"]) == ("stranger", None)
        assert found["reason"].startswith("authentication failed: dmarc=fail")


def test_what_a_forwarder_has_sealed_is_shown_in_spite_of_the_policy(tmp_path: Path):
    found = Explained(tmp_path, SERVER + WAITS).one(Authentication_Results=fails() + "; arc=pass (i=1)", at=TUESDAY)
    assert (found["client"], found["verdict"]) == ("harbor", "deferrable")


# --- joining, taking over, cancelling ---------------------------------------------------------------------------------


def at(minute: int) -> str:
    return f"Tue, 24 Nov 2026 15:{minute}:00 +0100"


URGENT = """
[[rule]]
name = "Outage"
when = { subject = "outage" }
then = "urgent"
"""
GARY = {"Authentication_Results": passes("harbor.example")}


def test_a_forgers_mail_joins_no_reply_that_waits_for_the_clients(tmp_path: Path):
    explained = Explained(tmp_path, SERVER + WAITS)
    mine, forgers = explained.says(
        explained.mail(date=at(10), **GARY),
        explained.mail(date=at(11), Subject="log in at https://evil.example", References="<forged@evil.example>"),
    )
    assert mine["no_reply"] is None
    assert (forgers["client"], forgers["reply"], forgers["no_reply"]) == ("harbor", None, "unauthenticated")


def test_the_clients_mail_takes_the_place_of_a_forgers(tmp_path: Path):
    explained = Explained(tmp_path, SERVER + WAITS)
    forgers, mine = explained.says(
        explained.mail(date=at(10), Subject="forged"), explained.mail(date=at(11), Subject="Figures", **GARY)
    )
    assert forgers["no_reply"] is None
    assert (mine["no_reply"], mine["reply"]["subject"]) == (None, "Re: Figures")
    assert "forged" not in mine["reply"]["text"]


def test_a_reply_to_a_forger_does_not_use_up_the_clients(tmp_path: Path):
    explained = Explained(tmp_path, SERVER + WAITS)
    hour_later = {"date": "Tue, 24 Nov 2026 16:40:00 +0100"}
    found = explained.says(
        explained.mail(date=at(10), Subject="forged"),
        explained.mail(**hour_later),
        explained.mail(**hour_later, **GARY),
    )
    assert [one["no_reply"] for one in found] == [None, "recently-replied", None]


def test_a_forgers_outage_cancels_nothing(tmp_path: Path):
    explained = Explained(tmp_path, SERVER + URGENT + WAITS)
    for results, again in (({}, "joined"), (GARY, None)):
        *_, last = explained.says(
            explained.mail(date=at(10), **GARY),
            explained.mail(date=at(11), Subject="Outage", **results),
            explained.mail(date=at(12), **GARY),
        )
        assert last["no_reply"] == again


def test_an_outage_of_one_person_leaves_the_replies_to_her_colleagues(tmp_path: Path):
    explained = Explained(tmp_path, SERVER + URGENT + WAITS)
    *_, last = explained.says(
        explained.mail(date=at(10), **GARY),
        explained.mail(sender="anna@harbor.example", date=at(11), Subject="Outage", **GARY),
        explained.mail(date=at(12), **GARY),
    )
    assert last["no_reply"] == "joined"


@pytest.mark.parametrize(
    "forged", [{}, {"Auto_Submitted": "auto-replied"}, {"return_path": ""}, {"To": "x@else.example"}]
)
def test_a_copy_that_was_forged_before_silences_nothing(tmp_path: Path, forged: dict[str, str]):
    """Whoever gets a copy knows the id of a mail that is still on its way."""
    explained = Explained(tmp_path, SERVER + WAITS)
    same = {"Message_ID": "<same@harbor.example>"}
    *_, mine = explained.says(
        explained.mail(date=at(10), Subject="forged", **same, **forged),
        explained.mail(date=at(11), **same, **GARY),
    )
    assert (mine["no_reply"], mine["reply"]["subject"]) == (None, "Re: Question")


def test_the_same_mail_by_two_ways_is_answered_once(tmp_path: Path):
    """Directly, and through a forwarding account for which nobody vouches."""
    explained = Explained(tmp_path, SERVER + WAITS)
    same = {"Message_ID": "<same@harbor.example>"}
    found = explained.says(explained.mail(date=at(10), **same, **GARY), explained.mail(date=at(11), **same))
    assert [one["reply"] is not None for one in found] == [True, False]


def test_a_forgers_mail_makes_no_promise_earlier(tmp_path: Path):
    soon = """
[[rule]]
name = "Soon"
when = { subject = "soon" }
then = "defer"
until = "in 2 days"
promise = "in 2 hours"
reply = "later"
"""
    explained = Explained(tmp_path, SERVER + soon + WAITS)
    thread = {"References": "<1@harbor.example>", "date": "Wed, 25 Nov 2026 16:10:00 +0100"}
    for results, tells in (({}, "Friday 27 November at 14:10"), (GARY, "today at 17:10")):
        first, second = explained.says(
            explained.mail(date=at(10), Message_ID="<1@harbor.example>", **GARY),
            explained.mail(Subject="Soon", **thread, **results),
        )
        assert "Friday 27 November at 14:10" in first["reply"]["text"]
        assert tells in second["reply"]["text"]


PASS_RULE = """
[[rule]]
name = "Pass"
when = { text = "today" }
then = "urgent"
spends_pass = true
"""


def test_a_forger_spends_no_pass_of_the_client(tmp_path: Path):
    explained = Explained(tmp_path, SERVER + PASS_RULE + WAITS)
    forged = [explained.mail(text="today please", date=at(10 + n)) for n in range(3)]
    mine = [explained.mail(text="today please", date=at(20 + n), **GARY) for n in range(3)]
    found = [one["verdict"] for one in explained.says(*forged, *mine)]
    assert found == ["urgent", "urgent", "deferrable"] * 2


BURST = """
[[rule]]
name = "Burst"
when = { burst = "3 in 20m" }
then = "urgent"
"""


def test_forged_mail_makes_no_burst_of_the_clients(tmp_path: Path):
    explained = Explained(tmp_path, SERVER + BURST + WAITS)
    forged = [explained.mail(date=at(10 + n)) for n in range(2)]
    mine = [explained.mail(date=at(20 + n), **GARY) for n in range(3)]
    assert [one["rule"] for one in explained.says(*forged, *mine)] == ["All waits"] * 4 + ["Burst"]


# --- sent on to a delegate --------------------------------------------------------------------------------------------

TOM = """
[delegate.tom]
name = "Tom"
address = "tom@desk.example"

[reply.ask-tom]
text.en = "Please {% if delegate %}ask {{ delegate.name }}{% else %}wait{% endif %}."
text.de = "Bitte{% if delegate %} fragen Sie {{ delegate.name }}{% endif %}."

[[rule]]
name = "Tom's"
when = { client = "*" }
then = "defer"
until = "in 2 days"
forward = true
delegate = "tom"
"""
VOUCHED = {"Authentication_Results": passes("harbor.example")}


def test_a_clients_mail_is_sent_on_to_the_delegate(tmp_path: Path):
    found = Explained(tmp_path, SERVER + TOM).one(**VOUCHED)
    assert "not sent on" not in found["reason"]


@pytest.mark.parametrize(
    ("why", "mail"),
    [
        ("x-virus-status", {"X_Virus_Status": "Infected (Eicar)"}),
        ("Auto-Submitted", {"Auto_Submitted": "auto-replied"}),
        ("the Return-Path is <>", {"return_path": ""}),
        ("the header field list-id", {"List_Id": "<a.harbor.example>"}),
        ("it refers to what was sent on", {"References": "<fwd.triaged.abc@roth.example>"}),
        ("an automatic reply of a triaged", {"X_Triaged": "7"}),
        ("its Message-ID is that of an automatic", {"Message_ID": "<fwd.triaged.abc@else.example>"}),
        ("x-spam-virus", {"X_Spam_Virus": "Yes (Eicar)"}),
        ("not verified", {"Authentication_Results": passes("evil.example")}),
        ("x-spam-flag", {"X_Spam_Flag": "YES"}),
        ("not verified", {"Authentication_Results": "mx.roth.example; spf=none"}),
    ],
)
def test_what_must_not_leave_in_my_name_is_not_sent_on(tmp_path: Path, why: str, mail: dict[str, str]):
    found = Explained(tmp_path, SERVER + TOM).one(**{**VOUCHED, **mail})
    assert (found["client"], found["verdict"]) == ("harbor", "deferrable")
    assert re.search(f"not sent on: {why}", found["reason"])


def test_where_no_server_can_be_asked_ordinary_mail_is_sent_on(tmp_path: Path):
    assert "not sent on" not in Explained(tmp_path, BASE + TOM).one()["reason"]


def test_the_same_message_is_sent_on_once(tmp_path: Path):
    explained = Explained(tmp_path, SERVER + TOM)
    twice = {"Message_ID": "<same@harbor.example>", **VOUCHED}
    found = explained.says(explained.mail(date=at(10), **twice), explained.mail(date=at(11), Subject="again", **twice))
    assert ["not sent on" in one["reason"] for one in found] == [False, True]


def test_a_delegate_who_is_a_clients_person_is_neither_sent_his_own_mail_nor_told_to_ask_himself(tmp_path: Path):
    config = SERVER + TOM.replace("tom@desk.example", "tom@harbor.example").replace(
        "forward = true", 'forward = true\nreply = "ask-tom"'
    )
    found = Explained(tmp_path, config).one(sender="tom@harbor.example", **VOUCHED)
    assert found["reply"]["text"].startswith("Please wait.")


# --- STOP -------------------------------------------------------------------------------------------------------------

DAILY = WAITS + "\n[promises]\nslip = 'off'\n"


def later(day: int, **mail: str) -> dict[str, str]:
    return {
        "date": f"{['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][(day - 23) % 7]}, {day} Nov 2026 15:10:00 +0100",
        **mail,
    }


def thread(explained: Explained, *mails: dict[str, str]) -> list[str | None]:
    """What stands against a reply to each of these mails, the first of them in the thread of <1@harbor.example>."""
    return [one["no_reply"] for one in explained.says(*(explained.mail(**mail) for mail in mails))]


FIRST = {"Message_ID": "<1@harbor.example>"}
IN_THREAD = {"References": "<1@harbor.example>", "Subject": "Re: Question"}


@pytest.mark.parametrize("sender", ["gary@harbor.example", "anna@harbor.example", "gary.private@mail.example"])
def test_stop_in_our_thread_from_any_address_of_the_client_ends_the_replies_for_good(tmp_path: Path, sender: str):
    config = BASE.replace('people = { "gary@harbor.example" = "Gary" }', "") + WAITS
    found = thread(
        Explained(tmp_path, config),
        later(2, **FIRST),
        later(3, sender=sender, text="STOP", **IN_THREAD),
        later(28),
    )
    assert (found[0], found[2]) == (None, "opted-out")


def test_stop_about_nothing_of_ours_pauses_the_replies_for_a_fortnight(tmp_path: Path):
    found = thread(Explained(tmp_path, BASE + WAITS), later(2), later(4, text="STOP"), later(9), later(19))
    assert (found[0], found[2], found[3]) == (None, "opted-out", None)


def test_stop_from_somebody_who_had_no_reply_changes_nothing(tmp_path: Path):
    found = thread(Explained(tmp_path, BASE + WAITS), later(2, text="STOP"), later(9))
    assert found[1] is None


def test_a_forged_stop_stops_nothing(tmp_path: Path):
    vouched = {"Authentication_Results": passes("harbor.example")}
    found = thread(
        Explained(tmp_path, SERVER + WAITS),
        later(2, **FIRST, **vouched),
        later(3, text="STOP", Authentication_Results=fails(), **IN_THREAD),
        later(9, **vouched),
    )
    assert found == [None, "stranger", None]


# --- what is repeated in my name ----------------------------------------------------------------------------------------

LURE = "Invoice: log in at https://evil.com or ring +44 20 7946 0018 by 24.11.2026"
PLAIN = "Invoice: log in at … or ring … by 24.11.2026"
TELLS = """
[reply.tells]
text.en = "{% for one in messages %}{{ one.subject }}|{% endfor %}"
text.de = "x"

[[rule]]
name = "Tells"
then = "defer"
until = "in 2 days"
promise = "none"
reply = "tells"
"""


@pytest.mark.parametrize(
    ("config", "results", "repeated"),
    [(SERVER, passes("harbor.example"), LURE), (SERVER, "mx.roth.example; spf=none", PLAIN), (BASE, "", PLAIN)],
    ids=["verified", "unverified", "unknown"],
)
def test_a_subject_is_repeated_whole_only_where_my_server_vouches(
    tmp_path: Path, config: str, results: str, repeated: str
):
    found = Explained(tmp_path, config + TELLS).one(Subject=LURE, Authentication_Results=results)
    assert found["reply"]["subject"] == f"Re: {repeated}"
    assert found["reply"]["text"].strip() == f"{repeated}|"


# --- one correspondent --------------------------------------------------------------------------------------------------


def test_two_addresses_of_one_person_and_a_tag_are_one_correspondent(tmp_path: Path):
    people = '{ "gary@harbor.example" = "Gary", "gary.private@mail.example" = "Gary" }'
    explained = Explained(tmp_path, BASE.replace('{ "gary@harbor.example" = "Gary" }', people) + WAITS)
    found = explained.says(
        explained.mail(date=at(10)),
        explained.mail(sender="gary.private@mail.example", date=at(11)),
        explained.mail(sender="gary+desk@harbor.example", date=at(12)),
        explained.mail(sender="anna@harbor.example", date=at(13)),
    )
    assert [one["no_reply"] for one in found] == [None, "joined", "joined", None]
