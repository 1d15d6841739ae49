"""What make says and does before there is anything but make, a shell and some Python."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def a_python(path, version, pip="exit 1"):
    """A program that answers as a Python of some version would, makes environments of itself, and has this pip."""
    major, minor = version.split(".")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"""#!/bin/sh
case "$1 $2" in
"--version ") echo "Python {version}.0" ;;
"-m venv") shift $(($# - 1)); rm -rf "$1"; mkdir -p "$1/bin"; cp "$0" "$1/bin/python" ;;
"-m pip") {pip} ;;
-c*) exec {sys.executable} -c "import sys; sys.version_info = ({major}, {minor}, 0); exec(sys.argv[1])" "$2" ;;
esac
"""
    )
    path.chmod(0o755)
    return path


@pytest.fixture
def folder(tmp_path):
    for name in ("Makefile", "pyproject.toml", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(folder, *arguments):
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PYTHON", "MFLAGS"))
    }
    return subprocess.run(["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True)


def with_a_venv(folder, version):
    a_python(folder / ".venv/bin/python", version)
    for name in (".ready", ".ready-dev"):
        (folder / ".venv" / name).touch()


@pytest.mark.parametrize("has_a_venv", [False, True])
def test_a_python_that_is_too_old_is_refused_with_its_version(folder, has_a_venv):
    old = a_python(folder / "bin/python3.10", "3.10")
    if has_a_venv:
        with_a_venv(folder, "3.11")

    done = make(folder, "serve", f"PYTHON={old}")

    assert done.returncode
    assert f"{old} is not Python 3.11 or newer: Python 3.10.0." in done.stderr


def test_a_python_that_is_not_there_is_said(folder):
    done = make(folder, "serve", "PYTHON=/nowhere/python3")

    assert done.returncode
    assert "/nowhere/python3 is not Python 3.11 or newer" in done.stderr


@pytest.mark.parametrize(
    ("venv", "asked", "anew"),
    [
        ("3.11", "3.11", False),
        ("3.11", "3.12", True),
        ("3.10", "3.12", True),
        ("3.12", None, False),
        ("3.9", None, True),
    ],
)
def test_a_venv_of_another_python_is_made_anew_and_one_that_fits_is_kept(folder, venv, asked, anew):
    with_a_venv(folder, venv)
    chosen = [f"PYTHON={a_python(folder / 'bin/python3', asked)}"] if asked else []

    done = make(folder, "--dry-run", "serve", *chosen)

    assert done.returncode == 0, done.stderr
    assert ("-m venv --clear .venv" in done.stdout) == anew


def test_a_venv_whose_python_is_gone_is_made_anew(folder):
    with_a_venv(folder, "3.11")
    (folder / ".venv/bin/python").unlink()

    assert "-m venv --clear .venv" in make(folder, "--dry-run", "serve").stdout


@pytest.mark.parametrize("target", ["serve", "build"])
def test_the_notebooks_are_in_the_site_unless_make_is_told_not_to(folder, target):
    with_a_venv(folder, "3.11")

    assert "--no-notebooks" not in make(folder, "--dry-run", target).stdout
    assert "--no-notebooks" in make(folder, "--dry-run", target, "NOTEBOOKS=no").stdout


@pytest.mark.parametrize("target", ["serve", "lint"])
def test_when_pip_finds_no_packages_make_asks_whether_the_machine_is_online(folder, target):
    pip = 'echo "ERROR: No matching distribution found" >&2; exit 1'
    new = a_python(folder / "bin/python3.12", "3.12", pip)

    done = make(folder, target, f"PYTHON={new}")

    assert done.returncode
    assert "ERROR: No matching distribution found\n" in done.stderr
    assert "Is the machine online?" in done.stderr
    assert not (folder / ".venv/.ready").exists()


SET_UP = [f"set_up_{name}.py" for name in ("chromium", "nbgrader", "postgresql")]


@pytest.mark.parametrize("on_the_path", [True, False])
def test_all_that_tests_need_is_there_before_they_begin(folder, on_the_path):
    with_a_venv(folder, "3.11")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, folder)

    done = make(folder, "--dry-run", "test", *([] if on_the_path else ["PYTHON="]))

    assert done.returncode == 0, done.stderr
    before, _, _ = done.stdout.partition("-m pytest")
    for step in (*SET_UP, "ruff check", "mypy", "ci --silent", "run --silent check"):
        assert before.count(step) == 1, step
    assert before.index("set_up_chromium") < before.index("set_up_postgresql")
    # The one that is there makes it where no other is to be found.
    assert (".venv/bin/python tests/set_up_nbgrader.py" in before) != on_the_path
