"""Is there nothing but thanks in a text? English, German, French, Spanish; a word it does not know means no."""

import re
import unicodedata
from itertools import chain

_TEXT_LIMIT = 160  # characters
_SIGNED_LIMIT = 800  # with the signature that most mail programs do not mark
_PHRASE_LIMIT = 5  # words

# Phrases, separated by `·`. These say thanks or consent: one of them must be there.
_THANKS = """
thank you · thank you so much · thank you very much · thank you all · thank you both · thank you again · thanks · thanks a lot
thanks so much · thanks again · thanks very much · thanks a million · thanks a bunch · many thanks · thx · tx · ty · cheers
much appreciated · really appreciated · appreciated · i appreciate it · appreciate it · really appreciate it · we appreciate it
ok · okay · okey · k · kk · alright · all right · all good · got it · noted · well noted · duly noted · understood · will do
sounds good · sounds great · works for me · that works · perfect · great · excellent · awesome · super · wonderful · fantastic
brilliant · lovely · nice · cool · fine · very good · good · great job · good job · well done · nice work · great work · great news
good to know · that's great · that is great · that's perfect · that's fine · that is fine · you're welcome · you are welcome
danke · danke schön · danke schoen · danke sehr · danke dir · danke ihnen · danke euch · danke vielmals · dankeschön · dankeschoen
vielen dank · besten dank · herzlichen dank · lieben dank · tausend dank · vielen lieben dank · recht herzlichen dank · dank dir
dank ihnen · danke nochmal · danke nochmals · vielen dank nochmal · merci vielmal · passt · passt so · passt gut · alles klar
alles gut · verstanden · sehr gut · prima · klasse · toll · spitze · perfekt · wunderbar · in ordnung · geht klar · ist notiert
notiert · top · gut · bestens · gern geschehen · gerne geschehen · super gemacht · gut gemacht
merci · merci beaucoup · merci bien · merci encore · merci infiniment · merci à vous · merci à toi · merci à tous · un grand merci
mille mercis · grand merci · je vous remercie · je te remercie · d'accord · ça marche · ca marche · parfait · c'est parfait
très bien · tres bien · bien reçu · bien recu · bien noté · c'est noté · entendu · noté · génial · avec plaisir · de rien
gracias · muchas gracias · muchísimas gracias · mil gracias · gracias de nuevo · gracias otra vez · gracias a ti · muy amable
de acuerdo · vale · perfecto · entendido · recibido · muy bien · genial · estupendo · excelente · de nada · anotado · listo
"""
# These may stand beside them.
_POLITE = """
hi · hello · dear · hey · all · team · both · so · very · again · everyone · and · for now · indeed · best · best wishes
regards · best regards · kind regards · warm regards · many regards · sincerely · yours sincerely · have a nice day
have a great day · have a good day · have a good one · have a nice weekend · have a great weekend · have a good weekend
have a nice evening · talk soon · speak soon · see you · see you then · no worries · no problem
hallo · guten tag · guten morgen · guten abend · moin · servus · liebe · lieber · und · nochmal · nochmals · auch · viele grüße
liebe grüße · beste grüße · schöne grüße · herzliche grüße · viele gruesse · liebe gruesse · beste gruesse · grüße · gruesse
gruß · gruss · mit freundlichen grüßen · mit freundlichen gruessen · mit besten grüßen · freundliche grüße · lg · vg · mfg
schönen tag · schönen abend · schönen tag noch · schönes wochenende · kein problem · herr · frau · bis dann · bis bald
bonjour · bonsoir · salut · cher · chère · et · encore · cordialement · bien cordialement · bien à vous · à bientôt · bonne journée
belle journée · bonne soirée · bon week-end · bonne semaine · monsieur · madame
hola · buenos días · buenas tardes · estimado · estimada · querido · querida · saludos · un saludo · saludos cordiales · un abrazo
atentamente · buen día · buen fin de semana · hasta luego · hasta pronto · y
"""
# After thanks, "for" opens what the thanks are for: these words and the names, up to the end of the clause.
_FOR = frozenset({"for", "für", "fuer", "pour", "por", "de", "del"})
_WHAT_FOR = """
the your all this that it everything quick fast prompt kind great speedy very swift help reply response answer update support
information info message mail email e-mail confirmation clarification feedback note work time patience effort efforts explanation
letting me know getting back to us heads up
die deine ihre deinen ihren das dein ihr eure den der schnelle rasche prompte gute nette schnellen tolle alles antwort hilfe
rückmeldung rueckmeldung information informationen nachricht unterstützung unterstuetzung bestätigung bestaetigung mühe muehe
votre ta ton la le vos tes cette tout rapide réponse aide retour confirmation soutien l'aide
tu su el todo tus sus rápida pronta respuesta ayuda mensaje información confirmación apoyo
"""
# Alone on a line they close a letter: what follows is who signs it.
_CLOSINGS = """
best · best wishes · regards · best regards · kind regards · warm regards · many regards · sincerely · yours sincerely
viele grüße · liebe grüße · beste grüße · schöne grüße · herzliche grüße · viele gruesse · liebe gruesse · beste gruesse
grüße · gruß · mit freundlichen grüßen · mit freundlichen gruessen · mit besten grüßen · freundliche grüße · lg · vg · mfg
cordialement · bien cordialement · bien à vous · saludos · un saludo · saludos cordiales · atentamente
"""
_SMALL = "of · and · at · for · in · the · & · und · der · die · des · im · am · bei · für · de · du · et · la · le · y · del"
_SIGNATURE_LINES = 12
_CONTACT = re.compile(r"@|www\.|://|\d(?:[ ()/.-]*\d){4}")
_THUMBS = re.compile("[\U0001f44d\U0001f64f\U0001f44c\u2705\U0001f44f]")
_PICTURES = re.compile("[\u2600-\u27bf\ufe0f\U0001f300-\U0001faff]+|[:;]-?[)D]")
_CLAUSES = re.compile(r"[.!,;:\n()–—/\"*]+|\s-+\s|\A-+\s")


