"""She sees what will go out: for her three most frequent clients the whole mail that each would get, and may change it."""

from collections.abc import Sequence
from dataclasses import replace

from triaged.cli.beginning.herwords import edit, take_known
from triaged.cli.beginning.sample import Mail, mail_to
from triaged.cli.beginning.story import Story
from triaged.cli.talk import Question, Talk
from triaged.setup.firstconfiguration import Client
from triaged.setup.ownway import Way

_MOST = 3
_FORMS = ("de", "fr", "es", "it", "pt", "nl")
_FORMS_OF_ADDRESS = ("formal", "familiar")
_CHOICES = ("fine", *_FORMS_OF_ADDRESS, "edit", "none")


def preview(story: Story) -> None:
    """Show and ask, one client after the other."""
    shown = [one.label for one in by_frequency(story) if one.replies][:_MOST]
    for label in shown:
        _settle_form(story, label)
        while _one(story, label):
            pass
    if not shown:
        story.talk.say()
        story.talk.tell(story.talk.words("no_client_gets_any"))
    else:
        _words_for_others(story, _client(story, shown[0]))


def by_frequency(story: Story) -> list[Client]:
    """Who writes most comes first; of those who have not written the order is hers."""
    came = {one.pattern: one.came for one in story.seen.clients} if story.seen else {}
    return sorted(story.clients, key=lambda one: -sum(came.get(pattern, 0) for pattern in one.patterns))


def _words_for_others(story: Story, client: Client) -> None:
    """Words of hers in a language that none of those shown gets."""
    if (mail := mail_to(story, client)) is not None:
        for language in story.answers().languages:
            take_known(story, client, replace(mail, language=language))


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
    mail = mail_to(story, client)
    if mail is None:
        talk.say()
        talk.tell(talk.words("gets_none", name=client.name))
        return False
    if take_known(story, client, mail):
        return True
    _show(story, client, mail)
    choice = _chosen(talk, label)
    if choice == "none":
        _change(story, replace(client, replies=False))
    elif choice == "edit":
        edit(story, client, mail)
        return True
    elif choice != "fine":
        _change(story, _in_form(story, client, choice))
        return mail_to(story, _client(story, label)) != mail
    return False


def _show(story: Story, client: Client, mail: Mail) -> None:
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
    before = talk.typed.now(question.name)
    told = talk.ask(question)
    choice = letters.get(told.casefold(), told)
    if choice == "fine" and letters.get(before.casefold(), before) in _FORMS_OF_ADDRESS:
        talk.typed.keep(question.name, before)  # it stands, the next time too
    return choice


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
