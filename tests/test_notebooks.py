"""Every notebook that a reader or a student can run does run: chapters with cells, and the worksheets."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import jupytext
import nbformat

ROOT = Path(__file__).resolve().parents[1]


def test_every_cell_of_every_chapter_and_worksheet_runs(tmp_path, record_property):
    cells = {}
    for source in [*sorted((ROOT / "book").glob("*.md")), *sorted(ROOT.glob("exercises/*/worksheet.md"))]:
        notebook = jupytext.read(source, fmt="md:myst")
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        if code:
            name = f"{source.parent.name}-{source.stem}.ipynb"
            notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
            nbformat.write(notebook, tmp_path / name)
            cells[name] = len(code)
    # In a folder of its own, as a student has it; the kit is found where the package is.
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider", "--junitxml=ran.xml", "-q", "."]
    environment = {**os.environ, "REDPENCIL_KIT": str(ROOT)}

    ended = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600, check=False
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    (suite,) = ElementTree.parse(tmp_path / "ran.xml").iter("testsuite")
    ran = int(suite.attrib["tests"]) - int(suite.attrib["skipped"])
    record_property("nbval", f"{ran} cells of {len(cells)} notebooks ran: {', '.join(cells)}")
    assert any(name.startswith("book-") for name in cells)
    assert any(name.startswith("who-says-so-") for name in cells)
    assert ran == sum(cells.values())
