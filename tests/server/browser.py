"""A real browser, Debian's Chromium without a window: what a page looks like, asks for, complains of, and shuts people out by."""

import base64
import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Self, get_args

from server.processes import HOST, end, missing, own_folder, remove, required_program

NARROW = 600
"""Below this width (CSS pixels) a page is shown as a phone shows it: scroll bars take no room, <meta viewport> counts."""

_SHARP = 3  # the strokes of small letters are thinner than a pixel, and paler than their colour at any lower scale
Scheme = Literal["light", "dark"]

_WCAG_2_1_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
_FLAGS = [
    "--headless",
    "--no-sandbox",  # Chromium refuses its sandbox to root, who runs the tests in CI; the pages are our own
    "--disable-dev-shm-usage",  # /dev/shm of a container is small; the folder below is not
    "--disable-gpu",
    "--disable-component-update",
    # What a page asks for is noted and reaches nobody: port 9 is discard, and nobody listens there.
    f"--proxy-server={HOST}:9",
    "about:blank",  # not the page of new tabs, which loads a hundred files
]

_AXE = """
const done = arguments[0];
// axe takes the paper for white; a page that leaves it to the browser lies on dark paper in the dark.
const root = document.documentElement, before = root.style.backgroundColor;
if (getComputedStyle(root).backgroundColor === "rgba(0, 0, 0, 0)") root.style.backgroundColor = "Canvas";
axe.run(document, {runOnly: %s})
    .then(found => done({violations: found.violations, incomplete: found.incomplete}), error => done({error: String(error)}))
    .finally(() => { root.style.backgroundColor = before; });
"""

# A picture, decoded by the page itself: how often each colour occurs in a rectangle of it, the most frequent one first.
_COLOURS = """
async function painting(png) {
    const octets = Uint8Array.from(atob(png), each => each.charCodeAt(0));
    const image = await createImageBitmap(new Blob([octets], {type: "image/png"}));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d", {willReadFrequently: true});
    context.drawImage(image, 0, 0);
    return context;
}
function colours(context, x, y, width, height) {
    const seen = new Map();
    for (const pixel of new Uint32Array(context.getImageData(x, y, width, height).data.buffer))
        seen.set(pixel, (seen.get(pixel) || 0) + 1);
    return [...seen].sort((one, other) => other[1] - one[1]);
}
"""

_PAINTED = f"""{_COLOURS}
const [png, done] = arguments;
painting(png).then(context => {{
    const {{width, height}} = context.canvas;
    done(1 - colours(context, 0, 0, width, height)[0][1] / (width * height));
}});
"""

# WCAG 2.1: relative luminance and contrast ratio; ABGR is how a pixel lies in memory.
_CONTRAST = f"""{_COLOURS}
const [png, boxes, done] = arguments;
const linear = part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
const luminance = abgr => [0.2126, 0.7152, 0.0722].reduce(
    (sum, weight, place) => sum + weight * linear((abgr >>> 8 * place & 255) / 255), 0);
const ratio = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
painting(png).then(context => done(boxes.map(box => {{
    const [paper, ...inks] = colours(context, ...box.map(Math.round)).map(([colour]) => luminance(colour));
    return Math.max(1, ...inks.map(ink => ratio(paper, ink)));
}})));
"""

_BOXES = """
return Array.from(document.querySelectorAll(arguments[0]), each => each.getBoundingClientRect())
    .filter(box => box.width && box.height).map(box => [box.x + scrollX, box.y + scrollY, box.width, box.height]);
"""

Box = tuple[float, float, float, float]
"""Left, top, width and height in CSS pixels of the page."""


class Page:
    """An HTML file as the browser shows it, until the next one is opened."""

    def __init__(self, driver: Any, width: int) -> None:
        self._driver = driver
        self._width = width
        self._messages: list[str] = []
        self._requests: list[str] = []

    def console(self) -> list[str]:
        """Warnings and errors since it was opened: of scripts, of the parser, of what could not be loaded."""
        self._messages += [f"{each['level']}: {each['message']}" for each in self._driver.get_log("browser")]
        return list(self._messages)

    def requests(self) -> list[str]:
        """Every address that it asked for but its own; `data:` and `blob:` are inside of it and count as nothing."""
        asked = (event["request"]["url"] for event in _events(self._driver, "Network.requestWillBeSent"))
        own = self._driver.current_url.partition("#")[0]
        self._requests += [url for url in asked if url != own and not url.startswith(("data:", "blob:"))]
        return list(self._requests)

    def ask(self, script: str, *arguments: Any) -> Any:
        """What a script in the page returns: `page.ask("return document.title")`."""
        return self._driver.execute_script(script, *arguments)

    def overflow(self) -> bool:
        """Whether it is wider than the window: then a person scrolls sideways, or reads tiny letters on a phone."""
        shown, whole = self.ask("const root = document.documentElement; return [root.clientWidth, root.scrollWidth]")
        return bool(whole > shown or shown > self._width)

    def screenshot(self, selector: str = "html") -> bytes:
        """A PNG of the whole page, or of the first element that the selector finds, also of what is out of sight."""
        return base64.b64decode(self._png(self._boxes(selector)[0]))

    def painted(self, selector: str = "html") -> float:
        """The share of pixels, 0 to 1, that have another colour than most have: 0 for an empty picture."""
        return float(self._driver.execute_async_script(_PAINTED, self._png(self._boxes(selector)[0])))

    def contrast(self, selector: str) -> float:
        """The lowest contrast, 1 to 21, of what the selector finds, as it is painted: for text in plots, which axe skips."""
        boxes = self._boxes(selector)
        left, top, right, bottom = _around(boxes)
        inside = [[_SHARP * length for length in (x - left, y - top, wide, high)] for x, y, wide, high in boxes]
        png = self._png((left, top, right - left, bottom - top), _SHARP)
        return float(min(self._driver.execute_async_script(_CONTRAST, png, inside)))

    def _boxes(self, selector: str) -> list[Box]:
        boxes: list[Box] = self.ask(_BOXES, selector)
        if not boxes:
            raise LookupError(f"the page shows nothing that is {selector}")
        return boxes

    def _png(self, box: Box, scale: int = 1) -> str:
        clip = {**dict(zip(("x", "y", "width", "height"), box, strict=True)), "scale": scale}
        asked = {"format": "png", "captureBeyondViewport": True, "clip": clip}
        return str(self._driver.execute_cdp_cmd("Page.captureScreenshot", asked)["data"])

    def accessibility(self, *, undecided: bool = False) -> list[str]:
        """What breaks WCAG 2.1 A or AA, contrast included; `undecided`: also what only an eye can tell."""
        self._driver.execute_cdp_cmd("Runtime.evaluate", {"expression": axe().read_text(encoding="utf-8")})
        found = self._driver.execute_async_script(_AXE % json.dumps(_WCAG_2_1_AA))
        if "error" in found:
            raise RuntimeError(found["error"])
        return [*_told(found["violations"]), *(_told(found["incomplete"]) if undecided else ())]

    def pdf(self) -> bytes:
        """The page as it is printed."""
        asked = {"printBackground": True, "preferCSSPageSize": True}
        return base64.b64decode(self._driver.execute_cdp_cmd("Page.printToPDF", asked)["data"])


