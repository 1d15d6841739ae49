"""An environment of its own for each peer, from pins beside this file; made on first use, and when the pins change."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from measure import BenchError

HERE = Path(__file__).resolve().parent


def environment(peer: str, folder: Path | None = None) -> Path:
    """The folder with the pinned programs of ``requirements-<peer>.txt``. Raises BenchError if it cannot be made."""
    requirements = HERE / f"requirements-{peer}.txt"
    folder = folder or HERE / f".venv-{peer}"
    pins = hashlib.sha256(requirements.read_bytes()).hexdigest()
    made = folder / "made-from"
    if not made.is_file() or made.read_text() != pins:
        print(f"making {folder.name} from {requirements.name}; this is done once", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        # pip, not uv: it compiles to bytecode as it installs, so that no timed run has to.
        for command in (
            [sys.executable, "-m", "venv", str(folder)],
            [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--requirement", str(requirements)],
        ):
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            if done.returncode:
                raise BenchError(
                    f"{' '.join(command)}\nended with status {done.returncode}:\n{done.stderr[-2000:]}\n"
                    f"Mend that, or leave the comparison out with --no-{peer}."
                )
        made.write_text(pins)
    return folder / "bin"
