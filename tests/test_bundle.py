"""The committed bundle is what its sources give, and is small."""

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMPONENT = ROOT / "src/redpencil/component"


@pytest.fixture(scope="session")
def npm():
    """Runs npm, the system's or else the one that a wheel carries, with the pinned packages in place."""
    found = shutil.which("npm") if shutil.which("node") else None
    command = [found] if found else [sys.executable, str(ROOT / "tests/run_npm.py")]

    def run(*arguments):
        done = subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"npm {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"

    if not (ROOT / "node_modules/axe-core/axe.min.js").is_file():
        run("ci", "--no-audit", "--no-fund")
    return run


def test_the_committed_bundle_is_what_its_sources_give(npm, tmp_path):
    npm("run", "build", "--", str(tmp_path))

    for name in ("red_pencil.js", "red_pencil.css", "red_pencil_later.js"):
        assert (COMPONENT / name).read_bytes() == (tmp_path / name).read_bytes(), (
            f"{name} is older than its sources; run: npm run build"
        )


def test_the_types_of_the_component_fit(npm):
    npm("run", "check")


# What a page or a widget loads with an exercise. What is needed only later comes when it is asked for.
GZIPPED_AT_MOST = 25_000


def test_the_bundle_and_its_styles_do_not_grow():
    sizes = [len(gzip.compress((COMPONENT / name).read_bytes(), 9)) for name in ("red_pencil.js", "red_pencil.css")]

    assert sum(sizes) < GZIPPED_AT_MOST


def test_the_lock_pins_every_package_by_its_checksum_and_names_no_host():
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))

    packages = {name: row for name, row in lock["packages"].items() if name}
    assert all(row["integrity"].startswith("sha512-") for row in packages.values())
    assert not any("resolved" in row for row in packages.values())
