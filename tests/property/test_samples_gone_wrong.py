"""Real mail with something wrong in it: samples that were cut, spliced, doubled and sprinkled, read all the same."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from nasty import CLASSES
from property.test_reading_any_octets import TOKENS
from triaged.core.authres import Trust, authenticate
from triaged.core.decoding import clean_line
from triaged.core.kinds import is_automatic, is_stop, kinds_of
from triaged.core.message import DEFECTS, read, read_raw
from triaged.core.telephone import Callers, read_notice

GOLDEN = Path(__file__).parents[1] / "golden" / "mail"
LONGEST = 50_000
SAMPLES = [raw for file in sorted(GOLDEN.glob("*.eml")) if len(raw := file.read_bytes()) <= LONGEST]
SAMPLES += [raw for made in CLASSES.values() if len(raw := made()) <= LONGEST]
SAMPLE = st.sampled_from(SAMPLES)
WHERE = st.floats(0, 1)


@st.composite
def gone_wrong(draw: st.DrawFn) -> bytes:
    """A sample after a few accidents."""
    raw = draw(SAMPLE)
    for accident in draw(st.lists(st.sampled_from(("cut", "splice", "double", "sprinkle", "lines")), max_size=6)):
        start, end = sorted(int(draw(WHERE) * len(raw)) for _ in range(2))
        match accident:
            case "cut":
                raw = raw[:start] + raw[end:]
            case "splice":
                other = draw(SAMPLE)
                raw = raw[:start] + other[int(draw(WHERE) * len(other)) :]
            case "double":
                raw = raw[:end] + raw[start:end] * draw(st.integers(1, 3)) + raw[end:]
            case "sprinkle":
                raw = raw[:start] + draw(TOKENS | st.binary(max_size=4)) + raw[start:]
            case _:
                raw = (
                    raw[:start]
                    + raw[start:end].replace(b"\r\n", draw(st.sampled_from((b"\n", b"\r", b"", b"\r\n\r\n"))))
                    + raw[end:]
                )
        raw = raw[:LONGEST]
    return raw


@given(gone_wrong(), st.integers(0, LONGEST))
def test_whatever_happened_to_a_message_it_is_read_and_what_is_promised_holds(raw: bytes, cut: int):
    message = read_raw(raw)
    kinds = kinds_of(message, read_notice(message, Callers(region="DE"), authenticated=True))
    assert set(message.defects) <= set(DEFECTS)
    assert isinstance(is_automatic(message, kinds), bool)
    assert isinstance(is_stop(message, "de"), bool)
    assert authenticate(message, Trust(("mx.roth.example", "*.example", "microsoft365"))).why
    for text in (message.subject, message.bare_subject, *(one.name for one in message.attachments)):
        assert text == clean_line(text)
    assert all(0 <= one.start <= one.end <= len(message.text) for one in message.cuts)
    header, _, body = raw.partition(b"\r\n\r\n")
    assert read(header, body[:cut], size=len(raw), complete=cut >= len(body)).size == len(raw)
    assert read_raw(raw) == message
