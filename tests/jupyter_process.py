"""A Jupyter in a process of its own, with nobody's settings: what it finds there, how it is asked, and how it ends."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ANSWERS_MIME = "application/vnd.redpencil.answers+json"
PATIENCE = 60  # seconds


def nobodys_settings(place):
    """The environment, with all of Jupyter's folders in ``place`` and none of this machine's settings."""
    folders = {
        "JUPYTER_CONFIG_DIR": place / "config",
        "JUPYTER_DATA_DIR": place / "data",
        "JUPYTER_RUNTIME_DIR": place / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": place / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": place / "workspaces",
        "IPYTHONDIR": place / "ipython",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY_"))}
    return inherited | {name: str(folder) for name, folder in folders.items()}


def end(process):
    """End a server, which ends its kernels."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@dataclass(frozen=True)
class Jupyter:
    """A running Jupyter server and the folder that it serves."""

    address: str
    token: str
    folder: Path

    def request(self, path, method="GET"):
        request = urllib.request.Request(
            f"{self.address}/{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read()

    def sessions(self):
        return json.loads(self.request("api/sessions"))

    def stop_kernels(self):
        for session in self.sessions():
            self.request(f"api/sessions/{session['id']}", method="DELETE")


@contextmanager
def jupyter(place: Path, program: str, *settings: str) -> Iterator[Jupyter]:
    """A Jupyter that is started by ``python -m program``, in a place of its own, and looks for no news or updates."""
    folder = place / "class"
    folder.mkdir()
    notification = place / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    notification.parent.mkdir(parents=True)
    notification.write_text('{"fetchNews": "false", "checkForUpdates": false}', encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    log = place / f"{program}.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", program, "--no-browser", "--allow-root"),
                *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
                *(f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={token}", *settings),
            ],
            env=nobodys_settings(place),
            cwd=folder,
            stdout=stream,
            stderr=stream,
        )
    running = Jupyter(f"http://127.0.0.1:{port}", token, folder)
    try:
        _wait_until_up(running, process, log)
        yield running
    finally:
        # It ends its kernels as it ends.
        end(process)


def _wait_until_up(running, process, log):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            running.request("api")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"Jupyter did not start:\n{log.read_text(encoding='utf-8')}")


def save(page, path):
    """Press Ctrl+S; gives the cells that the notebook's file then has, and the answers objects in their outputs."""
    before = path.stat().st_mtime_ns
    page.keyboard.press("Control+s")
    end = time.monotonic() + PATIENCE
    # The server empties the file before it writes it.
    while path.stat().st_mtime_ns == before or not (text := path.read_text(encoding="utf-8")).endswith("}\n"):
        assert time.monotonic() < end, "nothing was saved"
        page.wait_for_timeout(50)
    cells = json.loads(text)["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    return cells, [output["data"][ANSWERS_MIME] for output in outputs if ANSWERS_MIME in output.get("data", {})]
