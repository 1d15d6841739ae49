"""The in-browser notebooks, but for the browser: what is fetched and verified, the lock, and what no file may name."""

import hashlib
import json
import os
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from redpencil.document import KitError
from redpencil.pages.lite.elsewhere import fetched_from_elsewhere
from redpencil.pages.lite.lock import local_lock
from redpencil.pages.lite.obtain import Manifest, Pinned, obtain, read_manifest

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
    return Pinned("core", "1", "core-1.tgz", hashlib.sha256(b"core").hexdigest())


def test_a_wheel_with_the_pinned_digest_is_kept_and_not_fetched_again(shelf, core, tmp_path):
    wheel = make_wheel(shelf, "thing")
    manifest = Manifest(core, (Pinned("thing", "1.0", wheel.name, sha256(wheel)),))
    obtain(manifest, tmp_path / "cache")
    wheel.unlink()

    obtain(manifest, tmp_path / "cache")

    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["core-1.tgz", wheel.name]


def test_a_wheel_with_another_digest_is_refused_and_left_out(shelf, core, tmp_path):
    wheel = make_wheel(shelf, "thing", word="changed on the way")

    with pytest.raises(KitError, match=r"thing-1\.0-py3-none-any\.whl has the SHA-256 .* expects 0{64}"):
        obtain(Manifest(core, (Pinned("thing", "1.0", wheel.name, "0" * 64),)), tmp_path / "cache")

    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["core-1.tgz"]


def test_a_wheel_that_was_damaged_in_the_cache_is_fetched_again(shelf, core, tmp_path):
    wheel = make_wheel(shelf, "thing")
    kept = tmp_path / "cache" / wheel.name
    kept.write_bytes(wheel.read_bytes()[:-1])

    obtain(Manifest(core, (Pinned("thing", "1.0", wheel.name, sha256(wheel)),)), tmp_path / "cache")

    assert kept.read_bytes() == wheel.read_bytes()


def test_what_pip_cannot_get_is_named_with_a_way_to_build_without_it(shelf, core, tmp_path):
    with pytest.raises(KitError, match=r"(?s)pip could not get thing 1\.0.*online\?.*--no-notebooks"):
        obtain(Manifest(core, (Pinned("thing", "1.0", "thing-1.0-py3-none-any.whl", "0" * 64),)), tmp_path / "cache")


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
