"""What the README tells people to type is there to be typed."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_lines_for_windows_set_up_serve_and_test_and_name_files_that_are_there():
    lines = "\n".join(re.findall(r"```powershell\n(.*?)```", README, re.DOTALL))
    files = re.findall(r"\S+\.(?:txt|py)\b", lines)

    assert {"requirements.txt", "requirements-dev.txt", r"tests\set_up_chromium.py"} <= set(files)
    assert [name for name in files if not (ROOT / name.replace("\\", "/")).is_file()] == []
    assert r".venv\Scripts\redpencil serve" in lines
    assert r".venv\Scripts\python -m pytest" in lines


def test_the_readme_says_where_the_command_is_on_both_kinds_of_machine():
    assert "`.venv/bin/redpencil …`" in README
    assert r"`.venv\Scripts\redpencil …`" in README
