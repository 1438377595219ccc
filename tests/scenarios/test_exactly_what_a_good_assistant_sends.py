"""Whole mails, compared: what a client holds in his hands after each thing that clients do."""

from pathlib import Path

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT
from scenarios.stage import START, Stage, letter
from scenarios.test_the_consultants_week import ME, PETRA
from scenarios.test_two_persons_of_a_service import DANA, EVA, Pair
from scenarios.weeks import MONDAY, AtWork, Post, credentials, shipped, verdicts
from server.dovecot import Dovecot
from server.sink import Sink

GARY = "Gary Stone <gary@harbor.example>"
PRIVATE = "Gary <gary.private@mail.example>"
Sent = tuple[str, str, str | None, str]

ASKS = """\
Hello Gary,

I have your message. I am not free for most of today: can it wait until our call on Friday 20 November at 09:00 (London time)?

If it cannot, write "today" in a short mail by today at 16:30 (London time): we have 2 last-minute passes left.

Mara Lind
"""
NOT_NOW = """\
Hello Gary,

I have your message that this is urgent; it came outside my hours.
You will hear from me in our call on Friday 20 November at 09:00 (London time). If that is too late, write again during my hours, by tomorrow at 16:30 (London time): then it counts.

Mara Lind
"""
NONE_LEFT = """\
Hello Gary,

I have your message that this is urgent. The last-minute passes that we agreed on are used up, so I cannot take it up sooner, and I would rather say so at once.
You will hear from me in our call on Friday 20 November at 09:00 (London time).

Mara Lind
"""
NAMES_ALL = """\
Hello Gary,

I have your messages: "Leaflets", "Chairs", "Tables". I am not free for most of today: can it wait until our call on Friday 20 November at 09:00 (London time)?

If it cannot, write "today" in a short mail by today at 16:30 (London time): we have 2 last-minute passes left.

Mara Lind
"""
HAT_ES_ZEIT = """\
Guten Tag Frau Sommer,

Ihre Nachricht ist da. Heute bin ich die meiste Zeit nicht frei: Hat es Zeit bis zu unserem Telefonat am Dienstag, 24. November um 14:00 Uhr?

Wenn nicht, schreiben Sie bitte „heute noch“ in eine kurze Mail, und zwar bis heute um 17:30 Uhr.

Mara Lind
"""
AUFGEBRAUCHT = """\
Guten Tag Frau Sommer,

dass es eilt, habe ich bekommen. Die Ausnahmen, die wir vereinbart haben, sind aufgebraucht: Früher kann ich mich leider nicht darum kümmern, und das sage ich Ihnen lieber gleich.
Sie hören von mir: Dienstag, 24. November um 14:00 Uhr.

Mara Lind
"""


