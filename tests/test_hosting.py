"""What publishes the kit elsewhere: the workflow for GitHub Pages, Binder's folder, and a site below any path."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from html.parser import HTMLParser
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import urlopen

import pytest
import yaml

from redpencil.lab import ANNOUNCEMENTS
from redpencil.pages import site
from redpencil.pages.lite.obtain import MANIFEST, cache_folder
from serving import answering

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 120  # seconds
# GitHub's machine and Binder's are Linux; Windows has neither make nor bash.
LINUX_ALONE = pytest.mark.skipif(os.name == "nt", reason="what runs there runs on Linux")


# --- GitHub Pages ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def workflow():
    text = (ROOT / ".github/workflows/pages.yml").read_text(encoding="utf-8")
    # YAML 1.1, which this reads, takes the word "on" for true.
    return yaml.load(text.replace("\non:", '\n"on":'), yaml.SafeLoader)


@LINUX_ALONE
def test_the_workflow_builds_with_make_and_uploads_the_folder_that_make_build_writes(workflow):
    steps = workflow["jobs"]["build"]["steps"]
    recipe = subprocess.run(
        ["make", "--just-print", "--assume-old=.venv/.ready", "build"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    (written,) = re.findall(r"redpencil build --output (\S+)", recipe)

    assert [step["run"] for step in steps if "run" in step] == ["make build"]
    (upload,) = [step for step in steps if step.get("uses", "").startswith("actions/upload-pages-artifact@")]
    assert upload["with"] == {"path": written}
    assert steps.index(upload) > [step.get("run") for step in steps].index("make build")


def test_the_workflow_may_do_no_more_than_it_must(workflow):
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "build": {"contents": "read"},
        "publish": {"pages": "write", "id-token": "write"},
    }
    # What runs the repository's code never holds the right to publish, and keeps no token on the disk.
    assert not [step for step in workflow["jobs"]["publish"]["steps"] if "run" in step]
    checkout = workflow["jobs"]["build"]["steps"][0]
    assert checkout["with"] == {"persist-credentials": False}
    assert workflow["on"] == {"push": {"branches": ["main"]}, "workflow_dispatch": None}
    assert workflow["jobs"]["publish"]["needs"] == "build"


def test_the_workflow_keeps_the_folder_that_the_build_fetches_into_for_as_long_as_the_pins_stay(workflow, monkeypatch):
    for name in ("REDPENCIL_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    (kept,) = [step["with"] for step in workflow["jobs"]["build"]["steps"] if "actions/cache@" in step.get("uses", "")]

    assert Path(kept["path"]).expanduser() == cache_folder() / "fetched"
    (pins,) = re.findall(r"hashFiles\('([^']+)'\)", kept["key"])
    assert ROOT / pins == MANIFEST


def test_every_action_is_pinned_by_its_whole_commit(workflow):
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]

    assert len(used) == 5
    assert [action for action in used if not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action)] == []


def test_the_workflows_python_is_one_that_the_kit_takes_and_binders_is_the_same(workflow):
    (python,) = [step["with"]["python-version"] for step in workflow["jobs"]["build"]["steps"] if "python" in str(step)]
    pinned_for = re.search(r"--python-version (\S+)", (ROOT / "Makefile").read_text(encoding="utf-8"))[1]

    assert python == pinned_for
    assert (ROOT / "binder/runtime.txt").read_text(encoding="utf-8") == f"python-{pinned_for}\n"


# --- Binder and repo2docker -----------------------------------------------------------------------


def required(path):
    """The requirements of a file, with those of the files that it includes, as pip finds them."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if included := re.match(r"-r\s+(\S+)$", line):
            lines += required(path.parent / included[1])
        elif line.strip() and not line.startswith("#"):
            lines.append(line)
    return lines


def test_binders_environment_is_the_repositorys_own_pins_and_nothing_else():
    assert len(required(ROOT / "requirements.txt")) > 100
    assert required(ROOT / "binder/requirements.txt") == required(ROOT / "requirements.txt")
    # repo2docker takes the first of these that it finds, and would leave the pins aside.
    assert {path.name for path in (ROOT / "binder").iterdir()} == {"requirements.txt", "runtime.txt", "postBuild"}


@LINUX_ALONE
def test_post_build_is_a_program_that_stops_at_the_first_error():
    post_build = ROOT / "binder/postBuild"

    assert post_build.read_text(encoding="utf-8").startswith("#!/bin/bash\n")
    assert re.search(r"^set -e", post_build.read_text(encoding="utf-8"), re.MULTILINE)
    assert os.access(post_build, os.X_OK)


