"""The closed table of conditions: every word of `when`, what it takes, an example and a sentence.

The reference in config/README.md is generated from it, and the words that `parse` knows are those of it.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ConditionWord:
    """One condition as the reference shows it; `example` is a line of TOML."""

    name: str
    takes: str
    example: str
    sentence: str


CONDITIONS: Final = (
    ConditionWord(
        "client",
        "labels, `*` as in a glob",
        'client = ["harbor", "linden*"]',
        'The message is from (or, of a caller: about) one of these clients; `"*"` is any client.',
    ),
    ConditionWord("tier", "tiers", 'tier = "standard"', "The client's `tier` is one of these."),
    ConditionWord(
        "from",
        "globs on addresses",
        'from = "gary@*"',
        "The address in From fits one of these: `*` is any run of characters, `?` one.",
    ),
    ConditionWord("to", "globs on addresses", 'to = "support@*"', "An address in To or Cc fits one of these."),
    ConditionWord(
        "addressed",
        "`to`, `cc`, `none`",
        'addressed = "cc"',
        "How I am addressed: in To, only in Cc, or in neither (a blind copy, a list).",
    ),
    ConditionWord(
        "subject",
        "words, phrases, `/regular expressions/`",
        """subject = ["outage", '/\\bP[12]\\b/']""",
        "One of these occurs in the subject.",
    ),
    ConditionWord(
        "body",
        "words, phrases, `/regular expressions/`",
        'body = "call me"',
        "One of these occurs in the new text: quotes, signature and forwarded parts are left out.",
    ),
    ConditionWord(
        "text",
        "words, phrases, `/regular expressions/`",
        'text = ["asap", "heute noch"]',
        "One of these occurs in the subject or in the new text.",
    ),
    ConditionWord(
        "header",
        "a table: field names to globs",
        'header = { "X-Priority" = ["1*", "2*"] }',
        'Every field named has a value that fits one of its globs as a whole; `"*"`: the field is there.',
    ),
    ConditionWord(
        "important",
        "`true`, `false`",
        "important = true",
        "Importance or X-Priority says high (`false`: neither does).",
    ),
    ConditionWord(
        "words", "a comparison", 'words = "<= 12"', "The new text has so many words: `<`, `<=`, `>`, `>=`, `=`."
    ),
    ConditionWord(
        "attachment",
        "`true`, `false`, globs on names",
        'attachment = ["*.pdf", "audio/*"]',
        "There is an attachment, there is none, or one has such a name (a glob with a slash: such a type).",
    ),
    ConditionWord(
        "size",
        "a comparison",
        'size = "> 5 MB"',
        "The whole message is that large; 1 KB is 1000 octets, 1 KiB 1024.",
    ),
    ConditionWord(
        "language",
        "language tags",
        'language = "de"',
        "The new text is written in one of these, as far as that can be told.",
    ),
    ConditionWord(
        "authenticated",
        "`true`, `false`",
        "authenticated = true",
        "The server of `authserv_id` has verified the sender (`false`: it has not, or none is to be believed).",
    ),
    ConditionWord(
        "between",
        "times of day",
        'between = "18:00-22:00"',
        "The message arrived within these hours, in my zone; the start belongs to them, the end does not; midnight may be wrapped.",
    ),
    ConditionWord(
        "hours",
        "`office`, `focus`, `off`; `weekend`, `holiday`, `away`",
        'hours = ["off", "focus"]',
        "When it arrived I was available, in a focus block, or neither: exactly one of these; beside it what day it was.",
    ),
    ConditionWord(
        "kind",
        "`new`, `reply`, `follow-up`; `courtesy`, `voicemail`, `missed-call`, `invitation`, `auto-reply`, `delivery-report`, `list`",
        'kind = ["voicemail", "missed-call"]',
        "What sort of message it is: exactly one of the first three (`reply`: the newest earlier message of the thread is mine; "
        "`follow-up`: the thread has an open promise, or that message is the client's too); beside it any of the others.",
    ),
    ConditionWord(
        "burst",
        "a number and a duration",
        'burst = "3 in 20m"',
        "The client has sent at least so many messages within that time, this one included, over all my accounts; automatic mail "
        "does not count unless `kind` in the same `when` names it.",
    ),
    ConditionWord("not", "a table", 'not = { from = "gary@*" }', "None of the conditions inside holds."),
    ConditionWord(
        "any", "a list of tables", 'any = [{ tier = "gold" }, { important = true }]', "One of the tables holds."
    ),
    ConditionWord(
        "all", "a list of tables", 'all = [{ any = [{ text = "a" }, { tier = "b" }] }]', "All of the tables hold."
    ),
)
"""Every condition, in the order of the reference."""

NAMES: Final = tuple(word.name for word in CONDITIONS)


def conditions_table() -> str:
    """The table of the reference, as Markdown, ending in a newline."""
    rows = ["| condition | takes | example | holds when |", "|---|---|---|---|"]
    rows += [f"| `{word.name}` | {word.takes} | `{word.example}` | {word.sentence} |" for word in CONDITIONS]
    return "\n".join(rows) + "\n"
