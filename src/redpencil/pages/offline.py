"""What a browser needs to keep the site for use without a network: lists of files, and the workers that keep them.

There are two parts, each with a worker of its own: the book, and the notebooks in their folder, where JupyterLite has a
worker that answers its kernels. Of each part ``kept-files.json`` lists every file that is kept, with digest and size.
``kept-version.txt`` holds a digest of that list, by which a worker finds out whether what it keeps is the server's.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from redpencil.document import KitError
from redpencil.pages.lite.making import WITHOUT
from redpencil.pages.resources import is_elsewhere

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
WORKER = "service-worker.js"
JUPYTERLITES_WORKER = "service-worker-of-jupyterlite.js"
LIST = "kept-files.json"
VERSION = "kept-version.txt"
# Which page asks for what is in its elements and styles. This one a script asks for, by a version that is inside both.
LATER = "_static/red_pencil_later.js"
LATER_VERSION = re.compile(r'"([0-9a-f]{8})"')
# An address with a digest of the content in it: what it stands for never changes. JupyterLite's own scripts seem to
# have one too, but the build changes some of them and leaves their names.
FINGERPRINT = re.compile(r"/(?:_static|lite/static)/.*(?:[-.][0-9a-f]{8,}[-./]|\?v=)")
# In what a worker keeps, which was held against its digest, the version that ``LATER`` is asked for by is one as well.
KEPT_FINGERPRINT = rf"{FINGERPRINT.pattern}|\?[0-9a-f]{{8}}\.\d+$"
CSS_ADDRESS = re.compile(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)")
# Of the notebooks, what no browser of today asks for: older fonts, licences, and what speaks to developers.
NEVER_ASKED = re.compile(
    r"(?:^|/)(?:third-party-licenses\.json|package\.json|install\.json|rspack\.config[.\w]*\.js|jupyterlite\.schema\.v0\.json)$"
    r"|\.(?:eot|ttf|map|orig)$|/fa-[\w-]+\.(?:svg|woff)$|\.LICENSE\.txt$|\.schema(?:\.v0)?\.json$|^doc/|^build/service-worker\.js$"
    r"|^(?:service-worker|kept-)"
)
# JupyterLite takes any worker that a page has for its own, and ends all that this host has when a new one comes.
TAKES_ANY = re.compile(r"(async _initialize\((\w)\)\{.{0,160}?)if\((\w)\.controller\)\{")
ENDS_ALL = re.compile(r"async _unregisterOldServiceWorkers\(\w\)\{")


@dataclass(frozen=True, slots=True)
class Kept:
    """The files of one part: address from the part's folder -> (first 32 figures of its SHA-256, bytes)."""

    files: Mapping[str, tuple[str, int]]

    @property
    def version(self) -> str:
        """16 hexadecimal figures that change when any file does, or its address."""
        rows = [f"{address} {digest}" for address, (digest, _) in sorted(self.files.items())]
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]

    @property
    def bytes(self) -> int:
        """What they take, uncompressed."""
        return sum(size for _, size in self.files.values())


def book(site: Path, leave: Iterable[str] = ()) -> Kept:
    """The pages at the top of a built site, and all that they load, by the very addresses that they ask for.

    What begins with one of ``leave`` is no part of it.
    """
    wanted = {page.name for page in site.glob("*.html")}
    for page in sorted(site.glob("*.html")):
        wanted |= _loads(page.name, _Loads.of(page))
    for style in [one for one in wanted if urlsplit(one).path.endswith(".css")]:
        text = (site / unquote(urlsplit(style).path)).read_text(encoding="utf-8") if _is_file(site, style) else ""
        wanted |= _loads(style, [first or second for first, second in CSS_ADDRESS.findall(text)])
    if _is_file(site, LATER) and (found := LATER_VERSION.search((site / LATER).read_text(encoding="utf-8"))):
        wanted.add(f"{LATER}?{found[1]}.0")
    leave = tuple(leave)
    return Kept({one: _row(site, one) for one in sorted(wanted) if _is_file(site, one) and not one.startswith(leave)})


def notebooks(folder: Path) -> Kept:
    """All of the notebooks' folder but what no browser asks for."""
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    return Kept({name: _row(folder, name) for name in names if not NEVER_ASKED.search(name)})


def check_notebooks(folder: Path) -> None:
    """Raise KitError if JupyterLite in the notebooks’ folder is not as it was when this was written; change nothing."""
    if (folder / "build").is_dir():
        _scripts_that_leave_other_workers_alone(folder)