@LINUX_ALONE
def test_post_build_installs_the_kit_and_writes_every_worksheet(tmp_path):
    kit = tmp_path / "kit"
    kit.mkdir()
    for name in ("binder", "src", "exercises", "data"):
        shutil.copytree(ROOT / name, kit / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT"):
        shutil.copy(ROOT / name, kit)
    # An environment that has what requirements.txt pins, taken from this one, and not the kit.
    env = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", env], check=True)
    python = env / "bin/python"
    theirs = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True, text=True, check=True,
        ).stdout.strip()
    )  # fmt: skip
    (theirs / "pinned.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "REDPENCIL"))}
    environment |= {"PATH": f"{env / 'bin'}{os.pathsep}{os.environ['PATH']}", "PIP_NO_INDEX": "1"}

    ended = subprocess.run(
        [kit / "binder/postBuild"], cwd=kit, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    of_exercises = {
        json.loads(path.read_text(encoding="utf-8"))["metadata"]["redpencil"]["exercise"]
        for path in (kit / "worksheets").glob("*.ipynb")
    }
    assert of_exercises == {path.parent.name for path in (ROOT / "exercises").glob("*/worksheet.md")}
    settings = json.loads((env / "etc/jupyter/labconfig/page_config.json").read_text(encoding="utf-8"))
    assert settings["disabledExtensions"] == {ANNOUNCEMENTS: True}
    # A hub may mount a disk over the folder that it was built in.
    (kit / "worksheets").rename(tmp_path / "home")
    shutil.rmtree(kit)
    code = "import redpencil.notebook as n; n.find_exercise('the-bridge', n.Path('/')); print(n.__file__)"
    imported = subprocess.run(
        [python, "-c", code], cwd=tmp_path / "home", env=environment, capture_output=True, text=True, check=True
    )
    assert imported.stdout.strip() == str(theirs / "redpencil/notebook/__init__.py")


# --- A site below any path ------------------------------------------------------------------------


class _Addresses(HTMLParser):
    """What the elements of a page lead to or load."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name in ("href", "src", "action") and value]


@pytest.fixture(scope="module")
def below_a_path(built_site, tmp_path_factory):
    """The address of the built site where a host serves it below a path, and nothing above it."""
    place = tmp_path_factory.mktemp("host")
    (place / "class of 2026").mkdir()
    (place / "class of 2026/red-pencil").symlink_to(built_site, target_is_directory=True)
    with answering(site.server(place, 0)) as listening:
        yield f"http://127.0.0.1:{listening.server_address[1]}/class%20of%202026/red-pencil/"


def test_below_a_path_every_page_and_all_that_it_loads_or_leads_to_is_there(built_site, below_a_path):
    wanted = {}
    for page in built_site.rglob("*.html"):
        address = urljoin(below_a_path, page.relative_to(built_site).as_posix())
        for found in _Addresses(page.read_text(encoding="utf-8")).found:
            target = urldefrag(urljoin(address, found)).url
            if urlsplit(target).netloc == urlsplit(below_a_path).netloc:
                wanted.setdefault(target, page.name)
    for style in built_site.rglob("*.css"):
        address = urljoin(below_a_path, style.relative_to(built_site).as_posix())
        for found in re.findall(r"url\(\s*['\"]?([^'\")]+)", style.read_text(encoding="utf-8")):
            if not found.startswith(("data:", "#")):
                wanted.setdefault(urljoin(address, found), style.name)

    assert len(wanted) > 20
    assert [(place, by) for place, by in wanted.items() if not place.startswith(below_a_path)] == []
    missing = []
    for place, by in wanted.items():
        try:
            urlopen(place, timeout=PATIENCE).close()
        except HTTPError as error:
            missing.append((unquote(place), by, error.code))
    assert missing == []


# --- What the page for hosts says ------------------------------------------------------------------


PAGE = (ROOT / "book/for-hosts.md").read_text(encoding="utf-8")


def test_the_rules_for_nginx_keep_what_has_a_fingerprint_and_nothing_else(built_site):
    (kept,) = re.findall(r'^  "~(.*)"  "public, max-age=31536000, immutable";$', PAGE, re.MULTILINE)
    addresses = {
        found
        for page in built_site.glob("*.html")
        for found in _Addresses(page.read_text(encoding="utf-8")).found
        if not urlsplit(found).scheme and not found.startswith("#")
    }
    is_kept = {address: bool(re.search(kept, f"/red-pencil/{address}")) for address in addresses}

    with_fingerprint = {address for address in addresses if re.search(r"\?v=[0-9a-f]{8}|\.[0-9a-f]{12,}\.", address)}
    assert len(with_fingerprint) > 5
    assert {address for address, kept in is_kept.items() if kept} == with_fingerprint
    assert not is_kept["the-article.html"]


def test_the_types_that_the_page_lists_are_those_that_the_kits_own_server_sends():
    table = re.findall(r"^\| `(\.[^|]*)` \| `(\S+)` \|$", PAGE, re.MULTILINE)
    listed = {ending: kind for endings, kind in table for ending in endings.split("`, `")}
    (block,) = re.findall(r"types \{(.*?)\}", PAGE, re.DOTALL)
    in_nginx = {
        f".{ending}": kind
        for kind, *endings in (rule.split() for rule in block.split(";") if rule.strip())
        for ending in endings
    }
    own = {ending: kind.partition(";")[0] for ending, kind in site._Handler.extensions_map.items()}

    assert {".html", ".css", ".js", ".mjs", ".json", ".wasm", ".svg"} <= set(listed)
    assert {ending: in_nginx[ending] for ending in listed} == listed
    assert {ending: own[ending] for ending in listed if ending in own} == {e: k for e, k in listed.items() if e in own}
