"""The last months in ten lines: what would have happened, by what and by whom. Rehearsed messages in, sentences out."""

from collections import Counter
from collections.abc import Sequence

from triaged.core.decision import Verdict
from triaged.rehearse.replaying import Line
from triaged.setup.firstwords import FirstWords

_CLIENTS = 5


def ten_lines(lines: Sequence[Line], words: FirstWords) -> list[str]:
    """At most ten."""
    ours = [line for line in lines if line.decision.client is not None]
    if not ours:
        return [words("came_none", mails=words.counted("mails", len(lines)))]
    verdicts = Counter(line.decision.verdict for line in ours)
    told = [
        words("came", mails=words.counted("mails", len(lines)), ours=len(ours)),
        words("would_be_aside", n=verdicts[Verdict.DEFERRABLE]),
        words("would_be_urgent", n=verdicts[Verdict.URGENT]),
        words("would_be_left", n=verdicts[Verdict.LEFT]),
        words("would_be_answered", n=sum(map(_replied, ours))),
    ]
    by_client = Counter(line.decision.client for line in ours)
    return told + [
        _about([line for line in ours if line.decision.client == one], words)
        for one, _ in by_client.most_common(_CLIENTS)
    ]


def _about(lines: Sequence[Line], words: FirstWords) -> str:
    client = lines[0].person.roster.by_label(lines[0].decision.client or "")
    verdicts = Counter(line.decision.verdict for line in lines)
    name = client.name if client else lines[0].decision.client
    return words(
        "about", name=name, mails=words.counted("mails", len(lines)), aside=verdicts[Verdict.DEFERRABLE],
        urgent=verdicts[Verdict.URGENT], answered=sum(map(_replied, lines)),
    )  # fmt: skip


def _replied(line: Line) -> bool:
    return line.decision.reply is not None and line.decision.no_reply is None
