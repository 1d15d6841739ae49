"""Debian's packages, for what tests need of a machine; the scripts that set it up use this."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence

# Runs a command and tells whether it went well.
Run = Callable[[Sequence[str]], bool]


def install(package: str, run: Run) -> bool:
    """Install a package, as root or by sudo; False if this is no Debian, nobody may, or it failed."""
    before = _as_root(run) if shutil.which("apt-get") else None
    return (
        before is not None
        and run([*before, "apt-get", "update", "-qq"])
        and run([*before, "apt-get", "install", "-qq", "-y", "--no-install-recommends", package])
    )


def _as_root(run: Run) -> list[str] | None:
    """What to put before a command so that it runs as root, or None."""
    if os.name == "posix" and os.geteuid() == 0:
        return []
    if shutil.which("sudo") and run(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def run_quietly(command: Sequence[str]) -> bool:
    """Run a command that asks nothing, and tell whether it went well."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False).returncode == 0
