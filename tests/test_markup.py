import json
import re
from html.parser import HTMLParser

import pytest

from redpencil.document import Document, KitError, Span
from redpencil.exercise import INVENTED, Exercise, load_exercise, load_key
from redpencil.pages.markup import document_html, exercise_html

VOID = {"input", "meta", "br"}


class Node:
    """An element of a parsed page: its name, attributes and what it holds."""

    def __init__(self, name, attributes):
        self.name = name
        self.attributes = dict(attributes)
        self.children = []

    @property
    def text(self):
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, name, **attributes):
        found = []
        for child in self.children:
            if isinstance(child, Node):
                if child.name == name and attributes.items() <= child.attributes.items():
                    found.append(child)
                found += child.all(name, **attributes)
        return found

    def one(self, name, **attributes):
        [found] = self.all(name, **attributes)
        return found


class Reader(HTMLParser):
    """Reads HTML into nodes, and fails where an element is not closed in its turn."""

    def __init__(self):
        super().__init__()
        self.open = [Node("", ())]

    def handle_starttag(self, tag, attrs):
        node = Node(tag, attrs)
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag):
        assert self.open.pop().name == tag

    def handle_data(self, data):
        self.open[-1].children.append(data)


def read(html):
    # What only scripts see is not on the page.
    html = re.sub(r"<template.*?</template>\n", "", html, flags=re.DOTALL)
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1, f"{reader.open[-1].name} is never closed"
    return reader.open[0]


def test_each_paragraph_of_a_document_holds_its_words_and_says_where_they_start():
    document = load_exercise("who-says-so").document

    blocks = read(document_html(document)).all("p")

    assert [block.text for block in blocks] == [document.quote(p) for p in document.paragraphs]
    assert [int(block.attributes["data-start"]) for block in blocks] == [p.start for p in document.paragraphs]
    assert [block.attributes["data-number"] for block in blocks] == [str(n) for n in range(1, 10)]


def test_each_sentence_of_a_document_can_be_linked_to():
    document = load_exercise("who-says-so").document

    article = read(document_html(document)).one("article")

    for number, sentence in enumerate(document.sentences, start=1):
        assert article.one("span", id=f"western-aleppo-s{number}").text == document.quote(sentence)


def test_a_choice_asks_about_each_sentence_with_a_button_for_each_label():
    exercise = load_exercise("who-says-so")

    fieldsets = read(exercise_html(exercise, ["rung"])).all("fieldset")

    assert len(fieldsets) == 21
    for number, (fieldset, sentence) in enumerate(zip(fieldsets, exercise.document.sentences, strict=True), start=1):
        assert fieldset.one("legend").text == f"Sentence {number} {exercise.document.quote(sentence)}"
        assert [radio.attributes["value"] for radio in fieldset.all("input", type="radio")] == [
            "record", "named", "role", "group", "sourceless", "own-voice", "opinion",
        ]  # fmt: skip
        assert {radio.attributes["name"] for radio in fieldset.all("input")} == {f"rung-{number:02}"}


def test_the_whole_text_is_in_a_marking_part():
    exercise = load_exercise("who-says-so")
    document = exercise.document

    text = read(exercise_html(exercise, ["attributions"])).one("div", **{"data-item": "attributions"})

    assert [block.text for block in text.all("p")] == [document.quote(p) for p in document.paragraphs]
    assert [mark.attributes["data-n"] for mark in text.all("span")] == [str(n) for n in range(1, 22)]


def test_free_text_has_a_labelled_box():
    label = read(exercise_html(load_exercise("who-says-so"), ["evidence"])).one("label")

    assert "Name two claims, with the words" in label.text
    assert label.one("textarea").attributes["data-item"] == "evidence"


def test_an_invented_text_says_so_in_each_part_and_a_real_one_does_not():
    for invented in map(load_exercise, ("the-bridge", "label-swap")):
        for group in invented.groups:
            assert read(exercise_html(invented, [group])).one("p", **{"class": "rp-note"}).text == INVENTED
    assert INVENTED not in exercise_html(load_exercise("who-says-so"))


def test_a_browser_without_scripts_says_what_one_with_scripts_adds():
    assert "This is a paper worksheet" in read(exercise_html(load_exercise("who-says-so"))).one("noscript").text


def test_the_data_block_knows_all_items_and_which_groups_are_shown():
    exercise = load_exercise("who-says-so")

    page = read(exercise_html(exercise, ["rung"]))
    data = json.loads(page.one("script").text)

    assert page.one("red-pencil").attributes["exercise"] == data["exercise"] == "who-says-so"
    assert data["version"] == exercise.version
    assert data["shown"] == ["rung"]
    assert [item["id"] for group in data["groups"] for item in group["items"]] == list(exercise.item_by_id)
    assert "text" not in data["document"]


def test_the_key_is_in_the_page_only_when_it_is_given():
    exercise = load_exercise("who-says-so")
    key = load_key(exercise)

    without = exercise_html(exercise)
    rows = json.loads(read(exercise_html(exercise, key=key)).one("script", **{"class": "rp-key"}).text)

    assert rows == [annotation.to_json() for annotation in key]
    assert not any(annotation.reason in without for annotation in key)
    assert '"reason"' not in without


def test_a_group_that_the_exercise_does_not_have_is_named_with_those_it_has():
    with pytest.raises(KitError, match=r"'rungs'; it has rung, attributions, evidence"):
        exercise_html(load_exercise("who-says-so"), ["rungs"])


HOSTILE = "</script><script>alert(1)</script> <!-- & \" ' \u2028 <img src=x onerror=alert(1)>"


def hostile_exercise():
    template = load_exercise("who-says-so")
    document = Document("hostile", HOSTILE, "en", HOSTILE, (Span(0, len(HOSTILE)),), (Span(0, len(HOSTILE)),))
    items = tuple(item for item in template.items if item.id in ("rung-01", "attributions", "evidence"))
    return Exercise("hostile", HOSTILE, "", document, items, {}, {})


def test_nothing_in_a_text_is_read_as_markup():
    exercise = hostile_exercise()

    page = read(exercise_html(exercise) + document_html(exercise.document))

    assert page.all("img") == []
    [script] = page.all("script")
    assert json.loads(script.text)["document"]["text"] == HOSTILE
    assert page.one("p", **{"data-number": "1", "class": "rp-block"}).text == HOSTILE
    assert page.one("article").text.strip() == HOSTILE


def test_text_between_sentences_is_kept():
    text = "One. — Two. (end)"
    document = Document("gaps", "Gaps", "en", text, (Span(0, 17),), (Span(0, 4), Span(7, 11)))

    article = read(document_html(document)).one("article")

    assert article.one("p").text == text
    assert [sentence.text for sentence in article.all("span")] == ["One.", "Two."]
