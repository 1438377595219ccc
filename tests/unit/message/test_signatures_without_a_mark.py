"""The signature that no mark sets apart, under STOP, under thanks and under an alarm word; and what only stands where one would."""

import pytest

from triaged.core.kinds import is_stop, kinds_of
from triaged.core.message import Message, read_raw

STOP = {"es": "Parar", "pt": "Parar"}
THANKS = {
    "en": "Thank you!", "de": "Vielen Dank!", "fr": "Merci beaucoup !", "es": "¡Muchas gracias!", "it": "Grazie mille!",
    "nl": "Hartelijk dank!", "pl": "Dziękuję bardzo!", "pt": "Muito obrigado!",
}  # fmt: skip


def mail(body: str) -> Message:
    head = "From: Gary Smith <gary@harbor.example>\nTo: Dana Roth <dana@roth.example>\nSubject: Re: Offer"
    return read_raw(f"{head}\n\n{body}\n".encode())


def is_courtesy(body: str) -> bool:
    return "courtesy" in kinds_of(mail(body), None)


SIGNATURES = [
    (
        "en",
        "Gary Smith\nSenior Project Manager | Harbor Trust Ltd\nT: +44 20 7946 0018 | M: +44 7700 900123\nwww.harbor.example",
    ),
    (
        "en",
        "Kind regards\n\nGary Smith\nOperations\n\n12 Quay Street, Bristol BS1 4RB\nRegistered in England No. 01234567",
    ),
    ("en", "Best,\nGary"),
    ("en", "—\nGary Smith\nHead of IT\nHarbor Trust"),
    ("de", "– \nGary Smith\nHarbor Trust\nTel. 030 22334455"),
    ("en", "Regards,\nGary Smith, Harbor Trust\nDirect line 020 7946 0018"),
    (
        "en",
        "Thanks,\nGary\n\nGary Smith BSc MRICS\nPartner for and on behalf of Harbor Trust LLP\ne gary@harbor.example",
    ),
    ("en", "G.\n\nGary Smith (he/him)\nHead of IT\nHarbor Trust"),
    ("en", "Cheers\nGary\n--\nHarbor Trust, 24/7 Emergency Helpline: 0800 123456"),
    (
        "en",
        "Kind Regards,\n\nGary Smith | Finance Director\nHarbor Trust | Unit 4, Dock Road, Leith EH6 6QW\nDD: 0131 496 0000\nPlease consider the environment before printing this email",
    ),
    ("en", "Warm regards,\nGary J. Smith, PhD"),
    ("en", "Yours sincerely,\n\nMr Gary Smith\nChair of Trustees"),
    ("en", "Speak soon,\nG"),
    ("en", "Gary Smith\nT 020 7946 0018"),
    (
        "de",
        "Mit freundlichen Grüßen\n\ni. A. Gary Smith\nLeiter Einkauf\n\nHarbor GmbH & Co. KG\nHafenstr. 12, 20457 Hamburg\nTelefon: 040 123456-78\nTelefax: 040 123456-79\nSitz der Gesellschaft: Hamburg, HRB 12345\nGeschäftsführer: Anna Meier",
    ),
    ("de", "MfG\nG. Smith"),
    ("de", "Viele Grüße aus Hamburg\nGary"),
    ("de", "Beste Grüße\nGary Smith\n- Geschäftsführer -\nHarbor GmbH"),
    ("de", "LG Gary\n\nGary Smith | Harbor GmbH | Hafenstr. 12 | 20457 Hamburg | Tel. 040 123456"),
    ("de", "Freundliche Grüsse\nGary Smith\nLeiter Technik, Mitglied der Geschäftsleitung\n+41 44 123 45 67"),
    ("de", "Herzliche Grüße\n\nIhr Gary Smith\nHarbor Hausverwaltung\nDringend Express Service"),
    ("de", "Mit besten Grüßen\nGary Smith\nWissenschaftlicher Mitarbeiter\nLehrstuhl für Statik\nTU Hamburg"),
    ("de", "Gruß\nGS"),
    ("de", "Grüße\nGary Smith (Geschäftsleitung)"),
    ("de", "Freundliche Grüße aus Kiel\n\nGary Smith\nVertrieb Innendienst\nTel +49 431 12345"),
    ("de", "Schöne Grüße\nGary und Team"),
    ("de", "Mit freundlichem Gruß\nDr. Gary Smith\nFacharzt für Innere Medizin"),
    (
        "fr",
        "Cordialement,\n\nGary Smith\nResponsable des achats\nHarbor SARL - 12 rue du Port - 33000 Bordeaux\nTél. : 05 56 12 34 56",
    ),
    ("fr", "Bien cordialement\nGary SMITH\nDirecteur adjoint"),
    ("fr", "Bien à vous,\nGary"),
    ("fr", "Salutations distinguées\nG. Smith\nHarbor SA"),
    ("fr", "Cdlt,\nGary Smith"),
    ("fr", "Bonne journée,\nGary Smith\nChargé de mission développement durable"),
    ("fr", "Très cordialement,\n\nGary Smith\nMairie de Bordeaux\nPlace Pey-Berland - 33000 Bordeaux"),
    ("fr", "Sincères salutations,\nGary Smith\nLigne directe : 05 56 12 34 56"),
    ("fr", "Amitiés,\nGary"),
    ("es", "Un saludo,\n\nGary Smith\nDirector de Compras\nHarbor S.L.\nTel.: +34 91 123 45 67"),
    ("es", "Saludos cordiales\nGary Smith\nJefe de Proyecto"),
    ("es", "Atentamente,\nGary Smith\nHarbor, S.A.\nC/ del Puerto, 12, 28001 Madrid"),
    ("es", "Saludos\nGary"),
    ("es", "Un abrazo\nGary"),
    ("es", "Un cordial saludo,\nGary Smith\nResponsable de mantenimiento\nMóvil 600 123 456"),
    ("es", "Saludos,\nGary Smith\nTécnico superior"),
    ("es", "Muchas gracias y un saludo,\nGary"),
    ("es", "Cordialmente,\nLic. Gary Smith"),
    (
        "it",
        "Cordiali saluti\n\nGary Smith\nUfficio Acquisti\nHarbor S.r.l.\nVia del Porto, 12 - 16121 Genova\nTel. 010 123456",
    ),
    ("it", "Distinti saluti,\nGary Smith"),
    ("it", "Un saluto\nGary"),
    ("it", "Saluti\nDott. Gary Smith\nResponsabile Tecnico"),
    ("it", "A presto,\nGary Smith\nHarbor"),
    ("it", "Cordialmente\nIng. Gary Smith\nCapo cantiere"),
    ("it", "Buona giornata,\nGary Smith\nCell. 333 1234567"),
    ("it", "Un caro saluto,\nGary"),
    ("it", "Con i migliori saluti\nGary Smith\nAmministrazione"),
    (
        "nl",
        "Met vriendelijke groet,\n\nGary Smith\nHoofd inkoop\nHarbor B.V.\nHavenstraat 12, 3011 Rotterdam\nT 010 123 45 67",
    ),
    ("nl", "Groet,\nGary"),
    ("nl", "Hartelijke groeten\nGary Smith\nTeamleider"),
    ("nl", "Mvg,\nGary Smith"),
    ("nl", "Groetjes Gary"),
    ("nl", "Vriendelijke groeten,\nGary Smith\nAfdeling facturatie\nM 06 12345678"),
    ("nl", "Groeten uit Utrecht,\nGary"),
    ("nl", "Met hartelijke groet,\nGary Smith\nTeam Klantenservice"),
    (
        "pl",
        "Pozdrawiam,\n\nGary Smith\nKierownik Działu Zakupów\nHarbor Sp. z o.o.\nul. Portowa 12, 80-001 Gdańsk\ntel. 58 123 45 67",
    ),
    ("pl", "Z poważaniem\nGary Smith"),
    ("pl", "Pozdrawiam serdecznie\nGary Smith\nDyrektor"),
    ("pl", "Serdecznie pozdrawiam,\nGary"),
    ("pl", "Pozdr.\nGary"),
    ("pl", "Z wyrazami szacunku,\nGary Smith\nSpecjalista ds. zakupów"),
    ("pl", "Pozdrawiam,\nmgr inż. Gary Smith"),
    ("pl", "Serdeczne pozdrowienia\nGary Smith\nBiuro Rachunkowe\nul. Długa 5\n80-827 Gdańsk"),
    (
        "pt",
        "Atenciosamente,\n\nGary Smith\nDiretor de Compras\nHarbor Lda.\nRua do Porto, 12, 4000-001 Porto\nTel.: +351 22 123 4567",
    ),
    ("pt", "Cumprimentos,\nGary Smith\nGestor de Projeto"),
    ("pt", "Com os melhores cumprimentos\nGary Smith"),
    ("pt", "Abraço,\nGary"),
    ("pt", "Att.\nGary Smith"),
    ("pt", "Cordialmente,\nGary Smith\nResponsável pela contabilidade"),
    ("pt", "Obrigado e um abraço,\nGary"),
    ("pt", "Melhores cumprimentos,\nGary Smith\nTlm. 912 345 678"),
]
MORE_THAN_A_SIGNATURE = [
    "Gary\nCall me back",
    "Gary Smith\nPlease call 020 7946 0018",
    "Regards\nGary\nPS: the printer is broken",
    "Best,\nGary\nThe server is down again",
    "Gary\n\nCan we talk?",
    "MfG\nGary Smith\nBitte um Rückruf unter 040 123456",
    "Gruß\nGary\nRuf mich an 0171 1234567",
    "LG\nGary\n\nP.S. Wann kommt das Angebot",
    "VG Gary\nund noch etwas: die Rechnung fehlt",
    "Cordialement\nGary\nRappelez-moi au 05 56 12 34 56",
    "Cordialement,\nGary\nPS : il manque la facture",
    "Saludos\nGary\nLlámeme al 91 123 45 67",
    "Un saludo,\nGary\n¿Y la factura?",
    "Saluti\nGary\nMi chiami al 010 123456",
    "Groet\nGary\nBel me op 010 123 45 67",
    "Pozdrawiam\nGary\nProszę o telefon 58 123 45 67",
    "Cumprimentos\nGary\nLigue-me para 22 123 4567",
    "Gary\nmanager wants to know more",
    "Best\nGary\nManager is not happy",
    "Kind regards\nGary\nDirector wants a call today",
    "Gary Smith\nURGENT CALL NEEDED",
    "Grüße\nGary\nTermin am Freitag fällt aus",
    "Bis dann\nGary\nDie Heizung tropft",
    "Gary Smith\nSERVER DOWN",
    "Best\nServer Down",
]


