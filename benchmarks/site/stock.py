"""A JupyterLite site as its parts come, with the packages that the kit's worksheets need as wheels.

Pyodide lies in the site, because no other host is asked for anything; else nothing is set. Packages of Pyodide's own
distribution are loaded by the kernel when it starts or when a cell imports them, as its lock says; the others are in
the site's index of wheels, and a cell installs them.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from redpencil.pages.lite import base, kit
from redpencil.pages.lite.lock import canonical
from redpencil.pages.lite.making import KERNEL, Making, run, write_json
from redpencil.pages.lite.obtain import cache_folder, obtain, read_manifest

# All that is needed is named and nothing is looked for: quicker than what the packages say that they need.
INSTALL = """import piplite
await piplite.install(
    ["redpencil", "anywidget", "ipywidgets", "psygnal", "typing-extensions", "textblob", "nltk"], deps=False
)"""


def make(root: Path, site: Path, worksheets: Path) -> None:
    """Write the site; ``worksheets`` are the notebooks that it opens. Raises KitError if a part cannot be had."""
    manifest = read_manifest()
    obtain(manifest, fetched := cache_folder() / "fetched")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        parts = Making(root, work / "parts", work, manifest, fetched)
        base.put_pyodide(parts)
        kit.put_wheel(parts)
        lock_file = parts.pyodide / base.LOCK
        lock = json.loads(lock_file.read_text(encoding="utf-8"))
        # What the kernel's extension carries itself is in its own index.
        carried = {canonical(one) for one in base.OF_THE_KERNEL}
        not_pyodides = {canonical(one.name) for one in manifest.wheels if one.depends is not None}
        not_pyodides.add("redpencil")
        wheels = []
        for key in [*carried, *not_pyodides]:
            wheel = parts.pyodide / lock["packages"].pop(key)["file_name"]
            if key in carried:
                wheel.unlink()
            else:
                wheels.append(wheel.rename(work / wheel.name))
        write_json(lock_file, lock)
        _build(work, site, wheels, worksheets)
        (site / "static").mkdir(exist_ok=True)
        parts.pyodide.rename(site / "static" / "pyodide")


def _build(work: Path, site: Path, wheels: list[Path], worksheets: Path) -> None:
    lite = work / "lite"
    lite.mkdir()
    settings = {"pyodideUrl": "./static/pyodide/pyodide.mjs", "disablePyPIFallback": True}
    told = {"litePluginSettings": {f"{KERNEL}:kernel": settings}}
    building = {
        "contents": [str(worksheets)],
        "output_dir": str(site),
        "cache_dir": str(work / "cache"),
        "ignore_sys_prefix": ["federated_extensions"],
        "federated_extensions": [str(base.extension(name)) for name in base.EXTENSIONS],
    }
    write_json(
        lite / "jupyter_lite_config.json",
        {"LiteBuildConfig": building, "PipliteAddon": {"piplite_urls": [str(wheel) for wheel in wheels]}},
    )
    write_json(lite / "jupyter-lite.json", {"jupyter-lite-schema-version": 0, "jupyter-config-data": told})
    run(["jupyterlite_core", "build"], lite, "A stock JupyterLite site")
