import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from redpencil.cli import main
from redpencil.document import KitError
from redpencil.pages import site
from redpencil.pages.resources import loads_from_elsewhere
from serving import answering

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = """---
kernelspec:
  name: python3
jupytext:
  text_representation:
    extension: .md
    format_name: myst
---
"""


@pytest.fixture
def kit(tmp_path, monkeypatch):
    """A kit of its own, package included, with a book of one page; what the test does to it touches nothing else."""
    root = tmp_path / "kit"
    (root / "book").mkdir(parents=True)
    for name in ("exercises", "data"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copytree(ROOT / "src/redpencil", root / "src/redpencil", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "_config.yml", root)
    (root / "book/references.bib").write_text("")
    (root / "book/_toc.yml").write_text("format: jb-book\nroot: index\n")
    (root / "book/index.md").write_text("# Front page\n\nWords.\n")
    monkeypatch.chdir(root)
    monkeypatch.setenv("PYTHONPATH", str(root / "src"))
    monkeypatch.delenv("REDPENCIL_KIT", raising=False)
    monkeypatch.setattr(site, "PACKAGE", root / "src/redpencil")
    return root


def built(kit, text=None):
    if text is not None:
        (kit / "book/index.md").write_text(text)
    return site.build(kit / "_build/html").read_text()


def test_a_cell_that_fails_fails_the_build_and_the_page_is_named(kit):
    with pytest.raises(KitError, match=r"(?s)book/index\.md.*ZeroDivisionError"):
        built(kit, NOTEBOOK + "# Front page\n\n```{code-cell} ipython3\n1 / 0\n```\n")


def test_a_cell_that_fails_fails_the_build_that_is_not_strict_too(kit):
    (kit / "book/index.md").write_text(NOTEBOOK + "# Front page\n\n```{code-cell} ipython3\n1 / 0\n```\n")

    with pytest.raises(KitError, match="ZeroDivisionError"):
        site.build(kit / "_build/html", strict=False)


def test_a_build_that_failed_fails_again_until_the_page_is_corrected(kit):
    for _ in range(2):
        with pytest.raises(KitError, match=r"book/index\.md:3: WARNING: .*nowhere"):
            built(kit, "# Front page\n\nSee [this](nowhere.md).\n")

    assert "Now right." in built(kit, "# Front page\n\nNow right.\n")


NOT_TO_BE_SHOWN = {
    "```{exercise} who-says-so\n:items: rungs\n```": "has no items called 'rungs'",
    "```{exercise} who-said-so\n```": "there is no exercises/who-said-so",
    "```{document} eastern-aleppo\n```": "there is no data/documents/eastern-aleppo",
    "```{document} ../secrets\n```": "an id is 1 to 64 of a-z",
}


def test_what_a_directive_cannot_show_is_an_error_with_the_pages_file_and_line(kit):
    page = "# Front page\n\nWords.\n"
    wanted = {}
    for directive, found in NOT_TO_BE_SHOWN.items():
        page += f"\n{directive}\n"
        wanted[page.count("\n", 0, page.index(directive)) + 1] = found

    with pytest.raises(KitError) as error:
        built(kit, page)

    said = re.split(r"^book/index\.md:(\d+): WARNING: \{(?:exercise|document)\} ", str(error.value), flags=re.MULTILINE)
    errors = dict(zip(map(int, said[1::2]), said[2::2], strict=True))
    assert list(errors) == list(wanted) == [5, 9, 12, 15]
    for line, found in wanted.items():
        assert found in errors[line]


def test_the_real_book_builds_without_the_specimen_and_says_that_it_is_not_there(kit):
    shutil.rmtree(kit / "data/documents/western-aleppo")
    shutil.rmtree(kit / "book")
    shutil.copytree(ROOT / "book", kit / "book")

    folder = site.build(kit / "_build/html").parent

    for page in ("the-article", "who-says-so"):
        text = (folder / f"{page}.html").read_text()
        assert "comes without the document “western-aleppo”" in text
        assert "<red-pencil" not in text
        assert "Syrian government forces have cleared" not in text


def test_nothing_is_built_when_nothing_changed_and_a_change_is_built(kit):
    built(kit)
    said = kit / "_build/.html-work/warnings.txt"
    first = said.stat().st_mtime_ns

    built(kit)
    assert said.stat().st_mtime_ns == first

    assert "Other words." in built(kit, "# Front page\n\nOther words.\n")
    assert said.stat().st_mtime_ns > first


def test_a_change_to_an_exercise_reaches_the_page(kit):
    page = built(kit, "# Front page\n\n```{exercise} who-says-so\n```\n")
    spec = kit / "exercises/who-says-so/exercise.toml"
    prompt = re.search(r'prompt = "(For each sentence[^"]*)"', spec.read_text())[1]
    assert prompt in page

    spec.write_text(spec.read_text().replace(prompt, "Ask each sentence: who says so?"))

    page = built(kit)
    assert "Ask each sentence: who says so?" in page
    assert prompt not in page


def test_a_page_that_was_taken_out_of_the_book_is_gone_from_the_site(kit):
    (kit / "book/_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n- file: second\n")
    (kit / "book/second.md").write_text("# Second\n")
    built(kit)
    assert (kit / "_build/html/second.html").is_file()

    (kit / "book/_toc.yml").write_text("format: jb-book\nroot: index\n")
    (kit / "book/second.md").unlink()
    built(kit)

    assert not (kit / "_build/html/second.html").exists()


def test_the_practice_key_is_in_the_page_only_if_the_exercise_has_one(kit):
    exercise = "# Front page\n\n```{exercise} who-says-so\n:items: rung\n```\n"
    assert 'class="rp-key"' in built(kit, exercise)

    (kit / "exercises/who-says-so/key.jsonl").unlink()

    page = built(kit)
    assert 'class="rp-key"' not in page
    assert 'class="rp-data"' in page


def test_the_notebooks_and_the_link_to_them_are_in_the_site_only_if_they_are_asked_for(kit, tmp_path, monkeypatch):
    made = tmp_path / "made"
    made.mkdir()
    (made / "jupyter-lite.json").write_text("{}")
    monkeypatch.setattr(site.lite, "finished", lambda root: made)
    monkeypatch.setattr(site.lite, "fingerprint", lambda root: "a")
    monkeypatch.setattr(site.lite, "first_visit", lambda made: 15_749_974)
    parts = "```{exercise} who-says-so\n:items: rung\n```\n\n```{exercise} who-says-so\n:items: evidence\n```\n"
    (kit / "book/index.md").write_text(f"# Front page\n\n{parts}")
    output = kit / "_build/html"
    link = 'href="lite/notebooks/index.html?path=who-says-so.ipynb"'

    page = site.build(output, notebooks=True).read_text()
    assert page.count(link) == 1
    # Its accessible name says which worksheet it opens.
    assert f"{link}>Work on it here: “Who says so?” as a notebook</a>" in page
    assert "loads about 16 MB the first time; nothing is installed" in page
    assert (output / "lite/jupyter-lite.json").read_text() == "{}"

    page = site.build(output).read_text()
    assert link not in page
    assert "Licences of the programs" not in page
    assert not (output / "lite").exists()


def test_a_change_of_a_worksheet_alone_puts_the_notebooks_anew_and_builds_no_page(kit, tmp_path, monkeypatch):
    made = tmp_path / "made"
    made.mkdir()
    worksheet = kit / "exercises/who-says-so/worksheet.md"

    def finished(root):
        (made / "worksheet.txt").write_text(worksheet.read_text())
        return made

    monkeypatch.setattr(site.lite, "finished", finished)
    monkeypatch.setattr(site.lite, "fingerprint", lambda root: worksheet.read_text())
    monkeypatch.setattr(site.lite, "first_visit", lambda made: 15_749_974)
    site.build(kit / "public", notebooks=True)
    monkeypatch.setattr(site, "_run", lambda *arguments: pytest.fail("it built pages"))

    worksheet.write_text(worksheet.read_text() + "\nMore words.\n")
    front = site.build(kit / "public", notebooks=True)

    assert (front.parent / "lite/worksheet.txt").read_text().endswith("More words.\n")
    assert "Words." in front.read_text()


def test_what_the_notebooks_are_made_of_cannot_be_had_and_the_site_stays_as_it_was(kit, monkeypatch, capsys):
    before = site.build(kit / "public").read_text()

    def fails(root):
        raise KitError("npm could not get pyodide. Is the machine online?")

    monkeypatch.setattr(site.lite, "finished", fails)

    assert main(["build", "--output", str(kit / "public")]) == 2
    assert "redpencil: npm could not get pyodide." in capsys.readouterr().err
    assert (kit / "public/index.html").read_text() == before


def test_a_folder_that_holds_other_files_is_not_cleared(kit, tmp_path):
    thesis = tmp_path / "documents/thesis.txt"
    thesis.parent.mkdir()
    thesis.write_text("Years of work.")

    with pytest.raises(KitError, match="holds files that no build of the book made"):
        site.build(thesis.parent)

    assert thesis.read_text() == "Years of work."


def test_a_build_leaves_the_site_and_one_work_folder_that_git_ignores_and_the_help_names(kit, capsys):
    before = {path.name for path in kit.iterdir()}
    site.build(kit / "public")
    shutil.copy(ROOT / ".gitignore", kit)
    subprocess.run(["git", "init", "-q"], check=True)
    ignored = subprocess.run(["git", "check-ignore", ".public-work"], capture_output=True, text=True)
    with pytest.raises(SystemExit):
        main(["build", "--help"])

    assert {path.name for path in kit.iterdir()} - before - {".git", ".gitignore"} == {"public", ".public-work"}
    assert ignored.stdout == ".public-work\n"
    assert ".DIR-work" in capsys.readouterr().out
    assert not [path.name for path in (kit / "public").rglob("*.ipynb")]


def test_a_build_that_fails_leaves_the_site_as_it_was(kit):
    before = built(kit)
    with pytest.raises(KitError, match="nowhere"):
        built(kit, "# Front page\n\nSee [this](nowhere.md).\n")

    assert (kit / "_build/html/index.html").read_text() == before


def test_files_that_were_put_where_a_build_failed_are_not_cleared(kit):
    with pytest.raises(KitError, match="nowhere"):
        built(kit, "# Front page\n\nSee [this](nowhere.md).\n")
    thesis = kit / "_build/html/thesis.txt"
    thesis.parent.mkdir()
    thesis.write_text("Years of work.")

    with pytest.raises(KitError, match="holds files that no build of the book made"):
        built(kit, "# Front page\n")

    assert thesis.read_text() == "Years of work."


def test_a_script_of_another_host_that_the_settings_name_fails_the_build(kit):
    config = kit / "_config.yml"
    config.write_text(config.read_text() + "    html_js_files: ['https://cdn.example/tracker.js']\n")

    with pytest.raises(KitError, match=r"would load https://cdn\.example/tracker\.js from another host"):
        built(kit)


# The address is put in the place of @; what fetches it is the HTML standard's list of elements that do.
FETCHES = {
    "img": '<img src="@" alt="">',
    "source": '<picture><source srcset="a.png 1x, @ 2x"></picture>',
    "script": '<script src="@"></script>',
    "link": '<link rel="preconnect" href="@">',
    "iframe": '<iframe src="@" title="t"></iframe>',
    "video": '<video poster="@"></video>',
    "audio": '<audio src="@"></audio>',
    "track": '<track src="@">',
    "object": '<object data="@"></object>',
    "embed": '<embed src="@">',
    "input": '<input type="image" src="@">',
    "form": '<form action="@"></form>',
    "button": '<button formaction="@">b</button>',
    "image": '<svg><image href="@"/></svg>',
    "use": '<svg><use xlink:href="@"/></svg>',
    "rect": '<svg><rect fill="url(@)"/></svg>',
    "p": "<p style=\"background: url('@')\">p</p>",
    "style": '<style>h1 { color: red } p { background: url("@") }</style>',
    "a": '<a href="other.html" ping="@">a</a>',
    "base": '<base href="@">',
    "meta": '<meta http-equiv="refresh" content="0; url=@">',
}


def test_a_resource_of_another_host_fails_the_build(kit):
    snippets = "\n\n".join(html.replace("@", f"https://{tag}.example/x") for tag, html in FETCHES.items())

    with pytest.raises(KitError) as error:
        built(kit, f"# Front page\n\n![A map](https://map.example/x.png)\n\n{snippets}\n")

    for tag in FETCHES:
        assert f"<{tag}> of this page would load https://{tag}.example/x from another host" in str(error.value)
    assert "book/index.md: WARNING: <img> of this page would load https://map.example/x.png" in str(error.value)
    assert "Put the file into the book's folder" in str(error.value)


def test_a_link_to_another_host_and_a_resource_of_the_book_pass_the_build(kit):
    allowed = (
        '<a href="https://a.example/">a</a> <img src="data:image/png;base64,//8A" '
        'srcset="data:image/png;base64,//8A 2x" alt=""> <link rel="license" href="https://b.example/"> `<img src="https://c.example/x">`\n\n'
        '<p style="fill: url(#d)">https://e.example/</p>\n\n```html\n<script src="https://f.example/x"></script>\n```\n'
    )

    page = built(kit, f"# Front page\n\n{allowed}\n<https://g.example/>\n")

    assert 'href="https://g.example/"' in page


@pytest.mark.parametrize("tag", FETCHES)
@pytest.mark.parametrize(
    "address", ["https://x.example/", "http://x.example/", "//x.example/", "HTTPS://x.example/", "\\\\x.example/"]
)
def test_whatever_the_address_looks_like_it_is_seen(tag, address):
    assert loads_from_elsewhere(FETCHES[tag].replace("@", address)) == [(tag, address)]


@pytest.mark.parametrize(
    ("html", "address"),
    [
        ('<link rel="stylesheet" href="https://x.example/a.css">', "https://x.example/a.css"),
        ('<link rel="preload" as="font" href="//x.example/a.woff2">', "//x.example/a.woff2"),
        ('<link rel="alternate stylesheet" href="//x.example/a.css">', "//x.example/a.css"),
        ('<link href="//x.example/a.css">', "//x.example/a.css"),
        ('<img srcset="a.png 1x,http://x.example/b.png 2x">', "http://x.example/b.png"),
        ('<img src=" ht\ntps://x.example/a.png">', "ht\ntps://x.example/a.png"),
        ("<img src='&#104;ttps://x.example/a.png'>", "https://x.example/a.png"),
        ("<style>@import '//x.example/a.css';</style>", "//x.example/a.css"),
        ("<style>p { background: url(/* c */ http://x.example/a.png) }</style>", "http://x.example/a.png"),
        ("<iframe srcdoc='<img src=//x.example/a.png>'></iframe>", "//x.example/a.png"),
        ("<noscript><img src=//x.example/a.png></noscript>", "//x.example/a.png"),
    ],
)
def test_an_address_in_a_less_usual_place_is_seen(html, address):
    assert [found for _, found in loads_from_elsewhere(html)] == [address]


def test_without_a_book_the_error_says_where_it_looked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(site, "kit_roots", lambda: iter([tmp_path]))

    with pytest.raises(KitError, match=re.escape(str(tmp_path))):
        site.build(tmp_path / "html")


def test_a_javascript_address_of_a_document_is_no_link(kit):
    about = kit / "data/documents/western-aleppo/document.toml"
    about.write_text(re.sub(r"(?m)^address = .*$", 'address = "javascript:alert(1)"', about.read_text()))

    page = built(kit, "# Front page\n\n```{document} western-aleppo\n```\n")

    assert "javascript:alert(1)" in page
    assert 'href="javascript' not in page


def test_a_document_comes_with_its_advisory_and_where_it_is_from(built_site):
    page = (built_site / "the-article.html").read_text()
    before_the_text = page[: page.index("<article")]

    assert "one-sided report from a war" in before_the_text
    assert "17 February 2020 (inferred)" in before_the_text
    assert "SouthFront" in before_the_text
    assert "Third-party text" in before_the_text
    assert re.search(r'<a class="reference external" href="https://southfront\.org/turkish-manpads', before_the_text)


def test_only_a_page_with_an_exercise_or_the_search_loads_a_script_beside_the_one_that_has_it_kept(built_site):
    scripts = {
        page.stem: re.findall(r'<script (?!type="application/json")[^>]*>', page.read_text())
        for page in built_site.glob("*.html")
    }
    for page, found in scripts.items():
        [keeps] = [
            script for script in found if re.search(r'type="module" src="_static/keep\.[0-9a-f]{12}\.js', script)
        ]
        scripts[page] = [script for script in found if script != keeps]

    with_an_exercise = {
        page.stem for page in (ROOT / "book").glob("*.md") if "\n```{exercise}" in page.read_text("utf-8")
    }

    assert set(scripts) > {"index", "the-article"}
    assert with_an_exercise >= {"the-bridge", "who-says-so"}
    assert {name for name, found in scripts.items() if found} == {"search"} | with_an_exercise
    assert {name: len(found) for name, found in scripts.items() if len(found) > 1 and name != "search"} == {
        "casualty-names": 2
    }
    assert "_static/chance." in " ".join(scripts["casualty-names"])
    assert len(scripts["who-says-so"]) == 1
    assert re.search(r'type="module".*_static/red_pencil\.[0-9a-f]{12}\.js', scripts["who-says-so"][0])


def test_what_the_component_asks_for_later_lies_beside_it_and_is_no_older_one(built_site):
    [script] = (built_site / "_static").glob("red_pencil.*.js")
    later = (built_site / "_static/red_pencil_later.js").read_text(encoding="utf-8")

    [version] = re.findall('"([0-9a-f]{8})"', later)
    assert f'"{version}"' in script.read_text(encoding="utf-8")


def test_every_page_has_a_next_step(built_site):
    for page in built_site.glob("*.html"):
        assert 'class="step next"' in page.read_text(), page.name


def test_a_document_and_an_exercise_are_words_in_a_text_file(tmp_path):
    (tmp_path / "index.md").write_text(
        "# Page\n\n```{document} western-aleppo\n```\n\n```{exercise} who-says-so\n:items: rung\n```\n"
    )
    command = [sys.executable, "-m", "sphinx", "-C", "-W", "-q", "-b", "text"]
    command += ["-D", "extensions=myst_parser,redpencil.pages", str(tmp_path), str(tmp_path / "out")]

    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)

    assert ended.returncode == 0, ended.stderr
    text = (tmp_path / "out/index.txt").read_text()
    assert "Syrian government forces have cleared the entire western countryside" in text
    assert "For each sentence: whom does it let you ask?" in text
    assert "<" not in text.replace("<https://southfront.org", "")


