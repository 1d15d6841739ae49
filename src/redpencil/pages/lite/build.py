"""Put the folder of the in-browser notebooks together: JupyterLite, Pyodide, the wheels and every worksheet.

A finished folder is kept in this user's cache under a fingerprint of all that it was made from, and is put into a site
from there by hard links, so that only the first build of a version takes its time.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from redpencil.document import KitError, read_toml
from redpencil.pages.lite import extension
from redpencil.pages.lite.elsewhere import fetched_from_elsewhere
from redpencil.pages.lite.lock import local_lock
from redpencil.pages.lite.obtain import MANIFEST, Manifest, cache_folder, obtain, read_manifest

# Where a site has it.
FOLDER = "lite"
PACKAGE = Path(__file__).resolve().parents[2]
MADE_WITH = (
    *("jupyterlite-core", "jupyterlite-pyodide-kernel"),
    *("anywidget", "ipywidgets", "jupyterlab-widgets", "hatchling"),
)
KERNEL = "@jupyterlite/pyodide-kernel-extension"
EXTENSIONS = (KERNEL, "@jupyter-widgets/jupyterlab-manager", "anywidget")
APPS = ("notebooks", "tree", "lab")
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
# The kernel's own wheels, which the installed extension carries, with what each needs.
OF_THE_KERNEL: Mapping[str, Sequence[str]] = {
    "ipykernel": ("pyodide-kernel",),
    "piplite": ("micropip",),
    "pyodide_kernel": ("comm", "ipython"),
}
# The kit's own wheel, as the kernel sees it: the rest of what it names is for grading and building.
KIT_NEEDS = ("anywidget", "ipywidgets", "textblob")
# Loaded with Pyodide itself, side by side, so that no package is asked for one after the other when a cell runs.
AT_THE_START = ("comm", "ipykernel", "ipython", "jedi", "micropip", "piplite", "pyodide-kernel", "redpencil")
# The extension's address for who sets none. Ours is set; nothing is left that could be asked instead.
ANOTHER_HOST = "https://cdn.jsdelivr.net/pyodide/"
# Pyodide names its own host for Node alone, and only when a package is not beside it.
NEVER_FETCHED = frozenset({("pyodide.mjs", "https://cdn.jsdelivr.net/pyodide/v")})
# What no page asks for unless its reader says yes to it there: see `extension`.
ONLY_WHEN_ASKED = frozenset({extension.ONLY_WHEN_ASKED})
SECONDS_AT_MOST = 600


def put(made: Path, output: Path) -> None:
    """Put a finished folder into a site as ``output``, which is made anew."""
    shutil.rmtree(output, ignore_errors=True)
    shutil.copytree(made, output, copy_function=_link)


def finished(root: Path) -> Path:
    """The finished folder for the kit in ``root``, in the cache; built if it is not there, whole or not at all.

    Nothing may be changed in it: sites share its files. Raises KitError if something could not be fetched or built, or
    if the result names another host to fetch from.
    """
    kept = cache_folder() / "notebooks"
    place = kept / fingerprint(root)[:16]
    if not place.is_dir():
        manifest = read_manifest(MANIFEST)
        obtain(manifest, fetched := cache_folder() / "fetched")
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept, prefix="making-") as work:
            made = _make(root, manifest, fetched, Path(work))
            try:
                made.rename(place)
            except OSError:
                # Another build was as quick, and made the same.
                if not place.is_dir():
                    raise
        _forget_old(kept, place)
    return place


def fingerprint(root: Path) -> str:
    """Of all that the folder is made from, so that it changes when a built one is no longer good."""
    total = hashlib.sha256("\0".join(f"{name} {_version(name)}" for name in MADE_WITH).encode())
    for path in _sources(root):
        total.update(path.as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _make(root: Path, manifest: Manifest, fetched: Path, work: Path) -> Path:
    wheels = work / "wheels"
    wheels.mkdir()
    pyodide = work / "lite" / "static" / "pyodide"
    pyodide.mkdir(parents=True)
    with tarfile.open(fetched / manifest.core.file) as packed:
        for name in (*CORE, LOCK):
            member = packed.extractfile(f"package/{name}")
            assert member is not None  # noqa: S101  the file's digest was verified: it is a file
            (pyodide / name).write_bytes(member.read())
    needs: dict[Path, Sequence[str] | None] = {pyodide / one.file: one.depends for one in manifest.wheels}
    for one in manifest.wheels:
        _link(fetched / one.file, pyodide / one.file)
    of_the_kernel = _extension(KERNEL) / "static" / "pypi"
    for name, depends in OF_THE_KERNEL.items():
        (wheel,) = of_the_kernel.glob(f"{name}-*.whl")
        needs[Path(shutil.copy(wheel, pyodide))] = depends
    needs[_stand_in(pyodide)] = ()
    needs[_kit_wheel(root, wheels, pyodide)] = KIT_NEEDS
    lock = local_lock(json.loads((pyodide / LOCK).read_text(encoding="utf-8")), needs)
    (pyodide / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    _write_worksheets(root, work / "files")
    _write_settings(work)
    made = work / "made"
    _run([sys.executable, "-m", "jupyterlite_core", "build"], work / "lite", "JupyterLite")
    _drop_other_hosts(made)
    extension.install(made, root, extension.packages_of(fetched / manifest.core.file), manifest.core.version)
    if found := fetched_from_elsewhere(made, NEVER_FETCHED | ONLY_WHEN_ASKED):
        raise KitError(
            "The in-browser notebooks would fetch from other hosts, so they were not built:\n"
            + "\n".join(found[:20])
            + "\nA newer JupyterLite or extension brought them. Look what they are for, and replace them in "
            f"{Path(__file__).name}; or build without: --no-lab"
        )
    return made


def _write_settings(work: Path) -> None:
    """What JupyterLite reads: how the folder is built, and what the built pages are told."""
    building = {
        "contents": [str(work / "files")],
        "output_dir": str(work / "made"),
        "cache_dir": str(work / "cache"),
        "apps": list(APPS),
        "ignore_sys_prefix": ["federated_extensions"],
        "federated_extensions": [str(_extension(name)) for name in EXTENSIONS],
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "no_libarchive": True,
    }
    settings = {
        "pyodideUrl": "./static/pyodide/pyodide.mjs",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": list(AT_THE_START)},
    }
    told = {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "Red Pencil",
            "litePluginSettings": {f"{KERNEL}:kernel": settings},
        },
    }
    lite = work / "lite"
    (lite / "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": building}), encoding="utf-8")
    (lite / "jupyter-lite.json").write_text(json.dumps(told), encoding="utf-8")


def _write_worksheets(root: Path, folder: Path) -> None:
    """Every worksheet as ``redpencil release`` writes it, but for those whose document this kit comes without."""
    environment = {**os.environ, "REDPENCIL_KIT": str(root), "PYTHONPATH": str(PACKAGE.parent)}
    folder.mkdir()
    ids = [one.parent.name for one in sorted((root / "exercises").glob("*/worksheet.md"))]
    if there := [id for id in ids if _has_document(root, root / "exercises" / id)]:
        command = [sys.executable, "-m", "redpencil", "release", *there, "--output", str(folder)]
        _run(command, root, "The worksheets", environment)


def _has_document(root: Path, exercise: Path) -> bool:
    document = str(read_toml(exercise / "exercise.toml").get("document", ""))
    return (root / "data" / "documents" / document / "document.toml").is_file()


def _kit_wheel(root: Path, folder: Path, pyodide: Path) -> Path:
    """The kit's own wheel, its file named after what is in it, so that no browser takes an old one for it."""
    _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], root, "The kit's own wheel")
    (wheel,) = folder.glob("redpencil-*.whl")
    name, number, rest = wheel.name.split("-", 2)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()[:12]
    # A build tag begins with a figure.
    return wheel.rename(pyodide / f"{name}-{number}-0{digest}-{rest}")


