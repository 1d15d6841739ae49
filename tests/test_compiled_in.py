"""What is compiled into Pyodide's core: the table says what the core itself says."""

import json
import subprocess
import tarfile
import tomllib

import pytest

from redpencil.document import KitError
from redpencil.pages.lite import compiled_in
from redpencil.pages.lite.licences import is_allowed
from redpencil.pages.lite.obtain import cache_folder, node, obtain, read_manifest

MANIFEST = read_manifest()
# Asks the core for the versions of what is in it. The names are those of each part's own C or Python interface.
ASKS = """
import { readFileSync } from "node:fs";
import { loadPyodide } from "./pyodide.mjs";
const pyodide = await loadPyodide();
const C = pyodide._module;
const says = (name) => C.UTF8ToString(C[`_${name}`]());
const python = JSON.parse(pyodide.runPython(`
import _decimal as decimal, json, pyexpat, sys, unicodedata
said = [pyexpat.EXPAT_VERSION, decimal.__libmpdec_version__, unicodedata.unidata_version, sys.builtin_module_names]
json.dumps(said)
`));
console.log(JSON.stringify({
  versions: {
    zlib: says("zlibVersion"),
    bzip2: says("BZ2_bzlibVersion").split(",")[0],
    liblzma: says("lzma_version_string"),
    Zstandard: says("ZSTD_versionString"),
    SQLite: says("sqlite3_libversion"),
    Expat: python[0].replace("expat_", ""),
    libmpdec: python[1],
    "Unicode Character Database": python[2],
    Emscripten: JSON.parse(readFileSync("pyodide-lock.json", "utf8")).info.platform.replace("emscripten_", "")
      .replaceAll("_", "."),
  },
  modules: python[3],
  exports: WebAssembly.Module.exports(new WebAssembly.Module(readFileSync("pyodide.asm.wasm"))).map((one) => one.name),
  glue: readFileSync("pyodide.asm.mjs", "utf8").includes("MiniLZ4"),
  sources: JSON.parse(readFileSync("pyodide.mjs.map", "utf8")).sources,
}));
"""


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    """What Pyodide's core says of itself, under Node."""
    folder = tmp_path_factory.mktemp("core")
    fetched = cache_folder() / "fetched"
    obtain(MANIFEST, fetched)
    with tarfile.open(fetched / MANIFEST.core.file) as packed:
        packed.extractall(folder, filter="data")
    (folder / "package/ask.mjs").write_text(ASKS, encoding="utf-8")
    command = [node(), "ask.mjs"]
    ended = subprocess.run(command, cwd=folder / "package", capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_the_versions_in_the_table_are_those_that_the_core_says(core):
    told = {part.name: part.version for part in compiled_in.compiled_in(MANIFEST.core.version) if part.version}

    assert told == core["versions"]


@pytest.mark.parametrize(
    ("name", "export"),
    [
        ("libffi", "ffi_call"),
        ("musl", "__libc_malloc"),
        ("dlmalloc", "malloc_set_footprint_limit"),
        ("LLVM’s libc++, libc++abi, libunwind and compiler-rt", "_Unwind_RaiseException"),
        ("LLVM’s libc++, libc++abi, libunwind and compiler-rt", "__cxa_throw"),
        ("LLVM’s libc++, libc++abi, libunwind and compiler-rt", "__multi3"),
        ("hiwire", "hiwire_new"),
    ],
)
def test_what_does_not_say_its_version_is_there_by_its_functions(core, name, export):
    assert export in core["exports"]
    told = {part.name for part in compiled_in.compiled_in(MANIFEST.core.version)}
    # Its text is Pyodide's own.
    assert name in told | {"hiwire"}


def test_what_is_no_c_is_there_by_its_name(core):
    assert {"_md5", "_sha1", "_sha2", "_sha3", "_blake2", "_hmac", "_random", "select"} <= set(core["modules"])
    assert core["glue"]
    assert [one for one in core["sources"] if one.endswith("vendor/stackframe/error-stack-parser.ts")]


def test_each_part_may_be_handed_on_and_has_a_text_that_says_where_it_is_from():
    parts = compiled_in.compiled_in(MANIFEST.core.version)

    assert [part.name for part in parts if not is_allowed(part.licence)] == []
    for part in parts:
        text, _, source = part.text.rpartition("This text is from: ")
        assert len(text) > 200
        assert source.rstrip().endswith(".")
    table = tomllib.loads(compiled_in.TABLE.read_text(encoding="utf-8"))
    texts = {path.name for path in compiled_in.FOLDER.glob("*.txt")}
    assert texts == {row["text"] for row in [table["cpython"], *table["part"]]}


def test_another_pyodide_is_not_taken_for_the_one_that_was_looked_into():
    with pytest.raises(
        KitError, match=r"(?s)compiled into Pyodide 314\.0\.6, but the notebooks have 999\.0.*--no-noteb"
    ):
        compiled_in.compiled_in("999.0")
