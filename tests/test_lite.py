"""The in-browser notebooks, but for the browser: what is fetched and verified, the lock, and what no file may name."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from redpencil.document import KitError
from redpencil.pages.lite import base, build, kit
from redpencil.pages.lite.elsewhere import fetched_from_elsewhere
from redpencil.pages.lite.licences import Part, check, is_allowed, licence_of, put_licences
from redpencil.pages.lite.lock import local_lock
from redpencil.pages.lite.making import KERNEL, Making, Step, write_json
from redpencil.pages.lite.obtain import Manifest, Pinned, _npm_pack, obtain, read_manifest

ROOT = Path(__file__).resolve().parents[1]


def make_wheel(folder, name, version="1.0", word=""):
    path = folder / f"{name}-{version}-py3-none-any.whl"
    about = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}/__init__.py", f"WORD = {word!r}\n")
        archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return path


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder that pip takes packages from, and no other place; npm has none."""
    place = tmp_path / "shelf"
    place.mkdir()
    for name in [name for name in os.environ if name.upper().startswith(("PIP_", "NPM_CONFIG_"))]:
        monkeypatch.delenv(name)
    settings = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(place),
        "PIP_NO_CACHE_DIR": "1",
        # A port that nobody listens on.
        "NPM_CONFIG_REGISTRY": "http://127.0.0.1:9/",
        "NPM_CONFIG_FETCH_RETRIES": "0",
        "NPM_CONFIG_CACHE": str(tmp_path / "npm"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return place


@pytest.fixture
def core(tmp_path):
    """A core that is in the cache already."""
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "core-1.tgz").write_bytes(b"core")
    return Pinned("core", "1", "core-1.tgz", hashlib.sha256(b"core").hexdigest(), 4)


def test_a_wheel_with_the_pinned_digest_is_kept_and_not_fetched_again(shelf, core, tmp_path):
    wheel = make_wheel(shelf, "thing")
    manifest = Manifest(core, (Pinned("thing", "1.0", wheel.name, sha256(wheel), 1),))
    obtain(manifest, tmp_path / "cache")
    wheel.unlink()

    obtain(manifest, tmp_path / "cache")

    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["core-1.tgz", wheel.name]


def test_what_a_program_that_was_killed_had_begun_to_fetch_is_removed_and_what_another_fetches_stays(core, tmp_path):
    long_ago = time.time() - 24 * 60 * 60
    for name, since in (("fetching-left", long_ago), ("fetching-now", time.time())):
        place = tmp_path / "cache" / name
        place.mkdir()
        (place / "half.whl").write_bytes(b"half")
        os.utime(place, (since, since))

    obtain(Manifest(core, ()), tmp_path / "cache")

    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["core-1.tgz", "fetching-now"]


def test_a_wheel_with_another_digest_is_refused_and_left_out(shelf, core, tmp_path):
    wheel = make_wheel(shelf, "thing", word="changed on the way")

    with pytest.raises(KitError, match=r"thing-1\.0-py3-none-any\.whl has the SHA-256 .* expects 0{64}"):
        obtain(Manifest(core, (Pinned("thing", "1.0", wheel.name, "0" * 64, 1),)), tmp_path / "cache")

    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["core-1.tgz"]


def test_a_wheel_that_was_damaged_in_the_cache_is_fetched_again(shelf, core, tmp_path):
    wheel = make_wheel(shelf, "thing")
    kept = tmp_path / "cache" / wheel.name
    kept.write_bytes(wheel.read_bytes()[:-1])

    obtain(Manifest(core, (Pinned("thing", "1.0", wheel.name, sha256(wheel), 1),)), tmp_path / "cache")

    assert kept.read_bytes() == wheel.read_bytes()


def test_what_pip_cannot_get_is_named_with_a_way_to_build_without_it(shelf, core, tmp_path):
    with pytest.raises(KitError, match=r"(?s)pip could not get thing 1\.0.*online\?.*--no-notebooks"):
        obtain(Manifest(core, (Pinned("thing", "1.0", "thing-1.0-py3-none-any.whl", "0" * 64, 1),)), tmp_path / "cache")


def test_what_npm_cannot_get_is_named_with_a_way_to_build_without_it(shelf, tmp_path):
    with pytest.raises(KitError, match=r"(?s)npm could not get pyodide 314\.0\.6.*online\?.*--no-notebooks"):
        obtain(Manifest(read_manifest().core, ()), tmp_path / "cache")

    assert list((tmp_path / "cache").iterdir()) == []


