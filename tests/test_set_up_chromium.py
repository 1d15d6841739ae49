import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("set_up_chromium.py")


@pytest.fixture
def script(monkeypatch):
    spec = importlib.util.spec_from_file_location("set_up_chromium", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.delenv(module.VARIABLE, raising=False)
    monkeypatch.setattr(module, "playwrights_own", lambda: None)
    return module


class Machine:
    """Programs that a machine has, and what a command adds to them."""

    def __init__(self, monkeypatch, script, *programs, installs=(), root=True):
        self.programs = set(programs)
        self.installs = dict(installs)
        self.ran = []
        monkeypatch.setattr(script.shutil, "which", lambda name: f"/usr/bin/{name}" if name in self.programs else None)
        monkeypatch.setattr(script.os, "geteuid", lambda: 0 if root else 1000)

    def run(self, command):
        line = " ".join(command).removeprefix(sys.executable + " -m ")
        self.ran.append(line)
        for part, program in self.installs.items():
            if part in line:
                self.programs.add(program)
                return True
        return line.endswith(("apt-get update -qq", "sudo -n true")) and "sudo refuses" not in self.programs


def test_a_chromium_on_the_path_is_taken_and_nothing_is_said(monkeypatch, script, capsys):
    machine = Machine(monkeypatch, script, "google-chrome")

    assert script.set_up(machine.run) == "/usr/bin/google-chrome"
    assert machine.ran == []
    assert capsys.readouterr().out == ""


def test_the_named_one_goes_before_the_path(monkeypatch, script):
    machine = Machine(monkeypatch, script, "chromium", "my-chromium")
    monkeypatch.setenv(script.VARIABLE, "my-chromium")

    assert script.set_up(machine.run) == "/usr/bin/my-chromium"


def test_a_named_one_that_is_not_there_is_an_error_and_not_passed_over(monkeypatch, script):
    machine = Machine(monkeypatch, script, "chromium")
    monkeypatch.setenv(script.VARIABLE, "/nowhere/chromium")

    with pytest.raises(script.NoChromiumError, match="names /nowhere/chromium, which is no program"):
        script.set_up(machine.run)


def test_debians_package_is_installed_as_root_where_there_is_none(monkeypatch, script):
    machine = Machine(monkeypatch, script, "apt-get", installs={"apt-get install": "chromium"})

    assert script.set_up(machine.run) == "/usr/bin/chromium"
    assert machine.ran == ["apt-get update -qq", "apt-get install -qq -y --no-install-recommends chromium"]


def test_debians_package_is_installed_by_sudo_when_it_asks_no_password(monkeypatch, script):
    machine = Machine(monkeypatch, script, "apt-get", "sudo", root=False, installs={"apt-get install": "chromium"})

    script.set_up(machine.run)

    assert machine.ran[0] == "sudo -n true"
    assert machine.ran[2].startswith("sudo -n apt-get install")


def test_without_root_playwrights_own_is_tried(monkeypatch, script):
    machine = Machine(monkeypatch, script, "apt-get", root=False, installs={"playwright install": "playwrights"})
    monkeypatch.setattr(script, "playwrights_own", lambda: "/own" if "playwrights" in machine.programs else None)

    assert script.set_up(machine.run) == "/own"
    assert machine.ran == ["playwright install chromium"]


def test_when_nothing_works_it_says_what_to_install(monkeypatch, script):
    machine = Machine(monkeypatch, script, "apt-get")

    with pytest.raises(script.NoChromiumError, match="apt-get install chromium"):
        script.set_up(machine.run)

    assert machine.ran[-1] == "playwright install chromium"
