"""She sees what will go out: for her three most frequent clients the whole mail that each would get, and may change it.

The mail is made by the rules and texts as they would be written, over the daemon's own code.
"""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from triaged.cli.beginning.story import Story
from triaged.cli.talk import Question, Talk
from triaged.config import load
from triaged.core.appointments import Reading, with_diary
from triaged.core.message import read_raw
from triaged.core.settings import Person
from triaged.rehearse.rehearsal import Rehearsal
from triaged.setup.firstconfiguration import Answers, Client, first_configuration
from triaged.setup.firstwords import FirstWords
from triaged.setup.ownway import Way

_MOST = 3
_FORMS = ("de", "fr", "es", "it", "pt", "nl")
_FORMS_OF_ADDRESS = ("formal", "familiar")
_CHOICES = ("fine", *_FORMS_OF_ADDRESS, "edit", "none")


@dataclass(frozen=True, slots=True)
class _Mail:
    """As it would go out. `template` and `language`: whose text it is."""

    to: str
    subject: str
    text: str
    template: str
    language: str


def preview(story: Story) -> None:
    """Show and ask, one client after the other."""
    shown = [one.label for one in story.clients if one.replies][:_MOST]
    for label in shown:
        _settle_form(story, label)
        while _one(story, label):
            pass
    if not shown:
        story.talk.say()
        story.talk.tell(story.talk.words("no_client_gets_any"))
    elif (mail := _mail_to(story, _client(story, shown[0]))) is not None:
        for language in story.answers().languages:  # words for one that none of them gets
            _own_words(story, replace(mail, language=language))


def _settle_form(story: Story, label: str) -> None:
    """Du or Sie, and by which name, where she writes now so and now so."""
    client = _client(story, label)
    names = _way(story, client).names
    if client.form == "mixed" or len(names) > 1:
        words = story.talk.words
        story.talk.say()
        story.talk.tell(words("now_so_now_so", name=client.name, called=f" ({', '.join(names)})" if names else ""))
        question = Question(
            words("form"), f"--form.{label}", None, "formal",
            lambda text: "" if text in _FORMS_OF_ADDRESS else words("no_form"), words=_FORMS_OF_ADDRESS,
        )  # fmt: skip
        _change(story, _in_form(story, client, story.talk.ask(question)))


def _one(story: Story, label: str) -> bool:
    """Show one mail, and do what she says; whether it is to be shown again."""
    talk, client = story.talk, _client(story, label)
    mail = _mail_to(story, client)
    if mail is None:
        talk.say()
        talk.tell(talk.words("gets_none", name=client.name))
        return False
    if _own_words(story, mail):
        return True
    _show(story, client, mail)
    choice = _chosen(talk, label)
    if choice == "none":
        _change(story, replace(client, replies=False))
    elif choice == "edit":
        return _edit(story, mail)
    elif choice != "fine":
        _change(story, _in_form(story, client, choice))
        return _mail_to(story, _client(story, label)) != mail
    return False


def _show(story: Story, client: Client, mail: _Mail) -> None:
    talk = story.talk
    talk.say()
    talk.tell(talk.words("would_go_out", name=_full_name(story, client)))
    talk.say()
    talk.tell(talk.words("mail_head", to=mail.to, subject=mail.subject), "  | ")
    talk.say("  |")
    talk.tell(mail.text.strip(), "  | ")
    talk.say()
    talk.tell(talk.words("choices"))


def _chosen(talk: Talk, label: str) -> str:
    """One of `_CHOICES`: a letter of her language is enough."""
    letters = {talk.words.of("letters", one): one for one in _CHOICES}

    def refused(text: str) -> str:
        known = text in _CHOICES or text.casefold() in letters
        return "" if known else talk.words("no_choice", text=text)

    question = Question(talk.words("your_choice"), f"--reply.{label}", None, "fine", refused, words=_CHOICES)
    told = talk.ask(question)
    return letters.get(told.casefold(), told)


def _own_words(story: Story, mail: _Mail) -> bool:
    """Whether words of hers are known already that are not in use yet."""
    question = Question("", f"--text.{mail.language}")
    if (mail.template, mail.language) in story.texts or not story.talk.knows(question):
        return False
    return _take(story, mail, story.talk.ask_text(question))


def _edit(story: Story, mail: _Mail) -> bool:
    story.talk.tell(story.talk.words("edit_explained"))
    return _take(story, mail, story.talk.ask_text(Question("", f"--text.{mail.language}")))


