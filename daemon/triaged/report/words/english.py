"""The report in English. Data, no logic."""

from types import MappingProxyType

from triaged.report.words.shape import ClientWords, Words

WORDS = Words(
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
    how_promises="Told to the client in the period. Kept: an answer went out, or the call began, by the earliest moment that"
    " was named. Broken: that moment has passed without.",
    kept=MappingProxyType(
        {"kept": "kept", "late": "kept late", "broken": "broken", "open": "open", "settled": "settled by hand"}
    ),
    passes="Last-minute passes spent",
    bursts="Bursts",
    how_bursts="Times that a client wrote or rang at least three times within 20 minutes.",
    times="How fast",
    how_times="The clock starts at the first message of a question. An automatic reply acknowledges and never answers; an"
    " answer is a mail that refers to the thread.",
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

CLIENT_WORDS = ClientWords(
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
    how_text="Counted by when each mail arrived or went out. Automatic replies acknowledge a message and are never counted as"
    " answers. An answer's time runs from the first message of a question to the first mail that a person wrote in reply; times"
    " in agreed hours leave out nights, weekends and whatever else lies outside these hours, as they were agreed on the day.",
    paste="To paste into a mail",
    when_plot="When messages arrived",
    promises="Announced answers and calls",
    how_promises="Announced in this time. Kept: an answer went out, or the call began, by the earliest moment that was named.",
    promises_plot="What became of what was announced",
    how_promises_plot="By when it was announced.",
    kept=MappingProxyType(
        {
            "kept": "kept",
            "late": "later than announced",
            "broken": "not yet",
            "open": "still ahead",
            "settled": "settled",
        }
    ),
    footer="Counted automatically, by when each mail arrived or went out.",
)