@pytest.fixture
def serving(tmp_path):
    folder = tmp_path / "site"
    (folder / "empty").mkdir(parents=True)
    (folder / "index.html").write_text("<p>Front page</p>")
    for name in ("a.js", "a.mjs", "a.wasm", "a.json", "a.css", "a.svg"):
        (folder / name).write_bytes(b"x")
    with answering(site.server(folder, 0)) as listening:
        listening.folder = folder
        yield listening


def ask(serving, path, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", serving.server_address[1], timeout=10)
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, body


@pytest.mark.parametrize(
    ("name", "type"),
    [
        ("a.js", "text/javascript"),
        ("a.mjs", "text/javascript"),
        ("a.wasm", "application/wasm"),
        ("a.json", "application/json"),
        ("a.css", "text/css"),
        ("a.svg", "image/svg+xml"),
        ("", "text/html; charset=utf-8"),
    ],
)
def test_files_are_served_with_the_type_that_a_browser_wants(serving, name, type):
    assert ask(serving, f"/{name}")[1]["Content-Type"] == type


def test_what_has_a_fingerprint_may_be_kept_for_a_year_and_all_else_is_asked_for_again(serving):
    (static := serving.folder / "_static").mkdir()
    for name in ("a.0123456789ab.js", "paper.css", "later.js"):
        (static / name).write_text("x")
    for_a_year = "public, max-age=31536000, immutable"

    kept = {
        path: ask(serving, path)[1]["Cache-Control"]
        for path in (
            *("/_static/a.0123456789ab.js", "/_static/paper.css?v=0105221e", "/_static/paper.css", "/_static/later.js"),
            *("/index.html", "/", "/?v=1", "/_static/gone.0123456789ab.js"),
        )
    }

    assert [path for path, said in kept.items() if said == for_a_year] == [
        "/_static/a.0123456789ab.js",
        "/_static/paper.css?v=0105221e",
    ]
    assert {said for said in kept.values() if said != for_a_year} == {"no-cache"}


def test_a_file_that_the_browser_has_is_not_sent_again_and_a_changed_one_of_the_same_date_is(serving):
    page = serving.folder / "index.html"
    os.utime(page, (499_162_500, 499_162_500))
    _, said, _ = ask(serving, "/")
    again = {"If-None-Match": said["ETag"], "If-Modified-Since": said["Last-Modified"]}

    status, headers, body = ask(serving, "/index.html", again)
    assert (status, body, headers["ETag"]) == (304, "", said["ETag"])

    page.write_text("<p>Front pagE</p>")
    os.utime(page, (499_162_500, 499_162_500))
    for asked in (again, {"If-Modified-Since": said["Last-Modified"]}):
        status, headers, body = ask(serving, "/", asked)
        assert (status, body) == (200, "<p>Front pagE</p>")
        assert headers["ETag"] != said["ETag"]


def test_a_folder_is_not_listed_and_a_missing_page_leads_home(serving):
    for path in ("/empty/", "/nowhere.html", "/../../../../etc/passwd"):
        status, _, body = ask(serving, path)
        assert status == 404
        assert '<a href="/">Go to the front page</a>' in body


def test_only_this_machine_is_served(serving):
    assert serving.server_address[0] == "127.0.0.1"


def test_a_taken_port_is_said_before_anything_is_built(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(site, "build", lambda output, notebooks: pytest.fail("it built first"))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(KitError, match=rf"(?s)port {port} .*make serve PORT={port + 1}"):
            site.serve(port, open_browser=False)
