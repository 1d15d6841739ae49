"""Work on one exercise in two places of one browser, and in a notebook whose Python does not answer."""

import json
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from fake_notebook import widget_page
from redpencil.pages.markup import exercise_html

ALIVE = {"answers": True}


@pytest.fixture
def places(page, write_page, bridge):
    return Places(page, write_page, bridge)


class Places:
    """The page of an exercise and a notebook with it, of one browser."""

    def __init__(self, page, write_page, bridge):
        self.page = page
        self.write = write_page
        self.bridge = bridge
        self.notice = page.locator(".rp-other")
        self.told = page.locator(".rp-other [data-ref=told]")
        self.status = page.locator(".rp-kept [role=status]")

    def open_page(self):
        self.page.goto(self.write(exercise_html(self.bridge)))
        expect(self.page.locator(".rp-progress").first).to_be_visible()

    def open_notebook(self, held=None, **kernel):
        self.page.goto(
            self.write(
                "<h2>A notebook</h2>"
                + widget_page({"html": exercise_html(self.bridge), "answers": held or {}}, kernel or ALIVE),
                "notebook.html",
            )
        )
        expect(self.page.locator(".rp-progress").first).to_be_visible()
        expect(self.page.locator(".rp-kept")).to_have_count(1)

    def settle(self):
        """Wait until all that could be offered is: what offers it has come, and has looked."""
        self.page.wait_for_function("document.adoptedStyleSheets.length > 0")
        self.page.wait_for_timeout(50)

    def choose(self, item, label):
        self.page.locator(f"fieldset[data-item={item}]").get_by_label(label, exact=True).first.check()

    def chosen(self):
        return [box.get_attribute("value") for box in self.page.locator("fieldset input:checked").all()]

    def write_text(self, text):
        self.page.locator("textarea").fill(text)

    def name(self, name):
        self.page.get_by_label("Name (optional)").fill(name)

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def kept(self):
        """What the browser keeps, by name without the version."""
        self.page.evaluate("window.dispatchEvent(new Event('pagehide'))")
        rows = self.page.evaluate("Object.entries(localStorage)")
        return {name.replace(self.bridge.version, "v"): json.loads(row) for name, row in rows}


def stored(bridge, saved_at="2026-01-31T09:30:00.000Z", name="", **answers):
    row = {"redpencil": 1, "exercise": "bridge", "exercise_version": bridge.version, "answers": answers}
    return row | {"saved_at": saved_at} | ({"student": {"id": "", "name": name}} if name else {})


def test_marks_made_on_the_page_are_offered_in_the_notebook_and_never_taken_unasked(places):
    places.open_page()
    places.choose("rung-01", "group")
    places.choose("rung-02", "role")
    places.write_text("Words")
    places.name("Mara")
    places.open_notebook()

    expect(places.told).to_contain_text("On the page you have answers, saved today at ")
    expect(places.told).to_contain_text(" (Mara): 2 choices, 1 text.")
    said = places.notice.get_by_role("status")
    expect(said).to_contain_text("Above the exercise: On the page you have answers")
    assert places.chosen() == []
    assert places.page.evaluate("window.saved") == []

    places.press("Take them")
    assert places.chosen() == ["group", "role"]
    expect(places.page.get_by_label("Name (optional)")).to_have_value("Mara")
    expect(places.notice).to_be_focused()
    assert places.page.evaluate("window.saved.at(-1).answers") == {
        "rung-01": "group",
        "rung-02": "role",
        "evidence": "Words",
    }
    places.press("Undo")
    assert places.chosen() == []


