"""What machine wrote it: addresses and subjects in many languages, behind the tags of gateways; and people who only sound so."""

import pytest

from triaged.core import robots
from triaged.core.address import Address
from triaged.core.kinds import is_automatic, kinds_of
from triaged.core.message import Message, read_raw


def mail(subject: str, *fields: str) -> Message:
    head = (
        "From: Gary Smith <gary@harbor.example>",
        "To: Dana Roth <dana@roth.example>",
        f"Subject: {subject}",
        *fields,
    )
    return read_raw("\n".join((*head, "", "Hello.", "")).encode())


@pytest.mark.parametrize(
    "local",
    [
        "no-responda", "no.contestar", "nicht-beantworten", "bitte-nicht-antworten", "noreponse", "ne-repondez-pas", "nao-responda",
        "naoresponda", "niet-beantwoorden", "geen-antwoord", "svara-ej", "svara_inte", "svar-ikke", "ei-vastata", "non-rispondere",
        "nonrispondere", "nie-odpowiadaj", "neodpovidat", "neodpovedat", "ne-valaszoljon", "nu-raspunde", "ne-odgovarjaj",
        "neatsakyti", "min-apantate", "ne-otgovaryai", "harbornoreply", "shop.noreply", "harbor-do-not-reply", "unmonitored",
        "unmonitored-box", "unattended", "no_answer", "no-respond", "antworten-nicht", "no-risposta", "niet-reageren", "sem-resposta",
        "bez-odpowiedzi", "svar-ej", "neatbildiet", "yanitlama", "ne-otvechat", "nevidpovidaty", "ne-odgovarjajte", "notify-x", "notification.2", "post_master", "post-master", "dont_reply", "svarinte", "system-notification", "robot",
        "no-contesten", "no-replica", "nie-odpisuj", "ara-vastake", "neatsakyk", "cevap-vermeyin", "noreplyharbor", "alerts-notify",
    ],
)  # fmt: skip
def test_addresses_that_nobody_reads(local: str) -> None:
    assert robots.is_robot(Address(local, "harbor.example"))


@pytest.mark.parametrize(
    "local",
    [
        "responda",
        "antworten",
        "reply",
        "gary.noble",
        "notifier.jones",
        "noreen.plyer",
        "jane.notifying",
        "robot.jones",
        "notificationist",
        "postmasters-daughter",
        "replyto.gary",
        "monitored",
    ],
)
def test_addresses_of_people(local: str) -> None:
    assert not robots.is_robot(Address(local, "harbor.example"))


ABSENCES = [
    "Automatic reply: Offer", "Out of Office", "Out of office: back Monday", "OOO - back Monday", "Automatische Antwort: Angebot",
    "Abwesenheitsnotiz", "Réponse automatique : Offre", "Respuesta automática: Oferta", "Risposta automatica: Offerta",
    "Automatisch antwoord: Offerte", "Resposta automática: Oferta", "Odpowiedź automatyczna: Oferta", "Automatická odpověď: Nabídka",
    "Automatická odpoveď: Ponuka", "Automatikus válasz: Ajánlat", "Automatiskt svar: Offert", "Autosvar: Offert",
    "Automatisk svar: Tilbud", "Automaattinen vastaus: Tarjous", "Automaatvastus: Pakkumine", "Automātiska atbilde: Piedāvājums",
    "Automatinis atsakymas: Pasiūlymas", "Răspuns automat: Ofertă", "Автоматичен отговор: Оферта", "Автоматический ответ: Предложение",
    "Автоматична відповідь: Пропозиція", "Αυτόματη απάντηση: Προσφορά", "Automatski odgovor: Ponuda", "Samodejni odgovor: Ponudba",
    "Otomatik yanıt: Teklif", "Resposta automàtica: Oferta", "自动答复: 报价", "自動回覆：報價", "自動応答: 見積", "자동 회신: 견적",
    "מענה אוטומטי: הצעה", "Trả lời tự động: Báo giá", "AUTO: Gary Smith is out of the office (returning 03/12/2026)",
    "Auto: Out of Office Re: Offer", "Vacation reply: Offer", "Absence notification: Offer", "Urlaubsnotiz: Angebot",
    "Notification d'absence", "Fuera de oficina: Oferta", "Mensaje de ausencia", "Fuori sede: Offerta", "Automatische reactie: Offerte",
    "Niet op kantoor: Offerte", "Resposta automatica: Oferta", "Fora do escritório: Oferta", "Autoodpowiedź: Oferta",
    "Poza biurem: Oferta", "Frånvarobesked", "Fraværsbesked", "Fraværsmelding", "Poissaoloviesti", "Automātiskā atbilde: Piedāvājums",
    "Raspuns automat: Oferta", "Автоответ: Предложение", "Автовідповідь: Пропозиція", "Odsoten: Ponudba", "Balasan otomatis: Penawaran",
]  # fmt: skip


