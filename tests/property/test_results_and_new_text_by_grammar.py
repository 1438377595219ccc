"""Authentication-Results and quoted answers, written in every way that is allowed: what is read does not depend on how."""

from hypothesis import given
from hypothesis import strategies as st

from triaged.core.authres import Trust, Verdict, authenticate, read_field
from triaged.core.message import read_raw
from triaged.core.newtext import scan

WORDS = st.text("abcdefghij", min_size=1, max_size=6)
COMMENTS = st.recursive(
    st.text('abc=;" pass', max_size=8).map(lambda inside: f"({inside})"),
    lambda inner: st.lists(inner, max_size=2).map(lambda several: f"(x{''.join(several)})"),
    max_leaves=4,
)
GAPS = st.lists(st.sampled_from([" ", "\t", "\r\n "]) | COMMENTS, max_size=3).map("".join)
RESULTS = st.tuples(
    st.sampled_from(["dkim", "spf", "dmarc", "arc"]),
    st.sampled_from(["pass", "fail", "none", "softfail", "temperror"]),
    st.dictionaries(st.sampled_from(["header.d", "header.from", "smtp.mailfrom"]), WORDS.map("{}.example".format)),
)


@st.composite
def written(draw: st.DrawFn, results: list[tuple[str, str, dict[str, str]]]) -> bytes:
    """A field with comments, folds and quotes wherever they may stand."""

    def gap() -> str:
        return draw(GAPS)

    def value(text: str) -> str:
        return draw(st.sampled_from([text, f'"{text}"']))

    text = gap() + "mx.example"
    for method, result, properties in results:
        text += f"{gap()};{gap()}{method}{draw(st.sampled_from(['', '/1']))}{gap()}={gap()}{result}"
        for name, said in properties.items():
            text += f" {gap()}{name}{gap()}={gap()}{value(said)}"
    return (text + gap()).encode()


@given(st.data(), st.lists(RESULTS, max_size=4))
def test_results_are_the_same_however_they_are_written(
    data: st.DataObject, results: list[tuple[str, str, dict[str, str]]]
):
    field = read_field(data.draw(written(results)))
    assert field is not None
    assert field.authserv_id == "mx.example"
    assert [(one.method, one.result, dict(one.properties)) for one in field.results] == results


@given(st.binary(max_size=200), st.sampled_from([b"evil.example", b"mx.example.evil.example", b"xmx.example", b""]))
def test_nothing_in_a_field_of_another_server_makes_a_sender_believed(rest: bytes, authserv_id: bytes):
    clean = rest.replace(b"\r", b"").replace(b"\n", b"")
    raw = b"Authentication-Results: " + authserv_id + b"; " + clean + b"\r\nFrom: g@harbor.example\r\n\r\nhello\r\n"
    verdict = authenticate(read_raw(raw), Trust(("mx.example",))).verdict
    assert verdict is Verdict.NONE


LINES = st.lists(
    st.lists(
        st.sampled_from(
            ["can", "you", "ring", "me,", "please?", "the", "door", "of", "3", "pm", "is", "é", "open.", "no!"]
        ),
        min_size=2,
        max_size=7,
    ).map(" ".join),
    min_size=2,
    max_size=5,
)
INTROS = st.sampled_from([
    "On Mon, 24 Nov 2025 at 09:00, Dana Roth <dana@roth.example> wrote:",
    "Am 24.11.2025 um 09:00 schrieb Dana Roth:",
    "Le lun. 24 nov. 2025 à 09:00, Dana Roth <dana@roth.example> a écrit :",
])  # fmt: skip


@given(LINES, INTROS, LINES)
def test_what_is_quoted_below_never_counts_as_new(new: list[str], intro: str, quoted: list[str]):
    below = "\n".join("> " + line for line in quoted)
    alone = scan("\n".join(new)).new_text
    assert scan("\n".join(new) + f"\n\n{intro}\n{below}\n").new_text == alone
