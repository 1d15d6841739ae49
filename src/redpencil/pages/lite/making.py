"""What every step in the making of the in-browser notebooks works on, and how one file is put beside another."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redpencil.document import KitError
from redpencil.pages.lite.obtain import WITHOUT as WITHOUT
from redpencil.pages.lite.obtain import Manifest

KERNEL = "@jupyterlite/pyodide-kernel-extension"
# Files of this size and more are shared between the cache and the sites that were made from it.
SHARED_FROM = 100_000  # bytes
SECONDS_AT_MOST = 600


@dataclass(slots=True)
class Making:
    """A folder that becomes a site's ``lite``, while it is made."""

    root: Path
    """The kit: its exercises and data are used."""
    site: Path
    """The folder itself. Write a file in it by `write`, since it may share its bytes with the cache."""
    work: Path
    """For what only this making needs; it is gone afterwards."""
    manifest: Manifest
    fetched: Path
    """Where the files of ``manifest`` are."""
    told: dict[str, Any] = field(default_factory=dict)
    """What JupyterLite's pages are told: ``jupyter-config-data`` of ``jupyter-lite.json``, written near the end."""

    @property
    def pyodide(self) -> Path:
        """Where Pyodide and all wheels are; once they are packed, the folder has a name that tells what is in it."""
        named = sorted((self.site / "static").glob("python-*"))
        return named[0] if named else self.site / "static" / "pyodide"

    @property
    def kernel_settings(self) -> dict[str, Any]:
        """What the kernel is told; change it in place."""
        settings: dict[str, Any] = self.told["litePluginSettings"][f"{KERNEL}:kernel"]
        return settings


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it makes, in words for the line that shows progress, and the function that makes it."""

    makes: str
    run: Callable[[Making], None]


def write(path: Path, content: str | bytes) -> None:
    """Write a file of its own, whatever the one that stood there shared its bytes with."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def write_json(path: Path, value: Any) -> None:
    """`write`, for what JSON can hold; the same value gives the same bytes."""
    write(path, json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def put_folder(made: Path, output: Path) -> None:
    """Put a finished folder in the place of ``output``.

    Large files are hard links where the file system has them, small ones copies: a build may write over these.
    """
    shutil.rmtree(output, ignore_errors=True)
    shutil.copytree(made, output, copy_function=put_file)


def put_file(source: str | Path, target: str | Path) -> None:
    """Put one file where another folder needs it, as `put_folder` does."""
    if Path(source).stat().st_size >= SHARED_FROM:
        try:
            os.link(source, target)
            return
        except OSError:
            pass  # another disk, or a file system without hard links
    shutil.copy2(source, target)


def call(command: Sequence[str], place: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a program and take what it says as UTF-8, whatever it is. Raises TimeoutExpired after ``SECONDS_AT_MOST``."""
    return subprocess.run(  # noqa: S603  the interpreter that runs already, or the Node that was chosen
        command,
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=SECONDS_AT_MOST,
        check=False,
    )


def run(command: Sequence[str], place: Path, what: str, environment: Mapping[str, str] | None = None) -> None:
    """Run a module of this Python. Raises KitError with its last words if it fails; ``what`` was to be made."""
    try:
        utf_8 = {"PYTHONUTF8": "1", "PYTHONWARNINGS": "ignore"}
        ended = call([sys.executable, "-m", *command], place, {**(environment or os.environ), **utf_8})
    except subprocess.TimeoutExpired:
        raise KitError(
            f"{what} took more than {SECONDS_AT_MOST} seconds, and was given up. Run the same again when the machine "
            f"has less to do, or build without the notebooks: {WITHOUT}"
        ) from None
    if ended.returncode:
        last = "\n".join((ended.stderr + ended.stdout).strip().splitlines()[-12:])
        raise KitError(
            f"{what} could not be made for the in-browser notebooks:\n{last}\n"
            f"Correct that, or build without the notebooks: {WITHOUT}"
        )
