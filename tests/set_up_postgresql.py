"""See to it that tests have a PostgreSQL server's programs: those that are there, else Debian's package.

``python tests/set_up_postgresql.py`` says nothing when they are found, and exits with 1 and says what to install when
they cannot be had. `Server` starts a server of its own with them, for the time of a test run.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from glob import glob
from itertools import count
from pathlib import Path
from typing import Any, Self

import debian
from debian import Run

VARIABLE = "RED_PENCIL_POSTGRESQL"
# Where servers are that do not stand on the PATH: Debian, Homebrew, Postgres.app, the installers for macOS and Windows.
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/Library/PostgreSQL/*/bin",
    "C:/Program Files/PostgreSQL/*/bin",
)
# The first version that orders texts by ICU's rules for a whole database; Debian 12 has it.
OLDEST = 15


class NoPostgresqlError(Exception):
    """There is no server, none could be installed, or it does not start; the message says what to do."""


def find_postgresql() -> Path | None:
    """The folder of a server's programs on this machine, or None. Raises NoPostgresqlError if the named one is none."""
    if named := os.environ.get(VARIABLE):
        if not _has_a_server(Path(named)):
            raise NoPostgresqlError(
                f"{VARIABLE} names {named}, which holds no initdb and postgres. Correct or unset it."
            )
        return Path(named)
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    for place in PLACES:
        found += sorted(map(Path, glob(place)), reverse=True)  # noqa: PTH207  pathlib takes no absolute pattern
    return next((folder for folder in found if _has_a_server(folder)), None)


def set_up(run: Run) -> Path:
    """The folder of a server's programs, installed first if need be. Raises NoPostgresqlError if there is no way."""
    if found := find_postgresql():
        return found
    print("Gradebook tests need a PostgreSQL server and there is none here: installing one.", flush=True)
    if debian.install("postgresql", run) and (found := find_postgresql()):
        return found
    raise NoPostgresqlError(missing())


def missing() -> str:
    """What to do where there is no server."""
    return (
        f"Gradebook tests need PostgreSQL {OLDEST} or newer; there is none here, and Debian's package could not be "
        "installed.\n"
        "On Debian or Ubuntu, as root: apt-get install postgresql. On macOS: brew install postgresql@17.\n"
        "On Windows: winget install PostgreSQL.PostgreSQL.17, or the installer from postgresql.org.\n"
        f"Or set {VARIABLE} to the folder that holds initdb and postgres. Then run the tests again."
    )


# A socket of this machine never is, but the driver reads every certificate before it asks.
NOT_ENCRYPTED = {"ssl_context": False}


class Server:
    """A PostgreSQL server of its own, in a temporary folder; nobody else reaches it, and it ends with ``stop``.

    On a system with local sockets it listens on one in its folder and on no port, elsewhere on a free port of
    127.0.0.1. Root may not run it, so that root runs it as another.
    """

    def __init__(self, programs: Path) -> None:
        """Make it and start it. Raises NoPostgresqlError with its own words if it does not start."""
        # A socket's path has about a hundred characters at most: not below pytest's folders.
        self.folder = Path(tempfile.mkdtemp(prefix="rp-pg-", dir="/tmp" if os.name == "posix" else None))
        self.programs = programs
        self._as: dict[str, Any] = {}
        if os.name == "posix" and os.geteuid() == 0:
            import pwd

            for name in ("postgres", "nobody"):
                try:
                    who = pwd.getpwnam(name)
                except KeyError:
                    continue
                self._as = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
                os.chown(self.folder, who.pw_uid, who.pw_gid)
                break
        self.data = self.folder / "data"
        # Texts are ordered here as a dictionary has them, not by their code points: the kit has to ask for its order.
        self._call(
            programs / "initdb", "-D", self.data, "-U", "redpencil", "--auth=trust", "--encoding=UTF8", "--no-sync",
            "--locale=C", "--locale-provider=icu", "--icu-locale=en-US",
        )  # fmt: skip
        settings = {"fsync": "off", "full_page_writes": "off", "max_connections": "60", "shared_buffers": "32MB"}
        if os.name == "posix":
            settings |= {"listen_addresses": "", "unix_socket_directories": str(self.folder)}
            self.port = 5432
        else:
            self.port = _free_port()
            settings |= {"listen_addresses": "127.0.0.1", "port": str(self.port)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen(
            [programs / "postgres", "-D", self.data, *options],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, **self._as,
        )  # fmt: skip
        self._numbers = count(1)
        self._wait()

    def url(self, database: str) -> str:
        """The address of one of its databases, as the kit takes it."""
        if os.name == "posix":
            return f"postgresql+pg8000://redpencil@/{database}?unix_sock={self.folder}/.s.PGSQL.{self.port}"
        return f"postgresql+pg8000://redpencil@127.0.0.1:{self.port}/{database}"

    def new_database(self, like: str = "") -> str:
        """Make an empty database, or a copy of the one at the address ``like``, and give its address."""
        name = f"course{next(self._numbers)}"
        # Its files are copied, which costs a third of writing each of their blocks to the log.
        self._execute(f"CREATE DATABASE {name} STRATEGY file_copy" + (f" TEMPLATE {_name(like)}" if like else ""))
        return self.url(name)

    def drop(self, url: str) -> None:
        """Throw away a database that `new_database` gave, whoever is still connected to it."""
        self._execute(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def stop(self) -> None:
        """End it, by its own id, and remove what it wrote."""
        if self._process.poll() is None:
            if os.name == "posix":
                # PostgreSQL's “fast shutdown”: it ends every session and goes.
                self._process.send_signal(signal.SIGINT)
            else:
                subprocess.run([self.programs / "pg_ctl", "-D", self.data, "-m", "fast", "stop"], check=False)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _execute(self, sql: str) -> None:
        from sqlalchemy import create_engine

        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT", connect_args=NOT_ENCRYPTED)
        with engine.connect() as connection:
            connection.exec_driver_sql(sql)
        engine.dispose()

    def _call(self, *command: object) -> None:
        words = [str(word) for word in command]
        ran = subprocess.run(
            words, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, **self._as
        )
        if ran.returncode:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise NoPostgresqlError(
                f"{words[0]} ended with {ran.returncode}:\n{ran.stderr}\nTests need PostgreSQL {OLDEST} or newer."
            )

    def _wait(self) -> None:
        from sqlalchemy.exc import DBAPIError

        until = time.monotonic() + 60
        while True:
            try:
                return self._execute("SELECT 1")
            except DBAPIError as error:
                if self._process.poll() is not None or time.monotonic() > until:
                    self._log.flush()
                    told = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
                    self.stop()
                    raise NoPostgresqlError(f"The PostgreSQL server does not start: {error}\n{told}") from None
                time.sleep(0.05)


def _name(url: str) -> str:
    """The name of a database of this server, from its address."""
    return "course" + url.split("/course", 1)[1].partition("?")[0]


def _free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _has_a_server(folder: Path) -> bool:
    return all(shutil.which(name, path=str(folder)) for name in ("initdb", "postgres"))


if __name__ == "__main__":
    try:
        set_up(debian.run_quietly)
    except NoPostgresqlError as error:
        sys.exit(str(error))
