"""Words of our own that clients and delegates read, in every language we ship. Data, no logic.

Short and honest; a person's own texts in the configuration win over all but the fixed subjects.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class NoSubject:
    """Subjects where there is none to answer to: of a mail, and after a call by telephone."""

    message: str
    call: str


NO_SUBJECT: Mapping[str, NoSubject] = MappingProxyType(
    {
        "en": NoSubject("Your message", "Your call"),
        "de": NoSubject("Ihre Nachricht", "Ihr Anruf"),
        "fr": NoSubject("Votre message", "Votre appel"),
        "es": NoSubject("Su mensaje", "Su llamada"),
    }
)

SLIP: Mapping[str, str] = MappingProxyType(
    {
        "en": """\
Hello{{ ' ' ~ sender.name if sender.name }},

I had promised you an answer for {{ promise | when }}. I am not able to keep that, and I would rather say so than leave you waiting.
Your message is not forgotten: I will write to you as soon as I can.
{% if next_call %}

At the latest we speak in our call: {{ next_call | when }}.
{% endif %}

{{ me }}
""",
        "de": """\
Guten Tag{{ ' ' ~ sender.name if sender.name }},

ich hatte Ihnen eine Antwort für {{ promise | when }} zugesagt. Das kann ich nicht einhalten, und ich sage es Ihnen lieber, als Sie warten zu lassen.
Ihre Nachricht ist nicht vergessen: Ich melde mich, sobald ich kann.
{% if next_call %}

Spätestens sprechen wir in unserem Telefontermin: {{ next_call | when }}.
{% endif %}

{{ me }}
""",
        "fr": """\
Bonjour{{ ' ' ~ sender.name if sender.name }},

Je vous avais promis une réponse pour {{ promise | when }}. Je ne peux pas tenir ce délai, et je préfère vous le dire plutôt que de vous laisser attendre.
Votre message n'est pas oublié : je vous écris dès que possible.
{% if next_call %}

Au plus tard, nous nous parlons lors de notre prochain appel : {{ next_call | when }}.
{% endif %}

{{ me }}
""",
        "es": """\
Hola{{ ' ' ~ sender.name if sender.name }}:

Le había prometido una respuesta: {{ promise | when }}. No puedo cumplirlo, y prefiero decírselo a dejarle esperando.
No he olvidado su mensaje: le escribiré en cuanto pueda.
{% if next_call %}

A más tardar hablamos en nuestra llamada: {{ next_call | when }}.
{% endif %}

{{ me }}
""",
    }
)
"""A promise will not be kept. `promise` is the moment that was told."""

MOVED: Mapping[str, str] = MappingProxyType(
    {
        "en": """\
Hello{{ ' ' ~ sender.name if sender.name }},

the call I wrote to you about takes place at another time than I said. It is now: {{ promise | when }}.

{{ me }}
""",
        "de": """\
Guten Tag{{ ' ' ~ sender.name if sender.name }},

der Telefontermin, von dem ich Ihnen geschrieben hatte, hat sich verschoben. Er ist nun: {{ promise | when }}.

{{ me }}
""",
        "fr": """\
Bonjour{{ ' ' ~ sender.name if sender.name }},

L'appel dont je vous avais parlé a été déplacé. Il a lieu désormais : {{ promise | when }}.

{{ me }}
""",
        "es": """\
Hola{{ ' ' ~ sender.name if sender.name }}:

La llamada de la que le escribí ha cambiado de hora. Ahora es: {{ promise | when }}.

{{ me }}
""",
    }
)
"""A promised call was moved. `promise` is the new moment."""


@dataclass(frozen=True, slots=True)
class ForwardWords:
    """A mail to a delegate; `{name}`, `{subject}` and `{me}` are filled in."""

    prefix: str
    attached: str
    too_large: str


FORWARD: Mapping[str, ForwardWords] = MappingProxyType(
    {
        "en": ForwardWords(
            "Fwd: ",
            "Hello {name},\n\nthe attached message is one for you. Please answer the sender directly.\n\n{me}\n",
            "Hello {name},\n\nthere is a message for you: {subject}\nIt is too large to attach; I will hand it to you another way.\n\n{me}\n",
        ),
        "de": ForwardWords(
            "WG: ",
            "Hallo {name},\n\ndie angehängte Nachricht ist eine für dich. Bitte antworte direkt.\n\n{me}\n",
            "Hallo {name},\n\nes gibt eine Nachricht für dich: {subject}\nSie ist zu groß zum Anhängen; ich gebe sie dir auf anderem Weg.\n\n{me}\n",
        ),
        "fr": ForwardWords(
            "TR : ",
            "Bonjour {name},\n\nle message joint est pour toi. Merci de répondre directement.\n\n{me}\n",
            "Bonjour {name},\n\nil y a un message pour toi : {subject}\nIl est trop volumineux pour être joint ; je te le transmets autrement.\n\n{me}\n",
        ),
        "es": ForwardWords(
            "RV: ",
            "Hola {name}:\n\nel mensaje adjunto es para ti. Responde directamente, por favor.\n\n{me}\n",
            "Hola {name}:\n\nhay un mensaje para ti: {subject}\nEs demasiado grande para adjuntarlo; te lo paso de otra manera.\n\n{me}\n",
        ),
    }
)