@pytest.mark.parametrize("subject", ABSENCES)
@pytest.mark.parametrize(
    "before", ["", "Re: ", "[EXTERNAL] ", "Re: [EXT] ", "*EXTERN* ", "[EXTERNAL] Re: {x} ", "EXTERN: "]
)
def test_subjects_of_automatic_answers_behind_any_tag(before: str, subject: str) -> None:
    message = mail(before + subject)
    assert kinds_of(message, None) == {"auto-reply"}
    assert is_automatic(message, frozenset())


@pytest.mark.parametrize("subject", ["Re: [EXT] Read: Offer", "*EXTERN* Gelesen: Angebot", "[Extern] Letto: Offerta"])
def test_subjects_of_receipts_behind_a_tag(subject: str) -> None:
    assert robots.is_receipt(mail(subject))


@pytest.mark.parametrize(
    "subject", ["[EXTERNAL] Undelivered Mail Returned to Sender", "*EXTERN* Unzustellbar: Angebot"]
)
def test_a_delivery_report_of_a_daemon_behind_a_tag(subject: str) -> None:
    assert kinds_of(mail(subject, "Return-Path: <>"), None) == {"delivery-report"}


@pytest.mark.parametrize(
    "subject",
    ["Postfix SMTP server: errors from client.harbor.example[192.0.2.7]", "Delayed Mail (still being retried)"],
)
def test_what_a_server_says_of_other_mail_is_never_answered(subject: str) -> None:
    assert robots.is_bounce(mail(subject))


@pytest.mark.parametrize(
    "subject", ["SMTP server: error in the offer", "Delayed mail to the tenants", "Errors in the invoice"]
)
def test_who_speaks_of_servers_and_delays_is_a_person(subject: str) -> None:
    assert not robots.is_bounce(mail(subject))


@pytest.mark.parametrize(
    "subject",
    [
        "Absent team member, please ring", "Auto: invoice for the lease car", "On holiday pay", "Returned mail from our members",
        "Out of office hours policy", "Automatic reply to complaints, what do we say?", "Abwesend am Montag, wer vertritt?",
        "Im Urlaub erreichbar?", "En congé lundi, qui répond ?", "Vacaciones del equipo", "Read: my draft", "Mail delivery failed again?",
        "Afwezig maandag, bel even", "Je suis absent lundi", "Bin im Urlaub, wer hilft?", "Assenza di Maria", "Away from office: Offer",
        "Отсутствую", "外出中", "[EXTERNAL] Absent colleague", "Fravær: Tilbud",
    ],
)  # fmt: skip
def test_who_only_sounds_like_a_machine_is_taken_for_a_person_and_gets_no_reply(subject: str) -> None:
    message = mail(subject)
    assert kinds_of(message, None) == frozenset()
    assert not is_automatic(message, frozenset())
    assert robots.may_be_absence(message) or robots.is_receipt(message) or robots.is_bounce(message)


@pytest.mark.parametrize(
    "subject",
    [
        "Urlaubsantrag",
        "Abwesenheitsplanung 2027",
        "Vacation days",
        "Holiday rota",
        "Automatische Tür defekt",
        "Autohaus: Termin",
        "Offer",
        "[EXTERNAL] Offer",
        "Readings: a list",
        "Holiday pay",
        "Office outing",
        "Absolutely",
        "*EXTERN* Angebot",
    ],
)
def test_other_subjects_say_nothing(subject: str) -> None:
    message = mail(subject)
    assert not any((robots.may_be_absence(message), robots.is_receipt(message), robots.is_bounce(message)))


def test_the_loop_marks_of_help_desks_count() -> None:
    assert is_automatic(mail("Offer", "X-OTOBO-Loop: harbor"), frozenset())
    assert not is_automatic(mail("Offer", "X-Loops: harbor"), frozenset())
