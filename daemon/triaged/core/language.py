"""The language of a message. Text and the languages that matter go in, one of them or None comes out.

Deterministic: the same text gives the same answer. The model (py3langid, inside its package) takes a second and about
80 MB, so it is loaded at the first question that needs it; `prepare` loads it ahead of time.
"""

import re
from functools import lru_cache
from typing import Any

FEWEST_WORDS = 3
_LONGEST = 2000  # characters looked at; more changes nothing but the time it takes
_FLOOR = 0.7
# What a text is measured against beside the candidates: without rivals every Dutch mail would be German or English.
_RIVALS = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "no", "fi", "cs", "ro", "hu", "tr")
_MODEL_NAMES = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "fil": "tl"}
_NOT_WORDS = re.compile(r"\S*(?:://|www\.|@)\S*|\S*\d\S*")
# Chinese, Japanese and Thai put no spaces between words: two of their letters count as one.
_WORD = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]{2}|[^\W\d_]{2,}")


def detect(text: str, candidates: tuple[str, ...]) -> str | None:
    """Which of `candidates` ("en", "de", "pt-BR") a text is written in; None when it is too short or not sure.

    None too when the text is in a language that is no candidate: with ("en", "de") a French mail gives None.
    """
    words = _NOT_WORDS.sub(" ", text[:_LONGEST])
    if not candidates or len(_WORD.findall(words)) < FEWEST_WORDS:
        return None
    names = {_model_name(candidate): candidate for candidate in reversed(candidates)}
    return _best(_probabilities(words.strip()), names)


def prepare() -> None:
    """Load the model now, where a second matters less than it would later."""
    _model()


def _model_name(language: str) -> str:
    base = language.replace("_", "-").partition("-")[0].casefold()
    return _MODEL_NAMES.get(base, base)


def _best(found: dict[str, float], names: dict[str, str]) -> str | None:
    rivals = {language: found[language] for language in (*_RIVALS, *names) if language in found}
    total = sum(rivals.values())
    best = max(rivals, key=lambda language: (rivals[language], language))
    if best not in names or rivals[best] < _FLOOR * total:
        return None
    return names[best]


@lru_cache(maxsize=64)
def _probabilities(text: str) -> dict[str, float]:
    return dict(_model().rank(text))


@lru_cache(maxsize=1)
def _model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
