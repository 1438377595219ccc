"""What a field is as a key of the configuration, said at the field: `late: Annotated[Span, About("…")] = …`.

With the field's type and default it is all that reader, reference and JSON Schema are made from
(`triaged.config.described`); a field without it is no key.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class About:
    """What a key means; the rest only where the field's name, type and default do not say it."""

    text: str
    kind: str = ""  # what is written there, in words: "a folder", "a host"
    example: str = ""
    default: str = ""  # what holds where nothing is written, in words
    key: str = ""  # its name in the file
    least: int = 0  # of a list
