"""The tables of a page as a reader sees them: by caption, each row's heading with its cells."""

from html.parser import HTMLParser


class Tables(HTMLParser):
    """Reads a page. What stands small beside a heading says how it is counted, and is left out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, list[tuple[str, ...]]] = {}
        self._caption, self._row, self._into, self._small = "", [], "", 0
        self.feed(page)

    def handle_starttag(self, tag: str, _: object) -> None:
        self._small += tag == "small"
        if tag == "caption":
            self._caption = ""
        if tag == "tr":
            self._row = []
        if tag in ("caption", "th", "td"):
            self._into = tag
            if tag != "caption":
                self._row.append("")

    def handle_endtag(self, tag: str) -> None:
        self._small -= tag == "small"
        if tag in ("caption", "th", "td"):
            self._into = ""
        if tag == "caption":
            self.found.setdefault(self._caption, [])
        if tag == "tr" and self._caption:
            self.found[self._caption].append(tuple(self._row))

    def handle_data(self, data: str) -> None:
        if self._small or not self._into:
            return
        if self._into == "caption":
            self._caption += data
        else:
            self._row[-1] += data