@pytest.fixture
def at_work(stages: Opening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AtWork:
    """The shipped consultant, and who writes to her."""
    credentials(tmp_path / "credentials", monkeypatch, "ntfy-url")
    stage = stages(shipped("consultant.toml"), start=MONDAY)
    return stage, Post(stage, ME, "mx.lind-consulting.example")


def held(stage: Stage) -> list[Sent]:
    """All that clients have got: to whom, subject, what it answers, and every word; a robot's, and marked as such."""
    for mail in stage.sent():
        assert str(mail["Auto-Submitted"]).startswith("auto-replied")
        assert mail["Cc"] is None
    return [
        (str(mail["To"]), str(mail["Subject"]), str(mail["In-Reply-To"]), mail.get_content().replace("\r\n", "\n"))
        for mail in stage.sent()
    ]


def last(stage: Stage) -> str:
    return str(stage.sent()[-1]["Message-ID"])


async def test_thanks_get_nothing_more(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 15:10")
        asked = await post(GARY, "Leaflets", "Can you look at the leaflets?")
        await stage.later(minutes=12)
        await post(GARY, "Re: Leaflets", "Thank you, that is fine!", replies_to=last(stage))
        await stage.to("wed 12:00")
        assert held(stage) == [("gary@harbor.example", "Re: Leaflets", asked, ASKS)]
        assert stage.pushes == []


async def test_a_no_is_heard_by_a_person_and_gets_no_robots_answer(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 15:10")
        asked = await post(GARY, "Leaflets", "Can you look at the leaflets?")
        await stage.later(minutes=12)
        await post(GARY, "Re: Leaflets", "No, it can't. The board meets tonight.", replies_to=last(stage))
        await stage.to("wed 12:00")
        assert held(stage) == [("gary@harbor.example", "Re: Leaflets", asked, ASKS)]
        assert verdicts(stage)[-1] == ("Re: Leaflets", "urgent", None)
        assert len(stage.pushes) == 1


async def test_the_word_counts_in_hours_and_outside_them_he_is_told_when(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 15:10")
        asked = await post(GARY, "Leaflets", "Can you look at the leaflets?")
        await stage.to("tue 20:00")
        evening = await post(GARY, "Re: Leaflets", "Today!", replies_to=last(stage))
        await stage.to("wed 11:30")
        first = [
            ("gary@harbor.example", "Re: Leaflets", asked, ASKS),
            ("gary@harbor.example", "Re: Leaflets", evening, NOT_NOW),
        ]
        assert held(stage) == first
        await post(GARY, "Re: Leaflets", "Then today, please.", replies_to=last(stage))
        await post(GARY, "Chairs", "And the chairs today.")
        assert [verdict for _, verdict, _ in verdicts(stage)] == ["deferrable", "deferrable", "urgent", "urgent"]
        await stage.to("wed 14:00")
        tables = await post(GARY, "Tables", "And the tables, also today!")
        await stage.to("wed 15:00")
        assert held(stage) == [*first, ("gary@harbor.example", "Re: Tables", tables, NONE_LEFT)]


async def test_who_writes_twice_and_from_two_addresses_gets_one_mail_that_names_all(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 15:10")
        asked = await post(GARY, "Leaflets", "Can you look at the leaflets?")
        await stage.later(minutes=3)
        await post(GARY, "Chairs", "And how many chairs?")
        await stage.later(minutes=3)
        await post(PRIVATE, "Tables", "And tables, from home.")
        await stage.to("wed 12:00")
        assert held(stage) == [("gary@harbor.example", "Re: Leaflets", asked, NAMES_ALL)]
        promised = stage.rows("SELECT DISTINCT state, due_at FROM promise")
        assert promised == [("open", stage.instant("fri 10:00").timestamp() * 1000)], "each of the three threads"


async def test_the_same_in_german(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 15:10")
        asked = await post(PETRA, "Förderantrag", "Können Sie bitte drüberschauen?")
        await stage.later(minutes=12)
        await post(PETRA, "Re: Förderantrag", "Nein, das geht nicht. Morgen ist Abgabe.", replies_to=last(stage))
        await stage.later(minutes=12)
        assert [verdict for _, verdict, _ in verdicts(stage)] == ["deferrable", "urgent"]
        await post(PETRA, "Danke", "Vielen Dank!")
        pressing = await post(PETRA, "Heizung", "Das muss heute noch sein.")
        await stage.to("wed 12:00")
        assert held(stage) == [
            ("petra@lindenhof.example", "AW: Förderantrag", asked, HAT_ES_ZEIT),
            ("petra@lindenhof.example", "AW: Heizung", pressing, AUFGEBRAUCHT),
        ]


async def test_who_writes_to_two_of_my_people_gets_one_mail_from_the_first(
    dovecot: Dovecot, sink: Sink, tmp_path: Path
):
    async with Pair(f"{CONSULTANT}====={CONSULTANT}", dovecot, sink, tmp_path, START) as stage:
        await stage.to("tue 15:10")
        for number, (to, subject) in enumerate([(f"{EVA}, {DANA}", "The roof"), (f"{DANA}, {EVA}", "The door")], 1):
            raw = letter(
                GARY, subject, "Can you ring me?", at=stage.clock.now(), message_id=f"<{number}@harbor.example>", to=to,
                headers={}, replies_to=None,
            )  # fmt: skip
            for user in stage.users:
                stage.server.append(user, "INBOX", raw, stage.clock.now())
                stage.daemon.sweep()
                await stage.quiet()
            await stage.to("wed 10:00" if number == 1 else "wed 12:00")
        one, *more = held(stage)
        until = "Can it wait until our call on Friday 28 November at 09:00 (London time)?"
        assert one == (
            "gary@harbor.example", "Re: The roof", "<1@harbor.example>",
            f"Hello Gary,\n\nI have your message. {until}\n",
        )  # fmt: skip
        assert [str(mail["From"]).partition(" <")[0] for mail in stage.sent()] == ["Eva Lind", "Dana Roth"]
        assert [found[1:3] for found in more] == [("Re: The door", "<2@harbor.example>")], "a day of Dana's own"
