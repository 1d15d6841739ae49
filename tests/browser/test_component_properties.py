"""What holds whatever a reader does: undoing, exporting, offsets and two tabs, on the bundle that pages load."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redpencil.annotation import Annotation, Link, from_w3c, to_w3c
from redpencil.document import Document, Span

LABELS = ["source", "cue", "content"]
LAYER = {
    "labels": [{"id": label, "name": label, "meaning": ""} for label in LABELS],
    "links": {"content": ["source", "cue"]},
}

# Characters that offsets, words and quotes stumble over: astral, combining, right to left, joined, lone flag letters.
hard = st.sampled_from(
    ["🦊", "🇩", "👩‍💻", "e\u0301", "\u0301", "مرحبا", "שלום", "\u200f", "\u200d", "a", "b", " ", "\n", "the ", "ß"]
)
texts = st.lists(hard | st.characters(exclude_categories=["Cs", "Cc"]), min_size=5, max_size=30).map("".join)
short = st.lists(hard, max_size=4).map("".join)

number = st.integers(0, 40)
label = st.sampled_from(LABELS)
adding = st.tuples(st.just("add"), number, st.integers(1, 9), label)
linking = st.tuples(st.just("link"), number, number, st.sampled_from(["source", "cue"]))
deeds = (
    adding,
    adding,
    linking,
    st.tuples(st.just("split"), number, number, number),
    st.tuples(st.just("remove"), number),
    st.tuples(st.just("relabel"), number, label),
    st.tuples(st.just("note"), number, short),
    st.tuples(st.just("move"), number, number, st.integers(1, 9)),
    st.tuples(st.just("choose"), st.sampled_from(["", *LABELS])),
    st.tuples(st.just("write"), short),
)
deed = st.one_of(*deeds)
operation = st.one_of(
    *deeds, st.tuples(st.just("load"), st.booleans()), st.tuples(st.just("undo")), st.tuples(st.just("redo"))
)


def exercise(text):
    return {
        "redpencil": 1,
        "exercise": "any",
        "version": "0" * 64,
        "title": "Any",
        "shown": [],
        "layers": {"attribution": LAYER},
        "groups": [
            {"id": name, "kind": kind, "layer": "attribution", "title": "", "items": [{"id": name, "points": {}}]}
            for name, kind in (("choice", "choice"), ("marks", "marks"), ("text", "free-text"))
        ],
        "document": {"id": "d", "language": "en", "length": len(text), "sentences": [], "text": text},
    }


def many(strategy, count=200):
    """That many cases of a strategy: a page is asked once about all of them."""
    cases = []

    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(case):
        cases.append(case)

    collect()
    return cases


def ask(page, script, cases):
    """What a script answers to cases, both written as JSON: Playwright takes values apart one by one, for longer."""
    return json.loads(
        page.evaluate(f"async text => JSON.stringify(await ({script})(JSON.parse(text)))", json.dumps(cases))
    )


# What a reader can do, through the functions that the page's buttons and keys call.
HANDS = """
const kit = Object.assign({}, ...await Promise.all(
  ["marks", "model", "offsets", "w3c"].map(name => import(`./component/${name}.js`))));
let made = 0;
function act(model, [what, ...given], tab = "m") {
  const text = new kit.Text(model.data.document.text);
  const marks = model.marks("marks");
  const mark = marks[given[0] % marks.length];
  const put = (list) => model.answer({ marks: list });
  const spanAt = (start, length) => {
    const from = start % text.length;
    return [from, Math.min(text.length, from + length)];
  };
  const isNew = (label, spans) => !kit.findSame(marks, label, spans);
  const quote = (spans) => spans.map((span) => text.slice(...span));
  if (what === "add") {
    const spans = [spanAt(given[0], given[1])];
    if (!isNew(given[2], spans)) return;
    const { added } = kit.addMark(marks, given[2], spans, quote(spans));
    put([...marks, { ...added, id: `${tab}${(made += 1)}` }].sort(kit.byPlace));
  } else if (what === "choose") {
    model.answer({ choice: given[0] });
  } else if (what === "write") {
    model.answer({ text: given[0] }, "text");
  } else if (what === "load") {
    // A file is checked before it is loaded: no link in it leads nowhere.
    const some = marks.slice(0, 2).reverse().map(({ links, ...rest }) => rest);
    const answers = given[0] ? { marks: some, choice: "cue" } : {};
    model.load({ answers, student: { name: "A" } });
  } else if (what === "undo" || what === "redo") {
    model[what]();
  } else if (!mark) {
    return;
  } else if (what === "remove") {
    put(kit.removeMark(marks, mark.id));
  } else if (what === "relabel") {
    if (isNew(given[1], mark.spans)) put(kit.relabelMark(marks, mark.id, given[1], model.data.layers.attribution));
  } else if (what === "link") {
    const [from, to] = ["content", given[2]].map((label) => marks.filter((one) => one.label === label));
    if (from.length * to.length === 0) return;
    put(kit.linkMark(marks, from[given[0] % from.length].id, given[2], to[given[1] % to.length].id));
  } else if (what === "note") {
    const { note, ...rest } = mark;
    put(marks.map((one) => (one === mark ? { ...rest, ...(given[1].trim() ? { note: given[1].trim() } : {}) } : one)));
  } else {
    const piece = spanAt(given[1], what === "move" ? given[2] : 3);
    const spans = what === "move" ? [piece] : [...mark.spans, piece];
    if (!isNew(mark.label, spans)) return;
    put(marks.map((one) => (one === mark ? { ...mark, spans, quotes: quote(spans) } : one)).sort(kit.byPlace));
  }
}
const shown = ({ answers, student }) =>
  JSON.stringify([Object.entries(answers).sort(([a], [b]) => (a < b ? -1 : 1)), student]);
