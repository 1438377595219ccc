"""Which thanks are nothing but thanks, what says no to a reply of ours, and STOP above a signature."""

from datetime import UTC, datetime, timedelta

import pytest

from triaged.core.conditions.view import kinds_by_past
from triaged.core.facts import Facts
from triaged.core.kinds import is_stop, kinds_of
from triaged.core.message import Message, read_raw
from triaged.core.objection import objects

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)


def mail(body: str, *fields: str, subject: str = "Re: Offer") -> Message:
    head = (
        "From: Gary Smith <gary@harbor.example>",
        "To: Dana Roth <dana@roth.example>",
        f"Subject: {subject}",
        *fields,
    )
    return read_raw("\n".join((*head, "", body, "")).encode())


def is_courtesy(body: str, *fields: str, subject: str = "Re: Offer") -> bool:
    return "courtesy" in kinds_of(mail(body, *fields, subject=subject), None)


@pytest.mark.parametrize(
    "text",
    [
        "Herzlichen Dank für die schnelle Hilfe gestern, das hat uns sehr geholfen! Viele Grüße",
        "¡Muchas gracias!",
        "Todo correcto, un saludo",
        "Das passt uns gut, danke",
        "All good now, thanks",
        "It prints again, thank you",
        "Everything works now, many thanks!",
        "Passt mir gut.\nViele Grüße\nGary",
        "Fine with me",
        "OK, bis Freitag",
        "Great, that works for us. See you on Friday!",
        "Perfect, talk to you tomorrow.",
        "Thank you so much for your quick help yesterday! It works perfectly now. Have a great weekend!",
        "Danke Dana, läuft wieder. Schönen Feierabend!",
        "Super, vielen lieben Dank für die schnelle Rückmeldung und ein schönes Wochenende!",
        "Einverstanden, so machen wir es.",
        "Das ist sehr nett von Ihnen, danke!",
        "Frohe Weihnachten und einen guten Rutsch!",
        "Merci beaucoup pour votre aide rapide, tout fonctionne à nouveau. Bonne journée !",
        "D'accord, à vendredi",
        "Muchas gracias por la rápida respuesta, ya funciona todo. ¡Que tenga un buen día!",
        "De acuerdo, hasta el lunes",
        "Grazie mille per la risposta!",
        "Hartelijk dank voor je snelle reactie",
        "Muito obrigada pela ajuda!",
        "Dziękuję bardzo za szybką odpowiedź",
        "Tack så mycket!",
        "Mange tak for hjælpen",
        "Thanks for your help with the printer!",
        "Thanks!\n\nBest regards,\nGary Smith\nHead of Finance\nHarbor Trust",
        "❤️",
        "😊",
        "🙏🏽",
        "👍\n\nGary Smith reacted via Gmail <https://www.google.com/gmail/about/>",
        f"[like] Gary Smith reacted to your message:\n{'_' * 32}\nFrom: Dana\nSent: Tuesday\nTo: Gary\nSubject: Offer\n\nShall we?",
        "Gary Smith hat über Gmail reagiert",
        "Liked “Shall we take the offer?”",
    ],
)
def test_thanks_agreement_wishes_and_reactions_are_courtesies(text: str) -> None:
    assert is_courtesy(text)
    assert is_courtesy(text, subject="Re: outage at Harbor, urgent")


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for nothing",
        "Great, another week",
        "I wish you would answer your phone",
        "Thanks in advance",
        "Danke im Voraus",
        "Merci d'avance",
        "Gracias de antemano",
        "¿Gracias",
        "Thank you for calling me back today",
        "Thanks, but it does not print",
        "It prints again, but slowly",
        "It does not print again, thank you",
        "OK, bis Freitag brauche ich das Angebot",
        "OK, but by Friday",
        "Passt nicht",
        "Das passt uns nicht, danke",
        "Todo correcto, pero falta la factura",
        "All good now, but slower, thanks",
        "Not fine with me",
        "Thanks. The printer is down again",
        "Thanks for your help with the new outage",
        "Thanks for your help with nothing",
        "Danke, bitte schicken Sie mir das Angebot",
        "Vielen Dank, ich warte auf Ihre Antwort",
        "Danke für Ihre baldige Antwort",
        "Merci de me rappeler",
        "Gracias, pero no funciona",
        "Thanks, I moved to Berlin",
        "Thank you for your patience, the contract is signed",
        "Toll, schon wieder",
        "Perfect timing, the server died",
        "Vielen Dank, wir kündigen",
        "Danke\nLG\nServer Down",
        "Danke\n***\nRuf an +49 30 22334455",
        "👎",
        "😡",
        "🆘",
        "👎 Gary Smith reacted via Gmail",
        "Disliked “Shall we take the offer?”",
        "Liked “Shall we take the offer?” but ring me",
        "I reacted to your message with anger",
        "Best regards\nGary",
    ],
)
def test_what_asks_negates_complains_or_brings_news_is_none(text: str) -> None:
    assert not is_courtesy(text)


