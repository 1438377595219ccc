"""The report in German. Data, no logic."""

from types import MappingProxyType

from triaged.report.words.shape import ClientWords, Words

WORDS = Words(
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
    how_promises="Dem Kunden im Zeitraum mitgeteilt. Gehalten: Bis zum frühesten genannten Zeitpunkt ging eine Antwort hinaus"
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
    " Antwort; eine Antwort ist eine Mail, die sich auf den Faden bezieht.",
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

CLIENT_WORDS = ClientWords(
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
    how_text="Gezählt danach, wann jede Mail ankam oder hinausging. Automatische Antworten bestätigen eine Nachricht und zählen nie als"
    " Antwort. Die Zeit einer Antwort läuft von der ersten Nachricht einer Frage bis zur ersten Mail, die ein Mensch darauf"
    " schrieb; Zeiten in vereinbarten Zeiten lassen Nächte, Wochenenden und alles andere außerhalb dieser Zeiten aus, wie sie"
    " am jeweiligen Tag vereinbart waren.",
    paste="Zum Einfügen in eine Mail",
    when_plot="Wann Nachrichten kamen",
    promises="Angekündigte Antworten und Gespräche",
    how_promises="In dieser Zeit angekündigt. Eingehalten: Bis zum frühesten genannten Zeitpunkt ging eine Antwort hinaus oder begann das Gespräch.",
    promises_plot="Was aus Angekündigtem wurde",
    how_promises_plot="Nach dem Tag, an dem es angekündigt wurde.",
    kept=MappingProxyType(
        {
            "kept": "eingehalten",
            "late": "später als angekündigt",
            "broken": "noch ausstehend",
            "open": "liegt noch vor uns",
            "settled": "erledigt",
        }
    ),
    footer="Automatisch gezählt danach, wann jede Mail ankam oder hinausging.",
)
