"""The widget under the rules that VS Code sets for what a notebook's output may do; VS Code itself does not run here.

All outputs of a notebook stand in one webview: a page in a frame, apart from the workbench around it. Its rules were
read in the repository microsoft/vscode:

- the frame's ``sandbox``, the theme on the body, and every key that bubbles up to the window being handed on to the
  workbench: ``src/vs/workbench/contrib/webview/browser/pre/index.html``;
- the content security policy, which stands only under the setting ``notebook.experimental.enableCsp``, and the boxes
  around an output: ``src/vs/workbench/contrib/notebook/browser/view/renderers/backLayerWebView.ts``;
- a press on a link to a blob, which is no download but a question where to save it: ``webviewPreloads.ts`` beside it.

anywidget loads its module there from a blob (``loadEsm`` in manzt/anywidget, ``packages/anywidget/src/load.ts``), so
the module has no address to import anything from.
"""

import json
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from redpencil.pages.markup import exercise_html

SANDBOX = "allow-same-origin allow-pointer-lock allow-scripts allow-downloads allow-forms"
# Stricter than VS Code: no origin of its own, so that asking for what the browser keeps is an error, and no downloads.
STRICT_SANDBOX = "allow-pointer-lock allow-scripts allow-forms"
# VS Code's, but for scripts no host, no 'unsafe-inline' and no 'unsafe-eval'; what anywidget needs comes on top.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; font-src https:; connect-src https:; "
    "child-src https: data:; script-src 'nonce-webview' {module}"
)

WORKBENCH = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Workbench</title><link rel="icon" href="data:,">
<script>
  window.received = [];
  window.addEventListener("message", event => window.received.push(event.data));
</script></head>
<body><iframe title="Outputs" src="webview.html" sandbox="SANDBOX"
  style="position: fixed; inset: 0; width: 100%; height: 100%; border: 0"></iframe></body></html>
"""

# What VS Code and anywidget do around the widget; `said` is the way to the workbench and, for answers, to the kernel.
WEBVIEW = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Webview</title>POLICY</head>
<body class="vscode-light" data-vscode-theme-kind="vscode-light">
<div id="container" class="widgetarea"><div class="cell_container">OUTPUTS</div></div>
<script type="application/json" id="given">GIVEN</script>
<script type="module" nonce="webview">
  const said = message => window.parent.postMessage(message, "*");
  document.addEventListener("securitypolicyviolation", ({violatedDirective, blockedURI}) =>
    said({type: "violation", what: `${violatedDirective} ${blockedURI}`}));
  window.addEventListener("keydown", event => {
    // The workbench undoes, prints, finds and saves itself.
    if ((event.ctrlKey || event.metaKey) && "zypfs".includes(event.key.toLowerCase())) event.preventDefault();
    if (!/^(Control|Shift|Alt|Meta)$/.test(event.key)) said({type: "key", key: event.key});
  });
  document.body.addEventListener("click", async event => {
    const link = event.view && event.composedPath().find(node => node instanceof HTMLAnchorElement && node.href);
    if (!link?.href.startsWith("blob:")) return;
    event.preventDefault();
    const name = link.download;
    const answer = await fetch(link.href).catch(() => null);
    if (answer) said({type: "file", name, content: await answer.text()});
  });

  const {esm, css, scheme, exercises} = JSON.parse(document.getElementById("given").textContent);
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
  for (const [n, traits] of exercises.entries()) {
    // Each widget has a module of its own.
    const address = scheme === "blob:"
      ? URL.createObjectURL(new Blob([esm], {type: "text/javascript"}))
      : `data:text/javascript;charset=utf-8,${encodeURIComponent(esm)}`;
    const {default: widget} = await import(address);
    widget.render({
      model: {
        get: name => traits[name],
        set: (name, value) => { traits[name] = value; },
        save_changes: () => said({type: "answers", n, answers: traits.answers}),
        on() {}, off() {}, send() {},
      },
      el: document.querySelectorAll(".output")[n],
    });
  }
</script></body></html>
"""


class Outputs:
    """The webview of a notebook's outputs, with the mouse and the keyboard of the page that it stands in."""

    def __init__(self, page):
        self.page = page
        self.frame = page.locator("iframe").element_handle().content_frame()
        self.locator = self.frame.locator
        self.evaluate = self.frame.evaluate
        self.mouse = page.mouse
        self.keyboard = page.keyboard

    def received(self, type):
        """What came to the workbench of one type, in order."""
        return self.page.evaluate("type => window.received.filter(message => message.type === type)", type)

    def keys(self):
        """The keys that came to the workbench; they come in order, so that one which does come ends the wait."""
        self.keyboard.press("Control+s")
        self.page.wait_for_function("window.received.some(({key}) => key === 's')")
        keys = [message["key"] for message in self.received("key")]
        self.page.evaluate("window.received = window.received.filter(({type}) => type !== 'key')")
        return keys[:-1]

    def answers(self, expected):
        """Wait until what came last holds this many answers, and give them."""
        self.page.wait_for_function(
            """expected => {
              const last = window.received.findLast(({type}) => type === "answers");
              return last && Object.keys(last.answers.answers).length === expected;
            }""",
            arg=expected,
        )
        return self.received("answers")[-1]["answers"]