def _take(story: Story, mail: _Mail, text: str) -> bool:
    """Use her words, unless nothing can be made of them; whether the mail is another now."""
    key = mail.template, mail.language
    before = story.texts.get(key)
    if not text.strip():
        return True
    written = _placed(text, story.talk.words)
    story.texts[key] = written
    _, problems = _made(story.answers())
    if wrong := [one for one in problems if ": error: " in one]:
        story.talk.tell(story.talk.words("wrong_words", why=wrong[0].partition(": error: ")[2]), "  ")
        if before is None:
            del story.texts[key]
        else:
            story.texts[key] = before
    return True


def _placed(text: str, words: FirstWords) -> str:
    """With variables for the words that stand for them, in her language or in English."""
    for names, variable in ((("name", "NAME"), "sender.name"), (("when", "WHEN"), "promise | when")):
        ways = {words.of("places", names[0]), names[1]}
        text = re.sub(rf"\b(?:{'|'.join(ways)})\b", f"{{{{ {variable} }}}}", text)
    return text


# --- forms and names -------------------------------------------------------------------------------------------------


def _in_form(story: Story, client: Client, form: str) -> Client:
    """Formal or familiar, with the name that goes with it."""
    people = dict(client.people)
    if people:
        first = next(iter(people))
        people[first] = _called(people[first], _way(story, client).names, _own_name(story, client, first), form)
    return replace(client, form=form, people=people)


def _called(now: str, names: Sequence[str], full: str, form: str) -> str:
    """The name in that form: as she has written it herself, else the whole name, or the first one."""
    fitting = [one for one in names if (" " in one) == (form == "formal")]
    if fitting:
        return fitting[0]
    if form == "formal":
        return full if " " in full else now
    return (full or now).partition(" ")[0]


def _own_name(story: Story, client: Client, address: str) -> str:
    """As they sign themselves."""
    likely = story.seen.clients if story.seen else ()
    people = next((one.people for one in likely if one.pattern in client.patterns), {})
    return people.get(address, "")


def _full_name(story: Story, client: Client) -> str:
    """The person, and for whom."""
    name = _own_name(story, client, next(iter(client.people), ""))
    return f"{name} ({client.name})" if name and name != client.name else client.name


def _way(story: Story, client: Client) -> Way:
    return story.seen.ways.get(client.patterns[0], Way()) if story.seen else Way()


def _client(story: Story, label: str) -> Client:
    return next(one for one in story.clients if one.label == label)


def _change(story: Story, client: Client) -> None:
    story.clients[:] = [client if one.label == client.label else one for one in story.clients]


# --- the mail --------------------------------------------------------------------------------------------------------


def _made(answers: Answers, readings: Sequence[Reading] = ()) -> tuple[Rehearsal | None, list[str]]:
    """The configuration as it would be, at work; and what is wrong with it. Nobody vouches for a sender in it."""
    with tempfile.TemporaryDirectory(prefix="triaged-") as folder:
        file = Path(folder) / "preview.toml"
        file.write_text(first_configuration(replace(answers, authserv_ids=())), encoding="utf-8")
        loaded = load(file)
    problems = [str(one) for one in loaded.problems]
    return (Rehearsal(with_diary(loaded.persons[0], readings)) if loaded.persons else None), problems


def person_so_far(answers: Answers) -> Person | None:
    """Herself, by what is known; None: nothing whole comes of it yet."""
    rehearsal, _ = _made(answers)
    if rehearsal is None:
        return None
    rehearsal.close()
    return rehearsal.person


def _mail_to(story: Story, client: Client) -> _Mail | None:
    """What this client would get now."""
    rehearsal, _ = _made(story.answers(), story.readings)
    if rehearsal is None:
        return None
    try:
        now = datetime.now(UTC)
        came = rehearsal.play(read_raw(_question(story, client, now)), now)
    finally:
        rehearsal.close()
    plan, written = came.decision.reply, came.reply
    if plan is None or written is None:
        return None
    return _Mail(came.reply_to or "", written.rendered.subject, written.rendered.text, plan.template, plan.language)


def _question(story: Story, client: Client, now: datetime) -> bytes:
    """A short mail of theirs, in no language."""
    local, at, domain = client.patterns[0].partition("@")
    sender = next(iter(client.people), f"{'somebody' if '*' in local else local}{at}{domain}")
    return (
        f"Return-Path: <{sender}>\r\nFrom: {sender}\r\nTo: {story.signed.addresses[0].spec}\r\nDate: {format_datetime(now)}\r\n"
        f"Message-ID: <preview@{client.label}.invalid>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n4711?\r\n"
    ).encode()
