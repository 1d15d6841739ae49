"""The licences of all that the notebooks distribute: who says what, from each part's own metadata, with the texts.

A site that holds a program hands it on, so each part's licence must allow that, and its text must come along. What
names no licence that is known here fails the build.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from html import escape
from importlib.metadata import distribution
from pathlib import Path

from redpencil.document import KitError
from redpencil.pages.lite.compiled_in import compiled_in, incorporated_into_cpython
from redpencil.pages.lite.making import WITHOUT, Making, write

# Below the notebooks' folder in a site.
FOLDER = "licenses"
# By SPDX: they let anybody hand on, with the text and the names. The last two ask for changes to be open, of which
# the kit makes none. No licence of the GPL's family is here: what it would ask of a site is for nobody to find out.
ALLOWED = frozenset(
    [
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC-BY-4.0", "CC0-1.0", "ISC", "MIT"),
        *("Apache-2.0 WITH LLVM-exception", "OFL-1.1", "PSF-2.0", "Unicode-3.0", "Unlicense", "Zlib"),
        *("blessing", "bzip2-1.0.6", "LicenseRef-Public-Domain", "EPL-2.0", "MPL-2.0"),
    ]
)
# What older metadata says in words of its own, where the words leave no doubt.
IN_WORDS = {
    "apache 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "bsd 3-clause license": "BSD-3-Clause",
    "mozilla public license version 2.0": "MPL-2.0",
}
# What only one licence's text says; the narrower come first.
IN_TEXT = (
    ("PSF-2.0", r"PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2"),
    ("MPL-2.0", r"Mozilla Public License,? [Vv]ersion 2\.0"),
    ("Apache-2.0", r"Apache License Version 2\.0"),
    ("BSD-3-Clause", r"Redistribution and use in source and binary forms.*(?:Neither the name|be used to endorse)"),
    ("BSD-2-Clause", r"Redistribution and use in source and binary forms"),
    ("MIT", r"Permission is hereby granted, free of charge, to any person"),
)  # fmt: skip
OF_THE_GPL = re.compile(r"\b[AL]?GPL|\bGNU (?:Affero |Lesser |Library )?General Public License", re.IGNORECASE)
IS_TEXT = re.compile(r"(?:^|/)(?:LICEN[CS]E|COPYING|NOTICE)[^/]*$", re.IGNORECASE)
# What is not fetched but lies in this Python's environment, and is copied from there into the notebooks or the pages.
INSTALLED = {
    "jupyterlite-core": "the notebooks’ pages",
    "jupyterlite-pyodide-kernel": "between a notebook and Python",
    "jupyterlab-widgets": "shows widgets in a notebook",
    "anywidget": "shows the exercise in a notebook",
    "myst-nb": "a style sheet of the book’s pages",
    "sphinx": "the search of the book’s pages",
    "sphinx-design": "a style sheet of the book’s pages",
}
# Project Jupyter's scripts come without their text; it is in JupyterLite's own package.
OF_JUPYTER = ("@jupyter", "@lumino/")


@dataclass(frozen=True, slots=True)
class Part:
    """Something that the site distributes."""

    name: str
    version: str
    what: str
    licence: str
    """As an SPDX expression."""
    text: str


def put_licences(making: Making) -> None:
    """Write a page that lists every part, and beside it the texts. Raises KitError if a part may not be handed on."""
    parts = [_of_distribution(name, what) for name, what in INSTALLED.items()]
    wheels = [_of_wheel(path) for path in sorted(making.pyodide.glob("*.whl")) if not path.name.startswith("regex-0-")]
    parts += [*_pyodide(making, wheels), *wheels]
    scripts = list(_scripts(making.site))
    check(parts + scripts)
    folder = making.site / FOLDER
    for part in parts:
        write(folder / _file_name(part), part.text)
    # Some come in twice, with two extensions.
    unique = sorted({(part.name, part.version): part for part in scripts}.values(), key=lambda part: part.name)
    jupyter = next(part.text for part in parts if part.name == "jupyterlite-core")
    write(folder / "scripts.txt", "\n\n".join(_with_text(part, jupyter) for part in unique))
    write(folder / "index.html", _page(parts, unique))


def check(parts: Iterable[Part]) -> None:
    """Raise KitError naming every part whose licence is unknown or none of those that let a site hand it on."""
    if refused := [part for part in parts if not is_allowed(part.licence)]:
        raise KitError(
            "The in-browser notebooks would hand on what they may not, so they were not built:\n"
            + "\n".join(f"{part.name} {part.version}: {part.licence or 'its licence is not told'}" for part in refused)
            + "\nTake another version or another package; or, if the licence does allow it, add it to ALLOWED in "
            f"redpencil/pages/lite/licences.py. Or build without the notebooks: {WITHOUT}"
        )


def is_allowed(expression: str) -> bool:
    """Whether an SPDX expression, of the forms ``A``, ``A OR B`` and ``A AND B``, names what may be handed on."""
    expression = expression.strip().removeprefix("(").removesuffix(")")
    return all(
        any(one.strip() in ALLOWED for one in either.split(" OR ")) for either in expression.split(" AND ")
    )  # fmt: skip


def licence_of(metadata: Message, text: str) -> str:
    """The licence as an SPDX expression, or nothing if metadata and text leave it open.

    The metadata's expression comes first, then its words, then the licence's own text.
    """
    if expression := metadata["License-Expression"]:
        return str(expression)
    words = str(metadata["License"] or "").strip().partition("\n")[0].strip()
    if words in ALLOWED:
        return words
    if words.lower() in IN_WORDS:
        return IN_WORDS[words.lower()]
    text = " ".join(text.split())
    # Where any of the GPL's family is named, a person has to look.
    if named := OF_THE_GPL.search(f"{words} {metadata.get_all('Classifier', [])} {text}"):
        return named[0]
    return next((id for id, says in IN_TEXT if re.search(says, text)), "")


def _of_wheel(path: Path) -> Part:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        (about,) = (name for name in names if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        metadata = HeaderParser().parsestr(archive.read(about).decode("utf-8"))
        texts = {name: archive.read(name).decode("utf-8", "replace") for name in names if _is_text(name)}
    whose = about.partition("/")[0]
    own = "\n\n".join(text for name, text in texts.items() if name.startswith(whose))
    others = [f"\n\n--- {name} ---\n\n{text}" for name, text in texts.items() if not name.startswith(whose)]
    licence = licence_of(metadata, own)
    return Part(metadata["Name"], metadata["Version"], "a Python package", licence, own + "".join(others))


def _of_distribution(name: str, what: str) -> Part:
    found = distribution(name)
    metadata = HeaderParser().parsestr(found.read_text("METADATA") or "")
    texts = [file.read_text(encoding="utf-8") for file in found.files or () if _is_text(str(file))]
    text = "\n\n".join(texts)
    return Part(name, found.version, what, licence_of(metadata, text), text)


def _is_text(name: str) -> bool:
    # A module that is called so is no licence.
    return bool(IS_TEXT.search(name)) and not name.endswith((".py", ".pyi", ".js", ".json", ".html"))


def _pyodide(making: Making, wheels: Iterable[Part]) -> Iterator[Part]:
    """Pyodide and what is in it, whose package has no text: the first three's licences come with two of the wheels."""
    texts = {part.licence: part.text for part in wheels if part.name in ("micropip", "typing_extensions")}
    core = making.manifest.core
    lock = json.loads((making.pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    yield Part("Pyodide", core.version, "Python for the browser", "MPL-2.0", texts.get("MPL-2.0", ""))
    python = str(lock["info"].get("python", ""))
    # A project of Pyodide's own, under its licence.
    yield Part("hiwire", "", "what Python holds of JavaScript", "MPL-2.0", texts.get("MPL-2.0", ""))
    text = f"{texts.get('PSF-2.0', '').rstrip()}\n\n\n{incorporated_into_cpython()}"
    yield Part("CPython", python, "Python and its library", "PSF-2.0", text)
    for one in compiled_in(core.version):
        yield Part(one.name, one.version, one.what, one.licence, one.text)


def _scripts(site: Path) -> Iterator[Part]:
    """What the builders of the scripts say that they put in."""
    for path in sorted(site.rglob("third-party-licenses.json")):
        for row in json.loads(path.read_text(encoding="utf-8"))["packages"]:
            yield Part(row["name"], row["versionInfo"], "a script", row["licenseId"] or "", row["extractedText"] or "")


def _with_text(part: Part, of_jupyter: str) -> str:
    text = part.text or (of_jupyter if part.name.startswith(OF_JUPYTER) else "(Its package came without the text.)")
    return f"{part.name} {part.version}\n{part.licence}\n\n{text.strip()}\n\n{'-' * 80}"


def _file_name(part: Part) -> str:
    words = re.findall(r"[A-Za-z0-9]+", part.name)
    return f"{'-'.join([*(word.lower() for word in words), *([part.version] if part.version else [])])}.txt"


def _page(parts: Iterable[Part], scripts: Iterable[Part]) -> str:
    rows = "\n".join(
        f"<tr><th scope=row>{escape(part.name)}<td>{escape(part.version)}<td>{escape(part.what)}"
        f"<td>{escape(part.licence)}<td><a href={escape(_file_name(part))}>{escape(part.name)}: the text</a>"
        for part in parts
    )
    listed = "\n".join(
        f"<tr><th scope=row>{escape(part.name)}<td>{escape(part.version)}<td>{escape(part.licence)}" for part in scripts
    )
    return f"""<!DOCTYPE html>
<html lang=en>
<meta charset=utf-8>
<meta name=viewport content="width=device-width, initial-scale=1">
<meta name=color-scheme content="light dark">
<title>Licences – Red Pencil</title>
<style>
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif }}
div {{ overflow-x: auto }} table {{ border-collapse: collapse }}
th, td {{ padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid #8888 }}
</style>
<main>
<h1>Licences of what this site carries</h1>
<p><a href="../../index.html">Back to the book</a></p>
<p>The book’s own text is under CC BY 4.0 and its code under BSD-3-Clause. These programs of other people are in the
site too, mostly for the notebooks that run in the browser. Changed in them: addresses of other hosts were taken out,
JupyterLite ends no other page’s service worker, and the Python packages lie here as byte code with their sources beside
it. Their sources as their makers gave them out are the packages of these names and versions for Python (PyPI) or
JavaScript (npm); Pyodide’s own, with all that is compiled into it, at
<a href="https://github.com/pyodide/pyodide">github.com/pyodide/pyodide</a>. What is compiled into it was looked for in
the files themselves. Where they do not say its version, there is none here, and its text says which version it is
from.</p>
<h2>Programs</h2>
<div tabindex=0><table>
<thead><tr><th scope=col>Name<th scope=col>Version<th scope=col>What it is here<th scope=col>Licence
<th scope=col>Text</thead>
{rows}
</table></div>
<h2>In the notebooks’ scripts</h2>
<p><a href=scripts.txt>All their texts in one file</a></p>
<div tabindex=0><table>
<thead><tr><th scope=col>Name<th scope=col>Version<th scope=col>Licence</thead>
{listed}
</table></div>
</main>
"""
