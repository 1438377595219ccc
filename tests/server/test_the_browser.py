"""The browser of the tests sees what it is relied on for: each fault of a page, and nothing in a page without any."""

import contextlib
from pathlib import Path

import pytest

from server.browser import Browser

pytestmark = pytest.mark.server

HEAD = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Week 48</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
)
GOOD = f"{HEAD}<body><main><h1>Week 48</h1><p>All answered.</p><img alt='' src='data:image/gif;base64,R0lGODlhAQABAAAAACw='></main>"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Where a test writes its page."""
    return tmp_path / "week 48.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_good_page_has_nothing_to_complain_of(browser: Browser, page: Path, scheme: str):
    page.write_text(GOOD, encoding="utf-8")
    shown = browser.open(page, width=360, scheme=scheme)
    assert shown.ask("return document.title") == "Week 48"
    assert (shown.console(), shown.requests(), shown.overflow()) == ([], [], False)
    assert shown.accessibility(undecided=True) == []


def test_a_failing_script_and_what_a_policy_forbids_are_on_the_console(browser: Browser, page: Path):
    page.write_text("<!DOCTYPE html><title>x</title><script>console.warn('odd'); nothing()</script>", encoding="utf-8")
    said = browser.open(page).console()
    assert [line.partition(":")[0] for line in said] == ["WARNING", "SEVERE"]
    assert '"odd"' in said[0]
    assert "nothing is not defined" in said[1]
    page.write_text(f"{GOOD}<script>document.title = 'run'</script>", encoding="utf-8")
    (said_by_the_policy,) = browser.open(page).console()
    assert "Content Security Policy" in said_by_the_policy


def test_what_a_page_asks_for_is_known_also_where_it_comes_to_nothing(browser: Browser, page: Path):
    style = "<style>@import 'https://fonts.example/a.css'; p { background: url(stripes.png) }</style>"
    page.write_text(f"<!DOCTYPE html><title>x</title>{style}<p>x</p>", encoding="utf-8")
    assert sorted(browser.open(page).requests()) == [
        page.with_name("stripes.png").as_uri(),
        "https://fonts.example/a.css",
    ]
    page.write_text(GOOD, encoding="utf-8")
    assert browser.open(page).requests() == [], "what the page before it asked for is not told of this one"


def test_a_page_wider_than_the_window_overflows_with_and_without_a_viewport(browser: Browser, page: Path):
    for start in (HEAD, "<!DOCTYPE html>"):
        page.write_text(f"{start}<div style='width:700px'>x</div>", encoding="utf-8")
        assert browser.open(page, width=360).overflow()
    page.write_text(f"{HEAD}<div style='width:700px'>x</div>", encoding="utf-8")
    assert not browser.open(page, width=1200).overflow()


def test_scheme_and_medium_are_what_was_asked_for(browser: Browser, page: Path):
    page.write_text(GOOD, encoding="utf-8")
    question = "return [matchMedia('(prefers-color-scheme: dark)').matches, matchMedia('print').matches]"
    assert browser.open(page, scheme="dark").ask(question) == [True, False]
    assert browser.open(page, media="print").ask(question) == [False, True]
    assert browser.open(page).ask(question) == [False, False]


def test_a_picture_is_as_large_as_its_element_and_painted_as_far_as_it_differs(browser: Browser, page: Path):
    spot = (
        "<div id=spot style='height:2000px;background:linear-gradient(#fff 75%, #06c 75%)'></div><p id=empty>&nbsp;</p>"
    )
    page.write_text(f"{HEAD}<body style='margin:0'>{spot}", encoding="utf-8")
    shown = browser.open(page, width=400, height=300)
    png = shown.screenshot("#spot")
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (400, 2000)
    assert shown.painted("#spot") == pytest.approx(0.25, abs=0.01)
    assert shown.painted("#empty") == 0
    assert 0 < shown.painted() < 0.26


def test_what_shuts_people_out_is_found_with_its_place(browser: Browser, page: Path):
    faults = "<p id=faint style='color:light-dark(#bbb, #444)'>faint</p><img id=mute src='data:,'>"
    page.write_text(f"{HEAD}<style>p {{ color-scheme: light dark }}</style>{faults}", encoding="utf-8")
    for scheme in ("light", "dark"):
        contrast, alternative = browser.open(page, scheme=scheme).accessibility()
        assert contrast.startswith("color-contrast at #faint: Element has insufficient color contrast of 1.9")
        assert alternative.startswith("image-alt at #mute: ")


def test_colours_that_cannot_be_judged_are_told_on_request(browser: Browser, page: Path):
    over = "<p id=over style='background:linear-gradient(#000, #fff)'>over</p>"
    page.write_text(f"{HEAD}{over}", encoding="utf-8")
    shown = browser.open(page)
    assert shown.accessibility() == []
    assert [line.partition(":")[0] for line in shown.accessibility(undecided=True)] == ["color-contrast at #over"]


def test_text_in_a_plot_is_judged_by_what_is_painted(browser: Browser, page: Path):
    style = "<style>#grey { fill: #767676 } @media (prefers-color-scheme: dark) { #grey { fill: #444 } }</style>"
    texts = "<text id=black y=20 fill=CanvasText>12:00</text><text id=grey y=50>13:00</text>"
    page.write_text(f"{HEAD}{style}<svg width=300 height=60 font-size=11>{texts}</svg>", encoding="utf-8")
    by_day = browser.open(page)
    assert by_day.contrast("#black") == pytest.approx(21, abs=0.1)
    assert by_day.contrast("svg text") == by_day.contrast("#grey") == pytest.approx(4.54, abs=0.1)
    assert browser.open(page, scheme="dark").contrast("text") < 2


def test_what_is_not_there_is_no_empty_picture(browser: Browser, page: Path):
    page.write_text(GOOD, encoding="utf-8")
    with pytest.raises(LookupError, match="svg text"):
        browser.open(page).contrast("svg text")


def test_all_faults_of_a_page_are_told_with_the_window_that_has_them(browser: Browser, page: Path):
    faint = "<p style='width:500px;color:light-dark(#bbb, #fff)'>faint</p><script>nothing()</script>"
    page.write_text(f"{HEAD}<style>p {{ color-scheme: light dark }}</style>{faint}", encoding="utf-8")
    told = browser.faults(page)
    assert [line for line in told if "sideways" in line] == [
        "360 px, light: scrolls sideways",
        "360 px, dark: scrolls sideways",
    ]
    assert [line.partition(": color-contrast")[0] for line in told if "contrast" in line] == [
        "1200 px, light",
        "360 px, light",
    ]
    assert len([line for line in told if "Content Security Policy" in line]) == 4


def test_it_prints(browser: Browser, page: Path):
    page.write_text(f"{GOOD}<p style='break-before:page'>second</p>", encoding="utf-8")
    printed = browser.open(page).pdf()
    assert printed.startswith(b"%PDF-")
    assert printed.count(b"/Type /Page\n") == 2


def test_it_leaves_nothing_behind():
    with Browser() as running:
        folder = running._folder
        assert _living_on(folder)
    assert not folder.exists()
    assert not _living_on(folder)


def _living_on(folder: Path) -> list[Path]:
    """The processes that were told of a folder; one that has ended has no command line."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(folder) in each.read_text(errors="replace"):
                found.append(each)
    return found
