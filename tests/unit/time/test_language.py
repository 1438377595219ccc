"""Which language a short mail is in."""

import pytest

from triaged.core.language import detect, prepare

SENTENCES = {
    "en": (
        "can you ring me?",
        "Hi, it's me. Call me back.",
        "Please send me the figures for November.",
        "The website is down again, please have a look.",
        "Could we move Friday's call to 11?",
        "Any news on the contract for Lindenhof e.V.?",
        "Need this asap, really!!",
        "Attached is the signed agreement with Müller GmbH.",
        "Gary tried to reach you twice this morning.",
        "CAN YOU PLEASE CALL ME TODAY",
    ),
    "de": (
        "Können Sie mich bitte anrufen?",
        "Koennen Sie mich bitte zurueckrufen?",
        "Wie ist der Stand beim Förderantrag?",
        "Die Webseite ist schon wieder nicht erreichbar.",
        "Vielen Dank, das passt mir gut.",
        "Ich brauche das heute noch!",
        "Hallo Dana, gibt es was Neues vom Projekt?",
        "Im Anhang finden Sie den unterschriebenen Vertrag.",
        "Das Meeting mit dem Team ist gecancelt, neuer Call am Freitag.",
        "Wann haben Sie Zeit für ein kurzes Gespräch?",
    ),
    "fr": (
        "Pouvez-vous me rappeler ?",
        "Bonjour, merci de m'envoyer les chiffres de novembre.",
        "Où en est la demande de subvention ?",
        "Le site est encore en panne.",
        "Merci beaucoup, c'est parfait.",
        "Il me le faut aujourd'hui.",
        "Est-ce que vous etes disponible demain matin ?",
        "Vous trouverez ci-joint le contrat signe.",
        "On peut decaler l'appel de vendredi ?",
    ),
    "es": (
        "¿Me puede llamar, por favor?",
        "Buenos días, necesito las cifras de noviembre.",
        "¿Cómo va la solicitud de la subvención?",
        "La página web no funciona otra vez.",
        "¿Recibió mi último correo?",
        "Muchas gracias, me parece muy bien.",
        "Lo necesito para hoy.",
        "Adjunto el contrato firmado.",
        "Cuando tendra tiempo para hablar conmigo?",
    ),
    "it": ("Mi puoi richiamare appena possibile?", "A che punto siamo con la domanda di contributo?"),
    "nl": ("Kunt u mij vandaag nog terugbellen?", "Ik heb dat nog deze week nodig."),
    "pt": ("Você pode me ligar hoje, por favor?", "Não recebi a sua resposta ao meu último e-mail."),
    "pl": ("Proszę o przesłanie danych za listopad.",),
}
ALL = [(language, text) for language, texts in SENTENCES.items() for text in texts]


@pytest.mark.parametrize(("language", "text"), ALL)
def test_a_short_mail_is_recognised_among_four_languages_or_left_undecided(language: str, text: str):
    candidates = ("en", "de", "fr", "es")
    assert detect(text, candidates) == (language if language in candidates else None)


@pytest.mark.parametrize(("language", "text"), ALL)
def test_a_mail_in_a_language_that_is_no_candidate_is_nobodys(language: str, text: str):
    assert detect(text, ("en", "de")) == (language if language in {"en", "de"} else None)
    assert detect(text, ("de",)) == ("de" if language == "de" else None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "Thanks!",
        "Danke",
        "call me",
        "12345 67890 11111 22222",
        "Gary Smith +44 20 7946 0018",
        "https://example.com/a/der/die/das gary@harbor.example",
        "??? !!! ...",
        "P1 P2 P3 X7",
        "xqz vrrt kkjw pplm",
    ],
)
def test_what_is_too_short_or_no_language_is_left_undecided(text: str):
    assert detect(text, ("en", "de", "fr", "es")) is None


def test_without_candidates_nothing_is_asked():
    assert detect("Können Sie mich bitte anrufen?", ()) is None


def test_a_candidate_is_given_back_as_it_was_written():
    assert detect("Können Sie mich bitte anrufen?", ("en-GB", "de_AT")) == "de_AT"
    assert detect("Kan du ringe meg i ettermiddag? Jeg trenger svar.", ("en", "nb")) == "nb"
    assert detect("Können Sie mich bitte anrufen?", ("DE", "en")) == "DE"


def test_an_unknown_candidate_is_nobodys_language():
    assert detect("Können Sie mich bitte anrufen?", ("tlh",)) is None


def test_a_language_without_spaces_is_recognised():
    assert detect("明日の午後に電話していただけますか", ("en", "ja")) == "ja"


def test_a_long_mail_is_recognised_by_its_beginning():
    assert detect("Können Sie mich bitte anrufen? " * 1000, ("en", "de")) == "de"


def test_the_same_text_gives_the_same_answer():
    prepare()
    text = "Das Meeting mit dem Team ist gecancelt"
    assert {detect(text, ("en", "de")) for _ in range(5)} == {"de"}
