"""The directives ``{document}``, ``{exercise}`` and ``{chance}``, which write the kit's data into a page as HTML.

The text is in the page when it is built. Only a page with an exercise loads a script, the component, and one with the
picture of chance its sliders; both from the site itself.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

import redpencil
from redpencil.chance import assumptions, chance_data, chance_for, chance_picture, famous_people, read_frequent
from redpencil.document import Document, KitError, find_in_kit, load_document, read_toml
from redpencil.exercise import LABEL_SETS, Exercise, load_exercise, load_key
from redpencil.pages import markup

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LOGGER = logging.getLogger(__name__)
# Where a page uses one of the directives below.
USE = re.compile(r"^[`:]{3,}\{(document|exercise)\}[ \t]+(\S+)", re.MULTILINE)
COMPONENT = Path(redpencil.__file__).parent / "component"
# What fetches the files of a notebook ahead, when somebody comes to a link to one.
FETCHES_AHEAD = Path(__file__).with_name("work_here.js")


# Named like its visitors, as docutils finds them by it.
class markup_node(nodes.General, nodes.Element):  # type: ignore[misc]  # noqa: N801  docutils has no types
    """HTML from `redpencil.pages.markup`; its children say the same in words, for search and for other formats."""


class _FromKit(SphinxDirective, ABC):
    """What both directives share: loading, what to do when that fails, and which files the page follows."""

    required_arguments = 1
    has_content = False

    def run(self) -> list[nodes.Node]:
        """The nodes for the page; a KitError becomes a warning with the page's file and line."""
        id = self.arguments[0]
        try:
            if (missing := self.document_id(id)) in self.config.redpencil_may_be_left_out and not _is_there(missing):
                return [_left_out(missing)]
            return self.build(id)
        except KitError as error:
            LOGGER.warning(
                "{%s} %s: %s", self.name, id, error, location=self.get_location(), type="redpencil", subtype="kit"
            )
            return [_box("error", "This could not be shown", str(error))]

    @abstractmethod
    def document_id(self, id: str) -> str:
        """The id of the document that the directive shows or works on."""

    @abstractmethod
    def build(self, id: str) -> list[nodes.Node]:
        """The nodes when everything is there."""

    def follow(self, folder: Path) -> None:
        """Build the page again when a file of this folder changes."""
        for path in sorted(folder.iterdir()):
            if path.is_file():
                self.env.note_dependency(str(path))


class DocumentDirective(_FromKit):
    """``{document} id``: where a text comes from, an advisory if it has one, and the text, paragraph by paragraph."""

    def document_id(self, id: str) -> str:
        """The argument itself."""
        return id

    def build(self, id: str) -> list[nodes.Node]:
        """An advisory, the provenance, the text."""
        folder = find_in_kit("data/documents", id, "document.toml")
        self.follow(folder)
        document = load_document(folder)
        text = markup_node("", html=markup.document_html(document), has_exercise=False)
        text += _in_words(document)
        shown: list[nodes.Node] = [_provenance(document), text]
        if advisory := document.about.get("advisory"):
            shown.insert(0, _box("advisory", "Before you read", str(advisory)))
        return shown


class ExerciseDirective(_FromKit):
    """``{exercise} id``: all of it, or the groups that ``:items:`` names, with its practice key if it has one."""

    option_spec: ClassVar[dict[str, Any]] = {"items": directives.unchanged_required}

    def document_id(self, id: str) -> str:
        """What the exercise's spec says."""
        return _document_of(id)

    def build(self, id: str) -> list[nodes.Node]:
        """The exercise as one node, and the files that it is made of as what the page depends on."""
        folder = find_in_kit("exercises", id, "exercise.toml")
        self.follow(folder)
        exercise = load_exercise(folder)
        self.follow(find_in_kit("data/documents", exercise.document.id, "document.toml"))
        groups = self.options["items"].split() if "items" in self.options else None
        # Without a key on the page the exercise can be done and handed in, but not compared.
        key = load_key(exercise) if (folder / "key.jsonl").is_file() else None
        shown = markup_node("", html=markup.exercise_html(exercise, groups, key), has_exercise=True)
        shown += _exercise_in_words(exercise, groups or exercise.groups)
        # Once on a page, though it may show the exercise in several parts.
        linked: set[str] = self.env.temp_data.setdefault("redpencil_linked", set())
        if not self.config.redpencil_notebooks or id in linked or not (folder / "worksheet.md").is_file():
            return [shown]
        linked.add(id)
        config = self.config
        return [
            _work_here(exercise, config.redpencil_notebooks, self.env.docname, config.redpencil_first_visit),
            shown,
        ]


