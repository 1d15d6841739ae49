"""Pyodide's lock, written anew for the wheels that the site holds: their names, what they need, their SHA-256.

The lock that comes with Pyodide names wheels of its own distribution on another host. What is left out of the new one
cannot be asked for: an import of it fails at once, with Python's own words, and no request is made.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from redpencil.document import KitError


def local_lock(lock: Mapping[str, Any], wheels: Mapping[Path, Sequence[str] | None]) -> dict[str, Any]:
    """The lock with ``wheels`` and nothing else.

    ``lock`` is Pyodide's own. ``wheels`` has for each wheel the names of the packages that it needs, or None to take
    what Pyodide's lock says of it. Raises KitError if that lock does not know it, has another version of it, or if a
    needed package is not among the wheels.
    """
    packages: dict[str, dict[str, Any]] = {}
    for wheel, depends in wheels.items():
        name, version = wheel.name.split("-")[:2]
        known = lock["packages"].get(canonical(name))
        if depends is None and (known is None or known["version"] != version):
            raise KitError(
                f"{wheel.name} is not what Pyodide's lock has: {known['version'] if known else 'nothing of this name'}."
                "\nGive it that version in wheels.toml, or say there what it depends on."
            )
        packages[canonical(name)] = _entry(wheel, known["depends"] if depends is None else depends)
    return _checked({"info": lock["info"], "packages": packages})


def with_wheel(lock: Mapping[str, Any], wheel: Path, depends: Sequence[str]) -> dict[str, Any]:
    """A `local_lock` with one more wheel, in the place of another of its name.

    Raises KitError if the lock has not what it depends on.
    """
    name = canonical(wheel.name.split("-")[0])
    return _checked({**lock, "packages": {**lock["packages"], name: _entry(wheel, depends)}})


def _entry(wheel: Path, depends: Sequence[str]) -> dict[str, Any]:
    name, version = wheel.name.split("-")[:2]
    return {
        "name": canonical(name),
        "version": version,
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": modules_of(wheel),
        "depends": sorted(map(canonical, depends)),
        "unvendored_tests": False,
    }


def _checked(lock: dict[str, Any]) -> dict[str, Any]:
    packages = lock["packages"]
    needed = {one: name for name, package in packages.items() for one in package["depends"]}
    if missing := sorted(needed.keys() - packages.keys()):
        raise KitError(f"{needed[missing[0]]} needs {missing[0]}, and no wheel of it is pinned. Add it to wheels.toml.")
    return {**lock, "packages": dict(sorted(packages.items()))}


def canonical(name: str) -> str:
    """A distribution's name as locks and registries compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def modules_of(wheel: Path) -> list[str]:
    """The modules that a wheel lets one import, those at its top."""
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist() if name.endswith(".py")}
    return sorted(top.removesuffix(".py") for top in tops if top.removesuffix(".py").isidentifier())
