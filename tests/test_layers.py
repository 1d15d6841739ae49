"""The package's floors: nothing imports upwards, and the ground floor uses only the standard library."""

import ast
import re
import subprocess
import sys
import tokenize
import tomllib
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src/redpencil"

# Ground floor first; modules of one floor may import each other only as their order allows.
FLOORS = [
    "redpencil",
    "redpencil.document",
    "redpencil.annotation",
    "redpencil.exercise",
    "redpencil.scoring",
    "redpencil.agreement",
    "redpencil.cells",
    "redpencil.tables",
    "redpencil.names",
    "redpencil.detectors",
    "redpencil.tone",
    "redpencil.chance",
    "redpencil.component",
    "redpencil.pages",
    "redpencil.grading",
    "redpencil.notebook.take",
    "redpencil.notebook.files",
    "redpencil.notebook.output",
    "redpencil.notebook.frame",
    "redpencil.notebook.widget",
    "redpencil.notebook.worksheet",
    "redpencil.notebook",
    "redpencil.lab",
    "redpencil.commands.terminal",
    "redpencil.commands",
    "redpencil.cli",
    "redpencil.__main__",
]
STANDARD_LIBRARY_ONLY = FLOORS[:9]


def name_of(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively; write the whole name"
            yield node.module


def floor_of(module):
    """The number of the floor with the longest name that the module is on: a room may have a floor of its own."""
    here = [floor for floor in FLOORS if module == floor or module.startswith(floor + ".")]
    return FLOORS.index(max(here, key=len)) if here else None


def upward(modules):
    """(importer, imported) for each import of the kit's own that goes up or sideways into another floor."""
    return [
        (name, target)
        for name, targets in modules.items()
        for target in targets
        if target.startswith("redpencil.") and floor_of(target) > floor_of(name)
    ]


MODULES = {
    name_of(path): sorted(set(imported(path)))
    for path in sorted(PACKAGE.rglob("*.py"))
    if "kit" not in path.relative_to(PACKAGE).parts
}


def test_nothing_imports_upwards():
    assert len(MODULES) > 15
    assert upward(MODULES) == []


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("redpencil.scoring", "redpencil.grading.grade"),
        ("redpencil.notebook.frame", "redpencil.notebook.widget"),
        ("redpencil.notebook.widget", "redpencil.notebook"),
    ],
)
def test_an_import_upwards_would_be_found(name, target):
    assert upward({name: [target]}) == [(name, target)]
    assert upward({target: [name]}) == []


@pytest.mark.parametrize("module", [name for name in MODULES if FLOORS[floor_of(name)] in STANDARD_LIBRARY_ONLY])
def test_the_ground_floor_uses_only_the_standard_library(module):
    others = {target.partition(".")[0] for target in MODULES[module]} - {"redpencil", "__future__"}

    assert others <= sys.stdlib_module_names


def test_every_module_stands_on_a_floor():
    assert [name for name in MODULES if floor_of(name) == 0 and name != "redpencil"] == []


# An exception to a rule of ruff or mypy says why it is one.


@pytest.mark.parametrize(
    "path",
    [*PACKAGE.rglob("*.py"), *(ROOT / "benchmarks").glob("*.py")],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_every_exception_to_a_rule_has_its_reason(path):
    with path.open("rb") as file:
        comments = [token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
    exceptions = [comment for comment in comments if re.search(r"#\s*(type:|noqa)", comment)]

    rule = re.compile(r"#\s*(?:type:\s*ignore(?:\[[\w, -]+\])?|noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?)")
    assert [comment for comment in exceptions if not re.search(r"\w{2}", rule.sub("", comment))] == []


# What a plain installation brings

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
# Every file of every installed distribution is looked at: once is enough.
distributions = cache(packages_distributions)


@cache
def brought_by(lines):
    """The distributions that installing these requirements brings, with what each of them asks for in turn."""
    brought = set()
    waiting = [Requirement(line) for line in lines]
    while waiting:
        asked = waiting.pop()
        name = canonicalize_name(asked.name)
        if name not in brought and (asked.marker is None or asked.marker.evaluate({"extra": ""})):
            brought.add(name)
            waiting += [Requirement(line) for line in requires(name) or ()]
    return brought


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith("redpencil.pages.")])
def test_all_but_building_the_book_works_with_what_a_plain_installation_brings(module):
    installed = distributions()
    brought = brought_by(tuple(PROJECT["dependencies"]))
    others = {target.partition(".")[0] for target in MODULES[module]} - {
        "redpencil",
        "__future__",
        *sys.stdlib_module_names,
    }
    # The book's own packages may be named for the type checker, or in what only Sphinx calls.
    others -= {"sphinx"} if module == "redpencil.pages" else set()
    # Only a frame needs pandas, and says what to install where it is not there; the widget names its type.
    others -= {"pandas"} if module in ("redpencil.notebook.frame", "redpencil.notebook.widget") else set()
    # The tone of a text is read with the book's word list; what is missing is said there too.
    others -= {"textblob"} if module == "redpencil.tone" else set()
    # Only redpencil lab needs JupyterLab and a kernel, and says what to install.
    others -= {"jupyterlab", "ipykernel"} if module == "redpencil.lab" else set()
    # Only a cluster needs Dask, and only an address fsspec; both are told where they are not there.
    others -= {"distributed", "dask"} if module == "redpencil.grading.cluster" else set()
    others -= {"fsspec"} if module == "redpencil.grading.remote" else set()

    assert [name for name in others if not brought & set(map(canonicalize_name, installed[name]))] == []


def test_grading_loads_no_jupytext():
    script = (
        "import sys, redpencil.cli, redpencil.grading.feedback, redpencil.grading.grade, redpencil.grading.intake, "
        "redpencil.grading.release; print('jupytext' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "False\n"


# Versions are decided once, in pyproject.toml; the pins follow from it.


def pins(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("requirements.txt", PROJECT["dependencies"] + EXTRAS["book"]),
        ("requirements-dev.txt", PROJECT["dependencies"] + EXTRAS["book"] + EXTRAS["dev"]),
    ],
)
def test_the_pins_fit_what_the_project_asks_for(file, wanted):
    pinned = {canonicalize_name(pin.name): pin for pin in pins(file)}

    for line in wanted:
        asked = Requirement(line)
        pin = pinned.get(canonicalize_name(asked.name))
        assert pin is not None, f"{file} has no {asked.name}: run make requirements"
        (version,) = pin.specifier
        assert asked.specifier.contains(version.version), f"{file} pins {pin}: run make requirements"


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_is_exact_and_the_header_says_how_it_was_made(file):
    assert all([s.operator for s in pin.specifier] == ["=="] for pin in pins(file))
    assert "make requirements" in (ROOT / file).read_text(encoding="utf-8").splitlines()[1]


def test_the_version_stands_once_and_the_package_knows_it():
    import redpencil

    assert redpencil.__version__ == PROJECT["version"]
