"""The worksheets in a JupyterLab on this machine: put into a folder, and opened there."""

from __future__ import annotations

import json
import logging
import os
import shutil
import socket
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from redpencil.document import KitError, ids_in_kit
from redpencil.grading.release import release

HOST = "127.0.0.1"
ANNOUNCEMENTS = "@jupyterlab/apputils-extension:announcements"


@dataclass(frozen=True, slots=True)
class Worksheets:
    """The worksheets of a folder."""

    folder: Path
    first: str
    """The file name of the notebook that opens."""
    written: tuple[str, ...]
    """File names that were not there before."""
    kept: tuple[str, ...]
    """File names that were there, and stay as they are."""


def put_worksheets(exercise_ids: Sequence[str], folder: Path) -> Worksheets:
    """Put the released notebooks of exercises, and the exercises beside them, into ``folder``.

    Without an id, of every exercise of the kit that has a worksheet. A file that is there already is left alone,
    whatever it holds: it may be somebody's work. Raises KitError if an exercise is not to be found or has no worksheet,
    before anything is written.
    """
    ids = list(dict.fromkeys(exercise_ids)) or ids_in_kit("exercises", "worksheet.md")
    if not ids:
        raise KitError(
            "There are no worksheets: no folder in exercises/ has a worksheet.md.\n"
            "Change to the folder of the kit or of your course."
        )
    if folder.exists() and not folder.is_dir():
        raise KitError(f"{folder} is a file. Name a folder for the worksheets: redpencil lab --folder DIR")
    with tempfile.TemporaryDirectory() as place:
        made = [path for id in ids for path in release(id, Path(place))]
        folder.mkdir(parents=True, exist_ok=True)
        is_new = [_copy_if_new(path, folder) for path in made]
    names = [path.name for path in made]
    return Worksheets(
        folder=folder.resolve(),
        first=names[0],
        written=tuple(name for name, new in zip(names, is_new, strict=True) if new),
        kept=tuple(name for name, new in zip(names, is_new, strict=True) if not new),
    )


def check_lab(port: int | None) -> None:
    """Raise KitError if JupyterLab or its kernel is not installed, or if ``port`` cannot be had."""
    for name in ("jupyterlab", "ipykernel"):
        if find_spec(name) is None:
            raise KitError(
                f"{name} is not installed here, and the worksheets open in JupyterLab.\n"
                "In the kit's folder, run: pip install -r requirements.txt\n"
                "Elsewhere: pip install 'redpencil[book]'"
            )
    if port is None:
        return
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise KitError(
            f"port {port} of this machine cannot be had: {error.strerror or error}.\n"
            "Another program uses it, perhaps a JupyterLab that still runs in another window.\n"
            "Stop that one, or leave --port out: then a free one is taken."
        ) from None


def run_lab(worksheets: Worksheets, port: int | None, *, open_browser: bool) -> None:
    """Run JupyterLab on 127.0.0.1, in this process, until it is stopped; ``port`` None takes the first free one.

    Its own token guards it. It asks no other host for anything: no news, no updates, no list of extensions. Python
    notebooks run in this Python, where the kit is.
    """
    # As it is loaded it looks how packages would be fetched if it were built anew, which it is not, and the kit's own
    # package.json above a .venv makes that fail with a page of somebody else's script.
    logging.getLogger("jupyterlab").addFilter(lambda record: "yarn configuration" not in record.getMessage())
    from ipykernel.kernelspec import write_kernel_spec
    from jupyterlab.labapp import LabApp

    _make_absolute("PYTHONPATH", "REDPENCIL_KIT")
    with tempfile.TemporaryDirectory() as place:
        # Jupyter looks here first. The kernel of this name that somebody installed elsewhere does not have the kit.
        write_kernel_spec(Path(place) / "kernels" / "python3")
        _put_first("JUPYTER_PATH", place)
        # Without a news address it still asks whether to fetch news, and a "yes" would be kept for other JupyterLabs.
        settings = Path(place) / "labconfig" / "page_config.json"
        settings.parent.mkdir()
        settings.write_text(json.dumps({"disabledExtensions": {ANNOUNCEMENTS: True}}), encoding="utf-8")
        _put_first("JUPYTER_CONFIG_PATH", place)
        LabApp.launch_instance(lab_arguments(worksheets, port, open_browser=open_browser))


def lab_arguments(worksheets: Worksheets, port: int | None, *, open_browser: bool) -> list[str]:
    """The command line for JupyterLab. It counts for more than what somebody's own Jupyter settings say."""
    return [
        f"--ServerApp.ip={HOST}",
        *([] if port is None else [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]),
        f"--ServerApp.root_dir={worksheets.folder}",
        f"--LabApp.default_url=/lab/tree/{quote(worksheets.first)}",
        f"--ServerApp.open_browser={open_browser}",
        # Jupyter warns root because a server that others reach would be root to them. This one nobody else reaches, and
        # in many containers there is only root.
        "--ServerApp.allow_root=True",
        # One Ctrl+C stops it, as it stops redpencil serve.
        "--ServerApp.answer_yes=True",
        "--ServerApp.log_level=WARN",
        "--LabApp.log_level=WARN",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]


def _copy_if_new(made: Path, folder: Path) -> bool:
    try:
        with made.open("rb") as source, (folder / made.name).open("xb") as target:
            shutil.copyfileobj(source, target)
    except FileExistsError:
        return False
    return True


def _put_first(name: str, place: str) -> None:
    os.environ[name] = os.pathsep.join(filter(None, (place, os.environ.get(name))))


def _make_absolute(*names: str) -> None:
    """Kernels start in another folder, where a relative path would lead elsewhere."""
    for name in names:
        if value := os.environ.get(name):
            os.environ[name] = os.pathsep.join(str(Path(part).absolute()) for part in value.split(os.pathsep) if part)
