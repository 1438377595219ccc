"""The words of digest and agenda, which only I read, in the languages we ship. Data, no logic."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class PageWords:
    """Every phrase of the two pages, and the language that they are in."""

    language: str
    digest_title: str
    figures: str
    came_back: str
    put_aside: str
    urgent_open: str
    not_movable: str
    unsent_title: str
    unsent: Mapping[str, str]
    agenda_title: str
    agenda_lead: str
    agenda_empty: str
    open_items: str
    telephone: str
    last_answered: str
    rang: str
    rang_once: str
    no_message: str
    no_subject: str
    answered: str
    promise: Mapping[str, str]
    footer: str


_EN = PageWords(
    language="en",
    digest_title="Digest for {date}",
    figures="{aside} put aside, {back} back in the inbox, {urgent} urgent and not answered yet",
    came_back="Back today",
    put_aside="Put aside",
    urgent_open="Urgent, not answered yet",
    not_movable="Deferred, but this server cannot move it",
    unsent_title="Replies that did not go",
    unsent=MappingProxyType(
        {
            "held": "held ({reason}): triaged send {reply}, or triaged cancel {reply}",
            "in_doubt": "in doubt, nobody knows whether it arrived: triaged send --again {reply} sends it once more",
        }
    ),
    agenda_title="Agenda: {client}, {at}",
    agenda_lead="{n} open",
    agenda_empty="Nothing is open.",
    open_items="Open",
    telephone="Telephone",
    last_answered="Answered last",
    rang="{who} rang {n} times, {span}",
    rang_once="{who} rang once, {span}",
    no_message="no message",
    no_subject="(no subject)",
    answered="answered {at}",
    promise=MappingProxyType(
        {
            "open": "promised for {at}",
            "overdue": "promised for {at}: overdue",
            "kept": "promise kept ({at})",
            "late": "promise kept late ({at})",
        }
    ),
    footer="Written by triaged. Move or answer anything as you like: your hand always wins.",
)

_DE = PageWords(
    language="de",
    digest_title="Übersicht für {date}",
    figures="{aside} zurückgestellt, {back} wieder im Posteingang, {urgent} dringend und noch unbeantwortet",
    came_back="Heute zurück",
    put_aside="Zurückgestellt",
    urgent_open="Dringend, noch unbeantwortet",
    not_movable="Aufschiebbar, aber dieser Server kann nicht verschieben",
    unsent_title="Antworten, die nicht hinausgingen",
    unsent=MappingProxyType(
        {
            "held": "zurückgehalten ({reason}): triaged send {reply} oder triaged cancel {reply}",
            "in_doubt": "ungewiss, ob sie ankam: triaged send --again {reply} schickt sie noch einmal",
        }
    ),
    agenda_title="Agenda: {client}, {at}",
    agenda_lead="{n} offen",
    agenda_empty="Nichts ist offen.",
    open_items="Offen",
    telephone="Telefon",
    last_answered="Zuletzt beantwortet",
    rang="{who} hat {n}-mal angerufen, {span}",
    rang_once="{who} hat einmal angerufen, {span}",
    no_message="keine Nachricht",
    no_subject="(kein Betreff)",
    answered="beantwortet {at}",
    promise=MappingProxyType(
        {
            "open": "zugesagt für {at}",
            "overdue": "zugesagt für {at}: überfällig",
            "kept": "Zusage gehalten ({at})",
            "late": "Zusage verspätet gehalten ({at})",
        }
    ),
    footer="Von triaged geschrieben. Verschieben und beantworten Sie, was Sie wollen: Ihre Hand gewinnt immer.",
)

_FR = PageWords(
    language="fr",
    digest_title="Récapitulatif du {date}",
    figures="{aside} mis de côté, {back} de retour, {urgent} urgents sans réponse",
    came_back="De retour aujourd’hui",
    put_aside="Mis de côté",
    urgent_open="Urgent, sans réponse",
    not_movable="À différer, mais ce serveur ne peut pas déplacer",
    unsent_title="Réponses qui ne sont pas parties",
    unsent=MappingProxyType(
        {
            "held": "retenue ({reason}) : triaged send {reply} ou triaged cancel {reply}",
            "in_doubt": "arrivée incertaine : triaged send --again {reply} l’envoie encore une fois",
        }
    ),
    agenda_title="Ordre du jour : {client}, {at}",
    agenda_lead="{n} points ouverts",
    agenda_empty="Rien n’est ouvert.",
    open_items="Ouverts",
    telephone="Téléphone",
    last_answered="Dernières réponses",
    rang="{who} a appelé {n} fois, {span}",
    rang_once="{who} a appelé une fois, {span}",
    no_message="sans message",
    no_subject="(sans objet)",
    answered="répondu {at}",
    promise=MappingProxyType(
        {
            "open": "promis pour {at}",
            "overdue": "promis pour {at} : en retard",
            "kept": "promesse tenue ({at})",
            "late": "promesse tenue en retard ({at})",
        }
    ),
    footer="Écrit par triaged. Déplacez et répondez à votre guise : votre main l’emporte toujours.",
)

_ES = PageWords(
    language="es",
    digest_title="Resumen del {date}",
    figures="{aside} apartados, {back} de vuelta, {urgent} urgentes sin responder",
    came_back="De vuelta hoy",
    put_aside="Apartados",
    urgent_open="Urgente, sin responder",
    not_movable="Aplazable, pero este servidor no puede mover mensajes",
    unsent_title="Respuestas que no salieron",
    unsent=MappingProxyType(
        {
            "held": "retenida ({reason}): triaged send {reply} o triaged cancel {reply}",
            "in_doubt": "no se sabe si llegó: triaged send --again {reply} la envía otra vez",
        }
    ),
    agenda_title="Agenda: {client}, {at}",
    agenda_lead="{n} abiertos",
    agenda_empty="No hay nada abierto.",
    open_items="Abiertos",
    telephone="Teléfono",
    last_answered="Últimas respuestas",
    rang="{who} llamó {n} veces, {span}",
    rang_once="{who} llamó una vez, {span}",
    no_message="sin mensaje",
    no_subject="(sin asunto)",
    answered="respondido {at}",
    promise=MappingProxyType(
        {
            "open": "prometido para {at}",
            "overdue": "prometido para {at}: vencido",
            "kept": "promesa cumplida ({at})",
            "late": "promesa cumplida con retraso ({at})",
        }
    ),
    footer="Escrito por triaged. Mueva y responda lo que quiera: su mano siempre gana.",
)

_WORDS: Mapping[str, PageWords] = MappingProxyType({words.language: words for words in (_EN, _DE, _FR, _ES)})


def words_of(language: str) -> PageWords:
    """The words of a language, English where we have none."""
    return _WORDS.get(language, _EN)
