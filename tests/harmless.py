"""What must hold of every page that the kit writes, whatever somebody handed in."""

from __future__ import annotations

from html.parser import HTMLParser

# What a page of the kit may hold. What runs, loads, sends or embeds is not among it.
ELEMENTS = frozenset({
    "html", "head", "meta", "title", "style", "body", "main", "section", "p", "h1", "h2", "h3", "h4", "strong", "b",
    "i", "em", "small", "sup", "bdi", "br", "a", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
    "ul", "ol", "li", "dl", "dt", "dd", "mark", "span", "div", "blockquote", "figure", "figcaption", "svg", "g",
    "rect", "path", "line", "circle", "text", "polyline", "desc", "nav", "header", "footer", "details", "summary",
    "hr", "abbr", "q", "cite", "fieldset", "legend", "input", "label", "ins", "del", "meter", "u",
})  # fmt: skip


class Page(HTMLParser):
    """What a browser would make of a page: its elements, their attributes, and its text without the styles."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.words = []
        self._inside = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag in ("style", "script"):
            self._inside.append(tag)

    def handle_endtag(self, tag):
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data):
        if not self._inside:
            self.words.append(data)

    @property
    def text(self):
        return "".join(self.words)


def assert_harmless(html):
    """A page holds only elements that show text, nothing that runs or loads, and is closed as it was opened."""
    page = Page(html)
    assert {tag for tag, _ in page.elements} <= ELEMENTS
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        for name in ("src", "srcset", "action", "formaction", "background", "data", "poster", "ping", "xlink:href"):
            assert name not in attributes, (tag, attributes)
        assert attributes.get("href", "#").startswith("#"), (tag, attributes)
        assert "http-equiv" not in attributes, (tag, attributes)
    return page