def test_what_both_places_added_comes_together_what_one_deleted_is_gone_and_then_nobody_asks(places):
    places.open_page()
    places.choose("rung-01", "group")
    places.write_text("First")
    places.open_notebook()
    places.press("Take them")
    # In the notebook one thing is changed and one taken away; on the page one is added.
    places.choose("rung-01", "opinion")
    places.write_text("")
    row = places.page.evaluate("window.saved.at(-1)")
    places.open_page()
    expect(places.told).to_contain_text("In the notebook you have answers, saved today at ")
    places.choose("rung-02", "record")
    expect(places.notice).to_contain_text("both come together")
    places.press("Take them")
    assert places.chosen() == ["opinion", "record"]
    expect(places.page.locator("textarea")).to_have_value("")

    places.open_notebook(row)
    expect(places.told).to_contain_text("On the page you have answers")
    places.press("Take them")
    assert places.chosen() == ["opinion", "record"]
    row = places.page.evaluate("window.saved.at(-1)")
    places.kept()
    for again in (places.open_page, lambda: places.open_notebook(row)):
        again()
        places.settle()
        expect(places.notice).to_have_count(0)


def test_what_is_left_is_offered_again_only_when_it_has_changed(places):
    places.open_page()
    places.choose("rung-01", "group")
    places.open_notebook()
    places.press("Leave them")
    expect(places.notice).to_contain_text("They stay where they are.")
    expect(places.notice).to_be_focused()
    # Who pressed the wrong one has another.
    places.press("Take them after all")
    assert places.chosen() == ["group"]
    places.press("Undo")
    expect(places.told).to_contain_text("On the page you have answers")
    places.press("Leave them")
    # Who it was that left them may be told afterwards.
    places.name("Ben")
    places.page.wait_for_timeout(700)
    expect(places.notice).to_contain_text("They stay where they are.")
    places.open_notebook(stored(places.bridge, name="Ben"))
    places.settle()
    expect(places.notice).to_have_count(0)

    places.open_page()
    places.choose("rung-02", "role")
    places.open_notebook()
    expect(places.told).to_contain_text(": 2 choices.")