class Browser:
    """Chromium, driven by chromedriver. `with Browser() as browser: browser.open(path, width=360).overflow()`."""

    def __enter__(self) -> Self:
        from selenium.webdriver import Chrome, ChromeOptions, ChromeService

        chromium = required_program("chromium", "chromium")
        # given its path, selenium looks for no driver itself, which means on the internet
        chromedriver = required_program("chromedriver", "chromium-driver")
        self._folder = own_folder("browser")
        options = ChromeOptions()
        options.binary_location = chromium
        for flag in [*_FLAGS, f"--user-data-dir={self._folder / 'profile'}"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "WARNING", "performance": "ALL"})
        home = {"HOME": str(self._folder), "TMPDIR": str(self._folder), "LANG": "C.UTF-8"}
        self._service = ChromeService(
            chromedriver, env={"PATH": "/usr/bin:/bin", **home}, popen_kw={"start_new_session": True}
        )
        try:
            self._driver = Chrome(options, self._service)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._driver.quit()
        self._end()

    def _end(self) -> None:
        if (process := getattr(self._service, "process", None)) is not None:
            end(process)
        remove(self._folder)

    def open(
        self, path: Path, *, width: int = 1200, height: int = 900,
        scheme: Scheme = "light", media: Literal["screen", "print"] = "screen",
    ) -> Page:  # fmt: skip
        """Show a file in a window of that many CSS pixels; `print` is what would be printed, on the screen."""
        do = self._driver.execute_cdp_cmd
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        # "" is the screen, and leaves paper to `pdf`; "screen" would be printed too
        do("Emulation.setEmulatedMedia", {"media": media if media == "print" else "", "features": features})
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < NARROW}
        do("Emulation.setDeviceMetricsOverride", size)
        self._driver.get("about:blank")  # also where the same file is opened again
        for log in ("browser", "performance"):
            self._driver.get_log(log)
        self._driver.get(path.resolve().as_uri())
        return Page(self._driver, width)

    def faults(self, path: Path, *, undecided: bool = True) -> list[str]:
        """What is wrong with a page that has to be whole in itself, on a desk and on a phone, by day and by night."""
        return [
            f"{width} px, {scheme}: {fault}"
            for width in (1200, 360)
            for scheme in get_args(Scheme)
            for fault in _faults(self.open(path, width=width, scheme=scheme), undecided=undecided)
        ]


def _faults(page: Page, *, undecided: bool) -> Iterator[str]:
    yield from page.console()
    yield from (f"asks for {url}" for url in page.requests())
    if page.overflow():
        yield "scrolls sideways"
    yield from page.accessibility(undecided=undecided)


def _around(boxes: list[Box]) -> Box:
    """Left, top, right and bottom of the smallest box that holds them all."""
    corners = [(x, y, x + wide, y + high) for x, y, wide, high in boxes]
    lefts, tops, rights, bottoms = zip(*corners, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def axe() -> Path:
    """The script of axe-core, which comes inside a Python package; without it a test is skipped or fails."""
    found = find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        missing("axe-core is missing: .ci/venv")
    return Path(found.origin).with_name("axe.min.js")


def _events(driver: Any, method: str) -> Iterator[dict[str, Any]]:
    for each in driver.get_log("performance"):
        message = json.loads(each["message"])["message"]
        if message["method"] == method:
            yield message["params"]


def _told(rules: list[dict[str, Any]]) -> Iterator[str]:
    """One line an element: the rule, where, and what is wrong there."""
    for rule in rules:
        for node in rule["nodes"]:
            why = " ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])
            yield f"{rule['id']} at {node['target'][-1]}: {why or rule['help']}"
