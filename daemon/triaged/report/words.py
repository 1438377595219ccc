"""The words of the report that I read, in the languages we ship. Data, no logic."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Words:
    """Every phrase of the report. `how_…` say how a figure is counted."""

    language: str
    title: str
    everybody: str
    nothing: str
    counted: str
    messages: str
    how_messages: str
    arrived: Mapping[str, str]
    arrival: str
    how_arrived: str
    outside: str
    decided: str
    verdicts: Mapping[str, str]
    how_verdicts: str
    questions: str
    how_questions: str
    talked: str
    how_talked: str
    waiting: str
    how_waiting: str
    older: str
    promises: str
    how_promises: str
    kept: Mapping[str, str]
    passes: str
    bursts: str
    how_bursts: str
    times: str
    how_times: str
    acknowledged: str
    answered: str
    elapsed: str
    in_hours: str
    median: str
    median_of: str
    p90: str
    worst: str
    count: str
    waiting_list: str
    client: str
    since: str
    age: str
    subject: str
    by_hand: str
    how_by_hand: str
    rule: str
    moved: str
    moved_of: str
    when_plot: str
    how_when: str
    agreed: str
    answers_plot: str
    how_answers: str
    promised: str
    promises_plot: str
    how_promises_plot: str
    each_plot: str
    how_each: str
    as_table: str
    steps: Mapping[str, str]
    hour: str
    hours_axis: str
    footer: str


_EN = Words(
    language="en",
    title="Responsiveness",
    everybody="All clients",
    nothing="No mail of a client in that time.",
    counted="How many",
    messages="Messages received",
    how_messages="All mail of the client that arrived in the period, robots and lists included.",
    arrived=MappingProxyType(
        {
            "office": "in agreed hours",
            "off": "at other hours",
            "weekend": "at the weekend",
            "holiday": "on a holiday",
            "away": "on a day away",
        }
    ),
    arrival="When they came",
    how_arrived="By the hours as they were agreed when each message came. Each counts once: in agreed hours, else on a"
    " holiday, a day away, the weekend, or at another hour.",
    outside="Outside agreed hours",
    decided="How they were decided",
    verdicts=MappingProxyType(
        {
            "urgent": "urgent",
            "deferrable": "deferrable",
            "left": "left alone",
            "before triaged": "before triaged",
        }
    ),
    how_verdicts="As decided when they came.",
    questions="Questions asked",
    how_questions="Messages that people wrote, without mere thanks, robots and lists. What is added before the answer"
    " belongs to the same question.",
    talked="Taken up in a call",
    how_talked="The call for which they were promised began before a written answer went out.",
    waiting="Waiting for an answer now",
    how_waiting="Asked in the period, and answered by nobody until this report was made.",
    older="Older ones that still wait",
    promises="Promises made",
    how_promises="Told to the client in the period. Kept: an answer went out, or the call began, by the moment that was"
    " named first. Broken: that moment has passed without.",
    kept=MappingProxyType(
        {"kept": "kept", "late": "kept late", "broken": "broken", "open": "open", "settled": "settled by hand"}
    ),
    passes="Last-minute passes spent",
    bursts="Bursts",
    how_bursts="Times that a client wrote or rang at least three times within 20 minutes.",
    times="How fast",
    how_times="The clock starts at the first message of a question. An automatic reply acknowledges and never answers.",
    acknowledged="First acknowledgement",
    answered="First answer of a person",
    elapsed="on the clock",
    in_hours="in agreed hours",
    median="median",
    median_of="median of {count}",
    p90="90 % within",
    worst="longest",
    count="number",
    waiting_list="Waiting for an answer",
    client="client",
    since="since",
    age="waiting for",
    subject="subject",
    by_hand="Moved by hand",
    how_by_hand="Messages that you moved against the verdict, by the rule that decided. These rules may want another look.",
    rule="rule",
    moved="moved by hand",
    moved_of="{moved} of {decided} times",
    when_plot="When they wrote",
    how_when="Messages by weekday and hour ({zone}). The larger the dot, the more messages; the shaded band is what is agreed"
    " now.",
    agreed="agreed hours",
    answers_plot="How long answers took",
    how_answers="Median time in agreed hours from a question to the first answer of a person; the thin line reaches to the"
    " time within which 90 % were answered. The stepped line is what was promised (median).",
    promised="promised",
    promises_plot="What became of promises",
    how_promises_plot="By when the client was told.",
    each_plot="Client by client",
    how_each="Median time in agreed hours to the first answer of a person, on one scale for all; the stepped line is what was"
    " promised.",
    as_table="As a table",
    steps=MappingProxyType({"day": "Day", "week": "Week from", "month": "Month"}),
    hour="hour",
    hours_axis="hours",
    footer="Written by triaged from what it remembers of your mail.",
)

_DE = Words(
    language="de",
    title="Erreichbarkeit",
    everybody="Alle Kunden",
    nothing="In dieser Zeit kam keine Nachricht eines Kunden.",
    counted="Wie viele",
    messages="Eingegangene Nachrichten",
    how_messages="Alle Mails des Kunden, die im Zeitraum ankamen, auch von Automaten und Verteilern.",
    arrived=MappingProxyType(
        {
            "office": "in vereinbarten Zeiten",
            "off": "zu anderen Zeiten",
            "weekend": "am Wochenende",
            "holiday": "an einem Feiertag",
            "away": "an einem Tag der Abwesenheit",
        }
    ),
    arrival="Wann sie kamen",
    how_arrived="Nach den Zeiten, die vereinbart waren, als die Nachricht kam. Jede zählt einmal: in vereinbarten Zeiten,"
    " sonst am Feiertag, am Tag der Abwesenheit, am Wochenende oder zu anderen Zeiten.",
    outside="Außerhalb der Zeiten",
    decided="Wie entschieden wurde",
    verdicts=MappingProxyType(
        {
            "urgent": "dringend",
            "deferrable": "aufschiebbar",
            "left": "unberührt",
            "before triaged": "vor triaged",
        }
    ),
    how_verdicts="Wie bei der Ankunft entschieden.",
    questions="Gestellte Fragen",
    how_questions="Nachrichten von Menschen, ohne bloßen Dank, Automaten und Verteiler. Was vor der Antwort nachgereicht wird,"
    " gehört zur selben Frage.",
    talked="Im Gespräch behandelt",
    how_talked="Das Gespräch, für das sie zugesagt waren, begann vor einer schriftlichen Antwort.",
    waiting="Warten jetzt auf Antwort",
    how_waiting="Im Zeitraum gestellt und bis zu diesem Bericht von niemandem beantwortet.",
    older="Ältere, die noch warten",
    promises="Zusagen",
    how_promises="Dem Kunden im Zeitraum mitgeteilt. Gehalten: Bis zum zuerst genannten Zeitpunkt ging eine Antwort hinaus"
    " oder begann das Gespräch. Gebrochen: Der Zeitpunkt verstrich ohne.",
    kept=MappingProxyType(
        {
            "kept": "gehalten",
            "late": "verspätet gehalten",
            "broken": "gebrochen",
            "open": "offen",
            "settled": "von Hand erledigt",
        }
    ),
    passes="Eingelöste Pässe",
    bursts="Häufungen",
    how_bursts="So oft schrieb oder rief ein Kunde mindestens dreimal innerhalb von 20 Minuten.",
    times="Wie schnell",
    how_times="Die Uhr beginnt mit der ersten Nachricht einer Frage. Eine automatische Antwort bestätigt und gilt nie als"
    " Antwort.",
    acknowledged="Erste Bestätigung",
    answered="Erste Antwort eines Menschen",
    elapsed="nach der Uhr",
    in_hours="in vereinbarten Zeiten",
    median="Median",
    median_of="Median von {count}",
    p90="90 % innerhalb",
    worst="längste",
    count="Anzahl",
    waiting_list="Warten auf Antwort",
    client="Kunde",
    since="seit",
    age="wartet",
    subject="Betreff",
    by_hand="Von Hand verschoben",
    how_by_hand="Nachrichten, die Sie gegen die Entscheidung verschoben haben, nach der Regel, die entschied. Diese Regeln"
    " lohnen einen Blick.",
    rule="Regel",
    moved="von Hand verschoben",
    moved_of="{moved} von {decided} Mal",
    when_plot="Wann geschrieben wurde",
    how_when="Nachrichten nach Wochentag und Stunde ({zone}). Je größer der Punkt, desto mehr Nachrichten; das Band sind die"
    " jetzt vereinbarten Zeiten.",
    agreed="vereinbarte Zeiten",
    answers_plot="Wie lange Antworten brauchten",
    how_answers="Median der Zeit von der Frage bis zur ersten Antwort eines Menschen, in vereinbarten Zeiten; der dünne Strich"
    " reicht bis zu der Zeit, in der 90 % beantwortet waren. Die Stufenlinie zeigt das Zugesagte (Median).",
    promised="zugesagt",
    promises_plot="Was aus Zusagen wurde",
    how_promises_plot="Nach dem Tag, an dem sie mitgeteilt wurden.",
    each_plot="Kunde für Kunde",
    how_each="Median der Zeit bis zur ersten Antwort eines Menschen, in vereinbarten Zeiten, alle im selben Maßstab; die"
    " Stufenlinie zeigt das Zugesagte.",
    as_table="Als Tabelle",
    steps=MappingProxyType({"day": "Tag", "week": "Woche ab", "month": "Monat"}),
    hour="Stunde",
    hours_axis="Stunden",
    footer="Von triaged geschrieben, aus dem, was es von Ihrer Post weiß.",
)

_FR = Words(
    language="fr",
    title="Réactivité",
    everybody="Tous les clients",
    nothing="Aucun message de client dans cette période.",
    counted="Combien",
    messages="Messages reçus",
    how_messages="Tous les messages du client arrivés dans la période, automates et listes compris.",
    arrived=MappingProxyType(
        {
            "office": "aux heures convenues",
            "off": "à d’autres heures",
            "weekend": "le week-end",
            "holiday": "un jour férié",
            "away": "un jour d’absence",
        }
    ),
    arrival="Quand ils sont arrivés",
    how_arrived="Selon les heures convenues au moment de l’arrivée. Chaque message compte une fois : aux heures convenues,"
    " sinon un jour férié, un jour d’absence, le week-end ou à une autre heure.",
    outside="Hors des heures convenues",
    decided="Comment ils ont été triés",
    verdicts=MappingProxyType(
        {
            "urgent": "urgents",
            "deferrable": "à différer",
            "left": "laissés tels quels",
            "before triaged": "avant triaged",
        }
    ),
    how_verdicts="Selon la décision prise à l’arrivée.",
    questions="Questions posées",
    how_questions="Messages écrits par des personnes, sans les simples remerciements, automates et listes. Ce qui s’ajoute"
    " avant la réponse fait partie de la même question.",
    talked="Traitées lors d’un appel",
    how_talked="L’appel pour lequel elles étaient promises a commencé avant une réponse écrite.",
    waiting="En attente de réponse",
    how_waiting="Posées dans la période et restées sans réponse jusqu’à ce rapport.",
    older="Plus anciennes, toujours en attente",
    promises="Promesses faites",
    how_promises="Annoncées au client dans la période. Tenue : une réponse est partie, ou l’appel a commencé, avant le moment"
    " annoncé en premier. Rompue : ce moment est passé sans cela.",
    kept=MappingProxyType(
        {
            "kept": "tenues",
            "late": "tenues en retard",
            "broken": "rompues",
            "open": "ouvertes",
            "settled": "réglées à la main",
        }
    ),
    passes="Exceptions de dernière minute utilisées",
    bursts="Rafales",
    how_bursts="Nombre de fois qu’un client a écrit ou appelé au moins trois fois en 20 minutes.",
    times="En combien de temps",
    how_times="Le temps court dès le premier message d’une question. Une réponse automatique accuse réception et ne répond"
    " jamais.",
    acknowledged="Premier accusé de réception",
    answered="Première réponse d’une personne",
    elapsed="à l’horloge",
    in_hours="en heures convenues",
    median="médiane",
    median_of="médiane de {count}",
    p90="90 % en moins de",
    worst="le plus long",
    count="nombre",
    waiting_list="En attente de réponse",
    client="client",
    since="depuis",
    age="attend depuis",
    subject="objet",
    by_hand="Déplacés à la main",
    how_by_hand="Messages que vous avez déplacés contre la décision, par règle. Ces règles méritent un second regard.",
    rule="règle",
    moved="déplacés à la main",
    moved_of="{moved} fois sur {decided}",
    when_plot="Quand ils ont écrit",
    how_when="Messages par jour et par heure ({zone}). Plus le point est grand, plus il y a de messages ; la bande montre les"
    " heures convenues actuellement.",
    agreed="heures convenues",
    answers_plot="Durée des réponses",
    how_answers="Durée médiane, en heures convenues, d’une question à la première réponse d’une personne ; le trait fin va"
    " jusqu’à la durée dans laquelle 90 % ont eu réponse. La ligne en escalier est ce qui était promis (médiane).",
    promised="promis",
    promises_plot="Ce que sont devenues les promesses",
    how_promises_plot="Selon le jour où elles ont été annoncées.",
    each_plot="Client par client",
    how_each="Durée médiane, en heures convenues, jusqu’à la première réponse d’une personne, à la même échelle ; la ligne en"
    " escalier est ce qui était promis.",
    as_table="En tableau",
    steps=MappingProxyType({"day": "Jour", "week": "Semaine du", "month": "Mois"}),
    hour="heure",
    hours_axis="heures",
    footer="Écrit par triaged d’après ce qu’il sait de votre courrier.",
)

_ES = Words(
    language="es",
    title="Capacidad de respuesta",
    everybody="Todos los clientes",
    nothing="Ningún mensaje de un cliente en ese tiempo.",
    counted="Cuántos",
    messages="Mensajes recibidos",
    how_messages="Todos los mensajes del cliente que llegaron en el periodo, también de robots y listas.",
    arrived=MappingProxyType(
        {
            "office": "en horas acordadas",
            "off": "a otras horas",
            "weekend": "en fin de semana",
            "holiday": "en día festivo",
            "away": "en un día de ausencia",
        }
    ),
    arrival="Cuándo llegaron",
    how_arrived="Según las horas acordadas cuando llegó cada mensaje. Cada uno cuenta una vez: en horas acordadas, si no en"
    " festivo, día de ausencia, fin de semana o a otra hora.",
    outside="Fuera de las horas acordadas",
    decided="Cómo se decidió",
    verdicts=MappingProxyType(
        {
            "urgent": "urgentes",
            "deferrable": "aplazables",
            "left": "sin tocar",
            "before triaged": "antes de triaged",
        }
    ),
    how_verdicts="Según se decidió al llegar.",
    questions="Preguntas hechas",
    how_questions="Mensajes escritos por personas, sin meros agradecimientos, robots ni listas. Lo que se añade antes de la"
    " respuesta pertenece a la misma pregunta.",
    talked="Tratadas en una llamada",
    how_talked="La llamada para la que se prometieron empezó antes de una respuesta escrita.",
    waiting="Esperan respuesta ahora",
    how_waiting="Hechas en el periodo y no respondidas por nadie hasta este informe.",
    older="Más antiguas que aún esperan",
    promises="Promesas hechas",
    how_promises="Comunicadas al cliente en el periodo. Cumplida: salió una respuesta, o empezó la llamada, antes del momento"
    " que se dijo primero. Rota: ese momento pasó sin ello.",
    kept=MappingProxyType(
        {
            "kept": "cumplidas",
            "late": "cumplidas con retraso",
            "broken": "rotas",
            "open": "abiertas",
            "settled": "resueltas a mano",
        }
    ),
    passes="Pases de última hora gastados",
    bursts="Ráfagas",
    how_bursts="Veces que un cliente escribió o llamó al menos tres veces en 20 minutos.",
    times="Con qué rapidez",
    how_times="El reloj empieza con el primer mensaje de una pregunta. Una respuesta automática acusa recibo y nunca cuenta"
    " como respuesta.",
    acknowledged="Primer acuse de recibo",
    answered="Primera respuesta de una persona",
    elapsed="por reloj",
    in_hours="en horas acordadas",
    median="mediana",
    median_of="mediana de {count}",
    p90="90 % en menos de",
    worst="la más larga",
    count="número",
    waiting_list="Esperan respuesta",
    client="cliente",
    since="desde",
    age="espera",
    subject="asunto",
    by_hand="Movidos a mano",
    how_by_hand="Mensajes que usted movió contra la decisión, según la regla que decidió. Conviene revisar esas reglas.",
    rule="regla",
    moved="movidos a mano",
    moved_of="{moved} de {decided} veces",
    when_plot="Cuándo escribieron",
    how_when="Mensajes por día y hora ({zone}). Cuanto mayor el punto, más mensajes; la banda son las horas acordadas ahora.",
    agreed="horas acordadas",
    answers_plot="Cuánto tardaron las respuestas",
    how_answers="Mediana, en horas acordadas, desde una pregunta hasta la primera respuesta de una persona; la línea fina llega"
    " al tiempo en que se respondió al 90 %. La línea escalonada es lo prometido (mediana).",
    promised="prometido",
    promises_plot="Qué fue de las promesas",
    how_promises_plot="Según el día en que se comunicaron.",
    each_plot="Cliente por cliente",
    how_each="Mediana, en horas acordadas, hasta la primera respuesta de una persona, todos en la misma escala; la línea"
    " escalonada es lo prometido.",
    as_table="Como tabla",
    steps=MappingProxyType({"day": "Día", "week": "Semana del", "month": "Mes"}),
    hour="hora",
    hours_axis="horas",
    footer="Escrito por triaged a partir de lo que recuerda de su correo.",
)

_WORDS: Mapping[str, Words] = MappingProxyType({"en": _EN, "de": _DE, "fr": _FR, "es": _ES})


def words_of(language: str) -> Words:
    """The words of a language, English where we have none."""
    return _WORDS.get(language.partition("-")[0].casefold(), _EN)
