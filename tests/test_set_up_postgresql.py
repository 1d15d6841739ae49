import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine

SCRIPT = Path(__file__).with_name("set_up_postgresql.py")


@pytest.fixture
def script(monkeypatch):
    spec = importlib.util.spec_from_file_location("set_up_postgresql", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.delenv(module.VARIABLE, raising=False)
    monkeypatch.setattr(module, "PLACES", ())
    monkeypatch.setattr(module.shutil, "which", lambda name, path=None: None)
    return module


class Machine:
    """What a machine has, and what a command adds to it."""

    def __init__(self, monkeypatch, script, *programs, installs_to=None, root=True):
        self.programs = set(programs)
        self.installs_to = installs_to
        self.ran = []
        monkeypatch.setattr(script.shutil, "which", self.which)
        monkeypatch.setattr(script.os, "geteuid", lambda: 0 if root else 1000, raising=False)

    def which(self, name, path=None):
        if path is not None:
            return f"{path}/{name}" if (Path(path) / name).is_file() else None
        return f"/usr/bin/{name}" if name in self.programs else None

    def run(self, command):
        self.ran.append(" ".join(command))
        if "install" in command and self.installs_to is not None:
            put_programs(self.installs_to)
        return "sudo refuses" not in self.programs


def put_programs(folder):
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (folder / name).write_text("")


def test_a_server_that_is_there_is_taken_and_nothing_is_said(monkeypatch, script, capsys, tmp_path):
    machine = Machine(monkeypatch, script)
    put_programs(tmp_path / "lib/15/bin")
    monkeypatch.setattr(script, "PLACES", (f"{tmp_path}/lib/*/bin",))

    assert script.set_up(machine.run) == tmp_path / "lib/15/bin"
    assert machine.ran == []
    assert capsys.readouterr().out == ""


def test_of_two_versions_the_newer_is_taken(monkeypatch, script, tmp_path):
    machine = Machine(monkeypatch, script)
    put_programs(tmp_path / "lib/15/bin")
    put_programs(tmp_path / "lib/17/bin")
    monkeypatch.setattr(script, "PLACES", (f"{tmp_path}/lib/*/bin",))

    assert script.set_up(machine.run) == tmp_path / "lib/17/bin"


def test_a_folder_with_the_client_alone_is_no_server(monkeypatch, script, tmp_path):
    machine = Machine(monkeypatch, script)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/psql").write_text("")
    monkeypatch.setattr(script, "PLACES", (f"{tmp_path}/bin",))

    with pytest.raises(script.NoPostgresqlError):
        script.set_up(machine.run)


def test_the_named_one_goes_before_all_others_and_is_not_passed_over(monkeypatch, script, tmp_path):
    Machine(monkeypatch, script)
    put_programs(tmp_path / "mine")
    monkeypatch.setenv(script.VARIABLE, str(tmp_path / "mine"))
    assert script.find_postgresql() == tmp_path / "mine"
    monkeypatch.setenv(script.VARIABLE, "/nowhere")

    with pytest.raises(script.NoPostgresqlError, match="names /nowhere, which holds no initdb"):
        script.find_postgresql()


def test_debians_package_is_installed_as_root_where_there_is_none(monkeypatch, script, tmp_path):
    machine = Machine(monkeypatch, script, "apt-get", installs_to=tmp_path / "lib/15/bin")
    monkeypatch.setattr(script, "PLACES", (f"{tmp_path}/lib/*/bin",))

    assert script.set_up(machine.run) == tmp_path / "lib/15/bin"
    assert machine.ran == ["apt-get update -qq", "apt-get install -qq -y --no-install-recommends postgresql"]


def test_debians_package_is_installed_by_sudo_when_it_asks_no_password(monkeypatch, script, tmp_path):
    machine = Machine(monkeypatch, script, "apt-get", "sudo", root=False, installs_to=tmp_path / "lib/15/bin")
    monkeypatch.setattr(script, "PLACES", (f"{tmp_path}/lib/*/bin",))

    script.set_up(machine.run)

    assert machine.ran[0] == "sudo -n true"
    assert machine.ran[2].startswith("sudo -n apt-get install")


@pytest.mark.parametrize("programs", [(), ("apt-get",), ("apt-get", "sudo", "sudo refuses")])
def test_when_nothing_works_it_says_what_to_install_on_each_system(monkeypatch, script, programs):
    machine = Machine(monkeypatch, script, *programs, root=False)

    with pytest.raises(script.NoPostgresqlError) as told:
        script.set_up(machine.run)

    for way in ("apt-get install postgresql", "brew install postgresql", "winget install", script.VARIABLE):
        assert way in str(told.value)


def test_a_test_without_a_server_fails_and_is_not_skipped(tmp_path):
    # The fixtures of this folder, in a run of their own that finds no server.
    (tmp_path / "conftest.py").write_text(
        f"import sys; sys.path.insert(0, {str(SCRIPT.parent)!r})\n"
        "import set_up_postgresql; set_up_postgresql.PLACES = ()\n"
        "from pathlib import Path\n"
        f"exec(compile(Path({str(SCRIPT.with_name('conftest.py'))!r}).read_text(), {str(SCRIPT)!r}, 'exec'))\n"
    )
    (tmp_path / "test_it.py").write_text("def test_it(database): pass\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]
    nothing = {**os.environ, "PATH": str(tmp_path)}
    nothing.pop("RED_PENCIL_POSTGRESQL", None)
    ran = subprocess.run(command, cwd=tmp_path, env=nothing, capture_output=True, text=True)

    assert ran.returncode == 1, ran.stdout
    assert "1 passed, 1 error" in ran.stdout
    assert "apt-get install postgresql" in ran.stdout


@pytest.mark.skipif(os.name != "posix", reason="only there are local sockets, and may root not run it")
def test_the_server_is_reached_by_its_socket_alone_and_leaves_nothing(postgresql):
    from set_up_postgresql import Server, find_postgresql

    with Server(find_postgresql()) as server:
        folder, process = server.folder, server._process
        engine = create_engine(server.new_database())
        with engine.connect() as connection:
            settings = connection.exec_driver_sql("SELECT name, setting FROM pg_settings").all()
        engine.dispose()
        assert dict(tuple(row) for row in settings)["listen_addresses"] == ""
        assert oct(folder.stat().st_mode)[-3:] == "700"
        if os.geteuid() == 0:
            assert folder.stat().st_uid != 0

    assert not folder.exists()
    assert process.returncode == 0
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, signal.SIG_DFL)


def test_texts_are_ordered_by_a_dictionary_on_the_server_so_that_the_kits_own_order_is_tested(postgresql):
    engine = create_engine(postgresql.url("postgres"))
    with engine.connect() as connection:
        words = connection.exec_driver_sql("SELECT w FROM (VALUES ('b'), ('B'), ('a'), ('ä')) t (w) ORDER BY w").all()
    engine.dispose()

    # By code points it would be B a b ä.
    assert [word for (word,) in words] == ["a", "ä", "b", "B"]
