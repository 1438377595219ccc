"""The last months in ten lines: what would have happened, by what and by whom. Rehearsed messages in, sentences out."""

from collections import Counter
from collections.abc import Sequence

from triaged.core.decision import Verdict
from triaged.rehearse.replaying import Line

_CLIENTS = 5


def ten_lines(lines: Sequence[Line]) -> list[str]:
    """At most ten."""
    ours = [line for line in lines if line.decision.client is not None]
    if not ours:
        return [f"{_mails(len(lines))} came, none of them from a client: nothing would have been done."]
    verdicts = Counter(line.decision.verdict for line in ours)
    told = [
        f"{_mails(len(lines))} came, {len(ours)} from clients.",
        f"{verdicts[Verdict.DEFERRABLE]} would have been put aside, and would have come back at their time.",
        f"{verdicts[Verdict.URGENT]} would have been urgent: flagged, and left in the inbox.",
        f"{verdicts[Verdict.LEFT]} would have been left alone.",
        f"{sum(map(_replied, ours))} would have been answered by a short mail like those that you saw.",
    ]
    by_client = Counter(line.decision.client for line in ours)
    return told + [
        _about([line for line in ours if line.decision.client == one]) for one, _ in by_client.most_common(_CLIENTS)
    ]


def _about(lines: Sequence[Line]) -> str:
    client = lines[0].person.roster.by_label(lines[0].decision.client or "")
    verdicts = Counter(line.decision.verdict for line in lines)
    name = client.name if client else lines[0].decision.client
    return (
        f"{name}: {_mails(len(lines))}, {verdicts[Verdict.DEFERRABLE]} put aside, {verdicts[Verdict.URGENT]} urgent,"
        f" {sum(map(_replied, lines))} answered."
    )


def _replied(line: Line) -> bool:
    return line.decision.reply is not None and line.decision.no_reply is None


def _mails(n: int) -> str:
    return "1 mail" if n == 1 else f"{n} mails"
