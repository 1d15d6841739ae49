"""Put the folder of the in-browser notebooks together, step by step, and keep it for the next build.

Two things are kept apart in this user's cache, each under a fingerprint of all that it was made from: the base, which
changes with versions alone and takes most of the time, and what lies on top of it, the kit's own code and worksheets.
A site gets a finished folder by hard links.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from redpencil.document import KitError
from redpencil.pages.lite import base, extension, kit, licences, packed
from redpencil.pages.lite.elsewhere import fetched_from_elsewhere
from redpencil.pages.lite.making import WITHOUT, Making, Step, put_folder, write_json
from redpencil.pages.lite.obtain import MANIFEST, cache_folder, obtain, read_manifest
from redpencil.pages.progress import Progress

# Where a site has it.
FOLDER = "lite"
# What JupyterLite's pages read first.
TOLD = "jupyter-lite.json"
# How many folders of a kind are kept, and for how many seconds one is left alone after it was used.
KEPT, IN_USE = 4, 3600
# How the name of a folder begins that is not finished. No step of a build takes as long as ``IN_USE``.
MAKING = "making-"
# Pyodide names its own host for Node alone, and only when a package is not beside it.
NEVER_FETCHED = frozenset({("pyodide.mjs", "https://cdn.jsdelivr.net/pyodide/v")})
# What no page asks for unless its reader says yes to it there: see `extension`.
ONLY_WHEN_ASKED = frozenset({extension.ONLY_WHEN_ASKED})


def put_worksheets(making: Making) -> None:
    """The worksheets, which are kept by themselves: to release them takes longer than all else on top."""
    made_from = [(path, name) for path, name in kit.files_of_kit(making.root) if not name.endswith("key.jsonl")]
    releasing = ((kit.PACKAGE / name, name) for name in kit.RELEASES)
    print_of = _digest([f"jupytext {version('jupytext')}"], [*made_from, *releasing])
    with _kept("worksheets", print_of, lambda folder: kit.release_worksheets(making.root, folder)) as worksheets:
        kit.list_worksheets(making, worksheets)


def put_page(making: Making) -> None:
    """The page around a worksheet."""
    core = making.manifest.core
    extension.install(making.site, making.root, extension.packages_of(making.fetched / core.file), core.version)


def tell_pages(making: Making) -> None:
    """Write down what the pages are told."""
    path = making.site / TOLD
    whole = json.loads(path.read_text(encoding="utf-8"))
    write_json(path, {**whole, "jupyter-config-data": making.told})


def look_over(making: Making) -> None:
    """Raise KitError if a file names another host that something would be fetched from."""
    if found := fetched_from_elsewhere(making.site, NEVER_FETCHED | ONLY_WHEN_ASKED):
        raise KitError(
            "The in-browser notebooks would fetch from other hosts, so they were not built:\n"
            + "\n".join(found[:20])
            + "\nA newer JupyterLite or extension brought them. Look what they are for, and replace them in "
            f"redpencil/pages/lite; or build without the notebooks: {WITHOUT}"
        )


def weigh(making: Making) -> None:
    """Write down what a first visit to a notebook fetches: JupyterLite's pages, and Python with all its packages."""
    path = making.site / base.WEIGHT
    core: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))["core"]
    folder = (making.site / making.kernel_settings["pyodideUrl"]).parent
    files = [one for one in folder.rglob("*") if one.is_file()]
    python = sum(core[one.name] if one.name in core else base.compressed(one) for one in files)
    write_json(path, {"bytes": base.SCRIPTS + python})


def first_visit(made: Path) -> int:
    """How many bytes travel when somebody first opens a notebook of a finished folder and runs it."""
    return int(json.loads((made / base.WEIGHT).read_text(encoding="utf-8"))["bytes"])


# The same for every kit. What it is made from is this folder's files, but for those that only a step on top reads.
BASE: Sequence[Step] = (
    Step("JupyterLite", base.put_jupyterlite),
    Step("Python for the browser", base.put_pyodide),
    Step("the licences", licences.put_licences),
    Step("the packs of Python", packed.put_base),
)
# What a kit has of its own, put on top of the base; made anew when any of its code or data changes.
# A step of another module is one more line, before the settings are written; its files count by themselves.
ON_TOP: Sequence[Step] = (
    Step("the kit's own code", kit.put_wheel),
    Step("the worksheets", put_worksheets),
    Step("the page around a worksheet", put_page),
    Step("the kit's pack", packed.put_kit),
    Step("the settings", tell_pages),
    Step("what it weighs", weigh),
    Step("a look for other hosts", look_over),
)
NOT_IN_BASE = (
    "build.py",
    "kit.py",
    "elsewhere.py",
    "extension.py",
    *(path.name for path in extension.SCRIPTS.iterdir()),
)