@pytest.fixture
def open_webview(page, write_page, tmp_path, bridge):
    def show(sandbox=SANDBOX, policy="", scheme="blob:", exercises=(bridge,)):
        # Beside it lie the widget's two files, as in the wheel.
        address = write_page("", name="unused.html").removesuffix("unused.html")
        given = {
            "esm": (tmp_path / "red_pencil.js").read_text("utf-8"),
            "css": (tmp_path / "red_pencil.css").read_text("utf-8"),
            "scheme": scheme,
            "exercises": [{"html": exercise_html(one), "answers": {}, "has_key": False} for one in exercises],
        }
        meta = f'<meta http-equiv="Content-Security-Policy" content="{policy.format(module=scheme)}">' if policy else ""
        box = '<div class="output_container" style="overflow-x: auto"><div class="output"></div></div>'
        webview = (
            WEBVIEW.replace("POLICY", meta)
            .replace("OUTPUTS", box * len(exercises))
            .replace("GIVEN", json.dumps(given).replace("<", "\\u003c"))
        )
        (tmp_path / "webview.html").write_text(webview, encoding="utf-8")
        (tmp_path / "workbench.html").write_text(WORKBENCH.replace("SANDBOX", sandbox), encoding="utf-8")
        page.goto(f"{address}workbench.html")
        outputs = Outputs(page)
        expect(outputs.locator(".rp-progress").last).to_be_visible()
        return outputs

    return show


def drag(sheet, words):
    """Select words with the mouse, once the paragraphs that come into view are laid out."""
    now, before = sheet.place(words), None
    while now != before:
        sheet.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        now, before = sheet.place(words), now
    sheet.drag(words)


@pytest.mark.parametrize(
    ("sandbox", "scheme"), [(SANDBOX, "blob:"), (STRICT_SANDBOX, "blob:"), (STRICT_SANDBOX, "data:")]
)
def test_a_mark_is_made_by_mouse_and_by_keyboard_under_the_strictest_rules(
    open_webview, make_sheet, bridge, sandbox, scheme
):
    outputs = open_webview(sandbox, POLICY, scheme)
    keeps = "(() => { try { localStorage.length; return true; } catch (error) { return error.name; } })()"
    assert outputs.evaluate(keeps) == (True if sandbox == SANDBOX else "SecurityError")

    sheet = make_sheet(outputs, bridge)
    drag(sheet, "the mayor’s office")
    sheet.label("source")
    sheet.text.focus()
    # Sentence 2 begins: “The bridge is closed,”
    sheet.press("Control+Home", "Control+ArrowRight", *["Shift+ArrowRight"] * 3, "3")
    outputs.locator("[data-item=rung-01]").get_by_label("role").check()

    assert sheet.painted() == [[3, "The bridge is closed"], [1, "the mayor’s office"]]
    answers = outputs.answers(2)["answers"]
    assert answers["rung-01"] == "role"
    assert {(mark["label"], *mark["quotes"]) for mark in answers["attributions"]} == {
        ("source", "the mayor’s office"),
        ("content", "The bridge is closed"),
    }
    assert outputs.received("violation") == []


def test_two_exercises_in_one_webview_keep_their_own_answers(open_webview, bridge):
    outputs = open_webview(policy=POLICY, exercises=(bridge, replace(bridge, id="other")))
    first, second = outputs.locator(".red-pencil").all()
    first.locator("[data-item=rung-01]").get_by_label("role").check()
    second.locator("[data-item=rung-01]").get_by_label("group").check()
    second.locator("textarea").fill("Words")

    expect(first.locator("input:checked")).to_have_value("role")
    expect(first.locator("textarea")).to_have_value("")
    last = {message["n"]: message["answers"] for message in outputs.received("answers")}
    assert {n: (row["exercise"], row["answers"]) for n, row in last.items()} == {
        0: ("bridge", {"rung-01": "role"}),
        1: ("other", {"rung-01": "group", "evidence": "Words"}),
    }
    ids = outputs.evaluate("[...document.querySelectorAll('[id]')].map(({id}) => id)")
    assert len(ids) == len(set(ids))


