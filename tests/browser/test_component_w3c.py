"""Marks to other tools and from them: the files that “Export marks” saves and “Import marks” reads."""

import json

import pytest
from playwright.sync_api import expect

from redpencil.annotation import Annotation, from_w3c, to_w3c
from redpencil.document import Span
from redpencil.pages.markup import exercise_html


@pytest.fixture
def sheet(page, write_page, bridge):
    page.goto(write_page(exercise_html(bridge)))
    page.locator(".rp-more > summary").click()
    return page


def give(page, button, name, content):
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button).click()
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    chooser.value.set_files({"name": name, "mimeType": "application/json", "buffer": data})


def export(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="Export marks").click()
    assert download.value.suggested_filename == "bridge.annotations.jsonld"
    return json.loads(download.value.path().read_text(encoding="utf-8"))


def answers_of(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="Hand in").click()
    return json.loads(download.value.path().read_text(encoding="utf-8"))["answers"]


def annotate(bridge, id, label, *words, **more):
    text = bridge.document.text
    spans = tuple(Span(text.index(w), text.index(w) + len(w)) for w in words)
    return Annotation(id, "attribution", label, spans, words, **more)


def open_marks(page, bridge, annotations):
    """Bring marks in as an answers file, the way that this page does not export them."""
    names = ("id", "label", "spans", "quotes", "links", "note")
    marks = [{k: v for k, v in a.to_json().items() if k in names} for a in annotations]
    row = {"redpencil": 1, "exercise": "bridge", "exercise_version": bridge.version, "answers": {"attributions": marks}}
    give(page, "Open a saved file", "mine.json", row)
    expect(page.locator(".rp-hand-in > .rp-status")).to_contain_text("Opened")
    return marks


def test_marks_go_out_and_come_back_on_a_page_of_their_own_as_they_were(sheet, bridge):
    kept = open_marks(
        sheet,
        bridge,
        [
            annotate(bridge, "m1", "source", "the mayor’s office", note="Who there? 🦊"),
            annotate(bridge, "m2", "content", "The bridge", "closed", links=()),
        ],
    )
    file = export(sheet)
    sheet.locator("textarea").press("Control+z")
    expect(sheet.locator(".rp-text mark")).to_have_count(0)

    give(sheet, "Import marks", "back.jsonld", file)

    expect(sheet.locator(".rp-hand-in > .rp-status")).to_have_text(
        "2 marks came in from back.jsonld. “Undo” takes them out."
    )
    expect(sheet.locator(".rp-report li")).to_have_count(0)
    assert sorted(answers_of(sheet)["attributions"], key=lambda mark: mark["id"]) == kept
    sheet.locator("textarea").press("Control+z")
    expect(sheet.locator(".rp-text mark")).to_have_count(0)


def test_python_reads_what_the_page_exports_and_the_page_what_python_writes(sheet, bridge):
    annotations = (
        annotate(bridge, "m1", "source", "a 2019 record", note="It can be opened."),
        annotate(bridge, "m2", "cue", "According to"),
        annotate(bridge, "m3", "content", "traffic fell by 12%"),
    )
    give(sheet, "Import marks", "from_python.jsonld", to_w3c(annotations, bridge.document))
    expect(sheet.locator(".rp-hand-in > .rp-status")).to_contain_text("3 marks came in")
    sheet.get_by_label("Source of “traffic fell by 12%”").select_option(index=1)

    found, lines = from_w3c(export(sheet), bridge.document)

    assert lines == ()
    assert {a.id: a for a in found}["m1"] == annotations[0]
    assert [(link.to, link.role) for a in found for link in a.links] == [("m1", "source")]


def test_the_quote_wins_and_each_mark_that_moved_or_has_no_place_is_named(sheet, bridge):
    file = to_w3c(
        [annotate(bridge, f"m{n}", "cue", words) for n, words in enumerate(("officials", "said"))], bridge.document
    )
    first, second = file["first"]["items"]
    # As if two sentences had stood at the start of the text when it was marked.
    first["target"]["selector"][1].update(start=120, end=129)
    second["target"]["selector"][0].update(exact="denied")

    give(sheet, "Import marks", "old.jsonld", file)

    at = bridge.document.text.index("officials")
    expect(sheet.locator(".rp-report li")).to_have_text(
        [
            f"“officials”: found {120 - at} characters further up.",
            "“denied”: left out, because these words are not in the text.",
        ]
    )
    expect(sheet.locator(".rp-hand-in > .rp-status")).to_contain_text("1 mark came in from old.jsonld, 1 of them moved")
    expect(sheet.locator(".rp-text mark")).to_have_text(["officials"])


def test_nothing_that_is_marked_already_is_written_over(sheet, bridge):
    kept = open_marks(sheet, bridge, [annotate(bridge, "m1", "cue", "said", note="Mine")])
    given = [annotate(bridge, "m9", "cue", "said", note="Theirs"), annotate(bridge, "m1", "source", "officials")]

    give(sheet, "Import marks", "theirs.jsonld", to_w3c(given, bridge.document))

    expect(sheet.locator(".rp-report li")).to_have_text(["“said”: already marked so, and left as it was."])
    expect(sheet.locator(".rp-text mark")).to_have_text(["officials", "said"])
    marks = answers_of(sheet)["attributions"]
    assert [mark for mark in marks if mark["label"] == "cue"] == kept
    assert len({mark["id"] for mark in marks}) == 2