"""

UNDO = (
    "async (cases) => {"
    + HANDS
    + """
  return cases.map(([data, before, after]) => {
    const model = new kit.Model(data);
    for (const operation of before) act(model, operation);
    model.done = [];
    model.undone = [];
    const start = shown(model);
    for (const operation of after) act(model, operation);
    const steps = model.done.length;
    const end = shown(model);
    while (model.undo());
    const first = shown(model);
    // What had been undone at the end is redone as well: as many steps as there were.
    for (let step = 0; step < steps; step += 1) model.redo();
    return { start, first, end, last: shown(model), steps };
  });
}"""
)


def test_undo_to_the_start_is_the_start_and_redo_to_the_end_is_the_end(page, write_page):
    page.goto(write_page("<p>Nothing to see.</p>"))
    cases = many(st.tuples(texts, st.lists(operation, max_size=8), st.lists(operation, min_size=15, max_size=30)))

    found = ask(page, UNDO, [[exercise(text), before, after] for text, before, after in cases])

    for row, case in zip(found, cases, strict=True):
        assert row["first"] == row["start"], case
        assert row["last"] == row["end"], case
    assert max(row["steps"] for row in found) >= 10
    assert sum(row["start"] != row["end"] for row in found) > len(cases) / 2


LONG = (
    "async (data) => {"
    + HANDS
    + """
  const model = new kit.Model(data);
  for (let n = 0; n < 3000; n += 1) act(model, ["add", n, 1, ["source", "cue", "content"][n % 3]]);
  const { length } = model.marks("marks");
  for (let n = 0; n < 3000; n += 1) act(model, ["note", n, `note ${n}`]);
  let undone = 0;
  while (model.undo()) undone += 1;
  const heldByOne = JSON.stringify(model.undone[0].changes).length;
  return { length, undone, left: model.marks("marks").length, heldByOne };
}"""
)


def test_six_thousand_steps_are_undone_and_each_holds_only_what_it_changed(page, write_page):
    page.goto(write_page("<p>Nothing to see.</p>"))

    found = page.evaluate(LONG, exercise("a" * 3000))

    assert (found["length"], found["undone"], found["left"]) == (3000, 6000, 0)
    # The last step wrote a note on one mark of 3,000.
    assert found["heldByOne"] < 500


EXPORT = (
    "async (cases) => {"
    + HANDS
    + """
  return cases.map(([data, operations]) => {
    const model = new kit.Model(data);
    for (const operation of operations) act(model, operation);
    const file = JSON.stringify(kit.toW3c(data, model.answers));
    return { marks: model.marks("marks"), file, found: kit.fromW3c(file, data, {}) };
  });
}"""
)
IMPORT = (
    "async (cases) => {" + HANDS + " return cases.map(([data, file]) => kit.fromW3c(JSON.stringify(file), data, {})); }"
)


def test_export_then_import_is_the_identity_on_the_page_in_python_and_between_them(page, write_page):
    page.goto(write_page("<p>Nothing to see.</p>"))
    parts = [st.lists(kind, min_size=5, max_size=10) for kind in (adding, operation, linking)]
    cases = many(st.tuples(texts, st.tuples(*parts).map(lambda lists: [*lists[0], *lists[1], *lists[2]])))

    found = ask(page, EXPORT, [[exercise(text), operations] for text, operations in cases])

    written = []
    for (text, _), row in zip(cases, found, strict=True):
        assert row["found"]["lines"] == []
        assert row["found"]["answers"].get("marks", []) == row["marks"]
        document = Document("d", "Any", "en", text, (), ())
        annotations, lines = from_w3c(json.loads(row["file"]), document)
        assert lines == ()
        assert list(annotations) == [
            Annotation(
                mark["id"],
                "attribution",
                mark["label"],
                tuple(Span(*span) for span in mark["spans"]),
                tuple(mark["quotes"]),
                links=tuple(Link(link["to"], link["role"]) for link in mark.get("links", ())),
                note=mark.get("note", ""),
            )
            for mark in row["marks"]
        ]
        written.append([exercise(text), to_w3c(annotations, document)])
    for back, row in zip(ask(page, IMPORT, written), found, strict=True):
        assert (back["answers"].get("marks", []), back["lines"]) == (row["marks"], [])
    assert sum(bool(mark.get("links")) for row in found for mark in row["marks"]) > 10
    assert sum("note" in mark for row in found for mark in row["marks"]) > 10
    assert sum(len(mark["spans"]) > 1 for row in found for mark in row["marks"]) > 10


OFFSETS = """async (texts) => {
  const { Text } = await import("./component/offsets.js");
  return texts.map((content) => {
    const text = new Text(content);
    const points = Array.from({ length: text.length + 1 }, (_, n) => n);
    return {
      length: text.length,
      units: points.map((n) => text.toUnits(n)),
      back: points.map((n) => text.toPoints(text.toUnits(n))),
      pieces: points.map((n) => text.slice(n, Math.min(n + 3, text.length))),
    };
  });
}"""


def test_offsets_are_pythons_over_any_unicode(page, write_page):
    page.goto(write_page("<p>Nothing to see.</p>"))
    cases = many(texts | st.text(st.characters(exclude_categories=["Cs"]), max_size=40), 400)

    for text, found in zip(cases, ask(page, OFFSETS, cases), strict=True):
        points = range(len(text) + 1)
        assert found["length"] == len(text)
        assert found["units"] == [len(text[:n].encode("utf-16-le")) // 2 for n in points]
        assert found["back"] == list(points)
        assert found["pieces"] == [text[n : n + 3] for n in points]


TABS = (
    "async (cases) => {"
    + HANDS
    + """
  return cases.map(([data, operations]) => {
    const tabs = [new kit.Model(data), new kit.Model(data)];
    // What one tab wrote, as the other reads it from the browser's store.
    const copyOf = (model) => JSON.parse(JSON.stringify([model.state(), model.stamps]));
    let stored = null;
    const gone = new Set();
    const all = new Map();
    for (const [n, operation, exchange] of operations) {
      const model = tabs[n];
      const before = model.marks("marks").map(({ id }) => id);
      act(model, operation, "ab"[n]);
      const after = new Set(model.marks("marks").map(({ id }) => id));
      for (const id of before) if (!after.has(id)) gone.add(id);
      for (const id of after) all.set(id, true);
      // 1: the tab saves, over whatever stands there. 2: it reads what stands there. 0: neither, as with two at once.
      if (exchange === 1) stored = copyOf(model);
      if (exchange === 2 && stored) model.merge(...stored);
    }
    for (const n of [0, 1, 0, 1]) tabs[n].merge(...copyOf(tabs[1 - n]));
    const ends = tabs.map(shown);
    const kept = new Set(tabs[0].marks("marks").map(({ id }) => id));
    const lost = [...all.keys()].filter((id) => !kept.has(id) && !gone.has(id));
    const steps = tabs.map(({ done }) => done.length);
    for (const model of tabs) while (model.undo());
    tabs.forEach((model, n) => { for (let step = 0; step < steps[n]; step += 1) model.redo(); });
    return { ends, again: tabs.map(shown), lost, marks: kept.size };
  });
}"""
)


def test_two_tabs_end_alike_with_nothing_lost_and_a_history_that_leads_there_again(page, write_page):
    page.goto(write_page("<p>Nothing to see.</p>"))
    cases = many(
        st.tuples(texts, st.lists(st.tuples(st.integers(0, 1), deed, st.integers(0, 2)), min_size=10, max_size=30))
    )

    found = ask(page, TABS, [[exercise(text), operations] for text, operations in cases])

    for row, case in zip(found, cases, strict=True):
        assert row["ends"][0] == row["ends"][1], case
        assert row["again"] == row["ends"], case
        assert row["lost"] == [], case
    assert max(row["marks"] for row in found) >= 5
