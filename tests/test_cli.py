import contextlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from redpencil.cli import _parser, main
from redpencil.pages import site

ROOT = Path(__file__).parents[1]
COMMANDS = next(a for a in _parser()._actions if a.dest not in ("help", "version")).choices


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])

    assert stop.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: redpencil {command}")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command):
    assert re.search(rf"redpencil {command}\b", (ROOT / "README.md").read_text(encoding="utf-8"))


def test_wrong_usage_ends_with_two(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["release"])
    assert stop.value.code == 2
    assert main(["grade"]) == 2
    assert "Name the submissions' folder" in capsys.readouterr().err
    assert main([]) == 2


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "-1"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(SystemExit) as stop:
        main(["serve", "--port", port])
    assert stop.value.code == 2


@pytest.mark.parametrize(("words", "wanted"), [([], True), (["--no-notebooks"], False)])
def test_build_and_serve_put_the_notebooks_in_unless_they_are_told_not_to(words, wanted, monkeypatch, tmp_path, capsys):
    asked = []

    def build(output, *, strict=True, notebooks=False):
        asked.append(notebooks)
        return output / "index.html"

    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(site, "build", build)
    monkeypatch.setattr(site, "server", lambda folder, port: contextlib.nullcontext(Stopped()))

    assert main(["build", "--output", str(tmp_path), *words]) == 0
    assert main(["serve", "--no-browser", *words]) == 0
    assert asked == [wanted, wanted]


class Stopped:
    """A server that is interrupted as soon as it serves."""

    server_address = ("127.0.0.1", 8000)

    def serve_forever(self):
        raise KeyboardInterrupt


def test_build_writes_where_make_does():
    assert _parser().parse_args(["build"]).output == Path("_build/html")


def loaded_by(code):
    listing = f"{code}\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_help_loads_nothing_heavy_and_is_quick():
    heavy = {
        "pandas",
        "numpy",
        "sqlalchemy",
        "alembic",
        "jinja2",
        "sphinx",
        "jupyter_core",
        "textblob",
        "anywidget",
        "IPython",
    }
    help = "import contextlib\nfrom redpencil.cli import main\nwith contextlib.suppress(SystemExit): main(['--help'])"

    assert not heavy & loaded_by(help)
    # What it says of its own work: other programs on the machine do not count.
    timed = """import atexit, runpy, sys, time
atexit.register(lambda: print(time.process_time(), file=sys.stderr))
sys.argv[1:] = ["--help"]
runpy.run_module("redpencil", run_name="__main__")"""
    runs = [subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True) for _ in range(3)]
    assert all(done.stdout.startswith("usage: redpencil") for done in runs)
    # A bare interpreter takes a few hundredths of a second; a person feels nothing under three tenths.
    assert min(float(done.stderr) for done in runs) < 0.3


def test_grading_loads_neither_pandas_nor_jupyter():
    grading = "import redpencil.grading.grade, redpencil.grading.feedback, redpencil.grading.export"

    assert not {"pandas", "numpy", "sphinx", "textblob", "anywidget", "IPython", "nbformat"} & loaded_by(grading)


def test_agreement_of_one_pass_alone_is_wrong_usage(capsys):
    assert main(["agreement", "exercises/who-says-so/passes/one.jsonl"]) == 2
    assert "two files or more" in capsys.readouterr().err


def test_agreement_prints_one_json_object(capsys):
    passes = sorted(str(p) for p in (ROOT / "exercises/who-says-so/passes").glob("*.jsonl"))

    assert main(["agreement", *passes, "--json"]) == 0
    assert capsys.readouterr().out.startswith('{"sourcing": {"sentences coded by all": 21.0')