# A row as Hypothesis' client exports it: positions are UTF-16 units of the page that it was made on.
def test_an_export_of_hypothesis_is_read_by_its_quotes(sheet):
    selectors = [
        {"type": "TextPositionSelector", "start": 1040, "end": 1049},
        {"type": "TextQuoteSelector", "exact": "officials", "prefix": "closed, ", "suffix": " say"},
    ]
    row = {
        "id": "abc",
        "text": "Who?",
        "tags": ["source"],
        "target": [{"source": "https://x.org/", "selector": selectors}],
    }
    page_note = {"id": "def", "text": "A good page", "tags": [], "target": [{"source": "https://x.org/"}]}

    give(sheet, "Import marks", "hypothesis.json", {"export_date": "2026-01-31", "annotations": [row, page_note]})

    expect(sheet.locator(".rp-text mark")).to_have_text(["officials"])
    expect(sheet.locator(".rp-report li")).to_have_text(["A mark without words: left out, because it has no label."])
    assert answers_of(sheet)["attributions"][0]["note"] == "Who?"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{cut off", "no JSON-LD file"),
        ({"type": "AnnotationCollection", "first": "https://example.org/1"}, "no Web Annotations"),
        ([5], "no Web Annotations"),
        ("tunnel", "another text (tunnel)"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_whole_with_the_reason(sheet, bridge, content, reason):
    if content == "tunnel":
        rows = [annotate(bridge, f"m{n}", "cue", words) for n, words in enumerate(("officials", "said"))]
        content = to_w3c(rows, bridge.document)
        content["first"]["items"][1]["target"]["source"] = "urn:redpencil:document:tunnel"
    give(sheet, "Import marks", "odd.jsonld", content)

    expect(sheet.locator(".rp-hand-in > .rp-status")).to_contain_text("odd.jsonld was not opened.")
    expect(sheet.locator(".rp-hand-in > .rp-status")).to_contain_text(reason)
    expect(sheet.locator(".rp-text mark")).to_have_count(0)


def test_nothing_comes_into_an_attempt_that_is_fixed(page, write_page, bridge, bridge_key):
    page.goto(write_page(exercise_html(bridge, key=bridge_key)))
    open_marks(page, bridge, [annotate(bridge, "m1", "cue", "said")])
    part = page.locator(".rp-part[data-group=attributions]")
    part.get_by_role("button", name="Compare with the key").click()
    part.get_by_role("button", name="Compare now").click()
    page.locator(".rp-more > summary").click()

    give(page, "Import marks", "late.jsonld", to_w3c([annotate(bridge, "m2", "source", "officials")], bridge.document))

    expect(page.locator(".rp-report li")).to_have_text(
        ["“officials”: left out, because the key is open and this attempt is fixed."]
    )
    assert len(answers_of(page)["attributions"]) == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_more_and_a_report_show_is_accessible(new_context, write_page, bridge, find_accessibility_faults, theme):
    page = new_context(color_scheme=theme, viewport={"width": 320, "height": 900}).new_page()
    # What the browser keeps of another version is offered beside it.
    page.add_init_script('localStorage.setItem("redpencil:bridge:old", "{}")')
    page.goto(write_page(exercise_html(bridge, heading=2), theme=f' data-theme="{theme}"'))
    page.locator(".rp-more > summary").click()
    file = to_w3c([annotate(bridge, "m1", "cue", "said")], bridge.document)
    file["first"]["items"] *= 3
    give(page, "Import marks", "thrice.jsonld", file)
    expect(page.locator(".rp-report li")).to_have_count(2)
    expect(page.locator(".rp-older")).to_be_visible()

    assert find_accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_hostile_file_is_shown_as_text(sheet, bridge):
    hostile = "<img src=x onerror=\"document.title='owned'\">"
    file = to_w3c([annotate(bridge, "m1", "cue", "said", note=hostile)], bridge.document)
    item = file["first"]["items"][0]
    lost = json.loads(json.dumps(item))
    lost["id"] = "x:1"
    lost["target"]["selector"] = {"type": "TextQuoteSelector", "exact": hostile}
    file["first"]["items"].append(lost)

    give(sheet, "Import marks", "hostile.jsonld", file)

    expect(sheet.locator(".rp-report li")).to_contain_text(["<img src=x"])
    assert sheet.title() == "A page"
    assert sheet.locator("red-pencil img").count() == 0


def test_what_reads_such_files_is_loaded_only_when_somebody_has_one(new_context, write_page, bridge):
    page = new_context().new_page()
    loaded = []
    page.on("request", lambda request: loaded.append(request.url.rpartition("/")[2].partition("?")[0]))
    page.goto(write_page(exercise_html(bridge)))
    page.locator(".red-pencil[data-live]").wait_for(state="attached")
    assert "red_pencil_later.js" not in loaded
    page.locator(".rp-more > summary").click()
    export(page)

    assert loaded.count("red_pencil_later.js") == 1


def test_where_it_does_not_come_that_is_said_and_nothing_is_lost(page, write_page, bridge):
    page.route("**/red_pencil_later.js*", lambda route: route.abort())
    page.goto(write_page(exercise_html(bridge)))
    page.locator(".rp-more > summary").click()
    status = page.locator(".rp-hand-in > .rp-status")
    page.get_by_role("button", name="Export marks").click()
    expect(status).to_contain_text("did not come")
    give(page, "Import marks", "mine.jsonld", to_w3c([annotate(bridge, "m1", "cue", "said")], bridge.document))
    reason = "A part of this page did not come. Is there a connection?"
    expect(status).to_contain_text(f"mine.jsonld was not opened. {reason}")
