"""The worksheets' own page within JupyterLite, but for the browser: what is put where, and what the page is told."""

import json
import re

import pytest

from redpencil.document import KitError
from redpencil.pages.lite.elsewhere import fetched_from_elsewhere
from redpencil.pages.lite.extension import APP, NAME, ONLY_WHEN_ASKED, install, worksheets

# As JupyterLite 0.8 writes it, without what is drawn while it loads.
PAGE = """<!DOCTYPE html>
<html>
<head><title>Jupyter Notebook - Notebooks</title>
    <script id="jupyter-config-data" type="application/json" data-jupyter-lite-root="..">
      {}
    </script>
    <script>
      (async function () {
        await import(
          '../config-utils.js?_=c1d836f'
        );
      }.call(this));
    </script>
</head>
<body><noscript>JupyterLite requires JavaScript.</noscript></body></html>
"""
PACKAGES = {
    name: {"name": name, "depends": depends, "imports": [name], "file_name": f"{name}-1.whl", "sha256": "0" * 64}
    for name, depends in {"pandas": ["numpy", "six"], "numpy": [], "six": [], "scipy": ["numpy"]}.items()
}


@pytest.fixture
def kit(tmp_path):
    """A kit of two exercises, one of which no page shows."""
    root = tmp_path / "kit"
    for id, more in {"one": 'file_name = "invented-one"\n', "two": ""}.items():
        (root / "exercises" / id).mkdir(parents=True)
        (root / "exercises" / id / "exercise.toml").write_text(f'title = "Number {id} </script>"\n{more}')
    (root / "book" / "part").mkdir(parents=True)
    (root / "book" / "part" / "first.md").write_text("# First\n\n```{exercise} one\n:items: a\n```\n")
    (root / "book" / "second.md").write_text("# Second\n\n```{exercise} one\n```\n")
    return root


@pytest.fixture
def made(tmp_path):
    folder = tmp_path / "made"
    (folder / APP).mkdir(parents=True)
    (folder / APP / "index.html").write_text(PAGE)
    config = {"appUrl": "/notebooks", "disabledExtensions": ["theirs"]}
    (folder / APP / "jupyter-lite.json").write_text(json.dumps({"jupyter-config-data": config}))
    return folder


def test_a_worksheet_is_known_by_the_name_of_its_notebook_with_the_first_page_that_shows_it(kit):
    assert worksheets(kit) == {
        "invented-one": {"exercise": "one", "title": "Number one </script>", "page": "part/first.html"}
    }


def test_a_worksheet_that_the_package_brings_is_known_where_a_book_of_ones_own_shows_it(kit):
    (kit / "book" / "third.md").write_text("# Third\n\n```{exercise} the-bridge\n```\n")

    assert worksheets(kit)["the-bridge"]["exercise"] == "the-bridge"
    assert worksheets(kit)["the-bridge"]["page"] == "third.html"


def test_jupyterlite_is_told_of_the_extension_and_keeps_what_it_was_told_before(kit, made):
    install(made, kit, PACKAGES, "1.0")

    config = json.loads((made / APP / "jupyter-lite.json").read_text())["jupyter-config-data"]
    (extension,) = config["federated_extensions"]
    assert (made / "extensions" / NAME / extension["load"]).is_file()
    assert extension["name"] == NAME
    assert config["appUrl"] == "/notebooks"
    assert config["disabledExtensions"][0] == "theirs"
    assert config["settingsOverrides"]["@jupyterlab/apputils-extension:themes"] == {"adaptive-theme": True}


def test_the_page_waits_for_ours_before_it_loads_jupyterlite(kit, made):
    install(made, kit, PACKAGES, "1.0")

    html = (made / APP / "index.html").read_text()
    places = [
        html.index(words) for words in ("modulepreload", "red-pencil-worksheets", "mayStart()", "config-utils.js")
    ]
    assert places == sorted(places)
    (address,) = re.findall(r"import\('\.\./(extensions/.+?/opening\.js)'\)", html)
    assert (made / address).is_file()


def test_a_title_cannot_end_the_table_in_the_page(kit, made):
    install(made, kit, PACKAGES, "1.0")

    html = (made / APP / "index.html").read_text()
    (table,) = re.findall(r'<script id="red-pencil-worksheets" type="application/json">(.*?)</script>', html)
    assert json.loads(table) == worksheets(kit)
    assert '<a href="../../part/first.html">Number one &lt;/script&gt;</a>' in html


def test_the_scripts_have_another_address_when_one_of_them_changes(kit, made, monkeypatch, tmp_path):
    from redpencil.pages.lite import extension

    install(made, kit, PACKAGES, "1.0")
    changed = tmp_path / "scripts"
    changed.mkdir()
    for path in extension.SCRIPTS.iterdir():
        (changed / path.name).write_bytes(path.read_bytes() + b"\n")
    monkeypatch.setattr(extension, "SCRIPTS", changed)
    (made / APP / "index.html").write_text(PAGE)

    install(made, kit, PACKAGES, "1.0")

    assert len(list((made / "extensions" / NAME / "static").iterdir())) == 2


def test_what_the_site_cannot_have_is_listed_with_all_that_it_needs_and_nothing_else(kit, made):
    install(made, kit, PACKAGES, "1.0")

    (path,) = made.rglob("packages.json")
    assert set(json.loads(path.read_text())["packages"]) == {"pandas", "numpy", "six"}


def test_the_one_address_of_another_host_has_to_be_named_as_an_exception(kit, made):
    install(made, kit, PACKAGES, "1.0")

    (found,) = fetched_from_elsewhere(made)
    assert found.endswith("packages.json: https://cdn.jsdelivr.net/pyodide/v1.0/full/")
    assert fetched_from_elsewhere(made, frozenset({ONLY_WHEN_ASKED})) == []


def test_another_page_of_jupyterlites_is_refused_rather_than_left_without_the_bar(kit, made):
    (made / APP / "index.html").write_text(PAGE.replace("config-utils", "other"))

    with pytest.raises(KitError, match=r"(?s)loads config-utils\.js 0 times.*newer JupyterLite"):
        install(made, kit, PACKAGES, "1.0")
