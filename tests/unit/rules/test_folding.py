"""Folding: equal words of any script become equal octets, and their boundaries stay."""

import pytest

from triaged.core.folding import fold, squeeze, unfold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("STRASSE", "straße"),
        ("Störung", "STO\u0308RUNG"),
        ("İstanbul", "istanbul"),
        ("ISPARTA", "ısparta"),
        ("don’t", "don't"),
        ("“now”", '"now"'),
        ("e‑mail", "e-mail"),
        ("ｕｒｇｅｎｔ", "urgent"),
        ("dring\u00adend", "dringend"),
        ("urg\u200bent", "urgent"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("⚠\ufe0f now", "⚠ now"),
        ("a\u00a0b", "a b"),
    ],
)
def test_what_a_reader_takes_for_the_same_folds_to_the_same(one: str, other: str):
    assert fold(one) == fold(other)


def test_folded_text_is_ascii_in_every_script():
    assert fold("Größe 障害 خبر 🔥").isascii()


def test_unfolding_spells_the_letters_again():
    assert unfold(fold("Grüße, 障害 🔥")) == "grüsse, 障害 🔥"


def test_letters_that_share_digits_stay_apart():
    assert fold("ü") not in fold("ǽ")  # 00FC and 01FC


def test_white_space_is_squeezed_to_single_blanks():
    assert squeeze("  a\n\t b ") == "a b"
