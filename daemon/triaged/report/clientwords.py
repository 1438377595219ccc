"""The words of the statement that a client is shown, in the languages we ship: facts, no reproach. Data, no logic.

`…_one` is said of one, `…_many` of any other number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class ClientWords:
    """Every phrase of the statement."""

    title: str
    between: str
    agreed: str
    hours: str
    always: str
    until: str
    calls: str
    every_weeks: str
    minutes: str
    done: str
    received_one: str
    received_many: str
    inside_all: str
    inside_some: str
    acknowledged: str
    answered_one: str
    answered_many: str
    talked_one: str
    talked_many: str
    kept_one: str
    kept_all: str
    kept_some: str
    late_one: str
    late_many: str
    missed_one: str
    missed_many: str
    open_none: str
    open_one: str
    open_many: str
    nothing: str
    how: str
    how_text: str
    paste: str
    when_plot: str
    kept: Mapping[str, str]
    footer: str


_EN = ClientWords(
    title="Our correspondence, {period}",
    between="{client} and {me}",
    agreed="What we agreed",
    hours="Hours",
    always="at any time",
    until="until {date}: {hours}",
    calls="Calls",
    every_weeks="every {n} weeks",
    minutes="{n} minutes",
    done="What was done",
    received_one="One message arrived from you.",
    received_many="{n} messages arrived from you.",
    inside_all="All of it came within the agreed hours.",
    inside_some="{inside} came within the agreed hours, {outside} at other times.",
    acknowledged="A first acknowledgement went out within {median} (median).",
    answered_one="One question was answered in writing, within {median} of agreed hours.",
    answered_many="{n} questions were answered in writing: half of them within {median} of agreed hours, nine in ten"
    " within {p90}.",
    talked_one="One question was taken up in our call.",
    talked_many="{n} questions were taken up in our calls.",
    kept_one="One answer or call was announced for a certain time, and kept.",
    kept_all="{n} answers and calls were announced for a certain time, and all were kept.",
    kept_some="{n} answers and calls were announced for a certain time; kept: {kept}.",
    late_one="One came later than announced.",
    late_many="{n} came later than announced.",
    missed_one="One has not been kept yet.",
    missed_many="{n} have not been kept yet.",
    open_none="No question is open.",
    open_one="One question is open, from {date}.",
    open_many="{n} questions are open, the oldest from {date}.",
    nothing="No message arrived in this time.",
    how="How this is counted",
    how_text="Counted by the dates of the mails themselves. Automatic replies acknowledge a message and are never counted as"
    " answers. An answer's time runs from the first message of a question to the first mail that a person wrote in reply; times"
    " in agreed hours leave out nights, weekends and whatever else lies outside these hours, as they were agreed on the day.",
    paste="To paste into a mail",
    when_plot="When messages arrived",
    kept=MappingProxyType(
        {
            "kept": "kept",
            "late": "later than announced",
            "broken": "not yet",
            "open": "still ahead",
            "settled": "settled",
        }
    ),
    footer="Counted automatically from the mails' own dates.",
)

_DE = ClientWords(
    title="Unser Schriftwechsel, {period}",
    between="{client} und {me}",
    agreed="Was vereinbart ist",
    hours="Zeiten",
    always="jederzeit",
    until="bis {date}: {hours}",
    calls="Gespräche",
    every_weeks="alle {n} Wochen",
    minutes="{n} Minuten",
    done="Was geschehen ist",
    received_one="Von Ihnen kam eine Nachricht.",
    received_many="Von Ihnen kamen {n} Nachrichten.",
    inside_all="Alles kam in den vereinbarten Zeiten.",
    inside_some="{inside} kamen in den vereinbarten Zeiten, {outside} zu anderen Zeiten.",
    acknowledged="Eine erste Bestätigung ging innerhalb von {median} hinaus (Median).",
    answered_one="Eine Frage wurde schriftlich beantwortet, innerhalb von {median} der vereinbarten Zeiten.",
    answered_many="{n} Fragen wurden schriftlich beantwortet: die Hälfte innerhalb von {median} der vereinbarten Zeiten, neun"
    " von zehn innerhalb von {p90}.",
    talked_one="Eine Frage wurde in unserem Gespräch behandelt.",
    talked_many="{n} Fragen wurden in unseren Gesprächen behandelt.",
    kept_one="Eine Antwort oder ein Gespräch war für einen bestimmten Zeitpunkt angekündigt; das wurde eingehalten.",
    kept_all="{n} Antworten und Gespräche waren für einen bestimmten Zeitpunkt angekündigt; alle wurden eingehalten.",
    kept_some="{n} Antworten und Gespräche waren für einen bestimmten Zeitpunkt angekündigt; eingehalten: {kept}.",
    late_one="Eine kam später als angekündigt.",
    late_many="{n} kamen später als angekündigt.",
    missed_one="Eine steht noch aus.",
    missed_many="{n} stehen noch aus.",
    open_none="Keine Frage ist offen.",
    open_one="Eine Frage ist offen, vom {date}.",
    open_many="{n} Fragen sind offen, die älteste vom {date}.",
    nothing="In dieser Zeit kam keine Nachricht.",
    how="Wie gezählt wurde",
    how_text="Gezählt nach den Daten der Mails selbst. Automatische Antworten bestätigen eine Nachricht und zählen nie als"
    " Antwort. Die Zeit einer Antwort läuft von der ersten Nachricht einer Frage bis zur ersten Mail, die ein Mensch darauf"
    " schrieb; Zeiten in vereinbarten Zeiten lassen Nächte, Wochenenden und alles andere außerhalb dieser Zeiten aus, wie sie"
    " am jeweiligen Tag vereinbart waren.",
    paste="Zum Einfügen in eine Mail",
    when_plot="Wann Nachrichten kamen",
    kept=MappingProxyType(
        {
            "kept": "eingehalten",
            "late": "später als angekündigt",
            "broken": "noch ausstehend",
            "open": "liegt noch vor uns",
            "settled": "erledigt",
        }
    ),
    footer="Automatisch gezählt nach den Daten der Mails.",
)

_FR = ClientWords(
    title="Notre correspondance, {period}",
    between="{client} et {me}",
    agreed="Ce qui est convenu",
    hours="Heures",
    always="à toute heure",
    until="jusqu’au {date} : {hours}",
    calls="Appels",
    every_weeks="toutes les {n} semaines",
    minutes="{n} minutes",
    done="Ce qui a été fait",
    received_one="Un message est arrivé de votre part.",
    received_many="{n} messages sont arrivés de votre part.",
    inside_all="Tout est arrivé aux heures convenues.",
    inside_some="Aux heures convenues : {inside} ; à d’autres moments : {outside}.",
    acknowledged="Un premier accusé de réception est parti en {median} (médiane).",
    answered_one="Une question a reçu une réponse écrite, en {median} d’heures convenues.",
    answered_many="{n} questions ont reçu une réponse écrite : la moitié en moins de {median} d’heures convenues, neuf sur dix en"
    " moins de {p90}.",
    talked_one="Une question a été traitée lors de notre appel.",
    talked_many="{n} questions ont été traitées lors de nos appels.",
    kept_one="Une réponse ou un appel était annoncé pour un moment précis, et c’est tenu.",
    kept_all="{n} réponses et appels étaient annoncés pour un moment précis, et tous ont été tenus.",
    kept_some="{n} réponses et appels étaient annoncés pour un moment précis ; tenus : {kept}.",
    late_one="Un est venu plus tard qu’annoncé.",
    late_many="{n} sont venus plus tard qu’annoncé.",
    missed_one="Un n’a pas encore eu lieu.",
    missed_many="{n} n’ont pas encore eu lieu.",
    open_none="Aucune question n’est ouverte.",
    open_one="Une question est ouverte, du {date}.",
    open_many="{n} questions sont ouvertes, la plus ancienne du {date}.",
    nothing="Aucun message n’est arrivé dans cette période.",
    how="Comment c’est compté",
    how_text="Compté d’après les dates des messages eux-mêmes. Les réponses automatiques accusent réception et ne comptent jamais"
    " comme réponses. Le temps d’une réponse va du premier message d’une question au premier message écrit par une personne en"
    " retour ; le temps en heures convenues laisse de côté nuits, week-ends et tout ce qui est hors de ces heures, telles que"
    " convenues ce jour-là.",
    paste="À coller dans un message",
    when_plot="Quand les messages sont arrivés",
    kept=MappingProxyType(
        {
            "kept": "tenus",
            "late": "plus tard qu’annoncé",
            "broken": "pas encore",
            "open": "à venir",
            "settled": "réglés",
        }
    ),
    footer="Compté automatiquement d’après les dates des messages.",
)

_ES = ClientWords(
    title="Nuestra correspondencia, {period}",
    between="{client} y {me}",
    agreed="Lo acordado",
    hours="Horas",
    always="a cualquier hora",
    until="hasta el {date}: {hours}",
    calls="Llamadas",
    every_weeks="cada {n} semanas",
    minutes="{n} minutos",
    done="Lo hecho",
    received_one="Llegó un mensaje de su parte.",
    received_many="Llegaron {n} mensajes de su parte.",
    inside_all="Todo llegó en las horas acordadas.",
    inside_some="En las horas acordadas: {inside}; en otros momentos: {outside}.",
    acknowledged="Un primer acuse de recibo salió en {median} (mediana).",
    answered_one="Una pregunta se respondió por escrito, en {median} de horas acordadas.",
    answered_many="{n} preguntas se respondieron por escrito: la mitad en menos de {median} de horas acordadas, nueve de cada diez"
    " en menos de {p90}.",
    talked_one="Una pregunta se trató en nuestra llamada.",
    talked_many="{n} preguntas se trataron en nuestras llamadas.",
    kept_one="Una respuesta o llamada estaba anunciada para un momento concreto, y se cumplió.",
    kept_all="{n} respuestas y llamadas estaban anunciadas para un momento concreto, y todas se cumplieron.",
    kept_some="{n} respuestas y llamadas estaban anunciadas para un momento concreto; cumplidas: {kept}.",
    late_one="Una llegó más tarde de lo anunciado.",
    late_many="{n} llegaron más tarde de lo anunciado.",
    missed_one="Una está aún pendiente.",
    missed_many="{n} están aún pendientes.",
    open_none="No hay preguntas abiertas.",
    open_one="Hay una pregunta abierta, del {date}.",
    open_many="Hay {n} preguntas abiertas, la más antigua del {date}.",
    nothing="No llegó ningún mensaje en este tiempo.",
    how="Cómo se cuenta",
    how_text="Contado por las fechas de los propios mensajes. Las respuestas automáticas acusan recibo y nunca cuentan como"
    " respuestas. El tiempo de una respuesta va del primer mensaje de una pregunta al primer mensaje que una persona escribió en"
    " respuesta; el tiempo en horas acordadas deja fuera noches, fines de semana y todo lo que queda fuera de esas horas, según lo"
    " acordado ese día.",
    paste="Para pegar en un mensaje",
    when_plot="Cuándo llegaron los mensajes",
    kept=MappingProxyType(
        {
            "kept": "cumplidas",
            "late": "más tarde de lo anunciado",
            "broken": "pendientes",
            "open": "por venir",
            "settled": "resueltas",
        }
    ),
    footer="Contado automáticamente por las fechas de los mensajes.",
)

_WORDS: Mapping[str, ClientWords] = MappingProxyType({"en": _EN, "de": _DE, "fr": _FR, "es": _ES})


def client_words_of(language: str) -> ClientWords:
    """The words of a language, English where we have none."""
    return _WORDS.get(language.partition("-")[0].casefold(), _EN)
