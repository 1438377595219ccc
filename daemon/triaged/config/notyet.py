"""Parts of the configuration that are read, but whose behaviour is not built: `check` and the start say so."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType

from triaged.config.document import Node
from triaged.config.problems import Findings, Place
from triaged.config.reading import Section

NOT_YET: Mapping[str, str] = MappingProxyType({})
"""Key path -> what is missing, as in `{"promises.slip": "no second mail is sent"}`; `*` stands for any label or index.
Empty when everything is built."""


def check_not_yet(section: Section, findings: Findings, parts: Mapping[str, str] = NOT_YET) -> None:
    """Warn of every key that is written and not in force yet."""
    for pattern, missing in parts.items():
        for name, place in _written(section.node, pattern.split(".")):
            findings.warning(place, f"{name} is not in force yet: {missing}")


def _written(node: Node, steps: list[str], name: str = "") -> list[tuple[str, Place]]:
    if not steps:
        return [(name, node.key)]
    if isinstance(node.value, list):
        rest = steps[1:] if steps[0] == "*" else steps
        return [found for one in node.value for found in _written(one, rest, name)]
    return [
        found
        for key, one in node.table.items()
        if fnmatchcase(key, steps[0])
        for found in _written(one, steps[1:], f"{name}.{key}" if name else key)
    ]