@pytest.mark.parametrize(
    "text",
    [
        "No.",
        "No, it can't wait until Friday.",
        "Sorry, that is far too late for us.",
        "We need this today, not next week.",
        "Is there somebody else I can talk to?",
        "Who else can help?",
        "That doesn't work for us",
        "Nein!",
        "Das kann nicht bis Freitag warten.",
        "Freitag ist zu spät, wir brauchen die Zahlen heute.",
        "Gibt es jemand anderen, der helfen kann?",
        "Das geht leider nicht, es ist dringend.",
        "Cela ne peut pas attendre.",
        "C'est trop tard pour nous. Quelqu'un d'autre ?",
        "No puede esperar, es urgente.",
        "¿Hay otra persona?",
        "È troppo tardi, non può aspettare",
        "Dat is te laat, kan iemand anders helpen?",
        "Não pode esperar",
    ],
)
def test_a_no_in_words_objects(text: str) -> None:
    assert objects(text)
    assert not is_courtesy(text)


@pytest.mark.parametrize(
    "text",
    [
        "Yes, it can wait.",
        "No problem, Friday is fine.",
        "No rush.",
        "It is not urgent.",
        "I can't wait to see the result!",
        "Thanks, talk on Friday",
        "Ja, kein Problem.",
        "Eilt nicht, kann warten.",
        "Nicht dringend.",
        "Pas de problème, rien d'urgent.",
        "No hay problema, no es urgente.",
        "There are no news, and nobody called",
    ],
)
def test_who_agrees_does_not_object(text: str) -> None:
    assert not objects(text)


def test_an_objection_is_an_answer_to_a_reply_of_ours_within_two_days() -> None:
    message = mail("No, it can't wait.")

    def kinds(answered: datetime | None, *, automatic: bool = False) -> frozenset[str]:
        return kinds_by_past(message, Facts(now=AT, arrived=AT, answers_ours=answered), automatic=automatic)

    assert kinds(AT - timedelta(hours=3)) == {"new", "objection"}
    assert kinds(AT - timedelta(days=2)) == {"new", "objection"}
    assert kinds(AT - timedelta(days=2, seconds=1)) == {"new"}
    assert kinds(None) == {"new"}
    assert kinds(AT - timedelta(hours=3), automatic=True) == {"new"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("STOP\n\nGary Smith", True),
        ("STOP\nGary", True),
        ("Stop\n\nBest regards,\nGary Smith\nHead of Finance\nHarbor Trust", True),
        ("Stopp!\n\nMit freundlichen Grüßen\nGary Smith\nHarbor GmbH\nTel. 030 1234567", True),
        ("STOP\n\nSent with Proton Mail", True),
        ("STOP\nTHE MACHINE", False),
        ("STOP\n\nServer Down", False),
        ("Gary\nGary Smith", False),
        ("Stop\nGary\nCall me", False),
    ],
)
def test_stop_counts_above_a_signature(text: str, *, expected: bool) -> None:
    assert is_stop(mail(text), "de") is expected
