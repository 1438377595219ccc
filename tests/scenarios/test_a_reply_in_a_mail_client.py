"""What the client sees of a reply: in a real mail client, at its place in the thread, every letter as it was meant."""

from datetime import timedelta

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, PETRA
from scenarios.stage import letter
from server.mutt import Mutt

pytestmark = pytest.mark.server

SUBJECT = "Größere Änderung: 20 € für die Öfen?"
SAYS = CONSULTANT.replace("Ihre Nachricht", "Grüße aus Köln: Ihre Nachricht")


async def test_mutt_shows_the_reply_below_its_question_with_every_umlaut(stages: Opening):
    async with stages(SAYS) as stage:
        await stage.to("tue 15:10")
        asked = await stage.arrives(PETRA, SUBJECT, "Können Sie mich anrufen?")
        await stage.to("tue 15:21")
        (reply,) = stage.sink.received
        question = letter(PETRA, SUBJECT, "Können Sie mich anrufen?", at=stage.clock.now(), message_id=asked)
    earlier = stage.clock.now() - timedelta(hours=1)
    other = letter(PETRA, "Etwas anderes", "Nichts.", at=earlier, message_id="<other@lindenhof.example>")
    with Mutt([other, reply.raw, question]) as mutt:
        index = [line for line in mutt.screen().splitlines() if "Änderung" in line or "└" in line]
        first, second = index
        assert SUBJECT in first
        assert "└─>" in second
        assert second.startswith("Dana Roth")
        mutt.press("End", "Enter")
        page = mutt.waits_for("Ihre Nachricht")
    assert f"Subject: AW: {SUBJECT}" in page
    assert "From: Dana Roth <dana@roth.example>" in page
    assert "To: petra@lindenhof.example" in page
    assert "Guten Tag Frau Sommer," in page
    assert "Grüße aus Köln: Ihre Nachricht ist da. Hat es Zeit bis zu unserem Telefonat am" in page
    assert "28. November" in page


async def test_mutt_sees_one_part_of_plain_text(stages: Opening):
    async with stages(SAYS) as stage:
        await stage.to("tue 15:10")
        await stage.arrives(PETRA, SUBJECT, "Können Sie mich anrufen?")
        await stage.to("tue 15:21")
        (reply,) = stage.sink.received
    with Mutt([reply.raw]) as mutt:
        mutt.press("v")
        parts = [line for line in mutt.waits_for("text/plain").splitlines() if line.strip().startswith(("1", "2", "I"))]
    assert len(parts) == 1
    assert "text/plain, quoted, utf-8" in parts[0]
