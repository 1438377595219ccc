"""Sample mail and all that is read from it. `python tests/golden/test_reading_mail.py` writes anew what is expected."""

import json
from pathlib import Path
from typing import Any

import pytest

from triaged.core.address import Glob
from triaged.core.authres import Trust, authenticate
from triaged.core.kinds import is_automatic, kinds_of
from triaged.core.message import read_raw
from triaged.core.telephone import Callers, read_notice

SAMPLES = sorted((Path(__file__).parent / "mail").glob("*.eml"))
TRUST = Trust(("mx.roth.example", "microsoft365"))
PBX = (Glob.parse("asterisk@pbx.roth.example"),)


def reading(path: Path) -> dict[str, Any]:
    """All that the daemon reads from a message, as plain data."""
    message = read_raw(path.read_bytes())
    notice = read_notice(message, Callers(PBX, "GB"), authenticated=False)
    kinds = kinds_of(message, notice)
    return {
        "sender": f"{message.sender.name} <{message.sender.address}>" if message.sender else message.sender_defect,
        "return_path": str(message.return_path),
        "to": [str(address) for address in (*message.to, *message.cc)],
        "subject": [message.subject, message.bare_subject],
        "message_id": message.message_id,
        "references": list(message.references),
        "date": message.date.isoformat() if message.date else None,
        "received": message.received.isoformat() if message.received else None,
        "text": message.text.splitlines(),
        "new_text": message.new_text.splitlines(),
        "cuts": [cut.kind for cut in message.cuts],
        "forwarded": message.forwarded,
        "part_types": list(message.part_types),
        "attachments": [[one.name, one.content_type, one.size] for one in message.attachments],
        "kinds": sorted(kinds),
        "automatic": is_automatic(message, kinds),
        "notice": [notice.kind, notice.number, notice.name, notice.system] if notice else None,
        "authentication": authenticate(message, TRUST).verdict,
        "defects": list(message.defects),
    }


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_read_as_expected(path: Path) -> None:
    assert reading(path) == json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 9


if __name__ == "__main__":
    for sample in SAMPLES:
        written = json.dumps(reading(sample), ensure_ascii=False, indent=1)
        sample.with_suffix(".json").write_text(written + "\n", encoding="utf-8")