def test_the_manifest_pins_the_widgets_as_the_requirements_do():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    pinned = {pin.name: str(pin.specifier) for pin in pins}

    ours = {wheel.name: f"=={wheel.version}" for wheel in read_manifest().wheels if wheel.depends is not None}

    assert {"anywidget", "ipywidgets", "textblob"} <= ours.keys()
    assert {name: pinned[name] for name in ours} == ours


OF_PYODIDE = {
    "info": {"python": "3.14.2"},
    "packages": {
        "left-alone": {"version": "2", "file_name": "left_alone-2.whl", "sha256": "1", "depends": []},
        "stack-data": {"version": "1.0", "file_name": "x.whl", "sha256": "1", "depends": ["pure_eval"]},
        "pure-eval": {"version": "1.0", "file_name": "y.whl", "sha256": "1", "depends": []},
    },
}


def test_the_lock_names_the_wheels_that_are_there_and_nothing_else(tmp_path):
    wheels = {make_wheel(tmp_path, "stack_data"): None, make_wheel(tmp_path, "pure_eval"): None}

    lock = local_lock(OF_PYODIDE, wheels)

    assert lock["info"] == {"python": "3.14.2"}
    assert list(lock["packages"]) == ["pure-eval", "stack-data"]
    entry = lock["packages"]["stack-data"]
    assert entry["file_name"] == "stack_data-1.0-py3-none-any.whl"
    assert entry["sha256"] == sha256(tmp_path / "stack_data-1.0-py3-none-any.whl")
    assert (entry["depends"], entry["imports"]) == (["pure-eval"], ["stack_data"])


def test_a_wheel_of_another_version_than_pyodides_is_refused(tmp_path):
    with pytest.raises(KitError, match=r"pure_eval-1\.1-py3-none-any\.whl is not what Pyodide's lock has: 1\.0"):
        local_lock(OF_PYODIDE, {make_wheel(tmp_path, "pure_eval", "1.1"): None})


def test_a_wheel_whose_need_is_not_pinned_is_refused(tmp_path):
    with pytest.raises(KitError, match=r"stack-data needs pure-eval"):
        local_lock(OF_PYODIDE, {make_wheel(tmp_path, "stack_data"): None})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("index.html", '<script src="https://files.example/a.js"></script>'),
        ("index.html", '<link rel="stylesheet" href="//files.example/a.css">'),
        ("page.css", "@import 'https://files.example/a.css';"),
        ("page.css", "a { background: url(https://files.example/a.png) }"),
        ("a.js", 'const at = "https://cdn.jsdelivr.net/pyodide/";'),
        ("a.mjs", 'import("https://files.example/a.mjs")'),
        ("jupyter-lite.json", json.dumps({"litePluginSettings": {"x": {"pyodideUrl": "https://files.example/"}}})),
        ("jupyter-lite.json", json.dumps({"pipliteUrls": ["https://files.example/all.json"]})),
    ],
)
def test_an_address_that_would_be_fetched_from_another_host_is_found(tmp_path, name, text):
    (tmp_path / name).write_text(text)

    (found,) = fetched_from_elsewhere(tmp_path)

    assert found.startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("index.html", '<a href="https://example.org/">a link</a><script src="./a.js"></script>'),
        ("a.js", '/* https://example.org/licence */ const svg = "http://www.w3.org/2000/svg";'),
        ("a.js", 'help("https://example.org/how-to")'),
        ("package.json", json.dumps({"homepage": "https://example.org/", "url": "https://example.org/x.git"})),
    ],
)
def test_an_address_that_nothing_is_fetched_from_is_none(tmp_path, name, text):
    (tmp_path / name).write_text(text)

    assert fetched_from_elsewhere(tmp_path) == []


# --- In two layers ---------------------------------------------------------------------------------