def put(made: Path, output: Path) -> None:
    """Put a finished folder into a site as ``output``, which is made anew."""
    put_folder(made, output)


def finished(root: Path) -> Path:
    """The finished folder for the kit in ``root``, in the cache; built if it is not there, whole or not at all.

    Nothing may be changed in it: sites share its files. Shows on a terminal how far it is. Raises KitError if something
    could not be fetched or built, or if the result names another host to fetch from.
    """
    with _kept("kit", fingerprint(root), lambda folder: _make(root, folder)) as place:
        return place


def fingerprint(root: Path) -> str:
    """Of all that the folder is made from, so that it changes when a built one is no longer good."""
    package = [(path, path.relative_to(kit.PACKAGE).as_posix()) for path in kit.files_of_package()]
    return _digest([_fingerprint_of_base()], [*_files(), *package, *kit.files_of_kit(root)])


def _fingerprint_of_base() -> str:
    made_with = base.versions((*base.MADE_WITH, *licences.INSTALLED))
    files = [(path, name) for path, name in _files() if path.name not in NOT_IN_BASE]
    return _digest(made_with, [(base.ICON, base.ICON.name), *files])


def _files() -> Iterator[tuple[Path, str]]:
    """What of this package makes the notebooks, with names as seen from its folder."""
    here = Path(__file__).parent
    for path in sorted(here.rglob("*")):
        if path.is_file() and path.parent.name != "__pycache__":
            yield path, path.relative_to(here).as_posix()


def _make(root: Path, folder: Path) -> None:
    progress = Progress()
    try:
        with _kept("base", _fingerprint_of_base(), lambda place: _make_base(root, place, progress)) as made:
            put_folder(made, folder)
        told = json.loads((folder / TOLD).read_text(encoding="utf-8"))["jupyter-config-data"]
        _take(ON_TOP, root, folder, told, progress)
    finally:
        progress.end()


def _make_base(root: Path, folder: Path, progress: Progress) -> None:
    progress.show("The notebooks: fetching what they are made of …")
    obtain(read_manifest(MANIFEST), cache_folder() / "fetched")
    _take(BASE, root, folder, {}, progress)


def _take(steps: Sequence[Step], root: Path, folder: Path, told: dict[str, object], progress: Progress) -> None:
    """Take steps, one after the other, on one folder."""
    with tempfile.TemporaryDirectory(dir=_place(), prefix=MAKING) as work:
        making = Making(root, folder, Path(work), read_manifest(MANIFEST), cache_folder() / "fetched", told)
        for number, step in enumerate(steps, start=1):
            progress.show(f"The notebooks: {step.makes} ({number} of {len(steps)}) …")
            step.run(making)


def _place() -> Path:
    place = cache_folder() / "in-browser"
    place.mkdir(parents=True, exist_ok=True)
    return place


@contextmanager
def _kept(kind: str, fingerprint: str, make: Callable[[Path], None]) -> Iterator[Path]:
    """A folder in the cache that ``make`` fills when there is none of this fingerprint, whole or not at all."""
    place = _place() / f"{kind}-{fingerprint[:16]}"
    if not _is_there_to_use(place):
        with tempfile.TemporaryDirectory(dir=_place(), prefix=MAKING) as work:
            made = Path(work) / "made"
            made.mkdir()
            make(made)
            try:
                made.rename(place)
            except OSError:
                # Another build was as quick, and made the same.
                if not place.is_dir():
                    raise
    yield place
    _forget_old(kind, place)


def _is_there_to_use(folder: Path) -> bool:
    """Whether it is there. By the date that it is given, what was used last is known, and left alone."""
    try:
        os.utime(folder)
    except FileNotFoundError:
        return False
    except PermissionError:
        pass  # a cache of somebody else's, to be read alone
    return folder.is_dir()


def _forget_old(kind: str, newest: Path) -> None:
    """Keep the last few that were used, as a checkout goes back and forth; and what another build may be using.

    What a build that was killed left half made goes too.
    """
    others = [one for one in _place().glob(f"{kind}-*") if one != newest]
    too_many = sorted(others, key=_last_used, reverse=True)[KEPT - 1 :]
    for old in [*too_many, *_place().glob(f"{MAKING}*")]:
        if time.time() - _last_used(old) > IN_USE:
            shutil.rmtree(old, ignore_errors=True)


def _last_used(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0  # another build has just forgotten it


def _digest(words: Iterable[str], files: Iterable[tuple[Path, str]]) -> str:
    """Of words and files, wherever the files lie: two checkouts of one version share what is kept."""
    total = hashlib.sha256("\0".join(words).encode())
    for path, name in files:
        total.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