def test_a_page_that_was_open_all_the_while_offers_the_notebook_s_when_its_reader_comes_back(places):
    places.open_notebook()
    places.choose("rung-01", "group")
    rows = places.kept()
    places.page.evaluate("localStorage.clear()")
    places.open_page()
    name = f"redpencil-notebook:bridge:{places.bridge.version}"
    places.page.evaluate(
        """([name, row]) => {
          localStorage.setItem(name, JSON.stringify(row));
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        [name, rows["redpencil-notebook:bridge:v"]],
    )

    expect(places.told).to_contain_text("In the notebook you have answers, saved today at ")
    places.press("Take them")
    assert places.chosen() == ["group"]


def test_another_person_s_answers_are_named_taken_whole_and_what_was_here_is_offered_on_the_next_visit(places):
    places.open_page()
    places.name("Mara")
    places.choose("rung-01", "group")
    mine = stored(places.bridge, name="Ben", evidence="Ben’s words")
    places.open_notebook(mine)

    expect(places.told).to_contain_text("On the page there are answers of somebody else")
    expect(places.told).to_contain_text("(Mara): 1 choice.")
    expect(places.notice).to_contain_text("in the place of what is here, and that is kept")
    places.press("Take them")
    expect(places.page.locator("textarea")).to_have_value("")
    expect(places.page.get_by_label("Name (optional)")).to_have_value("Mara")
    row = places.page.evaluate("window.saved.at(-1)")
    places.kept()

    places.open_notebook(row)
    expect(places.told).to_contain_text("This browser has answers that are not here")
    expect(places.told).to_contain_text("(Ben): 1 text.")
    places.press("Take them")
    expect(places.page.locator("textarea")).to_have_value("Ben’s words")
    expect(places.page.get_by_label("Name (optional)")).to_have_value("Ben")
    assert places.chosen() == []


NO_ANSWER = (
    "Python does not answer. What you did is kept in this browser. "
    "Start it again (Kernel menu, Restart), then run the box again."
)


def test_marks_made_while_python_is_dead_are_said_to_be_kept_and_offered_when_the_box_is_run_again(places, bridge):
    places.page.clock.install()
    before = stored(bridge, **{"rung-02": "role"})
    # Python's clock is half an hour ahead of this computer's.
    places.open_notebook(before, answers=True, status="idle", ahead=1_800_000)
    places.choose("rung-01", "group")
    places.page.clock.run_for(1000)
    kept = places.kept()["redpencil-notebook:bridge:v"]
    last = kept["answers"] | {}
    assert kept["kept"]["of"] == kept["saved_at"]
    saved_by_python = kept["kept"]["at"]
    places.page.evaluate("kernel.answers = false")
    places.choose("rung-01", "opinion")
    places.write_text("More")
    places.page.clock.run_for(3000)
    expect(places.status).to_have_text("")
    places.page.clock.run_for(4000)
    expect(places.status).to_have_text(NO_ANSWER)
    places.kept()

    places.open_notebook(stored(bridge, saved_by_python, **last), answers=True, status="idle")
    expect(places.told).to_contain_text(
        "Your last changes did not reach Python. They are kept in this browser, saved today"
    )
    expect(places.told).to_contain_text("(no name given): 2 choices, 1 text.")
    # To work on before deciding loses nothing.
    places.choose("rung-02", "record")
    places.page.clock.run_for(1000)
    places.kept()
    places.press("Take them")
    assert places.chosen() == ["opinion", "record"]
    expect(places.page.locator("textarea")).to_have_value("More")
    assert places.page.evaluate("window.saved.at(-1).answers")["evidence"] == "More"
    assert list(places.kept()) == ["redpencil-notebook:bridge:v"]


def test_python_that_is_only_slow_is_said_to_be_busy_and_to_answer_again(places):
    places.page.clock.install()
    places.open_notebook(answers=True, delay=70_000, status="busy")
    places.choose("rung-01", "group")
    places.page.clock.run_for(8000)
    busy = "Not kept by Python yet: it is busy. What you did is kept in this browser meanwhile."
    expect(places.status).to_have_text(busy)
    places.page.clock.run_for(54_000)
    expect(places.status).to_contain_text("If it goes on, start it again")
    places.page.clock.run_for(9000)

    expect(places.status).to_have_text("Python answers again. Everything is kept.")
    assert places.kept()["redpencil-notebook:bridge:v"]["kept"]


def test_where_nobody_says_whether_python_is_at_work_it_is_first_waited_for(places):
    places.page.clock.install()
    places.open_notebook(answers=False)
    places.choose("rung-01", "group")
    places.page.clock.run_for(8000)
    expect(places.status).to_have_text(
        "Not kept by Python yet: no answer so far. What you did is kept in this browser meanwhile."
    )
    places.page.clock.run_for(14_000)
    expect(places.status).to_have_text(NO_ANSWER)


def test_where_the_browser_keeps_nothing_either_the_file_is_what_is_left(places):
    places.page.add_init_script(
        """for (const name of ["getItem", "setItem"]) {
          Storage.prototype[name] = () => { throw new DOMException("no", "SecurityError"); };
        }"""
    )
    places.page.clock.install()
    places.open_notebook(answers=False, status="dead")
    places.choose("rung-01", "group")
    places.page.clock.run_for(7000)
    expect(places.status).to_contain_text("This browser keeps nothing here: save your answers as a file now.")
    with places.page.expect_download() as download:
        places.press("Save the file")
    row = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert row["answers"] == {"rung-01": "group"}


def test_what_python_could_not_keep_is_said_with_its_reason(places):
    places.open_notebook(answers=True, problem="The last change could not be kept. It is too large.")
    places.choose("rung-01", "group")
    expect(places.status).to_have_text("The last change could not be kept. It is too large.")
    assert "kept" not in places.kept()["redpencil-notebook:bridge:v"]


def test_two_views_of_one_widget_write_one_copy_and_offer_each_other_nothing(places):
    places.open_notebook(answers=False)
    places.page.evaluate("void window.show()")
    expect(places.page.locator(".rp-kept")).to_have_count(2)
    first, second = places.page.locator(".red-pencil").all()
    first.locator("[data-item=rung-01]").get_by_label("group").check()
    places.kept()
    second.locator("[data-item=rung-02]").get_by_label("role").check()

    kept = places.kept()
    assert list(kept) == ["redpencil-notebook:bridge:v"]
    assert kept["redpencil-notebook:bridge:v"]["answers"] == {"rung-01": "group", "rung-02": "role"}
    expect(places.notice).to_have_count(0)


# The address that a hub gives to a user's notebook, known before the widget is shown.
AT_BEN_S = """() => {
  window.forget();
  history.replaceState(null, "", "/user/ben/lab/tree/bridge.ipynb");
  document.getElementById("output").replaceChildren();
  window.forget = window.show();
}"""


def test_the_copy_of_another_user_of_a_hub_is_offered_only_if_her_python_lacks_it_and_with_its_place(places, bridge):
    name = f"redpencil-notebook:bridge:{bridge.version}"
    row = stored(bridge, evidence="Ada’s") | {"notebook": "/user/ada/bridge.ipynb", "tab": "-a"}
    kept = row | {"kept": {"of": row["saved_at"], "at": row["saved_at"]}}
    mine = stored(bridge, **{"rung-02": "role"})
    for copy in (kept, row):
        places.open_notebook(mine, answers=True, status="idle", path="bridge.ipynb")
        places.page.evaluate("([name, row]) => localStorage.setItem(name, JSON.stringify(row))", [name, copy])
        places.page.evaluate(AT_BEN_S)
        expect(places.page.locator(".rp-kept")).to_have_count(1)
        expect(places.notice).to_have_count(0 if copy is kept else 1)

    expect(places.told).to_contain_text("(no name given): 1 text. They are from /user/ada/bridge.ipynb.")
    # What is written over hers lets hers stay.
    places.choose("rung-01", "group")
    assert {key: value["answers"] for key, value in places.kept().items()} == {
        "redpencil-notebook:bridge:v": {"rung-01": "group", "rung-02": "role"},
        "redpencil-notebook:bridge:v:-a": {"evidence": "Ada’s"},
    }
    # Hers and his are not mixed.
    places.press("Take them")
    assert places.chosen() == []
    expect(places.page.locator("textarea")).to_have_value("Ada’s")


def test_work_on_another_version_is_a_file_here_and_no_offer(places, bridge):
    places.open_notebook(answers=False)
    places.choose("rung-01", "group")
    places.kept()
    places.bridge = replace(bridge, spec={"id": "bridge", "changed": True})
    places.open_notebook()

    expect(places.page.locator(".rp-older")).to_contain_text("on another version of this exercise")
    expect(places.notice).to_have_count(0)
    places.open_page()
    places.settle()
    expect(places.page.locator(".rp-older")).to_have_count(0)


def test_the_notice_is_read_and_reached_by_all(places, bridge, find_accessibility_faults):
    places.page.set_viewport_size({"width": 390, "height": 800})
    places.page.clock.install()
    places.open_page()
    places.choose("rung-01", "group")
    places.kept()
    places.open_notebook(stored(bridge, name="Ben", evidence="x"), answers=False, status="dead")
    places.choose("rung-02", "role")
    places.page.clock.run_for(7000)
    expect(places.notice).to_be_visible()
    expect(places.status).to_have_text(NO_ANSWER)

    assert find_accessibility_faults(places.page) == []
    assert places.page.evaluate("document.documentElement.scrollWidth") <= 390
    places.notice.get_by_role("button", name="Leave them").focus()
    places.page.keyboard.press("Enter")
    expect(places.notice).to_be_focused()
    places.page.keyboard.press("Tab")
    expect(places.page.get_by_role("button", name="Take them after all")).to_be_focused()
