"""What of the kit itself is put on top of the base: its package as a wheel, and its worksheets as notebooks."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import redpencil
from redpencil.document import kit_roots, read_toml
from redpencil.pages.lite.base import LOCK
from redpencil.pages.lite.lock import with_wheel
from redpencil.pages.lite.making import Making, run, write, write_json

PACKAGE = Path(__file__).resolve().parents[2]
# What the kernel needs beside it: the rest of what the package names is for grading and building.
NEEDS = ("anywidget", "ipywidgets", "textblob")
# What the wheel carries of the kit itself, as the package's own wheel does; and what only a build of the site needs.
CARRIED = ("exercises", "data/documents", "data/names")
ONLY_BUILDS = ("pages/lite", "pages/red_pencil_theme")
# What makes a released worksheet, beside the exercise itself.
RELEASES = (
    *("__init__.py", "document.py", "annotation.py", "exercise.py", "scoring.py"),
    *("grading/__init__.py", "grading/release.py", "grading/shown.py", "grading/submissions.py"),
    "grading/times.py",
)
# What JupyterLite's own builder calls the list of a folder's files.
LIST = "all.json"
LEFT_ALONE = {"__pycache__", ".ipynb_checkpoints", "kit"}


def files_of_package() -> Iterator[Path]:
    """The files of the package that its wheel for the browser holds, sorted."""
    for path in sorted(PACKAGE.rglob("*")):
        inside = path.relative_to(PACKAGE)
        if path.is_file() and LEFT_ALONE.isdisjoint(inside.parts) and not inside.as_posix().startswith(ONLY_BUILDS):
            yield path


def files_of_kit(root: Path) -> Iterator[tuple[Path, str]]:
    """The exercises and data that the pages of the kit in ``root`` find, with their paths as seen from a kit's folder.

    As there, what ``root`` has comes before what the package itself comes with, an exercise or a document at a time.
    """
    found: dict[str, Path] = {}
    for place in _roots(root):
        for name in CARRIED:
            for one in sorted((place / name).glob("*")):
                if not one.name.startswith("."):
                    found.setdefault(f"{name}/{one.name}", one)
    for name, place in sorted(found.items()):
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            inside = path.relative_to(place)
            if path.is_file() and not any(part.startswith(".") for part in inside.parts):
                yield path, (Path(name) / inside).as_posix()


def put_wheel(making: Making) -> None:
    """The kit's own wheel, its file named after what is in it, so that no browser takes an old one for it."""
    about = f"redpencil-{redpencil.__version__}.dist-info"
    files: dict[str, bytes] = {
        f"redpencil/{path.relative_to(PACKAGE).as_posix()}": path.read_bytes() for path in files_of_package()
    }
    for path, name in files_of_kit(making.root):
        files[f"redpencil/kit/{name}"] = path.read_bytes()
    files[f"{about}/METADATA"] = (
        f"Metadata-Version: 2.4\nName: redpencil\nVersion: {redpencil.__version__}\n"
        "License-Expression: BSD-3-Clause AND CC-BY-4.0\n"
    ).encode()
    files[f"{about}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: redpencil\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{about}/RECORD"] = b""
    packed = making.work / "redpencil.whl"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # Without a date: the same kit gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    content = packed.read_bytes()
    # A build tag begins with a figure.
    digest = f"0{hashlib.sha256(content).hexdigest()[:12]}"
    wheel = making.pyodide / f"redpencil-{redpencil.__version__}-{digest}-py3-none-any.whl"
    write(wheel, content)
    lock = making.pyodide / LOCK
    write_json(lock, with_wheel(json.loads(lock.read_text(encoding="utf-8")), wheel, NEEDS))


def release_worksheets(root: Path, folder: Path) -> None:
    """Every worksheet as ``redpencil release`` writes it, but for those whose document this kit comes without.

    In a process of its own, because nothing below ``redpencil.grading`` may import it.
    """
    environment = {**os.environ, "REDPENCIL_KIT": str(root), "PYTHONPATH": str(PACKAGE.parent)}
    files = {name: path for path, name in files_of_kit(root)}
    ids = [
        name.split("/")[1]
        for name, path in files.items()
        if name.endswith("/worksheet.md") and f"data/documents/{_document_of(path.parent)}/document.toml" in files
    ]
    folder.mkdir(parents=True, exist_ok=True)
    if ids:
        run(["redpencil", "release", *ids, "--output", str(folder)], root, "The worksheets", environment)


def list_worksheets(making: Making, worksheets: Path) -> None:
    """Put the notebooks into the folder, and tell JupyterLite of them.

    What is there is a file of JSON for each folder, in the form of Jupyter's contents API without the contents; so it
    needs no builder. All lie in one folder.
    """
    for path in sorted(worksheets.iterdir()):
        write(making.site / "files" / path.name, path.read_bytes())
    content = [_listed(path) for path in sorted(worksheets.iterdir())]
    whole = {**_entry("", "directory", None, datetime(2020, 1, 1, tzinfo=UTC)), "content": content, "format": "json"}
    write_json(making.site / "api" / "contents" / LIST, whole)
    making.told["contentsAllJsonFile"] = LIST


def _roots(root: Path) -> list[Path]:
    """The kit, and what the package comes with: where the pages of the kit look, in this order."""
    *_, own = kit_roots()
    return list(dict.fromkeys((root.resolve(), own.resolve())))


def _document_of(exercise: Path) -> str:
    return str(read_toml(exercise / "exercise.toml").get("document", ""))


def _listed(path: Path) -> dict[str, Any]:
    changed = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    kind = "notebook" if path.suffix == ".ipynb" else "file"
    return _entry(path.name, kind, path.stat().st_size, changed)


def _entry(path: str, kind: str, size: int | None, changed: datetime) -> dict[str, Any]:
    when = changed.isoformat().replace("+00:00", "Z")
    return {
        "content": None,
        "created": when,
        "format": None,
        "hash": None,
        "hash_algorithm": None,
        "last_modified": when,
        "mimetype": "application/json" if kind == "file" else None,
        "name": path,
        "path": path,
        "size": size,
        "type": kind,
        "writable": True,
    }
