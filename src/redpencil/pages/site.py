"""Build the book into a folder of plain files, and serve that folder on this machine.

A build runs Jupyter Book in a process of its own, strictly: a warning fails it. What went into a site is written down
beside it, so that nothing is built when nothing changed, and only what changed when a page did.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import webbrowser
from collections.abc import Iterator
from functools import lru_cache
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, BinaryIO, NoReturn
from urllib.parse import urlsplit

from redpencil.document import KitError, kit_roots
from redpencil.pages import offline
from redpencil.pages.lite import build as lite
from redpencil.pages.progress import MEGABYTE, Progress

HOST = "127.0.0.1"
PACKAGE = Path(__file__).resolve().parents[1]
BUILT_WITH = ("jupyter-book", "myst-nb", "sphinx", "sphinx-design", "sphinxcontrib-bibtex", "docutils", "pygments")
# What a kernel and its client say of every run, and Sphinx of every exception.
NOISE = re.compile(
    r"\[IPKernelApp\]|# \d{4}-\d\d-\d\d .* INFO "
    r"|The full traceback has been saved|Please also report this|A bug report can"
)
# How a failed cell came to be run, before and after the cell and its own traceback, which say what is wrong.
RUN_BY = re.compile(
    r"^Traceback .*\n(?: .*\n)+nbclient\.exceptions\.CellExecutionError: "
    r"|^Exception occurred:\n(?: .*\n)+.*ExecutionError.*$",
    re.MULTILINE,
)
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
WORTH_SHOWING = ("reading sources", "writing output", "Executing", "copying assets")
# Sphinx leaves it in every site.
BUILD_MADE_IT = ".buildinfo"
LEFT_ALONE = {"__pycache__", "_build", "node_modules", ".ipynb_checkpoints"}


def build(output: Path, *, strict: bool = True, notebooks: bool = False) -> Path:
    """Build the site of the nearest kit into ``output`` unless it is there already; returns its front page.

    What the next build can use again is kept beside it, in ``.<its name>-work``, and nowhere else; the notebooks, in
    this user's cache. A build that fails leaves the site as it was. With ``strict`` a warning fails the build; a cell
    that fails always does. With ``notebooks`` the worksheets are in it as notebooks that run in the browser, and each
    chapter links to its own. Raises KitError with what was found wrong, and where.
    """
    root = find_book()
    output = output.resolve()
    work = output.with_name(f".{output.name}-work")
    stamp = work / "built-from.json"
    pages, rest = _fingerprints(root)
    wanted = {"pages": pages, "rest": rest, "strict": strict, "notebooks": lite.fingerprint(root) if notebooks else ""}
    before = _read_stamp(stamp)
    index = output / "index.html"
    if before.get("site") == wanted and index.is_file():
        return index
    _check_output(output)
    # Before the pages: what could not be had then leaves the site as it was.
    finished = lite.finished(root) if notebooks else None
    if finished:
        offline.check_notebooks(finished)
    # The pages say how much a first visit to a notebook fetches; 0 is a site without notebooks.
    weight = max(1, round(lite.first_visit(finished) / MEGABYTE)) if finished else 0
    shown = {"pages": pages, "rest": rest, "strict": strict, "weight": weight}
    # The stamp is gone while a build runs, so that one that failed is never taken for done: the next starts afresh,
    # because Sphinx would not repeat the warnings. So does one after a change to anything but a page.
    stamp.unlink(missing_ok=True)
    if before.get("shown") != shown:
        _make_pages(root, work, before.get("shown", {}), shown)
    _publish(work / "html", output)
    if finished:
        lite.put(finished, output / lite.FOLDER)
    offline.make_offline(output, lite.FOLDER if finished else "")
    stamp.write_text(json.dumps({"site": wanted, "shown": shown}), encoding="utf-8")
    return index


def _make_pages(root: Path, work: Path, before: dict[str, Any], shown: dict[str, Any]) -> None:
    """Build the pages into the folder ``html`` of ``work``, with what is good of the last time."""
    # Sphinx writes in here, because extensions put things of their own beside the folder that they are given.
    made = work / "html"
    rest = shown["rest"]
    if before.get("rest") != rest or before.get("strict") != shown["strict"]:
        shutil.rmtree(work / "doctrees", ignore_errors=True)
        shutil.rmtree(made, ignore_errors=True)
    # What a cell gave stays good for as long as its own words and all that it could have read do.
    cells = work / f"cells-{rest[:12]}"
    for old in work.glob("cells-*"):
        if old != cells:
            shutil.rmtree(old, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    settings = [str(int(shown["strict"])), str(shown["weight"])]
    _run([str(root), str(made), str(work / "doctrees"), str(cells), *settings], root, work)


def serve(port: int, open_browser: bool, *, notebooks: bool = False) -> None:
    """Build what changed, as `build` does, then serve the site on 127.0.0.1 until it is interrupted.

    Raises KitError if the port is taken (before anything is built), or if the build fails.
    """
    root = find_book()
    _check_port(port)
    site = build(root / "_build" / "html", notebooks=notebooks).parent
    with server(site, port) as listening:
        address = f"http://{HOST}:{listening.server_address[1]}/"
        print(f"Red Pencil is at {address}\nStop it with Ctrl+C.", flush=True)
        if open_browser and _has_a_screen():
            webbrowser.open(address)
        try:
            listening.serve_forever()
        except KeyboardInterrupt:
            print("\nStopped.")


def server(site: Path, port: int) -> ThreadingHTTPServer:
    """A server of a built site on 127.0.0.1, not yet running; port 0 takes a free one. Raises KitError if taken."""
    folder = str(site)

    class Handler(_Handler):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, directory=folder, **kwargs)

    try:
        return _Server((HOST, port), Handler)
    except OSError as error:
        _port_taken(port, error)


def find_book() -> Path:
    """The folder of the nearest kit that has a book. Raises KitError if none has."""
    looked = list(dict.fromkeys(kit_roots()))
    for root in looked:
        if (root / "_config.yml").is_file() and (root / "book" / "_toc.yml").is_file():
            return root.resolve()
    raise KitError(
        "there is no book to build: no folder has both _config.yml and book/_toc.yml.\n"
        f"Looked in: {', '.join(map(str, looked))}.\n"
        "The book comes with a clone of the kit, not with the installed package: change to the clone's folder."
    )


def _fingerprints(root: Path) -> tuple[str, str]:
    """Of the book’s pages, and of everything else that a site is made from."""
    book = root / "book"
    pages = [path for path in _files(book) if path.suffix == ".md"]
    rest = [path for path in _files(book) if path.suffix != ".md"] + [root / "_config.yml", *_files(PACKAGE)]
    for place in dict.fromkeys(kit_roots()):
        rest += [*_files(place / "exercises"), *_files(place / "data")]
    # What makes the notebooks makes no page: that a worksheet is there does, its words do not.
    worksheets = [path for path in rest if path.name == "worksheet.md"]
    rest = [path for path in rest if path not in worksheets and (PACKAGE / "pages" / "lite") not in path.parents]
    made_by = [platform.python_version(), *map(_version, BUILT_WITH), *map(str, [*pages, *worksheets, root])]
    return _digest(pages, []), _digest(rest, made_by)


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in LEFT_ALONE)
        for name in sorted(names):
            # Of the component only its bundle and its controls are in a site; the rest is for developers.
            if Path(place).name != "component" or name.startswith(("red_pencil", "chance.", "controls.")):
                yield Path(place) / name


def _digest(files: list[Path], words: list[str]) -> str:
    total = hashlib.sha256("\0".join(words).encode())
    for path in files:
        total.update(str(path).encode() + b"\0")
        try:
            total.update(hashlib.sha256(path.read_bytes()).digest())
        except FileNotFoundError:
            continue  # an editor's passing file
    return total.hexdigest()


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        raise KitError(
            f"{distribution} is not installed, and the book is built with it.\n"
            "Run make serve, or: pip install -r requirements.txt"
        ) from None


def _read_stamp(stamp: Path) -> dict[str, Any]:
    try:
        found = json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _check_output(output: Path) -> None:
    """A build clears its folder, so it touches only one that is empty or that a build made."""
    if output.exists() and not output.is_dir():
        raise KitError(f"{output} is a file. Name a folder for the site.")
    if output.is_dir() and any(output.iterdir()) and not (output / BUILD_MADE_IT).is_file():
        raise KitError(f"{output} holds files that no build of the book made. Name an empty folder for the site.")


def _publish(made: Path, output: Path) -> None:
    """Put a whole new site in the place of the old one; the file that says whose it is goes last and comes first."""
    if output.is_dir():
        for old in sorted(output.iterdir(), key=lambda path: path.name == BUILD_MADE_IT):
            if old.is_dir() and not old.is_symlink():
                shutil.rmtree(old)
            else:
                old.unlink()
    output.mkdir(parents=True, exist_ok=True)
    shutil.copy2(made / BUILD_MADE_IT, output)
    shutil.copytree(made, output, dirs_exist_ok=True)


def _run(arguments: list[str], root: Path, work: Path) -> None:
    command = [sys.executable, "-m", "redpencil.pages.site", *arguments]
    environment = {
        **os.environ,
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
        "REDPENCIL_KIT": str(root),
    }
    shown = Progress()
    shown.show("Building the book …")
    with (work / "warnings.txt").open("w+", encoding="utf-8", errors="replace") as said:
        with subprocess.Popen(  # noqa: S603  our own module, in the interpreter that runs already
            command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=said, text=True, encoding="utf-8"
        ) as running:
            assert running.stdout is not None  # noqa: S101  it is a pipe, as asked for above
            last: list[str] = []
            for line in running.stdout:
                said_now = COLOURS.sub("", line).strip()
                if said_now.startswith(WORTH_SHOWING):
                    shown.show(f"Building the book: {said_now}")
                last = [*last[-20:], line]
        shown.end()
        said.seek(0)
        warnings = _readable(said.read(), root)
    if running.returncode:
        found = warnings or "".join(last).strip() or f"it ended with status {running.returncode}"
        raise KitError(f"The book was not built:\n{found}\nCorrect these places, then run the same again.")
    if warnings:
        print(warnings, file=sys.stderr)


def _readable(text: str, root: Path) -> str:
    """What Sphinx said, without its repetitions and with paths as seen from the kit's folder."""
    text = RUN_BY.sub("", COLOURS.sub("", text)).replace(f"{root}{os.sep}", "")
    lines = [line.rstrip() for line in text.splitlines()]
    kept = [line for line in lines if line and not NOISE.match(line)]
    return "\n".join(dict.fromkeys(kept))


