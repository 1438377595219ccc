"""What nobody vouches for repeats no address, link or number in my name, and every other word of its subject."""

import pytest

from triaged.core.lures import without_lures


@pytest.mark.parametrize(
    ("subject", "left"),
    [
        ("log in at https://evil.example.com/x?y=1 now", "log in at … now"),
        ("log in at evil.com", "log in at …"),
        ("log in at evil.com/login", "log in at …"),
        ("www.evil.example today", "… today"),
        ("EVIL.CO.UK!", "…!"),
        ("write to me@evil.example.", "write to …"),
        ("write to <me@evil.com> please", "write to <…> please"),
        ("evil。com and evil．com", "… and …"),
        ("bücher.de", "…"),
        ("http:evil.com", "http:…"),
        ("javascript://x", "…"),
        ("call +44 20 7946 0018 now", "call … now"),
        ("call (030) 2233-4455", "call …"),
        ("call 0302233445", "call …"),
        ("call ٠٣٠٢٢٣٣٤٤", "call …"),
        ("see 203.0.113.9", "see …"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN DE…"),
        ("tel:0302233", "…"),
        ("see evil.example", "see …"),
    ],
)
def test_lures_go(subject: str, left: str):
    assert without_lures(subject) == left


@pytest.mark.parametrize(
    "subject",
    [
        "Figures for Friday",
        "report.pdf and figures.xlsx of v2.10.3",
        "Meeting on 24.11.2026 at 15:10",
        "Meeting on 2026-11-24 15:10",
        "Backup 20261124",
        "invoice 471123, order 2026/11",
        "e.g. this, i.e. that",
        "Re: a.m. or p.m.? … yes",
        "5 of 6 on 1/2/26",
        "",
    ],
)
def test_words_dates_and_short_numbers_stay(subject: str):
    assert without_lures(subject) == subject
