"""One whole exercise done with the keyboard alone, and what a screen reader is then given to read."""

import difflib
import json
from pathlib import Path

from playwright.sync_api import expect

from redpencil.exercise import load_exercise, load_key
from redpencil.pages.markup import exercise_html
from redpencil.scoring import score_spans

TREE = Path(__file__).with_name("the_bridge_by_keyboard.txt")

IN_THE_TEXT = """() => {
  const selected = [...document.querySelectorAll(".rp-text .rp-selected")];
  const block = selected[0].closest("[data-start]");
  const before = document.createRange();
  before.setStart(block, 0);
  before.setEndBefore(selected[0]);
  const at = Number(block.dataset.start) + [...before.toString()].length;
  return [at, at + [...selected.map(one => one.textContent).join("")].length];
}"""


class Keyboard:
    """Whoever has nothing else; every step is a key."""

    def __init__(self, page):
        self.page = page

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, place, most=200):
        """Press Tab until that has the focus."""
        one = place.element_handle()
        for _ in range(most):
            self.press("Tab")
            if one.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"{most} times Tab, and {place} has not got the focus")

    def select(self, span, sentence):
        """In the text: go to the sentence, on to the first of these words, and take in all up to the last."""
        self.press("Control+Home", "Home", *["Control+ArrowRight"] * (sentence - 1))
        while self.selected()[0] < span.start:
            self.press("ArrowRight")
        while self.selected()[1] < span.end - 1:
            self.press("Shift+ArrowRight")

    def selected(self):
        """Where the selected words begin and end, in code points."""
        return self.page.evaluate(IN_THE_TEXT)

    def go_to_entry(self, entry):
        """In the list of marks, which is one stop for Tab: down to an entry."""
        marks = self.page.locator(".rp-marks")
        if not marks.evaluate("list => list.contains(document.activeElement)"):
            self.tab_to(marks.locator("button:focus, button[tabindex='0']").first)
        while not self.page.evaluate("document.activeElement.matches('button')"):
            self.press("Shift+Tab")
        self.press("Home", *["ArrowDown"] * entry.evaluate("one => [...one.parentElement.children].indexOf(one)"))

    def choose_option(self, menu, words):
        """In a menu that is closed, down to the option that begins with these words."""
        self.tab_to(menu)
        options = menu.locator("option").all_text_contents()
        self.press(*["ArrowDown"] * next(n for n, option in enumerate(options) if option.startswith(f"“{words}")))


def test_a_whole_exercise_is_done_with_the_keyboard_alone_and_read_out_as_its_tree(new_context, write_page, tmp_path):
    exercise = load_exercise("the-bridge")
    document = exercise.document
    key = load_key(exercise)
    required = [one for one in key if one.status == "required"]
    page = new_context(viewport={"width": 1300, "height": 900}, accept_downloads=True).new_page()
    page.goto(write_page(exercise_html(exercise, key=key, heading=2)))
    keyboard = Keyboard(page)

    rungs = {one.spans[0]: one.label for one in required if one.layer == "sourcing"}
    for item in exercise.in_group("rung"):
        radios = page.locator(f"[data-item={item.id}]").get_by_role("radio")
        keyboard.tab_to(radios.first)
        values = radios.evaluate_all("all => all.map(one => one.value)")
        keyboard.press("Space", *["ArrowDown"] * values.index(rungs[item.span]))

    keyboard.tab_to(page.locator(".rp-text"))
    wanted = [one for one in required if one.layer == "attribution"]
    for annotation in wanted:
        number = ["source", "cue", "content"].index(annotation.label) + 1
        first, *others = annotation.spans
        keyboard.select(first, document.sentence_number(first.start))
        keyboard.press(str(number))
        if others:
            keyboard.press("m")
        for span in others:
            keyboard.select(span, document.sentence_number(span.start))
            keyboard.press("+")
        keyboard.press("Escape")
    expect(page.locator(".rp-marks > li")).to_have_count(len(wanted))

    quotes = {one.id: " … ".join(one.quotes) for one in wanted}
    linked = [(one, link) for one in sorted(wanted, key=lambda one: one.spans) for link in one.links]
    for annotation, link in linked:
        entry = page.locator(".rp-marks > li").filter(has=page.locator("q", has_text=annotation.quotes[0]))
        entry = entry.filter(has=page.locator(f"select[data-role={link.role}]"))
        keyboard.go_to_entry(entry)
        keyboard.choose_option(entry.locator(f"select[data-role={link.role}]"), quotes[link.to][:12])

    keyboard.tab_to(page.locator("textarea[data-item=evidence]"))
    page.keyboard.type("The crack: a report says how wide it is. The council: it is said, by nobody.")
    keyboard.tab_to(page.locator("[data-student=name]"))
    page.keyboard.type("Ada")
    tree = page.locator(".red-pencil").aria_snapshot()
    keyboard.tab_to(page.get_by_role("button", name="Hand in"))
    with page.expect_download() as download:
        keyboard.press("Enter")

    saved = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert {item.id: saved["answers"][item.id] for item in exercise.in_group("rung")} == {
        item.id: rungs[item.span] for item in exercise.in_group("rung")
    }
    marks = saved["answers"]["attributions"]
    assert len([link for mark in marks for link in mark.get("links", [])]) == len(linked)
    for label in ("source", "cue", "content"):
        mine = [tuple(span) for mark in marks if mark["label"] == label for span in mark["spans"]]
        keys = [(span.start, span.end) for one in wanted if one.label == label for span in one.spans]
        assert score_spans(mine, keys).f1 > 0.99

    expected = TREE.read_text(encoding="utf-8") if TREE.is_file() else ""
    if tree + "\n" != expected:
        now = tmp_path / TREE.name
        now.write_text(tree + "\n", encoding="utf-8")
        changes = "\n".join(difflib.unified_diff(expected.splitlines(), tree.splitlines(), "read", "now", lineterm=""))
        raise AssertionError(f"What is read out has changed. If it is right, put {now} in its place.\n{changes[:6000]}")
