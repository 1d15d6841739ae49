"""What a chapter fetches of a notebook ahead: nothing, until somebody comes to the link to one."""

import json
import shutil

import pytest

from redpencil.pages import directives

PAGE = """<!DOCTYPE html><html lang="en"><title>A chapter</title><p><a href="other.html">Another page</a></p>
<p class="work-here"><a href="lite/notebooks/index.html?path=one.ipynb">Work on it here</a></p>
<script type="module" src="work_here.js"></script></html>"""
FILES = ["static/python/start-1.mjs", "static/python/start-1.pack"]


@pytest.fixture
def chapter(tmp_path, serve):
    """The address of a page with a link to a worksheet, and of a site that has it."""
    shutil.copy(directives.FETCHES_AHEAD, tmp_path)
    (tmp_path / "chapter.html").write_text(PAGE, encoding="utf-8")
    for name in (*FILES, "notebooks/index.html"):
        path = tmp_path / "lite" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("here")
    (tmp_path / "lite" / "start.json").write_text(json.dumps({"files": FILES}))
    return f"{serve(tmp_path)}/chapter.html"


def open_watched(page, address):
    """Open the page; the paths below ``lite`` that it asks for come into the list that is returned."""
    asked = []
    page.on("request", lambda request: asked.append(request.url.partition("/lite/")[2]))
    page.goto(address, wait_until="networkidle")
    asked.clear()
    return asked


@pytest.mark.parametrize("come", [lambda link: link.hover(), lambda link: link.focus()], ids=["pointer", "focus"])
def test_the_files_are_fetched_when_somebody_comes_to_the_link_and_not_before(page, chapter, come):
    asked = open_watched(page, chapter)
    page.get_by_role("link", name="Another page").hover()
    page.wait_for_timeout(200)
    before = list(asked)

    come(page.get_by_role("link", name="Work on it here"))
    page.locator("link[rel=prefetch]").nth(len(FILES)).wait_for(state="attached")

    assert before == []
    ahead = page.locator("link[rel=prefetch]").evaluate_all("links => links.map(link => link.href.split('/lite/')[1])")
    assert ahead == ["notebooks/index.html", *FILES]


def test_who_passes_by_on_the_way_to_elsewhere_fetches_nothing(page, chapter):
    asked = open_watched(page, chapter)
    link = page.get_by_role("link", name="Work on it here")

    link.focus()
    page.get_by_role("link", name="Another page").focus()
    link.hover()
    page.get_by_role("link", name="Another page").hover()
    page.wait_for_timeout(600)

    assert asked == []


def test_a_finger_that_scrolls_fetches_nothing(new_context, chapter):
    page = new_context(has_touch=True).new_page()
    asked = open_watched(page, chapter)
    box = page.get_by_role("link", name="Work on it here").bounding_box()
    browser = page.context.new_cdp_session(page)
    place = {"x": box["x"] + 5, "y": box["y"] + 5}
    browser.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [place]})
    page.wait_for_timeout(600)
    browser.send("Input.dispatchTouchEvent", {"type": "touchCancel", "touchPoints": []})

    assert asked == []


def test_a_reader_who_saves_data_gets_nothing_ahead(page, chapter):
    page.add_init_script("Object.defineProperty(navigator, 'connection', {value: {saveData: true}})")
    asked = open_watched(page, chapter)

    page.get_by_role("link", name="Work on it here").hover()
    page.wait_for_timeout(300)

    assert asked == []
