import hashlib
import shutil
from pathlib import Path

import pytest

from redpencil.document import KitError, Span, load_document

ROOT = Path(__file__).parents[1]


def test_the_specimen_is_kept_byte_for_byte():
    data = (ROOT / "data/documents/western-aleppo/text.txt").read_bytes()

    assert hashlib.sha256(data).hexdigest() == "ed77095a1a5332caa6bb7e77f69498dc4254ef95013cd2120f70bfcd6f238bc9"


def test_the_specimen_has_nine_paragraphs_and_twenty_one_sentences():
    document = load_document("western-aleppo")

    assert len(document.paragraphs) == 9
    assert len(document.sentences) == 21
    assert document.quote(document.sentences[0]) == "Turkish MANPADs Don’t Help."
    assert document.quote(document.sentences[1]) == "Syrian Army Liberates Entire Westen Aleppo"


def test_sentences_cover_the_specimen_but_for_white_space():
    document = load_document("western-aleppo")
    covered = {i for s in document.sentences for i in range(s.start, s.end)}

    assert all(c.isspace() for i, c in enumerate(document.text) if i not in covered)


def test_the_comment_thread_is_given_with_names_replaced():
    thread = (ROOT / "data/documents/western-aleppo/comments.jsonl").read_text(encoding="utf-8")

    assert len(thread.splitlines()) == 26
    assert "[ethnic slur]" in thread


@pytest.mark.parametrize(("start", "end"), [(3, 3), (4, 3), (-1, 2)])
def test_a_span_needs_some_words(start, end):
    with pytest.raises(ValueError, match="0 <= start < end"):
        Span(start, end)


@pytest.mark.parametrize("start", [True, 1.0, "1", None])
def test_a_span_is_made_of_whole_numbers(start):
    with pytest.raises(ValueError, match="whole numbers"):
        Span(start, 5)


def test_a_quote_that_does_not_fit_is_told_with_place_cause_and_next_step():
    document = load_document("western-aleppo")

    with pytest.raises(KitError) as error:
        document.check_quote(Span(0, 7), "turkish")

    assert "western-aleppo[0:7] reads 'Turkish', but the annotation quotes 'turkish'" in str(error.value)
    assert "UTF-16" in str(error.value)
    assert "Restore" in str(error.value)


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "western-aleppo"
    shutil.copytree(ROOT / "data/documents/western-aleppo", folder)
    return folder


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: (f / "text.txt").write_bytes(b"a\r\nb"), "Windows line ends"),
        (lambda f: (f / "text.txt").write_bytes(b"\xff\xfe"), "not UTF-8"),
        (lambda f: (f / "text.txt").write_text("e\u0301", encoding="utf-8"), "NFC"),
        (lambda f: (f / "text.txt").write_text("short", encoding="utf-8"), "the text ends at 5"),
        (lambda f: (f / "text.txt").write_bytes(b"x" * 5_000_001), "5,000,001 bytes"),
        (lambda f: (f / "text.txt").unlink(), "is missing"),
        (lambda f: (f / "document.toml").write_text("id = ", encoding="utf-8"), "not valid TOML"),
        (lambda f: (f / "document.toml").write_text("redpencil = 2", encoding="utf-8"), "has the format 2"),
        (lambda f: f.rename(f.with_name("other")), "the folder is called 'other'"),
    ],
)
def test_a_broken_document_is_refused_with_the_reason(copy, change, message):
    moved = change(copy)

    with pytest.raises(KitError, match=message):
        load_document(moved if isinstance(moved, Path) else copy)


def test_a_sentence_outside_every_paragraph_is_refused(copy):
    toml = copy / "document.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace("[0, 70], [72, 229]", "[0, 60], [72, 229]"), encoding="utf-8")

    with pytest.raises(KitError, match="the sentence 28 to 70 lies in no paragraph"):
        load_document(copy)


@pytest.mark.parametrize("id", ["../western-aleppo", "a/b", "", "-x", "CON.", "x" * 65, "ä"])
def test_an_id_that_could_be_a_path_is_refused(id):
    with pytest.raises(KitError, match="an id is 1 to 64"):
        load_document(id)


def test_an_unknown_document_is_told_with_the_places_and_the_known_ones():
    with pytest.raises(KitError, match=r"Found there: .*western-aleppo"):
        load_document("eastern-aleppo")
