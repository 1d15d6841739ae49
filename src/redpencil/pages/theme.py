"""The book's theme: pages that load next to nothing, formulas without a script, nothing from another host."""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

from redpencil.pages.resources import is_elsewhere, loads_from_elsewhere

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LOGGER = logging.getLogger(__name__)
FOLDER = Path(__file__).parent / "red_pencil_theme"

# A file that Sphinx or an extension puts on every page, and what a page must have to need it.
NEEDED_WITH = {
    "pygments.css": 'class="highlight',
    "pygments_dark.css": 'class="highlight',
    "mystnb": 'class="cell',
    "sphinx-design": 'class="sd-',
    "design-tabs.js": "sd-tab-set",
}
NEEDED_FOR_SEARCH = ("documentation_options.js", "doctools.js", "sphinx_highlight.js")
TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
# A table of this class lays its rows under each other on a narrow screen (paper.css): no column is out of sight.
STACK = re.compile(r'<table\b[^>]*\bclass="[^"]*\bstack\b')
ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row"}


def setup(app: Sphinx) -> None:
    """Register the theme ``red_pencil``, the formula renderer ``mathml`` and what thins out each page's head."""
    app.add_html_theme("red_pencil", str(FOLDER))
    app.add_html_math_renderer("mathml", (_write_formula, None), (_write_formula_block, None))
    # Jupyter Book sets it for an extension that this book does without.
    app.add_config_value("comments_config", {}, "env")
    app.connect("html-page-context", _mend_body)
    # Late, so that it sees what every other extension has put in.
    app.connect("html-page-context", _keep_what_the_page_needs, priority=900)


def _mend_body(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """What scrolls sideways by itself can be reached with the keyboard, and a name says what is shown."""
    # The foot leads to their licences, where there are notebooks.
    context["notebooks"] = app.config.redpencil_notebooks
    body = context.get("body")
    for tag, address in loads_from_elsewhere(f"{context.get('metatags') or ''}{body or ''}"):
        LOGGER.warning(
            "<%s> of this page would load %s from another host, and the site asks no other host for anything.\n"
            "Put the file into the book's folder and name it by its path there, or link to it instead.",
            tag,
            address,
            location=page,
        )
    if not body:
        return
    body = body.replace("<pre>", '<pre tabindex="0">')
    body = TABLE.sub(lambda found: f'<div class="table-wrapper" tabindex="0">{_stacked(found[0])}</div>', body)
    # The list of references has the role list, so its entries are items; docutils gives them a deprecated role.
    body = body.replace(' role="doc-biblioentry"', ' role="listitem"')
    context["body"] = body.replace(' aria-label="Toggle hidden content"', "")


def _stacked(table: str) -> str:
    """A table of class ``stack`` with its column's name on each cell, and with roles.

    Once its rows are laid out as blocks, some browsers no longer take it for a table; the roles keep it one.
    """
    if not STACK.match(table):
        return table
    heads = [
        escape(unescape(re.sub(r"<[^>]+>", "", cell)).strip())
        for cell in re.findall(r"<th\b[^>]*>(.*?)</th>", table.partition("</thead>")[0], re.DOTALL)
    ]
    column = 0

    def with_role(found: re.Match[str]) -> str:
        nonlocal column
        tag, head = found[1], found.start() < table.index("</thead>")
        if tag == "tr":
            column = 0
        if tag not in {"td", "th"}:
            return f'<{tag} role="{ROLES[tag]}"'
        column += 1
        if head:
            return f'<{tag} role="columnheader"'
        role = "rowheader" if tag == "th" else "cell"
        return f'<{tag} role="{role}" data-label="{heads[column - 1]}"'

    return re.sub(r"<(table|thead|tbody|tr|td|th)\b", with_role, table)


def _keep_what_the_page_needs(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    body = context.get("body") or ""
    for kind in ("css_files", "script_files"):
        kept = []
        for file in context.get(kind, ()):
            name = str(getattr(file, "filename", None) or file)
            if is_elsewhere(name):
                LOGGER.warning(
                    "this page would load %s from another host, and the site asks no other host for anything.\n"
                    "Leave out what needs it, or put the file into the site.",
                    name,
                    location=page,
                )
                continue
            if name.endswith(NEEDED_FOR_SEARCH) and page != "search":
                continue
            if any(part in name and mark not in body for part, mark in NEEDED_WITH.items()):
                continue
            kept.append(file)
        context[kind] = kept


def _write_formula(translator: Any, node: nodes.math) -> None:
    translator.body.append(_mathml(node, block=False))
    raise nodes.SkipNode


def _write_formula_block(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(_mathml(node, block=True) + "</div>\n")
    raise nodes.SkipNode


def _mathml(node: nodes.Element, *, block: bool) -> str:
    """The formula in MathML, which browsers show by themselves."""
    try:
        return str(tex2mathml(node.astext(), as_block=block))
    except MathError as error:
        LOGGER.warning("the formula %r cannot be shown: %s", node.astext(), error, location=node)
        return str(nodes.literal(text=node.astext()))
