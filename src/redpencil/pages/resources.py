"""What a page would load by itself, and which of it lies on another host."""

from __future__ import annotations

import re
from html.parser import HTMLParser

# Attributes whose address a browser asks for by itself, or sends something to.
LOADED = {
    "action", "archive", "background", "classid", "codebase", "formaction", "icon", "manifest", "ping", "poster", "src",
}  # fmt: skip
# Attributes whose value is CSS, or may hold a url() as CSS does.
STYLED = {
    "clip-path", "cursor", "fill", "filter", "marker", "marker-end", "marker-mid", "marker-start", "mask", "stroke",
    "style",
}  # fmt: skip
# What a <link> may say of another host, because nothing is loaded for it.
ONLY_SAID = {"alternate", "author", "canonical", "help", "license", "me", "next", "nofollow", "noopener", "prev"}
LINKS = {"a", "area"}

OTHER_HOST = re.compile(r"(?:https?:|wss?:|ftp:|//)", re.IGNORECASE)
NOT_IN_AN_ADDRESS = re.compile(r"[\t\n\r]")
CONTROLS_AND_SPACE = "".join(map(chr, range(0x21)))
DATA = re.compile(r"\bdata:\S+", re.IGNORECASE)
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CSS_ADDRESS = re.compile(
    r"""(?:url\(|@import\b|(?:image|image-set|src)\()\s*(?:"([^"]*)"|'([^']*)'|([^\s"')]+))""", re.IGNORECASE
)
REFRESH = re.compile(r"url\s*=\s*[\"']?([^\"']*)", re.IGNORECASE)


def is_elsewhere(address: str) -> bool:
    """Whether a browser takes an address for one of another host, as it reads white space and backslashes."""
    cleaned = NOT_IN_AN_ADDRESS.sub("", address).strip(CONTROLS_AND_SPACE).replace("\\", "/")
    return OTHER_HOST.match(cleaned) is not None


def loads_from_elsewhere(html: str) -> list[tuple[str, str]]:
    """(tag, address) of everything in a piece of HTML that a browser would fetch from another host by itself.

    A link that the reader follows may lead anywhere and is not in the list. What a script would fetch once it runs is
    not seen.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [(tag, address.strip()) for tag, address in reader.loads if is_elsewhere(address)]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.loads: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value for name, value in attrs if value}
        for name, value in said.items():
            if name in LOADED or (name == "data" and tag == "object"):
                self.loads.append((tag, value))
            elif name in ("href", "xlink:href") and tag not in LINKS:
                if tag != "link" or not ONLY_SAID.issuperset(said.get("rel", "unknown").lower().split()):
                    self.loads.append((tag, value))
            elif name in ("srcset", "imagesrcset"):
                self.loads += [(tag, part) for part in re.split(r"[\s,]+", DATA.sub("", value))]
            elif name in STYLED:
                self._read_css(tag, value)
            elif name == "srcdoc":
                self.loads += loads_from_elsewhere(value)
            elif name == "content" and said.get("http-equiv", "").lower() == "refresh":
                self.loads += [(tag, address) for address in REFRESH.findall(value)]

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style":
            self._read_css("style", data)

    def _read_css(self, tag: str, css: str) -> None:
        for quoted, quoted_singly, bare in CSS_ADDRESS.findall(CSS_COMMENT.sub(" ", css)):
            self.loads.append((tag, quoted or quoted_singly or bare))