def _jupyter_book(root: str, output: str, doctrees: str, cells: str, strict: str, weight: str) -> int:
    """Run Jupyter Book in this process, with what it keeps for the next time in two folders; returns an exit status."""
    # Jupyter Book loads jsonschema, which compiles a grammar of internationalised addresses that no build checks one
    # by: 1.5 seconds, more than the rest of a small build. Where the grammar is not to be had, it does without.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None is how Python says so
    from jupyter_book.sphinx import build_sphinx

    ended = build_sphinx(
        str(Path(root) / "book"),
        output,
        noconfig=True,
        path_config=Path(root) / "_config.yml",
        confoverrides={
            "external_toc_path": "_toc.yml",
            "latex_individualpages": False,
            "nb_execution_cache_path": cells,
            "redpencil_notebooks": lite.FOLDER if int(weight) else "",
            "redpencil_first_visit": int(weight),
        },
        doctreedir=doctrees,
        warningiserror=strict == "1",
        keep_going=True,
    )
    return ended if isinstance(ended, int) else 1


def _check_port(port: int) -> None:
    with server(Path.cwd(), port):
        pass


def _port_taken(port: int, error: OSError) -> NoReturn:
    if not 0 <= port < 65536:
        raise KitError(f"{port} is no port; a port is a number from 1024 to 65535.") from None
    raise KitError(
        f"port {port} of this machine cannot be had: {error.strerror or error}.\n"
        "Another program uses it, perhaps a Red Pencil that still runs in another window.\n"
        f"Stop that one, or take another port: make serve PORT={port + 1} (or: redpencil serve --port {port + 1})"
    ) from None


