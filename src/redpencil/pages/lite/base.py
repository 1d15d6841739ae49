"""The base of the in-browser notebooks: what is the same for every kit, and changes with versions alone.

JupyterLite's pages, the extensions, Pyodide and the wheels that were fetched. It takes most of a first build's time,
so it is kept by itself; the kit's own code and worksheets are put on top of it.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from redpencil.document import KitError
from redpencil.pages.lite.lock import local_lock
from redpencil.pages.lite.making import KERNEL, WITHOUT, Making, put_file, put_folder, run, write, write_json

MADE_WITH = ("jupyterlite-core", "jupyterlite-pyodide-kernel", "anywidget", "jupyterlab-widgets")
EXTENSIONS = (KERNEL, "@jupyter-widgets/jupyterlab-manager", "anywidget")
APPS = ("notebooks", "tree", "lab")
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
# What a first visit to a notebook fetches, in bytes as they travel.
WEIGHT = "first-visit.json"
# Beside Python, a visit fetches JupyterLite's pages, scripts and styles, and ours. Which of them a browser asks for is
# known only by asking one, and a site is built without: tests/browser/test_worksheet_page.py asks Chromium, holds this
# number to the sum within 5 percent, and prints the sum.
SCRIPTS = 2_100_000
PACKED = {".whl", ".zip", ".gz", ".pack"}
# The kernel's own wheels, which the installed extension carries, with what each needs.
OF_THE_KERNEL: Mapping[str, Sequence[str]] = {
    "ipykernel": ("pyodide-kernel",),
    "piplite": ("micropip",),
    "pyodide_kernel": ("comm", "ipython"),
}
# Loaded with Pyodide itself, side by side, so that no package is asked for one after the other when a cell runs.
AT_THE_START = ("comm", "ipykernel", "ipython", "jedi", "micropip", "piplite", "pyodide-kernel", "redpencil")
# The extension's address for who sets none. Ours is set; nothing is left that could be asked instead.
ANOTHER_HOST = "https://cdn.jsdelivr.net/pyodide/"
ICON = Path(__file__).parents[1] / "red_pencil_theme" / "static" / "red-pencil.svg"
# What JupyterLite's archive has for its developers; no page loads it.
FOR_DEVELOPERS = ("rspack.config.js", "rspack.config.analyze.js", "rspack.config.watch.js", "package.json")


def versions(names: Iterable[str]) -> list[str]:
    """What the base is made with, as ``name version``. Raises KitError if one is not installed."""
    return [f"{name} {_version(name)}" for name in names]


def put_jupyterlite(making: Making) -> None:
    """JupyterLite's pages with the extensions, by its own builder, without any notebook."""
    lite, made = making.work / "lite", making.work / "made"
    lite.mkdir()
    settings = {
        "pyodideUrl": "./static/pyodide/pyodide.mjs",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": list(AT_THE_START)},
    }
    told = {"appName": "Red Pencil", "litePluginSettings": {f"{KERNEL}:kernel": settings}}
    building = {
        "output_dir": str(made),
        "cache_dir": str(making.work / "cache"),
        "apps": list(APPS),
        "ignore_sys_prefix": ["federated_extensions"],
        "federated_extensions": [str(extension(name)) for name in EXTENSIONS],
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "no_libarchive": True,
    }
    write_json(lite / "jupyter_lite_config.json", {"LiteBuildConfig": building})
    write_json(lite / "jupyter-lite.json", {"jupyter-lite-schema-version": 0, "jupyter-config-data": told})
    run(["jupyterlite_core", "build"], lite, "JupyterLite")
    for name in FOR_DEVELOPERS:
        (made / name).unlink(missing_ok=True)
    put_folder(made, making.site)
    _drop_other_hosts(making.site)
    _put_icon(making.site)


def put_pyodide(making: Making) -> None:
    """Pyodide's core, the wheels, and a lock that names these wheels and no other."""
    making.pyodide.mkdir(parents=True)
    with tarfile.open(making.fetched / making.manifest.core.file) as packed:
        for name in (*CORE, LOCK):
            member = packed.extractfile(f"package/{name}")
            assert member is not None  # noqa: S101  the file's digest was verified: it is a file
            (making.pyodide / name).write_bytes(member.read())
    needs: dict[Path, Sequence[str] | None] = {making.pyodide / one.file: one.depends for one in making.manifest.wheels}
    for one in making.manifest.wheels:
        put_file(making.fetched / one.file, making.pyodide / one.file)
    of_the_kernel = extension(KERNEL) / "static" / "pypi"
    for name, depends in OF_THE_KERNEL.items():
        (wheel,) = of_the_kernel.glob(f"{name}-*.whl")
        needs[Path(shutil.copy(wheel, making.pyodide))] = depends
    needs[_stand_in(making.pyodide)] = ()
    lock = making.pyodide / LOCK
    write_json(lock, local_lock(json.loads(lock.read_text(encoding="utf-8")), needs))
    # Weighed here, because to compress them takes seconds.
    write_json(making.site / WEIGHT, {"core": {name: compressed(making.pyodide / name) for name in CORE}})


def compressed(path: Path) -> int:
    """How many bytes of a file travel: what is packed already goes as it is, the rest as gzip makes it."""
    content = path.read_bytes()
    return len(content) if path.suffix in PACKED else len(gzip.compress(content))


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


def _put_icon(site: Path) -> None:
    """Name an icon in every page: without one a browser asks the host's top for ``favicon.ico``, and finds none."""
    write(site / ICON.name, ICON.read_bytes())
    for path in site.rglob("*.html"):
        top = "../" * (len(path.relative_to(site).parts) - 1)
        link = f'<head>\n    <link rel="icon" type="image/svg+xml" href="{top}{ICON.name}">'
        write(path, path.read_text(encoding="utf-8").replace("<head>", link, 1))


def extension(name: str) -> Path:
    """The folder of an installed Jupyter extension. Raises KitError if it is not there."""
    place = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / name
    if not (place / "package.json").is_file():
        raise KitError(
            f"The Jupyter extension {name} is not installed in {sys.prefix}.\n"
            f"Run make serve, or: pip install -r requirements.txt; or build without the notebooks: {WITHOUT}"
        )
    return place


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        raise KitError(
            f"{distribution} is not installed, and the in-browser notebooks are built with it.\n"
            f"Run make serve, or: pip install -r requirements.txt; or build without the notebooks: {WITHOUT}"
        ) from None