@pytest.fixture
def steps(tmp_path, monkeypatch):
    """The steps taken, in a cache of its own: one for the base and one on top, of a kit with one exercise's file."""
    taken = []
    monkeypatch.setenv("REDPENCIL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(build, "obtain", lambda manifest, folder: None)

    def put_base(making):
        taken.append("base")
        write_json(making.site / build.TOLD, {"jupyter-config-data": {"appName": "A"}})
        (making.site / "large.bin").write_bytes(bytes(200_000))

    def on_top(making):
        taken.append("on top")
        making.told["appName"] = "B"
        write_json(making.site / "kit.json", {"kit": making.root.name})

    monkeypatch.setattr(build, "BASE", [Step("the base", put_base)])
    monkeypatch.setattr(build, "ON_TOP", [Step("the kit", on_top), Step("the settings", build.tell_pages)])
    return taken


@pytest.fixture
def kit_folder(tmp_path):
    place = tmp_path / "kit"
    (place / "exercises/mine").mkdir(parents=True)
    (place / "exercises/mine/worksheet.md").write_text("# Mine\n")
    return place


def test_a_change_of_a_worksheet_makes_what_lies_on_top_anew_and_not_the_base(steps, kit_folder):
    first = build.finished(kit_folder)
    assert build.finished(kit_folder) == first
    assert steps == ["base", "on top"]

    (kit_folder / "exercises/mine/worksheet.md").write_text("# Mine, in other words\n")

    assert build.finished(kit_folder) != first
    assert steps == ["base", "on top", "on top"]


def test_what_a_step_on_top_writes_is_in_the_finished_folder_and_leaves_the_base_as_it_was(steps, kit_folder, tmp_path):
    finished = build.finished(kit_folder)

    (made,) = (tmp_path / "cache/in-browser").glob("base-*")
    name = lambda folder: json.loads((folder / build.TOLD).read_text())["jupyter-config-data"]["appName"]  # noqa: E731
    assert (name(made), name(finished)) == ("A", "B")
    assert not (made / "kit.json").exists()
    assert (finished / "large.bin").stat().st_nlink > 1 or os.name == "nt"


def test_a_site_may_write_over_a_small_file_of_the_notebooks_and_the_cache_keeps_its_own(steps, kit_folder, tmp_path):
    finished = build.finished(kit_folder)
    build.put(finished, tmp_path / "site")

    (tmp_path / "site/kit.json").write_text("changed")

    assert json.loads((finished / "kit.json").read_text()) == {"kit": "kit"}


def test_old_folders_in_the_cache_are_forgotten_and_those_used_last_are_kept(steps, kit_folder, tmp_path):
    made = []
    for number in range(6):
        (kit_folder / "exercises/mine/worksheet.md").write_text(f"# {number}\n")
        made.append(build.finished(kit_folder))
        os.utime(made[-1], (number, number))

    kept = set((tmp_path / "cache/in-browser").glob("kit-*"))
    assert kept == set(made[-4:])
    assert not list((tmp_path / "cache/in-browser").glob("making-*"))


def test_what_a_killed_build_left_half_made_is_forgotten_and_what_one_makes_now_is_not(steps, kit_folder, tmp_path):
    (cache := tmp_path / "cache/in-browser").mkdir(parents=True)
    for name in ("making-before", "making-now"):
        (cache / name / "made").mkdir(parents=True)
    yesterday = time.time() - 86_400
    os.utime(cache / "making-before", (yesterday, yesterday))

    build.finished(kit_folder)

    assert [folder.name for folder in cache.glob("making-*")] == ["making-now"]


def test_a_finished_folder_that_is_gone_is_made_anew(steps, kit_folder):
    shutil.rmtree(build.finished(kit_folder))

    assert (build.finished(kit_folder) / "kit.json").is_file()
    assert steps == ["base", "on top", "on top"]


def test_a_step_that_fails_leaves_no_folder_that_would_be_taken_for_a_finished_one(steps, kit_folder, monkeypatch):
    def fails(making):
        (making.site / "half.txt").write_text("half")
        raise KitError("It stopped.")

    monkeypatch.setattr(build, "ON_TOP", [Step("the kit", fails)])

    for _ in range(2):
        with pytest.raises(KitError, match=r"It stopped\."):
            build.finished(kit_folder)
    assert steps == ["base"]


# --- The kit's own part ----------------------------------------------------------------------------


@pytest.fixture
def making(tmp_path):
    """A folder with nothing in it but a lock that has what the kit's wheel needs."""
    site, work = tmp_path / "lite", tmp_path / "work"
    (site / "static/pyodide").mkdir(parents=True)
    work.mkdir()
    known = {name: {"name": name, "depends": []} for name in kit.NEEDS}
    (site / "static/pyodide/pyodide-lock.json").write_text(json.dumps({"info": {}, "packages": known}))
    return Making(ROOT, site, work, read_manifest(), tmp_path / "fetched")


def test_the_kits_wheel_is_made_without_a_clone_and_an_exercise_can_be_worked_on_from_it(making, tmp_path):
    kit.put_wheel(making)

    (wheel,) = making.pyodide.glob("redpencil-*.whl")
    lock = json.loads((making.pyodide / "pyodide-lock.json").read_text())["packages"]["redpencil"]
    assert lock["file_name"] == wheel.name
    assert lock["sha256"] == sha256(wheel)
    assert lock["depends"] == ["anywidget", "ipywidgets", "textblob"]
    # A new name for new content, so that no browser keeps an old one.
    assert hashlib.sha256(wheel.read_bytes()).hexdigest()[:12] in wheel.name
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    code = (
        "from redpencil.exercise import load_exercise; import redpencil;"
        "print(redpencil.__file__, load_exercise('who-says-so').title)"
    )
    environment = {"PYTHONPATH": str(installed), "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")}
    said = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert said.stdout.split(maxsplit=1) == [str(installed / "redpencil/__init__.py"), "Who says so?\n"], said.stderr


