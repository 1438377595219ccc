"""How long deciding takes, by number of rules: ours beside a loop that asks the client first and then `re`.

Run alone: `python tests/bench/bench_rules.py`. It makes its own messages (about 3.2 KB of text each) and rules (two words
or a regular expression each, over 200 clients), prints microseconds a message and what is to be reached.
"""

import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.rulekit import client, mail, rule, view, when
from triaged.core.conditions import View
from triaged.core.message import Message
from triaged.core.rules import RuleSet

CLIENTS = tuple(client(f"c{number}") for number in range(200))
SIZES = (10, 100, 1_000, 10_000)
MESSAGES = 400
ROUNDS = 5
LIMIT_US = 100
LIMIT_GROWTH = 35

Needs = tuple[str, list[str]]  # a label, and patterns as the configuration writes them


def vocabulary(random_: random.Random) -> list[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(random_.choices(letters, k=random_.randint(4, 10))) for _ in range(30_000)]


def messages(random_: random.Random, words: Sequence[str]) -> list[Message]:
    found = [
        mail(" ".join(random_.choices(words, k=450)), Subject=f"About {random_.choice(words)}") for _ in range(MESSAGES)
    ]
    for message in found:
        assert message.new_text  # reading is measured elsewhere
    return found


def needs(random_: random.Random, words: Sequence[str], number: int) -> list[Needs]:
    found = []
    for place in range(number):
        patterns = random_.choices(words, k=2)
        if place % 3 == 0:
            patterns.append(f"/{random_.choice(words)}[0-9]+/")
        found.append((f"c{place % len(CLIENTS)}", patterns))
    return found


def ours(wanted: Sequence[Needs]) -> Callable[[View], bool]:
    rules = RuleSet(
        (*(rule(f"r{n}", when=when(client=label, text=patterns)) for n, (label, patterns) in enumerate(wanted)), rule())
    )
    return lambda seen: rules.match(seen).because != "matches everything"


def looped(wanted: Sequence[Needs]) -> Callable[[View], bool]:
    compiled = [(label, re.compile("|".join(map(as_re, patterns)), re.IGNORECASE)) for label, patterns in wanted]

    def match(seen: View) -> bool:
        text = f"{seen.message.subject}\n{seen.message.new_text}"
        label = seen.client.label if seen.client else ""
        return any(one == label and shape.search(text) for one, shape in compiled)

    return match


def as_re(pattern: str) -> str:
    return pattern[1:-1] if pattern.startswith("/") else rf"\b{pattern}\b"


def microseconds(match: Callable[[View], bool], mails: Sequence[Message]) -> tuple[float, int]:
    """The median over the rounds, and how many messages matched; the first round makes the index and is not counted."""
    taken = []
    hits = 0
    for _ in range(ROUNDS + 1):
        views = [view(message, CLIENTS[place % len(CLIENTS)]) for place, message in enumerate(mails)]
        start = time.process_time()
        hits = sum(map(match, views))
        taken.append((time.process_time() - start) / len(views) * 1e6)
    return statistics.median(taken[1:]), hits


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> int:
    random_ = random.Random(1)  # the same rules in every run
    words = vocabulary(random_)
    mails = messages(random_, words)
    say(f"{'rules':>8} {'ours, us':>10} {'loop, us':>10} {'hits':>6}")
    figures = []
    for number in SIZES:
        wanted = needs(random_, words, number)
        mine, hits = microseconds(ours(wanted), mails)
        theirs, same = microseconds(looped(wanted), mails)
        assert hits == same, "both must find the same"
        figures.append(mine)
        say(f"{number:>8} {mine:>10.1f} {theirs:>10.1f} {hits:>6}")
    growth = figures[-1] / figures[0]
    reached = figures[-1] <= LIMIT_US and growth <= LIMIT_GROWTH
    say(
        f"growth {growth:.1f} (reach {LIMIT_GROWTH}), {figures[-1]:.1f} us (reach {LIMIT_US}): {'yes' if reached else 'NO'}"
    )
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
