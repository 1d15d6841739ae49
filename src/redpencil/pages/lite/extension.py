"""Put the worksheets' own page into a built JupyterLite: the bar above the notebook, and what it needs.

The scripts in the folder ``extension`` are plain modules. They stand below a folder named after what is in them, so
that a browser may keep them for ever, and JupyterLite loads them as it loads every extension.
"""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from redpencil.document import KitError, read_toml
from redpencil.pages.lite.kit import files_of_kit

NAME = "@red-pencil/worksheet"
# The one of JupyterLite's pages that shows a notebook alone; the others stay as they are.
APP = "notebooks"
SCRIPTS = Path(__file__).with_name("extension")
# What a notebook may need that cannot be in the site, and where the makers of Pyodide have it.
NOT_HERE = ("pandas", "matplotlib")
MAKERS = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"
# Read by the page alone, and fetched from only after the reader said yes to it.
ONLY_WHEN_ASKED = ("packages.json", "https://cdn.jsdelivr.net/pyodide/v")

# What a worksheet does not need, and what can be lost with one key or touch.
DISABLED = (
    "@jupyter-notebook/application-extension:logo",
    "@jupyter-notebook/notebook-extension:kernel-logo",
    "@jupyter-notebook/notebook-extension:trusted",
    "@jupyterlab/apputils-extension:announcements",
    "@jupyterlab/cell-toolbar-extension:plugin",
)
_HIDDEN = (
    *("insert", "cut", "copy", "paste", "interrupt", "restart-and-run", "cellType"),
    *("kernelName", "executionProgress"),
)
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    # Dark where the device is.
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # Two windows with one worksheet: the last that changed is kept, and no dialog asks which. Both are told of it.
    # The page saves by itself, and sooner.
    "@jupyterlab/docmanager-extension:plugin": {"lastModifiedCheckMargin": 10**12, "autosave": False},
    "@jupyter-notebook/application-extension:top": {"visible": "no"},
    "@jupyterlab/notebook-extension:panel": {"toolbar": [{"name": name, "disabled": True} for name in _HIDDEN]},
}
LOADS = re.compile(r"await import\(\s*'\.\./config-utils\.js")
SETTINGS_OF_PAGE = re.escape('<script id="jupyter-config-data"')
NOSCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)
# All but what JupyterLite loads by itself, which is no module.
MODULES = frozenset(path.name for path in SCRIPTS.glob("*.js")) - {"container.js"}
DIRECTIVE = re.compile(r"^(?:```|:::)+\s*\{exercise\}\s+([\w-]+)", re.MULTILINE)


def packages_of(core: Path) -> dict[str, Any]:
    """All packages that Pyodide's makers have, by name, as the lock in npm's package ``core`` lists them."""
    with tarfile.open(core) as packed:
        member = packed.extractfile("package/pyodide-lock.json")
        assert member is not None  # noqa: S101  the file's digest was verified: it is a file
        packages: dict[str, Any] = json.load(member)["packages"]
        return packages


