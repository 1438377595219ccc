"""A quote's header in a language or a form that no file of words has: known by the thread, and never at a person's cost."""

import pytest

from triaged.core.message import read_raw

UNLISTED = [
    "Mnamo Jum, 24 Nov 2026 saa 10:00 Dana Roth <dana@roth.example> aliandika:",
    "Þann þri., 24. nóv. 2026 kl. 10:00 skrifaði Dana Roth <dana@roth.example>:",
    "Dana Roth (<dana@roth.example>) erabiltzaileak hau idatzi du (2026 aza. 24(a), ar. (10:00)):",
    "Ar Mái 24 Samh 2026 ag 10:00 scríobh Dana Roth <dana@roth.example>:",
    "เมื่อ อ. 24 พ.ย. 2026 เวลา 10:00 Dana Roth <dana@roth.example> เขียนว่า:",
    "في الثلاثاء، 24 نوفمبر 2026 في 10:00 ص تمت كتابة ما يلي بواسطة Dana Roth <dana@roth.example>:",
    "मंगल, 24 नव॰ 2026 को 10:00 पूर्वाह्न बजे Dana Roth <dana@roth.example> ने लिखा:",
    "Më mar, 24 nënt 2026 në 10:00 Dana Roth <dana@roth.example> shkroi:",
    "Noong Mar, Nob 24, 2026 nang 10:00 AM, isinulat ni Dana Roth <dana@roth.example> ang:",
]
PEOPLES = [
    "Treffen mit Dana Roth <dana@roth.example>, 24.11.2026 10:00:",
    "Bitte bis 24.11.2026 10:00 an Dana <dana@roth.example>:",
    "Please mail it to Dana Roth <dana@roth.example> by 24 Nov 2026 10:00:",
    "Reunión con Dana <dana@roth.example> el 24/11/2026 10:00:",
    "Agenda 24.11.2026 10:00 (Dana Roth <dana@roth.example>, Gary):",
]
QUOTE = "The offer holds until Friday.\nDana"
MARKED = "> The offer holds until Friday.\n> Dana"
ANSWER = "In-Reply-To: <offer@roth.example>\n"


def new(body: str, fields: str = ANSWER) -> str:
    head = f"From: Gary Smith <gary@harbor.example>\nTo: Dana Roth <dana@roth.example>\n{fields}Subject: Re: Offer\n"
    return read_raw(f"{head}\n{body}\n".encode()).new_text


@pytest.mark.parametrize("header", UNLISTED)
def test_marked_quotes_below_make_a_header_of_it(header: str) -> None:
    for fields in (ANSWER, ""):
        found = new(f"Please stop.\n\n{header}\n{MARKED}\n\nAnd ring me.", fields)
        assert found.split() == ["Please", "stop.", "And", "ring", "me."]
        assert new(f"{header}\n\n{MARKED}\n\nRing me.", fields) == "Ring me."


@pytest.mark.parametrize("header", UNLISTED)
def test_so_does_an_answer_to_whom_it_names(header: str) -> None:
    assert new(f"Please stop.\n\n{header}\n\n{QUOTE}") == "Please stop."


@pytest.mark.parametrize("header", UNLISTED)
def test_without_either_or_for_a_strangers_address_it_stays(header: str) -> None:
    assert new(f"Please stop.\n\n{header}\n\n{QUOTE}", "").endswith(QUOTE)
    assert new(f"Please stop.\n\n{header.replace('dana@roth', 'kate@else')}\n\n{QUOTE}").endswith(QUOTE)


@pytest.mark.parametrize("line", PEOPLES)
def test_a_line_of_her_own_above_her_own_words_is_none(line: str) -> None:
    assert new(f"Hello.\n\n{line}\n\nThe server is down.") == f"Hello.\n\n{line}\n\nThe server is down."
    assert new(f"Hello.\n\n{line}\n{MARKED}\n\nThe server is down.").startswith(f"Hello.\n\n{line}\n")


@pytest.mark.parametrize("line", ["My answer:", "You asked on 24.11.2026:", "dana@roth.example:"])
def test_her_own_words_above_a_marked_quote_stay(line: str) -> None:
    assert new(f"{line}\n{MARKED}\n\nNo.").startswith(line)
