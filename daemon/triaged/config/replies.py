"""[reply.*] as templates, each text tried as it will be used."""

from triaged.config.problems import Findings, Place
from triaged.config.reading import Section
from triaged.core.moments import parse_moment
from triaged.core.settings import Person
from triaged.core.spans import parse_span
from triaged.core.template import ReplyTemplate
from triaged.core.trial import TextProblem, trial

SEND = parse_moment("in 10m")
EVERY = parse_span("1 day")


def make_replies(section: Section | None, language: str, findings: Findings) -> dict[str, ReplyTemplate]:
    """The replies by label; a text without a language is in the person's."""
    found = {}
    for label, one in section.sections() if section else ():
        texts = _by_language(one, "text", language)
        if not texts:
            continue
        template = ReplyTemplate(
            label, texts, one.get("send", SEND), one.get("every", EVERY), _by_language(one, "subject", language)
        )
        found[label] = template
        for problem in trial(template):
            findings.error(_place(one, problem), _words(label, problem))
    return found


def _by_language(section: Section, key: str, language: str) -> dict[str, str]:
    value = section.get(key)
    if isinstance(value, Section):
        return dict(value.values)
    return {language: value} if isinstance(value, str) and value else {}


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


def check_languages(person: Person, places: dict[str, Place], findings: Findings) -> None:
    """A client whose `language` a rule's reply lacks is an error."""
    from triaged.core.conditions import could_match

    for rule in person.rules.rules:
        template = person.replies.get(rule.reply or "")
        for client in person.roster.clients if template else ():
            asked = client.language
            if asked is None or not client.replies or could_match(rule.when, client) is False:
                continue
            if template is not None and lacks_language(template, asked):
                findings.error(
                    places[rule.name],
                    f"[client.{client.label}] reads {asked}, but [reply.{template.label}] has no text.{asked}: "
                    f"add it, or take the client out of this rule",
                )