class ChanceDirective(SphinxDirective):
    """``{chance} 16``: how many of 16 names agree by chance with the kit's table, with sliders to move both."""

    required_arguments = 1
    has_content = False

    def run(self) -> list[nodes.Node]:
        """The picture, its table and what they assume; a KitError becomes a warning with the page's file and line."""
        try:
            names = int(self.arguments[0])
            for path in sorted(find_in_kit("data", "names", "historic-figures.csv").glob("*.csv")):
                self.env.note_dependency(str(path))
            frequent = read_frequent()
            chance = chance_for(frequent, names, famous_people())
        except (KitError, ValueError) as error:
            LOGGER.warning(
                "{chance} %s: %s", *self.arguments, error, location=self.get_location(), type="redpencil", subtype="kit"
            )
            return [_box("error", "This could not be shown", str(error))]
        html = markup.chance_html(chance_picture(chance), assumptions(frequent), chance_data(frequent, chance))
        shown = markup_node("", html=html, has_exercise=False, has_chance=True)
        shown += nodes.paragraph(text="How many names of a list agree with a table of famous people by chance.")
        return [shown]


def setup(app: Sphinx) -> None:
    """Register the directives, their node, and what a page with an exercise loads."""
    app.add_config_value("redpencil_may_be_left_out", [], "env", [list])
    # Where the site has the notebooks, and how many megabytes a first visit to one fetches.
    app.add_config_value("redpencil_notebooks", "", "env", [str])
    app.add_config_value("redpencil_first_visit", 0, "env", [int])
    app.add_directive("document", DocumentDirective)
    app.add_directive("exercise", ExerciseDirective)
    app.add_directive("chance", ChanceDirective)
    as_words = (lambda translator, node: None, lambda translator, node: None)
    app.add_node(
        markup_node,
        html=(_write_html, None),
        latex=as_words,
        text=as_words,
        man=as_words,
        texinfo=as_words,
    )
    app.connect("config-inited", _run_no_cell_without_its_document)
    app.connect("builder-inited", _copy_component)
    app.connect("html-page-context", _load_component)


def _run_no_cell_without_its_document(app: Sphinx, config: Any) -> None:
    """A page that shows what this copy of the kit leaves out is built without running its cells."""
    if "nb_execution_excludepatterns" not in config:
        return
    for page in sorted(Path(app.srcdir).glob("**/*.md")):
        for kind, id in USE.findall(page.read_text(encoding="utf-8")):
            try:
                document = id if kind == "document" else _document_of(id)
            except KitError:
                continue  # the directive says what is wrong, and where
            if document in config.redpencil_may_be_left_out and not _is_there(document):
                config.nb_execution_excludepatterns = [*config.nb_execution_excludepatterns, page.name]


def _write_html(translator: Any, node: markup_node) -> None:
    translator.body.append(node["html"])
    raise nodes.SkipNode


def _bundles() -> dict[str, Path]:
    """The component's files under names with a hash of what is inside, so that no browser keeps an old one."""
    found = {}
    for path in (COMPONENT / "red_pencil.js", COMPONENT / "red_pencil.css", COMPONENT / "chance.js", FETCHES_AHEAD):
        if path.is_file():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            found[f"{path.stem}.{digest}{path.suffix}"] = path
        else:
            LOGGER.warning("%s is missing. Restore it, or build it: npm ci && npm run build", path)
    return found


