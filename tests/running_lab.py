"""A running ``redpencil lab``, with a watch over whom it and its kernels ask."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tornado.ioloop import IOLoop
from tornado.websocket import websocket_connect

import redpencil
from jupyter_process import PATIENCE, end, nobodys_settings

# Every Python that starts with it writes down whom it looks up and whom it connects to.
WATCH = """
import os, sys

def watch(event, details):
    if event == "socket.getaddrinfo":
        place = details[0]
    elif event == "socket.connect" and isinstance(details[1], tuple):
        place = details[1][0]
    else:
        return
    place = place.decode() if isinstance(place, bytes) else str(place)
    with open(os.environ["WATCH_LOG"], "a") as log:
        log.write(f"{place}\\n")

sys.addaudithook(watch)
"""


def surroundings(tmp_path):
    """Nobody's settings, the kit's own code, and a watch in every Python that starts."""
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch/sitecustomize.py").write_text(WATCH, encoding="utf-8")
    (tmp_path / "asked.txt").touch()
    source = Path(redpencil.__file__).parents[1]
    # A relative path, as somebody in a checkout may have it, leads nowhere from a kernel's folder.
    paths = [str(tmp_path / "watch"), os.path.relpath(source, tmp_path)]
    return nobodys_settings(tmp_path) | {
        "WATCH_LOG": str(tmp_path / "asked.txt"),
        "PYTHONPATH": os.pathsep.join(paths),
    }


@dataclass(frozen=True)
class Lab:
    """A running ``redpencil lab``."""

    process: subprocess.Popen
    about: dict
    said: Path

    def ask(self, path, method="GET", body=None, token=None):
        request = urllib.request.Request(
            self.about["url"] + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.about['token'] if token is None else token}"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read()

    def run(self, code):
        """Run code in a new Python kernel; gives what it printed."""
        kernel = json.loads(self.ask("api/kernels", "POST", {"name": "python3", "path": "x.ipynb"}))["id"]
        address = (
            f"{self.about['url'].replace('http', 'ws', 1)}api/kernels/{kernel}/channels?token={self.about['token']}"
        )
        # In a thread of its own: where a test has a browser open, this one has a loop already.
        with ThreadPoolExecutor(1) as other:
            return other.submit(lambda: IOLoop().run_sync(lambda: _printed(address, code), timeout=PATIENCE)).result()


async def _printed(address, code):
    connection = await websocket_connect(address)
    header = {
        "msg_id": "1",
        "msg_type": "execute_request",
        "session": "s",
        "username": "",
        "version": "5.3",
        "date": "",
    }
    content = {
        "code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False,
        "stop_on_error": True,
    }  # fmt: skip
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    await connection.write_message(json.dumps(message | {"buffers": []}))
    printed = ""
    while True:
        answer = json.loads(await connection.read_message())
        if answer["parent_header"].get("msg_id") != "1":
            continue
        printed += answer["content"].get("text", "") + "\n".join(answer["content"].get("traceback", ()))
        if answer["msg_type"] == "execute_reply":
            connection.close()
            return printed


@contextmanager
def running(tmp_path, *arguments):
    """``redpencil lab`` with these arguments, in a folder of its own, until it is not needed any more."""
    said = tmp_path / "said.txt"
    command = [sys.executable, "-m", "redpencil", "lab", *arguments, "--port", "0", "--no-browser"]
    with said.open("w") as stream:
        process = subprocess.Popen(command, env=surroundings(tmp_path), cwd=tmp_path, stdout=stream, stderr=stream)
    try:
        yield Lab(process, _wait_until_up(tmp_path / "runtime", process, said), said)
    finally:
        end(process)


def _wait_until_up(runtime, process, said):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            try:
                about = json.loads(path.read_text(encoding="utf-8"))
                urllib.request.urlopen(about["url"] + "api", timeout=PATIENCE).close()
            except (ValueError, urllib.error.URLError, ConnectionError):
                continue
            return about
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{said.read_text(encoding='utf-8')}")