def test_the_kits_wheel_carries_what_the_packages_own_wheel_does():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    carried = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    assert {name: f"redpencil/kit/{name}" for name in kit.CARRIED} == carried


def test_an_exercise_of_ones_own_comes_before_the_one_that_the_package_brings(tmp_path):
    mine = tmp_path / "exercises/who-says-so"
    mine.mkdir(parents=True)
    (mine / "exercise.toml").write_text("mine = true\n")

    files = {name: path for path, name in kit.files_of_kit(tmp_path)}

    assert [name for name in files if name.startswith("exercises/who-says-so/")] == [
        "exercises/who-says-so/exercise.toml"
    ]
    assert files["exercises/who-says-so/exercise.toml"] == mine / "exercise.toml"
    assert "exercises/the-bridge/exercise.toml" in files


def test_what_a_released_worksheet_is_made_by_is_all_that_releasing_imports():
    code = (
        "import sys, redpencil.grading.release;"
        "print(*(module.__file__ for name, module in sys.modules.items() if name.startswith('redpencil')))"
    )
    environment = {**os.environ, "PYTHONPATH": str(kit.PACKAGE.parent)}
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)

    imported = {Path(name).relative_to(kit.PACKAGE).as_posix() for name in said.stdout.split()}
    assert imported == set(kit.RELEASES)


# Jupyter's contents API: a model has name, path, type, writable, created, last_modified, mimetype, content and format,
# and a folder's content is a list of models without theirs.
# https://jupyter-server.readthedocs.io/en/latest/developers/contents.html
def test_the_worksheets_are_listed_as_jupyters_contents_api_lists_a_folder(making, tmp_path):
    released = tmp_path / "released"
    released.mkdir()
    (released / "a.ipynb").write_text("{}")
    (released / "a.exercise.json").write_text("{}\n")

    kit.list_worksheets(making, released)

    listed = json.loads((making.site / "api/contents/all.json").read_text())
    assert (listed["type"], listed["format"], listed["path"]) == ("directory", "json", "")
    assert [(one["path"], one["type"], one["size"], one["content"]) for one in listed["content"]] == [
        ("a.exercise.json", "file", 3, None),
        ("a.ipynb", "notebook", 2, None),
    ]
    assert (making.site / "files/a.ipynb").read_text() == "{}"
    assert making.told == {"contentsAllJsonFile": "all.json"}


def test_npm_is_the_one_that_pypi_packs_where_the_machine_has_none(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    command = _npm_pack(read_manifest().core)

    said = subprocess.run([*command[:2], "--version"], capture_output=True, text=True, check=True, timeout=120)

    assert command[2:] == ["pack", "pyodide@314.0.6", "--loglevel=error"]
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", said.stdout)


def test_what_a_first_visit_fetches_is_weighed_as_it_travels(making):
    (making.pyodide / "pyodide.asm.wasm").write_bytes(bytes(1000))
    (making.pyodide / "a.whl").write_bytes(bytes(500))
    (making.pyodide / "a.json").write_bytes(bytes(100_000))
    (making.site / "static/elsewhere.bin").write_bytes(bytes(5000))
    write_json(making.site / "first-visit.json", {"core": {"pyodide.asm.wasm": 70}})
    making.told = {"litePluginSettings": {f"{KERNEL}:kernel": {"pyodideUrl": "./static/pyodide/pyodide.mjs"}}}

    build.weigh(making)

    # What was weighed before as that says, what is packed already as it is, and zeros as next to nothing.
    lock = (making.pyodide / "pyodide-lock.json").stat().st_size
    python = build.first_visit(making.site) - base.SCRIPTS
    assert 570 < python < 570 + 300 + lock


# --- Licences --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("(MPL-2.0 OR Apache-2.0)", True),
        ("(CC-BY-4.0 AND OFL-1.1 AND MIT)", True),
        ("MIT OR GPL-3.0-or-later", True),
        ("GPL-3.0-or-later", False),
        ("LGPL-2.1-only", False),
        ("MIT AND AGPL-3.0-only", False),
        ("LicenseRef-Proprietary", False),
        ("", False),
    ],
)
def test_a_licence_that_lets_anybody_hand_on_is_told_from_one_that_does_not(expression, allowed):
    assert is_allowed(expression) == allowed