def _phrases(text: str) -> frozenset[str]:
    phrases = chain.from_iterable(line.split("·") for line in text.splitlines())
    return frozenset(phrase.strip().casefold() for phrase in phrases) - {""}  # ß folds to ss


_WHAT = frozenset(_WHAT_FOR.split())
_THANKING, _BESIDE, _CLOSING = _phrases(_THANKS), _phrases(_POLITE), _phrases(_CLOSINGS)
_SMALL_WORDS = _phrases(_SMALL)


def may_thank(text: str) -> bool:
    """Whether a text is short enough to be nothing but thanks, and asks nothing."""
    return 0 < len(text) <= _SIGNED_LIMIT and "?" not in text


def is_thanks(text: str, names: frozenset[str]) -> bool:
    """Say whether a text is made of thanks or consent, greetings and names alone, and thanks or consents.

    Args:
        text: the new text, or a subject without its prefixes.
        names: case-folded words by which the correspondents may call each other.
    """
    if not may_thank(text):
        return False
    text = _unsigned(text, names)
    if len(text) > _TEXT_LIMIT:
        return False
    plain = unicodedata.normalize("NFC", text).casefold().replace("’", "'")
    thanked = _THUMBS.search(plain) is not None
    for clause in _CLAUSES.split(_PICTURES.sub(". ", plain)):
        found = _clause(clause.split(), names)
        if found is None:
            return False
        thanked = thanked or found
    return thanked


def _unsigned(text: str, names: frozenset[str]) -> str:
    """The text without the signature below its last greeting or name; the whole where what stands there may be more."""
    lines = text.split("\n")
    for number, line in enumerate(lines[1:], 1):
        words = re.findall(r"[^\W_]+", line.casefold())
        if not words or not (" ".join(words) in _CLOSING or names.issuperset(words)):
            continue
        below = [each for each in lines[number + 1 :] if each.strip()]
        signed = len(below) <= _SIGNATURE_LINES and all(map(_is_signatures, below)) and any(map(_CONTACT.search, below))
        return "\n".join(lines[: number + 1]) if signed else text
    return text


def _is_signatures(line: str) -> bool:
    """A title, a firm, an address, a number: its words begin large, and no sentence does that."""
    return all(
        not word[0].islower() or word in _SMALL_WORDS or any(mark in word for mark in "@./:") for word in line.split()
    )


def _clause(words: list[str], names: frozenset[str]) -> bool | None:
    """Whether a clause thanks; None if there is a word in it that is neither thanks nor politeness nor a name."""
    thanked = False
    at = 0
    while at < len(words):
        length, thanks = _phrase_at(words, at)
        thanked = thanked or thanks
        if length:
            at += length
        elif thanked and words[at] in _FOR:
            return True if all(word in _WHAT or word in names for word in words[at + 1 :]) else None
        elif words[at] in names or (len(words[at]) == 1 and words[at].isalpha()):
            at += 1
        else:
            return None
    return thanked


def _phrase_at(words: list[str], at: int) -> tuple[int, bool]:
    """The number of words of the longest known phrase that begins here, and whether it thanks."""
    for length in range(min(_PHRASE_LIMIT, len(words) - at), 0, -1):
        phrase = " ".join(words[at : at + length])
        if phrase in _THANKING or phrase in _BESIDE:
            return length, phrase in _THANKING
    return 0, False