@pytest.mark.parametrize(("language", "signature"), SIGNATURES)
def test_above_a_signature_stop_is_stop_and_thanks_are_thanks(language: str, signature: str) -> None:
    assert is_stop(mail(f"{STOP.get(language, 'STOP')}\n\n{signature}"), language)
    assert is_courtesy(f"{THANKS[language]}\n\n{signature}")
    assert is_courtesy(f"{THANKS[language]}\n{signature}")


@pytest.mark.parametrize("below", MORE_THAN_A_SIGNATURE)
def test_what_is_said_below_the_name_is_read(below: str) -> None:
    assert not is_stop(mail(f"STOP\n\n{below}"), "de")
    assert not is_courtesy(f"Thanks!\n\n{below}")
    assert mail(f"Hello.\n\n{below}").own_text == f"Hello.\n\n{below}"


@pytest.mark.parametrize(
    "signature",
    [
        "Mit freundlichen Grüßen\n\nGary Smith\nDringend Express GmbH\nTel. 040 123456",
        "Kind regards\nGary Smith\nUrgent Care Ltd\nT 020 7946 0018",
        "Regards,\nGary\n\nGary Smith\nEmergency Planning\nwww.harbor.example",
        "Cordialement,\nGary Smith\nResponsable des urgences\nTél. : 05 56 12 34 56",
        "Un saludo,\nGary Smith\nUrgencias Norte S.L.\nTel.: 91 123 45 67",
        "Cordiali saluti\nGary Smith\nUrgenze Nord S.r.l.\nTel. 010 123456",
        "Met vriendelijke groet,\nGary Smith\nHoofd spoedeisende hulp\nT 010 123 45 67",
        "Pozdrawiam\nGary Smith\nPogotowie Awaria 24h\ntel. 58 123 45 67",
    ],
)
def test_the_name_of_a_firm_rings_no_alarm(signature: str) -> None:
    message = mail(f"All is well.\n\n{signature}")
    assert message.own_text.split() == ["All", "is", "well.", *signature.partition("\n")[0].split()]
    assert message.new_text.endswith(signature)


@pytest.mark.parametrize(
    "text",
    [
        "Server down!\n\nRegards\nGary\nServer Down",
        "Regards\nGary\nT 020 7946 0018\nPS: outage",
        "Regards\n\nThe server is down\nT 020 7946 0018",
        "Gary\nOutage At Harbor\n020 7946 0018",
        "Regards\nGary\nplease call 020 7946 0018, outage",
    ],
)
def test_in_doubt_a_line_is_no_signatures(text: str) -> None:
    assert mail(text).own_text == text