MIT = "Permission is hereby granted, free\nof charge, to any person obtaining a copy of this software"
BSD = "Redistribution and use in source and binary forms, with or without\nmodification, are permitted"


@pytest.mark.parametrize(
    ("metadata", "text", "licence"),
    [
        ("License-Expression: PSF-2.0", MIT, "PSF-2.0"),
        ("License: Apache License, Version 2.0", "", "Apache-2.0"),
        ("License: MIT", "", "MIT"),
        ("Name: x", MIT, "MIT"),
        ("Name: x", BSD, "BSD-2-Clause"),
        ("Name: x", f"{BSD}\nNeither the name of the copyright holder nor", "BSD-3-Clause"),
        ("Name: x", "All rights reserved.", ""),
        ("Name: x", "", ""),
        ("License: GPL v3", MIT, "GPL"),
        (
            "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
            MIT,
            "GNU General Public License",
        ),
        (
            "Name: x",
            f"Parts are under the GNU Lesser General Public License. {MIT}",
            "GNU Lesser General Public License",
        ),
    ],
)
def test_a_licence_is_what_the_metadata_says_and_else_what_the_text_says(metadata, text, licence):
    found = licence_of(HeaderParser().parsestr(f"{metadata}\n"), text)

    assert found == licence
    assert is_allowed(found) == (licence in {"PSF-2.0", "Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause"})


def test_a_part_that_may_not_be_handed_on_is_named_and_nothing_is_built():
    parts = [Part("fine", "1", "a script", "MIT", MIT), Part("ours-if", "2", "a script", "GPL-2.0-only", "")]

    with pytest.raises(KitError, match=r"(?s)ours-if 2: GPL-2\.0-only.*--no-notebooks") as error:
        check([*parts, Part("silent", "3", "a script", "", "")])

    assert "silent 3: its licence is not told" in str(error.value)
    assert "fine" not in str(error.value)


def test_the_page_of_licences_names_each_part_and_its_text_lies_beside_it(making):
    wheels = [make_wheel(making.pyodide, name) for name in ("thing", "micropip", "typing_extensions")]
    for wheel, licence in zip(wheels, ("MIT", "MPL-2.0", "PSF-2.0"), strict=True):
        name = wheel.name.split("-")[0]
        with zipfile.ZipFile(wheel, "a") as archive:
            archive.writestr(f"{name}-1.0.dist-info/licenses/LICENSE", f"The text of {name}’s licence.")
        rewritten = {}
        with zipfile.ZipFile(wheel) as archive:
            rewritten = {one: archive.read(one) for one in archive.namelist()}
        rewritten[f"{name}-1.0.dist-info/METADATA"] += f"License-Expression: {licence}\n".encode()
        with zipfile.ZipFile(wheel, "w") as archive:
            for one, content in rewritten.items():
                archive.writestr(one, content)
    told = {
        "packages": [{"name": "@jupyterlab/x", "versionInfo": "4", "licenseId": "BSD-3-Clause", "extractedText": ""}]
    }
    (making.site / "build").mkdir()
    (making.site / "build/third-party-licenses.json").write_text(json.dumps(told))

    put_licences(making)

    page = (making.site / "licenses/index.html").read_text(encoding="utf-8")
    linked = re.findall(r"<a href=([\w.-]+\.txt)>", page)
    for name in ("thing", "Pyodide", "CPython", "jupyterlite-core", "@jupyterlab/x"):
        assert f"<th scope=row>{name}<td>" in page
    assert {"thing-1.0.txt", "pyodide-314.0.6.txt", "zlib-1.3.1.txt", "musl.txt", "scripts.txt"} <= set(linked)
    assert all((making.site / "licenses" / name).read_text(encoding="utf-8").strip() for name in linked)
    assert (making.site / "licenses/pyodide-314.0.6.txt").read_text("utf-8") == "The text of micropip’s licence."
    # Its own package says nothing; Project Jupyter's text does.
    assert "Redistribution and use" in (making.site / "licenses/scripts.txt").read_text(encoding="utf-8")
