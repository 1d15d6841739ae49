"""Paragraphs and sentences: against the documents of the kit, by hand, and with hostile input."""

import gc
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redpencil.detectors.quotations import find_quotations, is_speech
from redpencil.detectors.sentences import split_paragraphs, split_sentences
from redpencil.detectors.words import looks_english
from redpencil.document import load_document

DOCUMENTS = sorted(p.parent.name for p in Path(__file__).parents[1].glob("data/documents/*/document.toml"))


def sentences(text):
    return [text[s.start : s.end] for s in split_sentences(text)]


# The documents' sentences were marked by hand.


@pytest.mark.parametrize("id", DOCUMENTS)
def test_the_sentences_and_paragraphs_of_a_document_are_those_that_were_marked_by_hand(id):
    document = load_document(id)

    assert tuple(split_paragraphs(document.text)) == document.paragraphs
    assert tuple(split_sentences(document.text)) == document.sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. It snowed.", ["It rained.", "It snowed."]),
        ("Mr. Oduya spoke to Gov. Lind. She left.", ["Mr. Oduya spoke to Gov. Lind.", "She left."]),
        ("The U.S. Senate met. It voted.", ["The U.S. Senate met.", "It voted."]),
        ("They live in the U.S. They like it.", ["They live in the U.S.", "They like it."]),
        ("James B. Oduya won. Was it close?", ["James B. Oduya won.", "Was it close?"]),
        ("It cost 3.5 million. No. 4 paid.", ["It cost 3.5 million.", "No. 4 paid."]),
        ("“Who knows?” Oduya said. She left.", ["“Who knows?” Oduya said.", "She left."]),
        ("He asked, “Who knows?” Nobody did.", ["He asked, “Who knows?”", "Nobody did."]),
        ("“We won.” He left.", ["“We won.”", "He left."]),
        ("He left (late.) She stayed.", ["He left (late.)", "She stayed."]),
        ("''We won.'' ''We lost.''", ["''We won.''", "''We lost.''"]),
        ("It was… odd. It ended", ["It was… odd.", "It ended"]),
        ("A headline\n\nA text. More.", ["A headline", "A text.", "More."]),
        ("One line.\nAnother line", ["One line.", "Another line"]),
        ("Windows ends.\r\nTwo lines.\r\n", ["Windows ends.", "Two lines."]),
        ("", []),
        (" \n\t\n ", []),
    ],
)
def test_a_text_is_split_where_a_reader_would_split_it(text, expected):
    assert sentences(text) == expected


def test_lines_that_were_wrapped_by_hand_are_one_paragraph():
    text = (
        "The council met on Tuesday evening to talk about the bridge, which\n"
        "has been closed since the fourth of March, and about what it would\n"
        "cost to open it again before the summer holidays begin in the first\n"
        "week of July. Nobody voted.\n\nThe next meeting is in June."
    )

    assert len(split_paragraphs(text)) == 2
    assert len(sentences(text)) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said “yes” and “no”.", ["“yes”", "“no”"]),
        ("''A,'' he said. ''B.''", ["''A,''", "''B.''"]),
        ("“He said ‘no’ twice,” she said.", ["“He said ‘no’ twice,”"]),
        ("She said ‘We’re late.’ Then they left.", ["‘We’re late.’"]),
        ("The voters’ choice isn’t ours.", []),
        ('"But he won,” she said.', ['"But he won,”']),
        ("“It goes on", ["“It goes on"]),
        ('A 5" pipe', []),
    ],
)
def test_the_outermost_quotations_are_found(text, expected):
    assert [text[a:b] for a, b in find_quotations(text, 0, len(text))] == expected


def test_speech_is_told_from_words_that_are_only_quoted():
    assert is_speech("“We won,”")
    assert is_speech("“It goes on")
    assert not is_speech("“divisive”")


ALPHABET = st.sampled_from([*"aB .,;:!?…\"'“”‘’«»()-—\n\r\t\u2028\0é漢😀1", "said", " U.S. ", "Mr. "])


@given(st.lists(ALPHABET, max_size=80).map("".join))
def test_sentences_cover_every_character_that_is_not_white_space_once(text):
    spans = split_sentences(text)

    assert all(a.end <= b.start for a, b in pairwise(spans))
    inside = {i for s in spans for i in range(s.start, s.end)}
    assert all(text[i].isspace() for i in range(len(text)) if i not in inside)
    paragraphs = split_paragraphs(text)
    assert all(any(p.start <= s.start and s.end <= p.end for p in paragraphs) for s in spans)


def seconds(function, text):
    """The processor's time for the function, without that for collecting what the tests before it have left."""
    best = 99.0
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            began = time.process_time()
            function(text)
            best = min(best, time.process_time() - began)
    finally:
        gc.enable()
    return best


@pytest.mark.parametrize("unit", [".", ". ", "“", '"', "''", "‘a ", "A. ", "a\n", "“A?” B said ", "\u2028", " "])
def test_time_grows_with_the_length_alone(unit):
    short, long = ((unit * n)[:n] for n in (50_000, 200_000))

    def work(text):
        split_sentences(text)
        find_quotations(text, 0, len(text))

    # Four times the text: linear work takes four times as long, quadratic work sixteen times. A machine that others use
    # may spoil one try; work that grows too fast fails them all.
    assert any(seconds(work, long) < 10 * max(seconds(work, short), 0.05) for _ in range(3))


# The first article of the Universal Declaration of Human Rights, in seven languages, and texts of few words.


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("All human beings are born free and equal in dignity and rights. They are endowed with reason and "
         "conscience and should act towards one another in a spirit of brotherhood.", True),
        ("Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt "
         "und sollen einander im Geist der Brüderlichkeit begegnen.", False),
        ("Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et de "
         "conscience et doivent agir les uns envers les autres dans un esprit de fraternité.", False),
        ("Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón y "
         "conciencia, deben comportarse fraternalmente los unos con los otros.", False),
        ("Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью и "
         "должны поступать в отношении друг друга в духе братства.", False),
        ("人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。", False),
        ("市长", False),
        ("يولد جميع الناس أحراراً متساوين في الكرامة والحقوق.", False),
        ("Four words of English", True),
        ("Ναι (yes, the mayor said it)", True),
        ("12.5", True),
    ],
)  # fmt: skip
def test_a_text_in_another_language_is_known_from_its_function_words(text, english):
    assert looks_english(text) is english