def install(made: Path, root: Path, packages: Mapping[str, Any], version: str) -> None:
    """Put the page into the folder of the in-browser notebooks ``made`` for the kit in ``root``.

    ``packages`` are those that Pyodide's makers have, of Pyodide's ``version``. Raises KitError if JupyterLite's page
    is not what this was written for.
    """
    scripts = {path.name: path.read_bytes() for path in sorted(SCRIPTS.iterdir()) if path.suffix in (".js", ".css")}
    table = {"url": MAKERS.format(version=version), "packages": dict(_with_needs(packages, NOT_HERE))}
    scripts["packages.json"] = json.dumps(table, sort_keys=True).encode()
    digest = hashlib.sha256(b"\0".join(name.encode() + b"\0" + data for name, data in scripts.items())).hexdigest()[:12]
    folder = made / "extensions" / NAME
    static = folder / "static" / digest
    static.mkdir(parents=True)
    for name, data in scripts.items():
        (static / name).write_bytes(data)
    build = {"extension": "./extension", "load": f"static/{digest}/container.js"}
    package = {"name": NAME, "version": "0", "jupyterlab": {"extension": True, "_build": build}}
    (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
    _tell(made / APP / "jupyter-lite.json", build)
    _change_page(made / APP / "index.html", f"../extensions/{NAME}/static/{digest}", list(scripts), worksheets(root))


def worksheets(root: Path) -> dict[str, dict[str, str]]:
    """By the name of its notebook: an exercise's id, its title, and the address of its chapter from the site's top."""
    pages = dict(_pages(root / "book"))
    found = {}
    # Also those that the package comes with: a book of one's own may show them.
    for path in (path for path, name in files_of_kit(root) if name.endswith("/exercise.toml")):
        spec, id = read_toml(path), path.parent.name
        if id in pages:
            found[str(spec.get("file_name", id))] = {
                "exercise": id,
                "title": str(spec.get("title", id)),
                "page": pages[id],
            }
    return found


def _pages(book: Path) -> Iterator[tuple[str, str]]:
    """Each exercise with the first page that shows it."""
    seen = set()
    for path in sorted(book.rglob("*.md")):
        for id in DIRECTIVE.findall(path.read_text(encoding="utf-8")):
            if id not in seen:
                seen.add(id)
                yield id, path.relative_to(book).with_suffix(".html").as_posix()


def _with_needs(packages: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The lock's entries for packages and all that they need, in the order in which they are come upon."""
    waiting, seen = list(names), set()
    while waiting:
        name = waiting.pop(0)
        if name not in seen and name in packages:
            seen.add(name)
            yield name, packages[name]
            waiting += packages[name]["depends"]


def _tell(path: Path, build: Mapping[str, str]) -> None:
    told = json.loads(path.read_text(encoding="utf-8"))
    config = told["jupyter-config-data"]
    config["federated_extensions"] = [*config.get("federated_extensions", ()), {"name": NAME, **build}]
    config["disabledExtensions"] = [*config.get("disabledExtensions", ()), *DISABLED]
    config["settingsOverrides"] = {**config.get("settingsOverrides", {}), **SETTINGS}
    # It may share its place on the disk with a file of another folder.
    path.unlink()
    path.write_text(json.dumps(told), encoding="utf-8")


def _change_page(path: Path, place: str, scripts: Sequence[str], known: Mapping[str, Mapping[str, str]]) -> None:
    """Let the page begin with ours: what JupyterLite loads first waits until it may. ``place`` is where ours are."""
    html = path.read_text(encoding="utf-8")
    opening = f"await (await import('{place}/opening.js')).mayStart();"
    html, loads = LOADS.subn(lambda found: f"{opening}\n        {found[0]}", html)
    # All at once: a module would be asked for only when the one that imports it is there.
    ours = [f'<link rel="stylesheet" href="{place}/worksheet.css">']
    ours += [f'<link rel="modulepreload" href="{place}/{name}">' for name in scripts if name in MODULES]
    # "<" would end the script's element, or open a comment in it.
    table = json.dumps(known).replace("<", "\\u003c")
    ours.append(f'<script id="red-pencil-worksheets" type="application/json">{table}</script>')
    # Before any script: a module may run as soon as it is imported.
    html, places = re.subn(SETTINGS_OF_PAGE, lambda found: "\n".join([*ours, found[0]]), html)
    if (loads, places) != (1, 1):
        raise KitError(
            f"JupyterLite’s {APP}/index.html is not the page that {Path(__file__).name} was written for: it loads "
            f"config-utils.js {loads} times and has {places} places for its settings, expected one of each.\n"
            "A newer JupyterLite changed it. Look at that page, and mend what is looked for."
        )
    html = NOSCRIPT.sub(lambda _: f"<noscript>{_without_script(known)}</noscript>", html)
    html = html.replace("<html>", '<html lang="en">')
    path.unlink()
    path.write_text(html, encoding="utf-8")


def _without_script(known: Mapping[str, Mapping[str, str]]) -> str:
    links = "".join(
        f'<li><a href="../../{escape(one["page"])}">{escape(one["title"])}</a></li>' for one in known.values()
    )
    return f"<h1>The notebook needs JavaScript</h1><p>You can read every chapter without it:</p><ul>{links}</ul>"
