"""The language of a reply: the client's own, else that of the message; of a few words that of what was written before; else mine."""

from triaged.core.facts import Facts
from triaged.core.identify import Identified
from triaged.core.language import is_short, shown
from triaged.core.message import Message
from triaged.core.settings import Person
from triaged.core.template import ReplyTemplate, choose_language


def noted(who: Identified, person: Person) -> str | None:
    """What is remembered of a message, for the next one of a few words: its language, whichever it is.

    None where it does not show, no person wrote it, or nothing would ever ask.
    """
    asked = [language for reply in person.replies.values() if len(reply.languages) > 1 for language in reply.languages]
    if not asked or who.client is None or who.client.language or who.automatic or who.notice is not None:
        return None
    return shown(who.message.new_text, tuple(dict.fromkeys(asked)))


def of_reply(template: ReplyTemplate, who: Identified, facts: Facts, person: Person) -> str:
    """Which of a reply's languages it is written in."""
    own = who.client.language if who.client is not None else None
    return (
        choose_language(template, own, None, "")
        or choose_language(template, None, _of_message(template, who, facts), person.language)
        or template.languages[0]
    )


def _of_message(template: ReplyTemplate, who: Identified, facts: Facts) -> str | None:
    """What it shows itself; a text in a language that the reply lacks is not answered in that of the mail before it."""
    if len(template.languages) == 1:
        return template.languages[0]
    message = who.message
    return (
        shown(message.new_text, template.languages)
        or facts.last_language
        or (is_short(message.new_text) and shown(_quoted(message), template.languages))
        or None
    )


def _quoted(message: Message) -> str:
    """What it answers to, as far as it repeats that."""
    return "\n".join(message.text[cut.start : cut.end] for cut in message.cuts if cut.kind == "quote")