def _stand_in(folder: Path) -> Path:
    """A wheel of the module `redpencil.pages.lite.regex_stand_in` under the name that NLTK imports."""
    wheel = folder / "regex-0-py3-none-any.whl"
    about = "regex-0.dist-info"
    files = {
        "regex.py": Path(__file__).with_name("regex_stand_in.py").read_text(encoding="utf-8"),
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: regex\nVersion: 0\nSummary: A stand-in, over re\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: redpencil\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": "",
    }
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            # A date of its own would give it another digest at every build.
            archive.writestr(zipfile.ZipInfo(name), text)
    return wheel


def _drop_other_hosts(made: Path) -> None:
    """Take the extension's own fallback to another host out of its script: what is set is all there is."""
    for path in (made / "extensions" / KERNEL / "static").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        if ANOTHER_HOST in text:
            path.write_text(text.replace(ANOTHER_HOST, "./static/pyodide/elsewhere-is-nowhere/"), encoding="utf-8")


def _extension(name: str) -> Path:
    place = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / name
    if not (place / "package.json").is_file():
        raise KitError(
            f"The Jupyter extension {name} is not installed in {sys.prefix}.\n"
            "Run make serve, or: pip install -r requirements.txt"
        )
    return place


def _run(command: Sequence[str], place: Path, what: str, environment: Mapping[str, str] | None = None) -> None:
    ended = subprocess.run(  # noqa: S603  modules of the interpreter that runs already
        command,
        cwd=place,
        env={**(environment or os.environ), "PYTHONUTF8": "1", "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        timeout=SECONDS_AT_MOST,
        check=False,
    )
    if ended.returncode:
        last = "\n".join((ended.stderr + ended.stdout).strip().splitlines()[-12:])
        raise KitError(f"{what} was not built for the in-browser notebooks:\n{last}\nOr build without: --no-lab")


def _sources(root: Path) -> Iterator[Path]:
    for folder in (PACKAGE, root / "exercises", root / "data"):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path
    yield root / "pyproject.toml"


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        raise KitError(
            f"{distribution} is not installed, and the in-browser notebooks are built with it.\n"
            "Run make serve, or: pip install -r requirements.txt; or build without: --no-lab"
        ) from None


def _forget_old(kept: Path, newest: Path, at_most: int = 4) -> None:
    """Keep the last few finished folders; a checkout goes back and forth between versions."""
    others = [one for one in kept.iterdir() if one != newest and not one.name.startswith("making-")]
    for old in sorted(others, key=lambda one: one.stat().st_mtime, reverse=True)[at_most - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


def _link(source: str | Path, target: str | Path) -> None:
    """A hard link where the file system has them, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
