"""Annotations of a document: their lines, and Web Annotations in and out."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redpencil.annotation import LINKS, Annotation, Link, annotation_from_json, from_w3c, link_roles, to_w3c
from redpencil.document import Document, KitError, Span
from redpencil.exercise import LABEL_SETS

# A fox outside the basic plane, a combining accent, Arabic, and words that stand there twice.
TEXT = "🦊 Yes, officials said. No, officials said, قال المسؤولون and cafe\u0301s stayed open."


def document(text=TEXT, id="bridge"):
    return Document(id, "Bridge closed", "en", text, (Span(0, len(text)),), (Span(0, len(text)),))


def annotation(id, label, *words, text=TEXT, layer="attribution", **more):
    spans = tuple(Span(text.index(w), text.index(w) + len(w)) for w in words)
    return Annotation(id, layer, label, spans, words, **more)


WHOLE = (
    annotation("m1", "source", "officials", note="Which “officials”?\nIt does not say."),
    annotation("m2", "cue", "said", status="accepted", reason="It hands over the claim."),
    annotation("m3", "content", "Yes", "قال المسؤولون", links=(Link("m1", "source"), Link("m2", "cue"))),
)


def test_what_is_written_as_web_annotations_is_read_back_as_it_was():
    file = json.loads(json.dumps(to_w3c(WHOLE, document())))

    assert from_w3c(file, document()) == (WHOLE, ())


def test_a_note_stands_on_the_line_of_an_annotation_and_is_read_from_there():
    row = WHOLE[0].to_json()

    assert row["note"] == "Which “officials”?\nIt does not say."
    assert annotation_from_json(row, "here") == WHOLE[0]
    with pytest.raises(KitError, match="note"):
        annotation_from_json(row | {"note": "x" * 2001}, "here")


# A claim about how many, in a layer that has roles of its own.
COUNTED = (
    annotation("n1", "counter", "officials", layer="casualty-claim"),
    annotation("n2", "number", "Yes", layer="casualty-claim", links=(Link("n1", "counter"),)),
)


def test_the_links_of_a_layer_that_has_roles_of_its_own_are_read_from_lines_and_from_web_annotations():
    file = json.loads(json.dumps(to_w3c([*WHOLE, *COUNTED], document())))

    assert annotation_from_json(COUNTED[1].to_json(), "here") == COUNTED[1]
    assert from_w3c(file, document()) == ((*WHOLE, *COUNTED), ())


def test_the_role_of_another_layer_is_refused_with_those_that_the_layer_has():
    for linking, role, expected in (
        (WHOLE[2], "hedge", '"source" or "cue"'),
        (COUNTED[1], "source", '"unit-of-count" or "counter" or "hedge"'),
    ):
        row = linking.to_json() | {"links": [{"to": "x", "role": role}]}
        with pytest.raises(KitError, match=f'line 3: links holds .*expected {{"to": id, "role": {expected}}}'):
            annotation_from_json(row, "line 3")


def test_a_link_of_another_layers_role_is_left_out_of_web_annotations_and_said():
    file = to_w3c(COUNTED, document())
    [body] = [one for one in file["first"]["items"][2]["body"] if one.get("value") == "counter"]
    body["value"] = "cue"

    found, lines = from_w3c(file, document())

    assert [a.links for a in found] == [(), ()]
    assert lines == ("a link as 'cue': left out, because it does not lead from one annotation to another.",)


# Such keys were read before a layer had roles of its own.
@pytest.mark.parametrize("layer", ["loaded-label", "a-layer-of-my-own"])
def test_a_layer_that_links_nothing_here_takes_every_role(layer):
    for role in ("source", "cue", "counter"):
        row = annotation("m1", "x", "Yes", layer=layer, links=(Link("m2", role),)).to_json()
        assert annotation_from_json(row, "here").links == (Link("m2", role),)
    with pytest.raises(KitError, match="links holds"):
        annotation_from_json(row | {"links": [{"to": "m2", "role": "friend"}]}, "here")


def test_a_role_is_a_label_of_the_layer_that_it_leads_to():
    for layer, linked in LINKS.items():
        labels = {label.id for label in LABEL_SETS[layer]}
        assert set(linked) <= labels
        assert set(link_roles(layer)) <= labels - set(linked)


# Web Annotation Data Model, 3.1 and 4.2.4: what an annotation has to have, and what a quote should have.
def test_an_annotation_has_what_the_standard_asks_for():
    file = to_w3c(WHOLE, document())

    assert file["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert (file["type"], file["first"]["type"]) == ("AnnotationCollection", "AnnotationPage")
    assert file["total"] == len(file["first"]["items"]) == 5
    for item in file["first"]["items"]:
        assert {"@context", "id", "type", "target"} <= item.keys()
        assert item["type"] == "Annotation"
    assert len({item["id"] for item in file["first"]["items"]}) == 5
    quote, position = file["first"]["items"][0]["target"]["selector"]
    assert quote == {
        "type": "TextQuoteSelector",
        "exact": "officials",
        "prefix": "🦊 Yes, ",
        "suffix": " said. No, officials said, قال ا",
    }
    assert len(quote["suffix"]) == 32
    assert position == {"type": "TextPositionSelector", "start": 7, "end": 16}


def test_the_pieces_of_one_mark_are_one_target_and_a_link_is_an_annotation_of_its_own():
    items = to_w3c(WHOLE, document())["first"]["items"]

    assert items[2]["target"]["type"] == "List"
    assert [piece["selector"][0]["exact"] for piece in items[2]["target"]["items"]] == ["Yes", "قال المسؤولون"]
    assert [item["motivation"] for item in items] == ["classifying"] * 3 + ["linking"] * 2
    assert [item["target"] for item in items[3:]] == [items[2]["id"]] * 2
    assert [item["body"][0]["source"] for item in items[3:]] == [items[0]["id"], items[1]["id"]]


def test_after_the_text_changed_the_quote_wins_and_what_moved_is_said():
    file = to_w3c(WHOLE, document())
    changed = document("A new start. " + TEXT)

    found, lines = from_w3c(file, changed)

    assert [[changed.quote(span) for span in a.spans] for a in found] == [[*a.quotes] for a in WHOLE]
    assert [span.start for a in found for span in a.spans] == [s.start + 13 for a in WHOLE for s in a.spans]
    assert lines == (
        "'officials': found 13 characters further on.",
        "'said': found 13 characters further on.",
        "'Yes … قال المسؤولون': found 13 characters further on.",
    )


def test_of_two_places_that_read_alike_the_one_with_the_same_words_around_it_is_taken():
    second = TEXT.rindex("officials said")
    file = to_w3c([Annotation("m1", "attribution", "source", (Span(second, second + 9),), ("officials",))], document())
    # Its position now lies on the first of the two.
    for item in file["first"]["items"]:
        item["target"]["selector"][1].update(start=7, end=16)

    (found,), lines = from_w3c(file, document())

    assert found.spans == (Span(second, second + 9),)
    assert lines == (f"'officials': found {second - 7} characters further on.",)


def test_with_nothing_around_them_the_nearest_of_two_places_is_taken_and_without_a_position_none():
    file = {"type": "Annotation", "id": "x:1", "body": {"value": "source"}, "motivation": "tagging"}
    quote = {"type": "TextQuoteSelector", "exact": "officials said"}
    near_the_end = {"type": "TextPositionSelector", "start": 60, "end": 74}

    found, lines = from_w3c(file | {"target": {"selector": [quote, near_the_end]}}, document(), "attribution")
    assert [a.spans for a in found] == [(Span(27, 41),)]
    assert lines == ("'officials said': found 33 characters further up.",)

    found, lines = from_w3c(file | {"target": {"selector": quote}}, document(), "attribution")
    assert found == ()
    assert lines == (
        "'officials said': left out, because these words stand in 2 places, and nothing tells which is meant.",
    )


def test_what_cannot_be_placed_is_left_out_and_said():
    file = to_w3c(WHOLE, document())

    found, lines = from_w3c(file, document("Another text altogether: officials say nothing."))

    assert [a.id for a in found] == ["m1"]
    assert lines[1:] == (
        "'said': left out, because these words are not in the text.",
        "'Yes … قال المسؤولون': left out, because these words are not in the text.",
        "a link as 'source': left out, because it does not lead from one annotation to another.",
        "a link as 'cue': left out, because it does not lead from one annotation to another.",
    )


# A row as Hypothesis' client exports it: positions are UTF-16 units of the page that it was made on.
HYPOTHESIS = {
    "export_date": "2026-01-31T09:30:00Z",
    "client_version": "1.1",
    "annotations": [
        {
            "id": "abc",
            "uri": "https://example.org/",
            "text": "Who?",
            "tags": ["source"],
            "target": [
                {
                    "source": "https://example.org/",
                    "selector": [
                        {"type": "TextPositionSelector", "start": 1040, "end": 1049},
                        {"type": "TextQuoteSelector", "exact": "officials", "prefix": "No, ", "suffix": " said"},
                    ],
                }
            ],
        },
        {"id": "page-note", "text": "A good page", "tags": [], "target": [{"source": "https://example.org/"}]},
    ],
}


def test_an_export_of_hypothesis_is_read_by_its_quotes():
    (found,), lines = from_w3c(HYPOTHESIS, document(), "attribution")

    assert (found.label, found.note, found.spans) == ("source", "Who?", (Span(27, 36),))
    assert lines == ("an annotation without words: left out, because the file does not say where it stands.",)


@pytest.mark.parametrize("file", [None, 5, "x", {}, {"items": 5}, [1], {"first": "https://example.org/page1"}])
def test_a_file_without_annotations_is_refused(file):
    with pytest.raises(KitError, match="no Web Annotations"):
        from_w3c(file, document())


def test_annotations_of_another_document_are_refused_whole():
    with pytest.raises(KitError, match="'tunnel', not to 'bridge'"):
        from_w3c(to_w3c(WHOLE, document(id="tunnel")), document())


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda v: st.lists(v, max_size=3)
)


@given(st.data())
@settings(deadline=None)
def test_a_tampered_file_is_read_or_refused_and_nothing_else(data):
    file = copy.deepcopy(to_w3c(WHOLE, document()))
    place, key = file, "first"
    while isinstance(place[key], dict | list) and place[key] and data.draw(st.integers(0, 5)):
        place = place[key]
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
    place[key] = data.draw(values)
    try:
        found, lines = from_w3c(file, document())
    except KitError:
        return
    for a in found:
        assert [document().quote(span) for span in a.spans] == list(a.quotes)
    assert all(lines)


alphabet = st.one_of(
    st.sampled_from("ab \n"),
    st.sampled_from(["\u0301", "\u05d0", "\u0627", "\U0001f98a", "\U0001f1e6", "\u200d", "\ufe0f"]),
    st.characters(exclude_categories=["Cs"]),
)


@given(st.data())
@settings(deadline=None)
def test_export_then_import_is_the_identity_over_any_unicode(data):
    text = data.draw(st.text(alphabet, min_size=1, max_size=60))
    places = st.tuples(st.integers(0, len(text) - 1), st.integers(1, 20))
    pieces = st.lists(places.map(lambda p: Span(p[0], min(len(text), p[0] + p[1]))), min_size=1, max_size=3)
    annotations = []
    for n in range(data.draw(st.integers(0, 3))):
        spans = tuple(data.draw(pieces))
        quotes = tuple(text[span.start : span.end] for span in spans)
        links = tuple(Link(f"k:{to}%", "cue") for to in range(n))
        annotations.append(Annotation(f"k:{n}%", "attribution", "cue", spans, quotes, links=links))

    assert from_w3c(to_w3c(annotations, document(text)), document(text)) == (tuple(annotations), ())
