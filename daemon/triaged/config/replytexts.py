"""[reply.*] as templates, each text tried as it will be used."""

from triaged.config.described import made
from triaged.config.problems import Findings, Place
from triaged.config.reader import Section
from triaged.core.clients import Client
from triaged.core.conditions import could_match
from triaged.core.settings import Person
from triaged.core.template import ReplyTemplate, built_in
from triaged.core.trial import TextProblem, trial


def make_replies(section: Section | None, language: str, findings: Findings) -> dict[str, ReplyTemplate]:
    """The replies by label; a text without a language is in the person's."""
    found = {}
    for label, one in section.sections() if section else ():
        written = _by_language(one, "text", language)
        if not written:
            continue
        texts = {tag: alternatives[0] for tag, alternatives in written.items()}
        more = {tag: alternatives[1:] for tag, alternatives in written.items() if len(alternatives) > 1}
        subjects = {tag: subject[0] for tag, subject in _by_language(one, "subject", language).items()}
        template = made(ReplyTemplate, one, label=label, texts=texts, more=more, subjects=subjects)
        assert template is not None  # all that it needs is given
        found[label] = template
        for problem in trial(template):
            findings.error(_place(one, problem), _words(label, problem))
    return found


def _by_language(section: Section, key: str, language: str) -> dict[str, tuple[str, ...]]:
    """The texts of each language, in the order written; none where nothing is."""
    value = section.get(key)
    by_language = value.values if isinstance(value, Section) else {language: value}
    lists = {tag: (text,) if isinstance(text, str) else text for tag, text in by_language.items()}
    return {tag: found for tag, found in lists.items() if found and found != ("",)}


def _place(section: Section, problem: TextProblem) -> Place:
    """The line in the file where the fault is."""
    node = section.node.find(problem.part, problem.language)
    return Place(node.at.file, node.text_line + problem.line - 1) if node.text_line else node.at


def _words(label: str, problem: TextProblem) -> str:
    where = f"[reply.{label}] {problem.part}.{problem.language}: {problem.message}"
    return f"{where}; {problem.hint}" if problem.hint else where


def lacks_language(template: ReplyTemplate, language: str) -> bool:
    """Whether a reply has no text for somebody who reads that language."""
    return language not in template.texts and language.partition("-")[0] not in template.texts


def check_languages(person: Person, places: dict[str, Place], slip: Place, findings: Findings) -> None:
    """A client whose `language` a reply lacks that may go to them is an error.

    Args:
        person: whose replies, rules and clients.
        places: where each rule names its reply.
        slip: where [promises] says that second mails go, or which.
        findings: what is wrong is added to these.
    """
    readers = {  # of each reply, those who cannot read it
        label: [client for client in person.roster.clients if _lacks(template, client)]
        for label, template in person.replies.items()
    }
    for rule in person.rules.rules:
        template = person.replies.get(rule.reply or "")
        for client in readers.get(rule.reply or "", ()):
            if template is not None and could_match(rule.when, client) is not False:
                findings.error(
                    places[rule.name], f"{_reads(client, template)}: add it, or take the client out of this rule"
                )
    if person.promises.slip != "off":
        template = person.replies.get(person.promises.slip_reply or "") or built_in("slip")
        for client in person.roster.clients:
            if _lacks(template, client):
                findings.error(slip, f"{_reads(client, template)}: write one")


def _lacks(template: ReplyTemplate, client: Client) -> bool:
    return client.replies and client.language is not None and lacks_language(template, client.language)


def _reads(client: Client, template: ReplyTemplate) -> str:
    asked = client.language
    return f"[client.{client.label}] reads {asked}, but [reply.{template.label}] has no text.{asked}"