def _has_a_screen() -> bool:
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # On Windows, reuse would let two servers have one port.
    allow_reuse_address = os.name != "nt"

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any) -> None:
        """A browser that leaves in the middle of a page is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _look(path: Path) -> tuple[int, int, int]:
    """What tells that a file is still the one that was read: its number, its size, and when it was last touched."""
    found = path.stat()
    return found.st_ino, found.st_size, max(found.st_mtime_ns, found.st_ctime_ns)


@lru_cache(maxsize=4096)
def _digest_of_file(path: Path, number: int, size: int, touched: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


class _Handler(SimpleHTTPRequestHandler):
    # Of the file that is answered with; "" if it is none.
    tag = ""
    # Said here because a Windows registry may say otherwise, and a module of another type is not run.
    extensions_map = {  # noqa: RUF012  as the class above has it
        **SimpleHTTPRequestHandler.extensions_map,
        ".css": "text/css",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript",
        ".json": "application/json",
        ".mjs": "text/javascript",
        ".svg": "image/svg+xml",
        ".toml": "text/plain; charset=utf-8",
        ".txt": "text/plain; charset=utf-8",
        ".wasm": "application/wasm",
        ".whl": "application/zip",
    }
    error_message_format = (
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<title>%(code)d %(message)s</title><h1>%(message)s</h1>"
        '<p>This page is not here. <a href="/">Go to the front page</a>.</p></html>'
    )

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """A file, or only that the browser has it already.

        That is told by what is in a file and not by its date: JupyterLite's files all have the same.
        """
        path = Path(self.translate_path(self.path))
        self.tag = ""
        if path.is_dir() and urlsplit(self.path).path.endswith("/"):
            path /= "index.html"
        if path.is_file():
            self.tag = f'"{_digest_of_file(path, *_look(path))}"'
            if self.tag in self.headers.get("If-None-Match", ""):
                self.send_response(HTTPStatus.NOT_MODIFIED)
                self.end_headers()
                return None
        del self.headers["If-Modified-Since"]
        return super().send_head()

    def end_headers(self) -> None:
        """A page that was built again is to be seen at once; what has a fingerprint never changes."""
        keep = (
            "public, max-age=31536000, immutable" if self.tag and offline.FINGERPRINT.search(self.path) else "no-cache"
        )
        self.send_header("Cache-Control", keep)
        if self.tag:
            self.send_header("ETag", self.tag)
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """An error is of no file, and is not kept."""
        self.tag = ""
        super().send_error(code, message, explain)

    def list_directory(self, path: str | os.PathLike[str]) -> None:
        """Folders are not listed."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Only errors are worth a line."""


if __name__ == "__main__":
    sys.exit(_jupyter_book(*sys.argv[1:]))
