"""Her own words for a mail: written in her editor or line by line, tried at once, and mended without being typed again.

Two words in capitals stand for what differs from mail to mail: the name, and the moment that is told.
"""

import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from triaged.cli.beginning.sample import Mail, first_error, mail_to
from triaged.cli.beginning.story import Story
from triaged.cli.talk import Question, Talk, numbers
from triaged.setup.firstconfiguration import Client
from triaged.setup.firstwords import FirstWords
from triaged.setup.shippedexamples import text_of

_VARIABLES = {"name": "{{ sender.name }}", "when": "{{ promise | when }}"}
_ENGLISH = {"name": "NAME", "when": "WHEN"}
_BRACKETED = re.compile(r"(?<![{%])[{<\[]\s*[^\W\d_]+\s*[}>\]](?![}%])")
_CAPITALS = re.compile(r"\b[^\W\d_a-z]{3,}\b")
_ALL, _ONE = "all", "one"


def take_known(story: Story, client: Client, mail: Mail) -> bool:
    """Use words of hers that are known already, from a file or the last time; whether there were any."""
    for label in ("", client.label):
        question = _question(story, mail, label)
        _begin_with_what_fits_no_more(story.talk, question)
        if _key(mail, label) not in story.texts and story.talk.knows(question):
            story.texts[_key(mail, label)] = _placed(story.talk.ask_text(question), story.talk.words)
            return True
    return False


def _begin_with_what_fits_no_more(talk: Talk, question: Question) -> None:
    """Words of the last time that will not do as things are now wait until she edits, and are shown then."""
    before = talk.typed.before.get(question.name)
    if before is not None and question.check(before):
        talk.typed.take(question.name)
        talk.typed.keep_for_later(f"{question.name}.begun", before)


def edit(story: Story, client: Client, mail: Mail) -> None:
    """Ask for whom, have them written until something can be made of them, and use them."""
    talk, label = story.talk, client.label if _for_one(story, client, mail) else ""
    question = _question(story, mail, label)
    text = _written(story, client, mail, question)
    while text.strip() and (wrong := question.check(text)):
        talk.tell(talk.words("wrong_words", why=wrong), "  ")
        text = _mended(talk, text)
        talk.typed.keep(f"{question.name}.begun", text)
    talk.typed.forget(f"{question.name}.begun")
    if text.strip():
        talk.typed.keep(question.name, text)
        story.texts[_key(mail, label)] = _placed(text, talk.words)


def _for_one(story: Story, client: Client, mail: Mail) -> bool:
    """Whether they are for this client alone; not asked where there is no other of the language."""
    spoken = [one for one in story.clients if one.replies and (one.language or story.language) == mail.language]
    others = [one for one in spoken if one.label != client.label]
    if not others:
        return False
    words = story.talk.words
    question = Question(
        words("for_whom", language=words.of("languages", mail.language), name=client.name),
        f"--text-for.{client.label}",
        proposal=_ALL if all(one.form == client.form for one in others) else _ONE,
        check=lambda text: "" if text in (_ALL, _ONE) else words("all_or_one"),
        words=(_ALL, _ONE),
    )
    return story.talk.ask(question) == _ONE


def _key(mail: Mail, label: str) -> tuple[str, str, str]:
    return mail.template, mail.language, label


def _question(story: Story, mail: Mail, label: str) -> Question:
    flag = f"--text.{mail.language}" + (f".{label}" if label else "")
    return Question("", flag, check=lambda text: _trouble(story, _key(mail, label), text))


# --- writing ---------------------------------------------------------------------------------------------------------


def _written(story: Story, client: Client, mail: Mail, question: Question) -> str:
    talk = story.talk
    talk.tell(talk.words("edit_explained"))
    now = _with_places(story, client, mail)
    if (edited := _in_her_editor(talk, now)) is not None:
        return edited
    talk.tell(talk.words("edit_by_lines"))
    return talk.ask_text(question)


