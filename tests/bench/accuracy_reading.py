"""How well the new text of a mail is found: over fixtures that lie in a folder of their own, since they are not ours to copy.

    python tests/bench/accuracy_reading.py FOLDER [--show]

FOLDER holds a folder for each language (`en`, `de` …; any name will do). In it `NAME.eml` is a raw message, or `NAME.txt`
the decoded text of one; `NAME.expected` beside it is the text that its sender wrote. Printed by language: `exact`, the
lines are the same but for blanks; `lost`, a line that is expected is missing (a person's words were taken for a quote);
`kept`, there is a line that is not expected (a quote or a signature was taken for a person's words). With `--show` the
lines of each difference, too. Exit 1 if anything was lost.
"""

import sys
from collections import Counter
from pathlib import Path

from triaged.core.message import read_raw
from triaged.core.newtext import scan


def new_text(path: Path) -> str:
    if path.suffix == ".eml":
        return read_raw(path.read_bytes()).new_text
    return scan(path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")).new_text


def lines(text: str) -> Counter[str]:
    return Counter(squeezed for line in text.splitlines() if (squeezed := " ".join(line.split())))


def difference(path: Path) -> tuple[list[str], list[str]]:
    """The lines that were lost, and those that were kept."""
    expected = lines(path.with_suffix(".expected").read_text("utf-8", "replace"))
    found = lines(new_text(path))
    return list((expected - found).elements()), list((found - expected).elements())


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> int:
    folder, show = Path(sys.argv[1]), "--show" in sys.argv[2:]
    figures: dict[str, Counter[str]] = {}
    for path in sorted(one for one in folder.rglob("*") if one.suffix in {".eml", ".txt"}):
        if not path.with_suffix(".expected").exists():
            continue
        lost, kept = difference(path)
        counts = figures.setdefault(path.parent.name, Counter())
        counts.update(
            ["all", *(["lost"] if lost else []), *(["kept"] if kept else []), *([] if lost or kept else ["exact"])]
        )
        if show and (lost or kept):
            say(f"{path.relative_to(folder)}")
            for sign, differing in (("-", lost), ("+", kept)):
                for line in differing:
                    say(f"  {sign} {line[:150]}")
    say(f"{'language':<12}{'all':>6}{'exact':>8}{'lost':>8}{'kept':>8}")
    for language, counts in [*sorted(figures.items()), ("together", sum(figures.values(), Counter()))]:
        say(f"{language:<12}{counts['all']:>6}{counts['exact']:>8}{counts['lost']:>8}{counts['kept']:>8}")
    return 1 if any(counts["lost"] for counts in figures.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
