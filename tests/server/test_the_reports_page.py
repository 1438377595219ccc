"""The report as a person sees it: on a desk and on a phone, by day and by night, on paper, and without seeing it."""

from pathlib import Path

import pytest

from server.browser import Browser, Page
from support.reportkit import dana, quarter
from triaged.report import htmlpage as page
from triaged.report import statement

pytestmark = pytest.mark.server

LEAST = 4.5
"""Contrast of text (WCAG 2.1, 1.4.3)."""
LEAST_OF_MARKS = 3.0
"""Contrast of what a picture is made of (WCAG 2.1, 1.4.11)."""
_MARKS = """
const style = getComputedStyle(document.documentElement);
const light = name => {
    const hex = style.getPropertyValue('--' + name).trim().slice(1);
    const parts = [0, 2, 4].map(at => parseInt(hex.slice(at, at + 2), 16) / 255);
    const [r, g, b] = parts.map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
return ['mark', 'late', 'broken', 'open', 'settled', 'promise', 'faint'].map(one => contrast(one, 'paper')).concat(contrast('mark', 'band'));
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report that I read, and the statement that a client is shown."""
    folder = tmp_path_factory.mktemp("pages")
    person = dana(folder)
    client = person.roster.by_label("harbor")
    made = {
        "mine": page.as_html(quarter(person)),
        "theirs": statement.as_html(quarter(person, ["harbor"]), client),
        "mail": page.as_html(quarter(person), pictures=False),
    }
    for name, html in made.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


@pytest.mark.parametrize("name", ["mine", "theirs", "mail"])
def test_it_is_whole_in_itself_and_shuts_nobody_out(browser: Browser, pages: dict[str, Path], name: str):
    assert browser.faults(pages[name], undecided=False) == []


@pytest.mark.parametrize(("scheme", "media"), [("light", "screen"), ("dark", "screen"), ("light", "print")])
@pytest.mark.parametrize("width", [1200, 360])
@pytest.mark.parametrize("name", ["mine", "theirs"])
def test_every_picture_is_seen_and_its_words_are_read(
    browser: Browser, pages: dict[str, Path], name: str, width: int, scheme: str, media: str
):
    shown = browser.open(pages[name], width=width, scheme=scheme, media=media)
    pictures = _pictures(shown)
    assert len(pictures) >= 3
    for picture in pictures:
        assert shown.painted(f"#{picture}") > 0.02, picture
        assert shown.contrast(f"#{picture} text") >= LEAST, picture
    assert min(shown.ask(_MARKS)) >= LEAST_OF_MARKS


@pytest.mark.parametrize("name", ["mine", "theirs"])
def test_every_picture_has_a_name_a_description_and_its_table(browser: Browser, pages: dict[str, Path], name: str):
    shown = browser.open(pages[name])
    shown.ask("document.querySelectorAll('details').forEach(each => each.open = true)")
    told = shown.ask(
        "return Array.from(document.querySelectorAll('svg'), svg => [svg.getAttribute('role'),"
        " ...svg.getAttribute('aria-labelledby').split(' ').map(id => document.getElementById(id).textContent)])"
    )
    assert all(role == "img" and title and description for role, title, description in told)
    tables = shown.ask(
        "return Array.from(document.querySelectorAll('figure'), each => each.querySelectorAll('td').length)"
    )
    assert min(tables) > 10
    assert shown.accessibility() == []
    ids = shown.ask("return Array.from(document.querySelectorAll('[id]'), each => each.id)")
    assert len(ids) == len(set(ids))


def test_on_a_phone_opened_tables_scroll_within_themselves(browser: Browser, pages: dict[str, Path]):
    shown = browser.open(pages["mine"], width=360)
    shown.ask("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert not shown.overflow()


def test_on_a_phone_every_figure_is_seen_without_scrolling(browser: Browser, pages: dict[str, Path]):
    shown = browser.open(pages["mine"], width=390)
    script = """return [...document.querySelectorAll('.wide')].filter(box => !box.closest('details')
      && box.scrollWidth > box.clientWidth).map(box => box.getAttribute('aria-label'))"""
    assert shown.ask(script) == []


def test_on_paper_the_tables_are_open(browser: Browser, pages: dict[str, Path]):
    closed = "return document.querySelector('details table').getBoundingClientRect().height"
    assert browser.open(pages["mine"], media="print").ask(closed) > 50
    assert browser.open(pages["mine"]).pdf().startswith(b"%PDF")


@pytest.mark.parametrize("name", ["mine", "theirs"])
def test_on_paper_no_heading_stands_alone_at_the_foot_of_a_page(browser: Browser, pages: dict[str, Path], name: str):
    shown = browser.open(pages[name], media="print")
    style = "return Array.from(document.querySelectorAll(arguments[0]), each => getComputedStyle(each)[arguments[1]])"
    assert set(shown.ask(style, "h2, h3, .key", "breakAfter")) == {"avoid"}, "what follows goes with it"
    assert set(shown.ask(style, ".wide, svg", "breakInside")) == {"avoid"}, "a table's heading is a part of the table"


def _pictures(shown: Page) -> list[str]:
    """An id of each picture: of the first group in it."""
    return shown.ask("return Array.from(document.querySelectorAll('svg'), svg => svg.querySelector('g').id)")