def _copy_component(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    # Straight into the site: Jupyter Book puts every script of a html_static_path on every page.
    static = Path(app.outdir) / "_static"
    static.mkdir(parents=True, exist_ok=True)
    bundles = _bundles()
    for name, path in bundles.items():
        shutil.copyfile(path, static / name)
    # The component asks for it by this name and its own version, which is in it as well.
    later = "red_pencil_later.js"
    shutil.copyfile(COMPONENT / later, static / later)
    for old in [*static.glob("red_pencil[._]*"), *static.glob("chance.*"), *static.glob("work_here.*")]:
        if old.name not in {*bundles, later}:
            old.unlink()


def _load_component(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    shown = list(doctree.findall(markup_node)) if doctree is not None else []
    for name in _bundles() if shown else ():
        if name.endswith(".css"):
            app.add_css_file(name)
        elif name.startswith("work_here."):
            if any("work-here" in node["classes"] for node in doctree.findall(nodes.paragraph)):
                app.add_js_file(name, type="module")
        elif any(node.get("has_chance" if name.startswith("chance.") else "has_exercise") for node in shown):
            app.add_js_file(name, type="module")


def _work_here(exercise: Exercise, folder: str, page: str, megabytes: int) -> nodes.Node:
    """A link from a page to the exercise's worksheet as a notebook that runs in the browser, and what that costs."""
    words = f"Work on it here: “{exercise.title}” as a notebook"
    address = f"{'../' * page.count('/')}{folder}/notebooks/index.html?path={quote(f'{exercise.file_name}.ipynb')}"
    about = nodes.Text(f". It runs in your browser: loads about {megabytes} MB the first time; nothing is installed.")
    link = nodes.reference(words, words, refuri=address, internal=True)
    return nodes.paragraph("", "", link, about, classes=["work-here"])


def _document_of(exercise_id: str) -> str:
    folder = find_in_kit("exercises", exercise_id, "exercise.toml")
    return str(read_toml(folder / "exercise.toml").get("document", ""))


def _is_there(document_id: str) -> bool:
    try:
        find_in_kit("data/documents", document_id, "document.toml")
    except KitError:
        return False
    return True


def _left_out(document_id: str) -> nodes.Node:
    return _box(
        "left-out",
        "Not included here",
        f"This copy of the kit comes without the document “{document_id}”, so it cannot be shown here. "
        "What this page works out from it is left out too. Whoever gave you the kit can say why.",
    )


def _box(kind: str, title: str, text: str) -> nodes.admonition:
    box = nodes.admonition(classes=[kind])
    box += nodes.title(title, title)
    for line in text.split("\n"):
        box += nodes.paragraph(line, line)
    return box


def _provenance(document: Document) -> nodes.container:
    about = document.about
    rows: list[tuple[str, nodes.Node | str]] = []
    if publisher := about.get("publisher"):
        rows.append(("Published by", str(publisher)))
    if about.get("author") or about.get("author_note"):
        rows.append(("Author", str(about.get("author") or about["author_note"])))
    if "date" in about:
        rows.append(("Date", _date(about)))
    if address := str(about.get("address", "")):
        # Anything but the web's own schemes (javascript:, say) stays plain text.
        is_web = address.startswith(("https://", "http://"))
        rows.append(("Address", nodes.reference(address, address, refuri=address) if is_web else address))
    for name, field in (("Title", "title_note"), ("Rights", "rights")):
        if text := about.get(field):
            rows.append((name, str(text)))
    listed = nodes.definition_list()
    for name, value in rows:
        shown = nodes.paragraph()
        shown += nodes.Text(value) if isinstance(value, str) else value
        listed += nodes.definition_list_item("", nodes.term(name, name), nodes.definition("", shown))
    heading = "Where this text comes from"
    return nodes.container("", nodes.paragraph(heading, heading), listed, classes=["provenance"])


def _date(about: dict[str, Any]) -> str:
    day = about["date"]
    shown = f"{day.day} {day:%B %Y}" if hasattr(day, "day") else str(day)
    if about.get("date_is_inferred"):
        shown = f"{shown} (inferred)"
    note = str(about.get("date_note", "")).removeprefix("Inferred. ")
    return f"{shown}. {note}" if note else shown


def _in_words(document: Document) -> list[nodes.paragraph]:
    return [nodes.paragraph(words, words) for words in map(document.quote, document.paragraphs)]


def _exercise_in_words(exercise: Exercise, groups: Sequence[str]) -> list[nodes.Node]:
    shown: list[nodes.Node] = [nodes.paragraph("", "", nodes.strong(exercise.title, exercise.title))]
    if exercise.intro:
        shown.append(nodes.paragraph(exercise.intro, exercise.intro))
    for group in groups:
        item = exercise.in_group(group)[0]
        shown.append(nodes.paragraph("", "", nodes.strong(item.title, item.title)))
        shown.append(nodes.paragraph(item.prompt, item.prompt))
        labels = nodes.bullet_list()
        for label in LABEL_SETS.get(item.layer, ()):
            words = f"{label.name}: {label.meaning}"
            labels += nodes.list_item("", nodes.paragraph(words, words))
        if labels.children:
            shown.append(labels)
    return shown