def make_offline(site: Path, lab: str = "") -> None:
    """Write the workers and their lists into a built site; ``lab`` is its folder of notebooks, if it has one.

    No file is changed in its place, because the notebooks' files are shared with other sites. Raises KitError where
    `check_notebooks` does.
    """
    folder = site / lab
    # Without JupyterLite's scripts there is nothing to keep; with a worker of JupyterLite beside ours, it is done.
    if lab and (folder / "build").is_dir() and not (folder / JUPYTERLITES_WORKER).is_file():
        (folder / WORKER).rename(folder / JUPYTERLITES_WORKER)
        for path, text in _scripts_that_leave_other_workers_alone(folder):
            # Never in its place: other sites share it.
            path.unlink()
            path.write_text(text, encoding="utf-8", newline="\n")
        _write(folder, "notebooks", notebooks(folder), top="..", wraps=JUPYTERLITES_WORKER)
    leave = [f"{lab}/"] if lab else []
    _write(site, "book", book(site, leave), leave=leave)


def setup(app: Sphinx) -> None:
    """Put the script that starts the keeping on every page."""
    app.connect("builder-inited", _copy_script)
    app.connect("html-page-context", _load_script)


def _copy_script(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    static.mkdir(parents=True, exist_ok=True)
    for old in static.glob("keep.*.js"):
        old.unlink()
    shutil.copyfile(HERE / "keep.js", static / _script_name())


def _load_script(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    app.add_js_file(_script_name(), type="module")


def _script_name() -> str:
    return f"keep.{hashlib.sha256((HERE / 'keep.js').read_bytes()).hexdigest()[:12]}.js"


def _write(folder: Path, kind: str, kept: Kept, *, top: str = ".", leave: Iterable[str] = (), wraps: str = "") -> None:
    listed = {"version": kept.version, "bytes": kept.bytes, "files": kept.files}
    plan = {
        "kind": kind,
        "version": kept.version,
        "top": top,
        "leave": [*leave],
        "wraps": wraps,
        "fingerprint": KEPT_FINGERPRINT,
        "atInstall": not wraps,
    }
    worker = (HERE / "service_worker.js").read_text(encoding="utf-8")
    texts = {
        LIST: json.dumps(listed, separators=(",", ":")),
        VERSION: f"{kept.version}\n",
        WORKER: f"const PLAN = {json.dumps(plan)};\n{worker}",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _scripts_that_leave_other_workers_alone(folder: Path) -> list[tuple[Path, str]]:
    """JupyterLite's scripts that start its worker, as they have to be here."""
    changed: list[tuple[Path, str]] = []
    for path in [*folder.glob("build/*.js"), *folder.glob("extensions/@jupyterlite/*/static/*.js")]:
        text = path.read_text(encoding="utf-8")
        if "_unregisterOldServiceWorkers" not in text:
            continue
        # Its own one alone is its own: a page may have the book's, which knows nothing of kernels.
        text, own = TAKES_ANY.subn(r"\1if(\3.controller&&\3.controller.scriptURL===\2){", text)
        text, ended = ENDS_ALL.subn(r"\g<0>return;", text)
        if own != 1 or ended != 1:
            raise KitError(
                f"{path.name} of JupyterLite does not start its service worker as it did, so it might end the book's.\n"
                "A newer JupyterLite has changed this. See how it does it now, and correct the two patterns in "
                f"{Path(__file__).name}; or build without the notebooks: {WITHOUT}"
            )
        changed.append((path, text))
    if not changed:
        raise KitError(
            "No file of JupyterLite starts its service worker any more as it did.\n"
            f"See how it does it now, and correct {Path(__file__).name}; or build without the notebooks: {WITHOUT}"
        )
    return changed


class _Loads(HTMLParser):
    """The addresses of what the elements of a page load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @classmethod
    def of(cls, page: Path) -> list[str]:
        reader = cls()
        reader.feed(page.read_text(encoding="utf-8"))
        return reader.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value for name, value in attrs if value}
        if address := said.get("src"):
            self.found.append(address)
        if tag == "link" and {"stylesheet", "icon"} & set(said.get("rel", "").split()) and "href" in said:
            self.found.append(said["href"])


def _loads(place: str, addresses: Iterable[str]) -> set[str]:
    """Addresses as seen from the site's top, without those of other hosts and of the page itself."""
    here = [one for one in addresses if not is_elsewhere(one) and not one.startswith(("data:", "#"))]
    return {urljoin(place, one).partition("#")[0] for one in here}


def _is_file(folder: Path, address: str) -> bool:
    path = unquote(urlsplit(address).path)
    return not path.startswith(("/", "..")) and (folder / path).is_file()


def _row(folder: Path, address: str) -> tuple[str, int]:
    content = (folder / unquote(urlsplit(address).path)).read_bytes()
    return hashlib.sha256(content).hexdigest()[:32], len(content)
