"""redpencil lab: the worksheets in a folder, and a real JupyterLab that opens them and asks nobody else."""

import json
import re
import socket
import subprocess
import sys
import urllib.error
from pathlib import Path

import pytest

import redpencil
from redpencil.cli import main
from redpencil.document import KitError
from redpencil.lab import check_lab, lab_arguments, put_worksheets
from running_lab import PATIENCE, running, surroundings

ROOT = Path(__file__).parents[1]


@pytest.fixture
def lab(tmp_path):
    with running(tmp_path, "name-check", "who-says-so", "--folder", "my work") as started:
        yield started


def test_a_jupyterlab_starts_here_alone_with_its_token_on_the_first_worksheet_and_in_the_kits_python(lab, tmp_path):
    assert (lab.about["hostname"], lab.about["root_dir"]) == ("127.0.0.1", str(tmp_path / "my work"))
    assert lab.about["port"] > 0
    assert len(lab.about["token"]) >= 32
    with pytest.raises(urllib.error.HTTPError, match="403"):
        lab.ask("api/contents", token="wrong")
    names = {row["name"] for row in json.loads(lab.ask("api/contents"))["content"]}
    assert names == {
        f"{name}.{ending}"
        for name in ("invented-list-name-check", "who-says-so")
        for ending in ("ipynb", "exercise.json")
    }

    # What JupyterLab's page asks its server for when it opens, and what looks for news, updates and extensions.
    page = lab.ask("lab/tree/invented-list-name-check.ipynb").decode()
    assert json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])["news"] == {
        "disabled": True
    }
    assert json.loads(lab.ask("lab/api/news"))["news"] == []
    assert json.loads(lab.ask("lab/api/update"))["notification"] is None
    lab.ask("lab/api/extensions?query=widget&refresh=1")

    printed = lab.run(
        "import sys, redpencil\nfrom redpencil.notebook import work_on\n"
        "print(sys.executable, redpencil.__file__, sep='\\n')"
    )
    assert printed.splitlines() == [sys.executable, redpencil.__file__]

    # Nobody but this machine was looked up or connected to, by the server or by the kernel.
    asked = set((tmp_path / "asked.txt").read_text(encoding="utf-8").split())
    assert asked <= {"127.0.0.1", "localhost", "::1", "0.0.0.0", "None"}
    assert "127.0.0.1" in asked  # the watch was there

    said = lab.said.read_text(encoding="utf-8")
    assert f"{tmp_path / 'my work'}: 4 files written" in said
    assert f"{lab.about['url']}lab/tree/invented-list-name-check.ipynb?token=" in said
    assert "yarn" not in said

    lab.process.terminate()
    assert lab.process.wait(PATIENCE) == 0
    assert not list((tmp_path / "runtime").glob("*.json"))  # and with it its kernels


def test_the_watch_sees_who_looks_elsewhere(tmp_path):
    environment = surroundings(tmp_path)
    code = "import socket\ntry: socket.getaddrinfo('news.example', 443)\nexcept OSError: pass"

    subprocess.run([sys.executable, "-c", code], env=environment, check=True)

    assert Path(environment["WATCH_LOG"]).read_text(encoding="utf-8") == "news.example\n"


def test_what_is_in_the_folder_stays_as_it_is(tmp_path):
    (tmp_path / "who-says-so.ipynb").write_text("a week of work", encoding="utf-8")

    put = put_worksheets(["who-says-so", "the-bridge", "who-says-so"], tmp_path)

    assert (tmp_path / "who-says-so.ipynb").read_text(encoding="utf-8") == "a week of work"
    assert put.kept == ("who-says-so.ipynb",)
    assert put.written == ("who-says-so.exercise.json", "the-bridge.ipynb", "the-bridge.exercise.json")
    assert put.first == "who-says-so.ipynb"
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert put_worksheets(["who-says-so", "the-bridge"], tmp_path).written == ()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_without_an_exercise_all_worksheets_of_the_kit_are_put(tmp_path):
    put = put_worksheets([], tmp_path)

    assert len(put.written) == 2 * len(list((ROOT / "exercises").glob("*/worksheet.md")))
    assert "who-says-so.ipynb" in put.written


def test_an_exercise_that_is_not_there_is_said_before_anything_is_written(tmp_path):
    with pytest.raises(KitError, match="there is no exercises/who-said-so"):
        put_worksheets(["the-bridge", "who-said-so"], tmp_path / "new")

    assert not (tmp_path / "new").exists()


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path):
    (tmp_path / "worksheets").write_text("x", encoding="utf-8")

    with pytest.raises(KitError, match=r"is a file.*--folder DIR"):
        put_worksheets(["the-bridge"], tmp_path / "worksheets")


@pytest.mark.parametrize("missing", ["jupyterlab", "ipykernel"])
def test_where_jupyterlab_is_missing_the_line_to_install_it_is_said_and_nothing_written(
    missing, tmp_path, monkeypatch, capsys
):
    monkeypatch.setitem(sys.modules, missing, None)

    assert main(["lab", "the-bridge", "--folder", str(tmp_path / "w")]) == 2

    said = capsys.readouterr().err
    assert f"{missing} is not installed here" in said
    assert "pip install -r requirements.txt" in said
    assert "pip install 'redpencil[book]'" in said
    assert not (tmp_path / "w").exists()


def test_a_taken_port_is_said_with_the_next_step():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(KitError, match=rf"(?s)port {port} .*leave --port out"):
            check_lab(port)


@pytest.mark.parametrize("port", ["65536", "eighty", "-1"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(SystemExit) as stop:
        main(["lab", "--port", port])
    assert stop.value.code == 2


def test_a_named_port_is_taken_or_nothing_and_the_browser_opens_unless_told_otherwise(tmp_path):
    put = put_worksheets(["the-bridge"], tmp_path)

    assert {"--ServerApp.port=9000", "--ServerApp.port_retries=0"} <= set(lab_arguments(put, 9000, open_browser=True))
    assert not [line for line in lab_arguments(put, None, open_browser=True) if "port" in line.partition("=")[0]]
    assert "--ServerApp.open_browser=True" in lab_arguments(put, None, open_browser=True)
    assert "--ServerApp.open_browser=False" in lab_arguments(put, None, open_browser=False)
