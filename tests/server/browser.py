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

_PAINTED = """
const [png, done] = arguments;
const octets = Uint8Array.from(atob(png), each => each.charCodeAt(0));
createImageBitmap(new Blob([octets], {type: "image/png"})).then(image => {
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const seen = new Map();
    const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
    for (const pixel of pixels) seen.set(pixel, (seen.get(pixel) || 0) + 1);
    done(1 - Math.max(...seen.values()) / pixels.length);
});
"""

_BOX = """
const box = document.querySelector(arguments[0]).getBoundingClientRect();
return {x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height, scale: 1};
"""


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

    def screenshot(self, selector: str | None = None) -> bytes:
        """A PNG of the whole page, or of the first element that the selector finds, also of what is out of sight."""
        clip = self.ask(_BOX, selector or "html")
        asked = {"format": "png", "captureBeyondViewport": True, "clip": clip}
        return base64.b64decode(self._driver.execute_cdp_cmd("Page.captureScreenshot", asked)["data"])

    def painted(self, selector: str | None = None) -> float:
        """The share of pixels, 0 to 1, that have another colour than most have: 0 for an empty picture."""
        png = base64.b64encode(self.screenshot(selector)).decode("ascii")
        return float(self._driver.execute_async_script(_PAINTED, png))

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

    def faults(self, path: Path) -> list[str]:
        """What is wrong with a page that has to be whole in itself, on a desk and on a phone, by day and by night."""
        return [
            f"{width} px, {scheme}: {fault}"
            for width in (1200, 360)
            for scheme in get_args(Scheme)
            for fault in _faults(self.open(path, width=width, scheme=scheme))
        ]


def _faults(page: Page) -> Iterator[str]:
    yield from page.console()
    yield from (f"asks for {url}" for url in page.requests())
    if page.overflow():
        yield "scrolls sideways"
    yield from page.accessibility(undecided=True)


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
