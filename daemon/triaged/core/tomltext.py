"""Values as TOML text. Whatever a person or a mail has said goes through here."""

import json
from collections.abc import Iterable


def quoted(text: str) -> str:
    """A TOML basic string, as JSON's escapes are a part of TOML's; control characters become blanks."""
    return json.dumps("".join(one if one.isprintable() else " " for one in text), ensure_ascii=False)


def listed(texts: Iterable[str]) -> str:
    """A list of strings on one line."""
    return f"[{', '.join(quoted(text) for text in texts)}]"