# Without Ctrl or ⌘: VS Code deletes the cell at Delete and takes its outputs away at Alt+Delete unless a text field has
# the focus; its Jupyter keymap has the letters. A widget has to hold them back itself, and can by not letting them
# bubble (microsoft/vscode-jupyter issues 11731 and 15324, microsoft/vscode issue 120259).
KEYS = (*"xddmyabjkcvloz123456", "Delete", "Backspace", "Alt+Delete", "ArrowDown", "ArrowUp", "Enter", "Shift+Enter")
OURS_WITH_CONTROL = ("Control+Enter", "Control+ArrowRight", "Control+Home", "Control+z", "Control+y")


def test_keys_pressed_in_the_exercise_do_not_act_on_the_cell(open_webview):
    outputs = open_webview()
    places = (".rp-text", "[data-item=rung-01] input", ".rp-tools button", "textarea[data-item]", "[data-student=name]")
    reached = {}
    for place in places:
        for key in (*KEYS, *OURS_WITH_CONTROL):
            outputs.locator(place).first.focus()
            outputs.keyboard.press(key)
        reached[place] = outputs.keys()
    assert reached == {place: [] for place in places}


def test_keys_that_work_everywhere_in_vs_code_still_do(open_webview):
    outputs = open_webview()
    for place in (".rp-text", "[data-item=rung-01] input", "textarea[data-item]"):
        outputs.locator(place).first.focus()
        # The list of commands; the next part of the window; copy, which VS Code does itself; find; the explorer.
        for key in ("F1", "F6", "Control+c", "Control+f", "Control+Shift+E"):
            outputs.keyboard.press(key)
        assert outputs.keys() == ["F1", "F6", "c", "f", "E"]


def test_undo_takes_back_an_answer_and_not_a_cell(open_webview):
    outputs = open_webview()
    area = outputs.locator("textarea[data-item]")
    area.focus()
    outputs.keyboard.type("Words")
    outputs.keyboard.press("Control+z")
    expect(area).to_have_value("")

    # The name is the browser's own to undo.
    name = outputs.locator("input[data-student=name]")
    name.focus()
    outputs.keyboard.insert_text("Kim")
    outputs.keyboard.press("Control+z")
    expect(name).to_have_value("")


def test_the_exercise_has_the_theme_of_the_editor_and_not_of_the_system(page, open_webview):
    outputs = open_webview()
    expected = {
        ("vscode-dark", "light"): "dark",
        ("vscode-high-contrast", "light"): "dark",
        ("vscode-light", "dark"): "light",
        ("vscode-high-contrast-light", "dark"): "light",
    }
    seen = {}
    for theme, system in expected:
        page.emulate_media(color_scheme=system)
        seen[theme, system] = outputs.evaluate(
            """theme => {
              // VS Code puts another theme on the body while the outputs stand.
              document.body.className = document.body.dataset.vscodeThemeKind = theme;
              const {colorScheme, color, backgroundColor} = getComputedStyle(document.querySelector(".red-pencil"));
              const light = css => css.match(/[0-9.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
              const paper = light(color) > light(backgroundColor) ? "dark" : "light";
              return paper === colorScheme ? paper : `${paper} paper, ${colorScheme} controls`;
            }""",
            theme,
        )
    assert seen == expected


def test_a_saved_file_goes_through_vs_codes_own_dialog(open_webview):
    outputs = open_webview()
    outputs.locator("textarea[data-item]").fill("Words")
    outputs.locator("input[data-student=name]").fill("Kim Example")
    outputs.locator(".rp-hand-in").get_by_role("button", name="Save as a file").click()
    outputs.page.wait_for_function("window.received.some(({type}) => type === 'file')")

    status = outputs.locator(".rp-hand-in > .rp-status")
    # Where it goes is asked by the dialog: no place is named.
    expect(status).to_contain_text("bridge.redpencil.json was handed over for saving.")
    expect(status).not_to_contain_text("downloads")
    (file,) = outputs.received("file")
    assert file["name"] == "bridge.redpencil.json"
    content, kept = json.loads(file["content"]), outputs.answers(1)
    assert content["answers"] == kept["answers"] == {"evidence": "Words"}
    assert content["student"]["name"] == kept["student"]["name"] == "Kim Example"


def test_where_no_file_may_be_saved_the_answers_are_in_the_notebook_all_the_same(open_webview):
    outputs = open_webview(STRICT_SANDBOX, POLICY)
    outputs.locator("textarea[data-item]").fill("Words")
    outputs.locator("input[data-student=name]").fill("Kim Example")
    outputs.locator(".rp-hand-in").get_by_role("button", name="Save as a file").click()
    # The file is refused.
    outputs.page.wait_for_function("window.received.some(({type}) => type === 'violation')")
    outputs.locator("[data-item=rung-01]").get_by_label("role").check()

    kept = outputs.answers(2)
    assert kept["answers"] == {"rung-01": "role", "evidence": "Words"}
    assert kept["student"]["name"] == "Kim Example"
    assert outputs.received("file") == []
    expect(outputs.locator(".rp-hand-in .rp-note:visible")).to_contain_text("Hand in this notebook")
