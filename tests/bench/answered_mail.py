"""Which mail would be answered: raw messages in a folder of their own, since they are not ours to copy, asked of reading and guard.

    python tests/bench/answered_mail.py FOLDER [--people] [--show]

Every file below FOLDER is one raw message of a machine: a bounce, an absence, a notice. Each is asked twice, by a client who
could be anybody: as it came, and dressed like a person's mail: from a Return-Path that is its From (a person's, where it has none
that can be read), to me alone, today, with a well-formed id. Printed: how many would be answered, and by which code the others are refused first.
Exit 1 if one would be. With `--people` they are people's mail: each that is refused is a mistake of the other kind, and is
only counted. With `--show` the names of the mistakes, with the reason of a refusal.
"""

import re
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.rulekit import MINE, ORDINARY, address, client, sending
from triaged.core.guard import Refusal, first_refusal
from triaged.core.message import Message, read_raw

ANYBODY = client("anybody", "*")
UNDRESSED = frozenset({b"return-path", b"message-id", b"in-reply-to", b"references", b"date", b"to", b"cc", b"bcc"})
FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*")
HEADER = re.compile(rb"(?:From [^\n]*\n)?((?:[!-9;-~]+[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*+)*+)")


def dressed(raw: bytes) -> bytes:
    """The message as a person's program would send it, its From, its subject and whatever else it says of itself kept."""
    raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n") + b"\n"
    header = HEADER.match(raw)
    kept = header[1] if header else b""
    sender = read_raw(raw).sender
    off = UNDRESSED if sender else UNDRESSED | {b"from"}
    fields = b"".join(found[0] for found in FIELD.finditer(kept) if found[1].lower() not in off)
    ours = ORDINARY | ({"Return-Path": f"<{sender.address}>"} if sender else {})
    put_on = [f"{name}: {value}\n" for name, value in ours.items() if name.lower().encode() in off]
    return "".join(put_on).encode() + fields + raw[header.end() if header else 0 :]


def refusal(message: Message) -> Refusal | None:
    mine = message.to[:1] or message.cc[:1] or (address(MINE),)
    return next(iter(first_refusal(sending(message, client=ANYBODY, match=None, mine=mine))), None)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> int:
    folder, people, show = Path(sys.argv[1]), "--people" in sys.argv[2:], "--show" in sys.argv[2:]
    mistakes = 0
    for way, dress in (("as it came", bytes), ("dressed", dressed)):
        codes = Counter[str]()
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            found = refusal(read_raw(dress(path.read_bytes())))
            codes[found.code if found else "answered"] += 1
            if show and (found is not None) == people:
                say(f"  {path.relative_to(folder)}: {f'{found.code}: {found.reason}' if found else 'answered'}")
        say(f"{way:<12}{codes.total():>6}  " + ", ".join(f"{code} {count}" for code, count in codes.most_common()))
        mistakes += 0 if people else codes["answered"]
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
