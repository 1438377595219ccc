"""The table of a rule: its conditions, what it does, the tests it carries. Descriptions only.

The words of `when` are read by `triaged.core.conditions`; they are described here for editors, and a test holds the two
together.
"""

from triaged.config import values
from triaged.config.spec import Again, Either, Flag, Key, Many, Others, Raw, Table, Text
from triaged.config.tables import LABEL, LANGUAGE, MOMENT, table
from triaged.core.conditions import KINDS

_PATTERN = Many(Text("a word, a phrase or /a regular expression/", example="outage", pattern=True), least=1)
_LABELS = Many(Text("a label", example="harbor"), least=1)
_GLOBS = Many(Text("an address pattern", example="*@harbor.example"), least=1)


def _when() -> Table:
    return WHEN


WHEN = Table(
    table(
        client=Key(_LABELS, 'labels of clients, `*` as in a glob; `"*"` is any client'),
        tier=Key(Many(Text("a word", example="premium"), least=1), "the client's `tier`"),
        **{"from": Key(_GLOBS, "the sender's address, as a glob")},
        to=Key(_GLOBS, "an address in To or Cc, as a glob"),
        addressed=Key(Many(Text(words=("to", "cc", "none")), least=1), "how you are addressed"),
        subject=Key(_PATTERN, "a text pattern in the subject"),
        body=Key(_PATTERN, "a text pattern in the new text: no quotes, signature, forwarded part"),
        text=Key(_PATTERN, "a text pattern in subject or body"),
        header=Key(
            Table(
                others=Others(
                    Many(Text("a value", example="1*"), least=1),
                    "values, as globs",
                    "a field's name",
                    example="X-Priority",
                )
            ),
            "fields of the header by name, values as globs",
        ),
        important=Key(Flag(), "Importance or X-Priority says high"),
        words=Key(
            Text("a comparison", example="<= 12", shape=r"^\s*(<=|>=|<|>|=|==)?\s*\d+\s*$"),
            "number of words of the new text",
        ),
        attachment=Key(
            Either((Flag(), Many(Text("a file name", example="*.pdf"), least=1))),
            "any attachment, none, or names as globs",
        ),
        size=Key(Text("a comparison", example="> 5 MB"), "size of the whole message"),
        language=Key(Many(Text("a language code", example="de"), least=1), "the language of the new text"),
        authenticated=Key(Flag(), "whether your server vouches for the sender"),
        between=Key(
            Many(Text("hours", example="18:00-22:00"), least=1),
            "wall clock of the arrival, in your zone; may wrap midnight",
        ),
        hours=Key(
            Many(Text(words=("office", "focus", "off", "weekend", "holiday", "away")), least=1),
            "office: available; focus; off: neither. Beside it weekend, holiday, away by date",
        ),
        kind=Key(Many(Text(words=KINDS), least=1), "what sort of message it is"),
        burst=Key(
            Text("a burst", example="3 in 20m"),
            "this client has sent at least so many, this one included, in that time",
        ),
        **{"not": Key(Again(_when), "holds when none inside holds")},
        any_=Key(Many(Again(_when), alone=False, least=1), "holds when one of these tables holds"),
        all_=Key(Many(Again(_when), alone=False, least=1), "holds when each of these tables holds"),
    ),
    about="what a message must be like: all conditions must hold, a list means any of",
)


def _wall_clock(text: str) -> str:
    """A date and time as it is written, once it is known to be one."""
    if text != "none":
        values.parse_local(text)
    return text


EXPECT = Table(
    table(
        then=Key(Text(words=("urgent", "defer", "leave")), "what is done"),
        rule=Key(Text("a rule's name"), "which rule decides"),
        client=Key(Text("a label", empty=True), 'whose mail it is; "": nobody\'s'),
        kind=Key(Many(Text(words=KINDS)), "kinds it must have"),
        until=Key(Text('a date and time, or "none"', _wall_clock, example="2026-11-27 09:00"), "when it comes back"),
        promise=Key(
            Text('a date and time, or "none"', _wall_clock, example="2026-11-27 10:00"), "what the client is told"
        ),
        reply=Key(Text("a reply's label", empty=True), 'which reply; "none": none'),
        no_reply=Key(Text("a reason", example="robot-sender"), "why there is no reply"),
        language=Key(LANGUAGE, "the language of the reply"),
        delegate=Key(Text("a label"), "to whom it is sent on"),
        notify=Key(Many(Text("a channel")), "the channels that are told"),
    )
)

EXAMPLE = Table(
    table(
        **{"from": Key(Text("an address", example="gary@harbor.example"), "who writes", required=True)},
        to=Key(Many(Text("an address")), "to whom", "the first address of the first account"),
        cc=Key(Many(Text("an address")), "who gets a copy", "nobody"),
        subject=Key(Text(empty=True), "the subject", '""'),
        text=Key(Text(empty=True, lines=True), "the text", '""'),
        header=Key(
            Table(others=Others(Text(empty=True), "the value", "a field's name", example="List-Id")), "fields to add"
        ),
        at=Key(
            Text("a date and time", values.parse_local, example="2026-11-24 15:10"),
            "when it arrives, in your zone",
            "in the next office hours",
        ),
        expect=Key(EXPECT, "what must come of it", required=True),
    ),
    about="a test that the rule carries; `check` runs it",
)

RULE = Table(
    table(
        name=Key(Text("a name", example="Outage at a client"), "what log and listings call it; unique", "its number"),
        when=Key(Raw(WHEN), "what a message must be like", "matches everything"),
        then=Key(
            Text(words=("urgent", "defer", "leave")),
            "urgent: flagged, to folders.urgent, notify; defer: put aside until `until`; leave: untouched",
            required=True,
        ),
        until=Key(Many(MOMENT, least=1), "when it comes back; the first that lies ahead", '"start of office hours"'),
        promise=Key(
            Many(
                Text(
                    'a moment or "none"',
                    lambda text: None if text == "none" else values.parse_moment(text),
                    example="2 business days",
                ),
                least=1,
            ),
            'what the client is told; the first that lies ahead; "none": nothing',
            "`until`, where the reply's text uses `promise`",
        ),
        reply=Key(Text("a reply's label", example="until-call"), "the [reply.NAME] that is sent", "none"),
        notify=Key(Many(Text("a channel", example="phone")), "the [notify.NAME] that are told", "none"),
        spends_pass=Key(Flag(), "does not match when the client has no pass left", "false"),
        delegate=Key(LABEL, "wins over the client's and sets the variable `delegate`", "the client's"),
        forward=Key(Flag(), "sends it on to the delegate, attached to a mail of yours", "false"),
        example=Key(Many(EXAMPLE, alone=False), "tests of this rule"),
    ),
    about="what is done; the first that matches wins, top to bottom",
)