def _mended(talk: Talk, text: str) -> str:
    """Her words once more, to be put right; "" if the mail is to stay as it was."""
    if (edited := _in_her_editor(talk, text)) is not None:
        return edited
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        talk.tell(f"{number:>3}  {line}")
    question = Question(
        talk.words("which_line"), "--line", proposal="0",
        check=lambda told: "" if told == "0" or numbers(told, len(lines)) else talk.words("no_line", most=len(lines)),
    )  # fmt: skip
    told = talk.ask(question)
    talk.typed.forget(question.name)  # of no use another time
    if told == "0":
        return ""
    number = int(told.partition("-")[0])
    question = Question(talk.words("line", n=number), "--new-line", proposal=lines[number - 1])
    lines[number - 1] = talk.ask(question)
    talk.typed.forget(question.name)
    return "\n".join(lines)


def _in_her_editor(talk: Talk, text: str) -> str | None:
    """What she leaves there; None: she has none, or it did not do."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor or not talk.repeats:
        return None
    with tempfile.TemporaryDirectory(prefix="triaged-") as folder:
        file = Path(folder) / "mail.txt"
        file.write_text(text.strip() + "\n", encoding="utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(file)], check=True)  # noqa: S603 — the program that she has named
            return file.read_text(encoding="utf-8")
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            talk.tell(talk.words("no_editor", editor=editor, why=error), "  ")
            return None


# --- names and moments -----------------------------------------------------------------------------------------------


def _ways(words: FirstWords, place: str) -> set[str]:
    return {words.of("places", place), _ENGLISH[place]}


def _placed(text: str, words: FirstWords) -> str:
    """With variables for the words that stand for them, in her language or in English."""
    for place, variable in _VARIABLES.items():
        text = re.sub(rf"\b(?:{'|'.join(_ways(words, place))})\b", variable, text)
    return text


def _with_places(story: Story, client: Client, mail: Mail) -> str:
    """The other way round: the mail as it is, to be changed in an editor."""
    words, text = story.talk.words, mail.text
    with _instead(story, _key(mail, client.label), _VARIABLES["when"]):
        alone = mail_to(story, client)
    moment = alone.text.strip() if alone else ""
    for place, said in (("when", moment), ("name", client.people.get(mail.to, ""))):
        if said:
            text = text.replace(said, words.of("places", place))
    return text


@contextmanager
def _instead(story: Story, key: tuple[str, str, str], text: str) -> Iterator[None]:
    """With that text for a while."""
    before = dict(story.texts)
    story.texts[key] = text
    try:
        yield
    finally:
        story.texts = before


def _trouble(story: Story, key: tuple[str, str, str], text: str) -> str:
    """What is wrong with her words; "": nothing."""
    words = story.talk.words
    if wrong := _no_place(text, words):
        return wrong
    placed = _placed(text, words)
    if key[2] or any(one[:2] == key[:2] and one[2] for one in story.texts):
        # whether a text promises is known of the text as a whole, whoever gets which part of it
        others = {one: said for one, said in story.texts.items() if one[:2] == key[:2] and one != key}
        others.setdefault((*key[:2], ""), text_of(story.situation.example, key[0], key[1]))
        others.pop(key, None)
        if any(("promise" in said) != ("promise" in placed) for said in others.values()):
            return words("needs_no_when" if "promise" in placed else "needs_when", when=words.of("places", "when"))
    with _instead(story, key, placed):
        alone = replace(story.answers(), texts={(*key[:2], ""): placed})
        return first_error(alone) or first_error(story.answers())


def _no_place(text: str, words: FirstWords) -> str:
    """A word that is meant to stand for something, and would go out as it is."""
    known = {way for place in _VARIABLES for way in _ways(words, place)}
    doubtful = [found[0] for found in _BRACKETED.finditer(text)]
    doubtful += [one for one in _CAPITALS.findall(text) if one not in known and get_close_matches(one, known, 1, 0.75)]
    if not doubtful:
        return ""
    return words("no_place", text=doubtful[0], name=words.of("places", "name"), when=words.of("places", "when"))
