"""A reply waits and the world goes on: the moment that it would tell passes, it is held, newer mail comes."""

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, CONSULTANT, GARY

BACK_BY_DEFAULT = CONSULTANT.replace('until = ["1h before next call", "start of office hours"]\n', "").replace(
    'promise = ["next call", "2 business days"]\n', ""
)
"""Neither `until` nor `promise` is written: both are the start of office hours."""


async def test_a_moment_by_default_that_passes_before_it_was_told_is_computed_anew(stages: Opening):
    async with stages(BACK_BY_DEFAULT) as stage:
        await stage.to("tue 08:54")
        await stage.arrives(GARY, "question")
        await stage.to("tue 09:10")
        (reply,) = stage.sent()
        assert "today at 12:30 (London time)" in " ".join(reply.get_content().split())


async def test_newer_mail_gets_a_reply_of_its_own_and_ends_the_one_that_was_held(stages: Opening):
    async with stages() as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question")
        await stage.close()
        await stage.later(hours=13)
        await stage.open()
        [held] = stage.events("reply.held")
        await stage.to("thu 10:00")
        await stage.arrives(GARY, "another question")
        await stage.later(minutes=15)
        assert [mail["Subject"] for mail in stage.sent()] == ["Re: another question"]
        [ended] = stage.events("reply.cancelled")
        assert (ended["reply"], ended["reason"]) == (held["reply"], "newer mail is answered instead")


async def test_after_a_switch_to_draft_newer_mail_gets_a_draft_although_a_reply_is_held(stages: Opening):
    async with stages() as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question")
        await stage.reload(CONSULTANT.replace('mode = "send"', 'mode = "draft"'))
        await stage.later(minutes=15)
        assert len(stage.events("reply.held")) == 1
        await stage.to("thu 10:00")
        await stage.arrives(GARY, "another question")
        await stage.later(minutes=15)
        assert list(stage.inbox("Drafts")) == ["Re: another question"]
        assert stage.sent() == []


async def test_mail_that_comes_in_observe_leaves_a_held_reply_alone(stages: Opening):
    async with stages() as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question")
        await stage.reload(CONSULTANT.replace('mode = "send"', 'mode = "observe"'))
        await stage.later(minutes=15)
        assert len(stage.events("reply.held")) == 1
        await stage.arrives(GARY, "another question")
        await stage.later(minutes=15)
        assert stage.rows("SELECT state FROM reply ORDER BY id") == [("held",), ("simulated",)]
        assert stage.rows("SELECT count(*) FROM reply_item WHERE reply = 1") == [(1,)]


async def test_beyond_the_fuse_replies_are_held_and_so_says_the_log_with_one_alarm(stages: Opening):
    config = CONSULTANT.replace("smtp = $SMTP", 'smtp = $SMTP\nreply_fuse = "2 per hour"')
    async with stages(config) as stage:
        await stage.to("tue 10:00")
        for name in "abcd":
            await stage.arrives(f"{name}@harbor.example", f"question of {name}")
        await stage.later(minutes=15)
        await stage.arrives("e@harbor.example", "question of e")
        await stage.arrives("e@harbor.example", "and one more of e")
        await stage.later(minutes=15)
        assert len(stage.sent()) == 2
        assert [line["to"][0] for line in stage.events("reply.held", no_reply="rate-limit")] == ["c", "d", "e"]
        assert [line["to"][0] for line in stage.events("reply.scheduled")] == ["a", "b", "c", "d"]
        assert len(stage.events("reply.joined")) == 1
        assert len(stage.events("account.degraded")) == 1
        await stage.later(hours=2)
        await stage.arrives("e@harbor.example", "late question of e")
        await stage.later(minutes=15)
        assert [mail["Subject"] for mail in stage.sent()[2:]] == ["Re: late question of e"]


async def test_what_comes_in_observe_is_not_covered_by_a_reply_that_waits_from_before(stages: Opening):
    async with stages() as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question")
        await stage.reload(CONSULTANT.replace('mode = "send"', 'mode = "observe"'))
        await stage.arrives(GARY, "observed")
        assert stage.rows("SELECT item FROM reply_item WHERE reply = 1") == [(1,)]
        assert stage.events("message.deferred", subject="observed")[0]["no_reply"] == "joined"


async def test_no_apology_goes_within_the_half_hour_before_a_call_with_the_client(stages: Opening):
    promised = ANSWERS.replace('promise = "2 business days"', 'promise = "fri 09:40"')
    async with stages(promised + '\n[promises]\nslip = "send"\n') as stage:
        await stage.to("thu 10:00")
        await stage.arrives(GARY, "question")
        await stage.to("fri 11:00")
        assert len(stage.events("promise.overdue")) == 1
        [told] = stage.events("reply.suppressed")
        assert (told["template"], told["no_reply"]) == ("slip", "call-now")
        assert len(stage.sent()) == 1


AT_ONCE = """
[reply.at-once]
text.en = "We are on it, {{ messages|length }} of your messages are here. You hear from me by {{ promise | when }}."
text.de = "Wir sind dabei. Sie hören von mir: {{ promise | when }}."

[reply.until-call]"""
ACKNOWLEDGED = ANSWERS.replace("\n[reply.until-call]", AT_ONCE).replace(
    'then = "urgent"', 'then = "urgent"\npromise = "in 2h"\nreply = "at-once"'
)


async def test_urgent_mail_joins_the_reply_that_says_the_very_same_with_the_earliest_promise(stages: Opening):
    async with stages(ACKNOWLEDGED) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "outage one")
        await stage.later(minutes=3)
        await stage.arrives(GARY, "outage two")
        await stage.later(minutes=15)
        (reply,) = stage.sent()
        text = " ".join(reply.get_content().split())
        assert "2 of your messages are here. You hear from me by today at 11:00 (London time)" in text
        assert stage.events("reply.cancelled") == []
        assert len(stage.events("reply.joined")) == 1


async def test_urgent_mail_ends_the_reply_that_asks_for_patience_and_gets_its_own(stages: Opening):
    async with stages(ACKNOWLEDGED) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question")
        await stage.later(minutes=3)
        await stage.arrives(GARY, "outage")
        await stage.later(minutes=15)
        (reply,) = stage.sent()
        assert "We are on it, 1 of your messages" in reply.get_content()
        assert [line["item"] for line in stage.events("reply.cancelled")] == [1]
        assert stage.events("message.urgent")[0].get("no_reply") is None
        assert stage.lines.one("reply.sent")["template"] == "at-once"
