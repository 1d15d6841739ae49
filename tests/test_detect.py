"""The command ``redpencil detect`` and what it gives for files that are no English text."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from redpencil.annotation import Annotation, annotation_from_json
from redpencil.cli import _parser, main
from redpencil.detectors import Suggestion, detect
from redpencil.document import Span

ROOT = Path(__file__).parents[1]
NEWS = "The mayor said the bridge was safe. “It will open in May,” said Ilse Brandt, an engineer. It rained.\n"
GERMAN = (
    "Der Bürgermeister hat am Montag erklärt, die Brücke sei sicher. Die Opposition verlangt eine neue Untersuchung "
    "und wirft ihm vor, den Bericht zurückzuhalten.\n"
)


@pytest.fixture
def news(tmp_path):
    path = tmp_path / "news.txt"
    path.write_text(NEWS, encoding="utf-8")
    return path


def run_json(capsys, *arguments):
    assert main(["detect", *map(str, arguments), "--json"]) == 0
    said = capsys.readouterr()
    return json.loads(said.out), said.err


def test_json_is_one_object_with_annotations_in_the_form_of_a_key_and_their_rules(news, capsys):
    found, err = run_json(capsys, news)

    assert err == ""
    assert {k: v for k, v in found.items() if k != "annotations"} == {"redpencil": 1, "document": "news.txt"}
    for row in found["annotations"]:
        rule = row.pop("rule")
        annotation = annotation_from_json(row, "here")
        assert rule
        assert annotation.reason
        assert annotation.quotes == tuple(NEWS[s.start : s.end] for s in annotation.spans)
        assert annotation.to_json() == row


def test_ids_are_unique_over_all_layers_and_links_lead_somewhere(news, capsys):
    rows = run_json(capsys, news)[0]["annotations"]
    ids = [row["id"] for row in rows]

    assert len(set(ids)) == len(ids)
    assert {"attribution", "sourcing"} <= {row["layer"] for row in rows}
    assert {link["to"] for row in rows for link in row.get("links", ())} <= set(ids)
    assert [row["spans"][0] for row in rows] == sorted(row["spans"][0] for row in rows)


@pytest.mark.parametrize("layers", [["attribution"], ["sourcing"], ["attribution", "sourcing"]])
def test_only_the_layers_that_were_asked_for_are_given(news, capsys, layers):
    asked = [word for layer in layers for word in ("--layer", layer)]

    assert {row["layer"] for row in run_json(capsys, news, *asked)[0]["annotations"]} == set(layers)


def test_each_sentence_gets_a_rung(news, capsys):
    rows = run_json(capsys, news, "--layer", "sourcing")[0]["annotations"]

    assert [(row["label"], row["quotes"][0]) for row in rows] == [
        ("role", "The mayor said the bridge was safe."),
        ("named", "“It will open in May,” said Ilse Brandt, an engineer."),
        ("own-voice", "It rained."),
    ]


def test_without_json_a_person_can_read_where_what_and_by_which_rule(news, capsys):
    news.write_text(f"A headline\n\n{NEWS}", encoding="utf-8")
    assert main(["detect", str(news), "--layer", "attribution"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "line 3: attribution source: The mayor [say + content]"
    assert "6 suggestions" in lines[-1]
    assert "no verdict" in lines[-1]


def test_an_empty_file_holds_no_text(tmp_path, capsys):
    for name, data in (("empty.txt", b""), ("blank.txt", b" \n\n"), ("marks.txt", b"... --- ...\n")):
        (tmp_path / name).write_bytes(data)
        assert main(["detect", str(tmp_path / name), "--json"]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert f"{name} holds no text" in said.err


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "byte 0 is 0x89"),
        ("Brücke".encode("latin-1"), "byte 2 is 0xfc"),
        (b"Words and then \x00\x00", "zero byte (character 15)"),
        ("Words".encode("utf-16-le"), "zero byte (character 1)"),
        ("Words".encode("utf-32"), "not UTF-8: byte 0"),
    ],
)
def test_a_file_that_is_no_text_is_told_with_the_place_and_the_next_step(tmp_path, capsys, data, said):
    (tmp_path / "file").write_bytes(data)

    assert main(["detect", str(tmp_path / "file")]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "Save it as plain text in UTF-8." in err


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_of_utf_16_is_named(tmp_path, capsys, encoding):
    (tmp_path / "file").write_bytes(f"\ufeff{NEWS}".encode(encoding))

    assert main(["detect", str(tmp_path / "file"), "--json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "is in UTF-16" in said.err
    assert "Save it as plain text in UTF-8." in said.err


def test_a_dash_reads_standard_input_and_is_told_the_same_as_a_file(news, capsys, monkeypatch):
    of_file, _ = run_json(capsys, news)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(news.read_bytes())))
    of_input, err = run_json(capsys, "-")

    assert (of_input.pop("document"), err) == ("standard input", "")
    assert of_input["annotations"] == of_file["annotations"]

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert main(["detect", "-"]) == 2
    assert "standard input holds no text" in capsys.readouterr().err


def test_a_standard_input_that_is_closed_is_told(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", None)

    assert main(["detect", "-"]) == 2
    assert "Standard input is closed" in capsys.readouterr().err


def run_with_encoding(encoding, *arguments):
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    return subprocess.run(
        [sys.executable, "-m", "redpencil", "detect", *map(str, arguments)], capture_output=True, env=environment
    )


# Windows gives a program that writes to a file or a pipe the encoding of its region.
@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_the_object_is_in_utf_8_and_the_lines_are_readable_whatever_the_terminal_can_show(tmp_path, encoding):
    path = tmp_path / "news.txt"
    path.write_text("市长 😀 said the bridge was safe.", encoding="utf-8")

    done = run_with_encoding(encoding, path, "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert "市长 😀" in json.loads(done.stdout.decode("utf-8"))["annotations"][0]["quotes"][0]

    done = run_with_encoding(encoding, path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert r"\u5e02\u957f \U0001f600" in done.stdout.decode(encoding)


@pytest.mark.skipif(sys.platform != "linux", reason="only there may a name be any bytes")
def test_a_name_that_is_no_text_leaves_the_object_readable(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    path.write_text(NEWS, encoding="utf-8")

    done = run_with_encoding("utf-8", path, "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode("utf-8"))["document"] == path.name


def test_a_wrong_layer_is_told_the_layers_and_nothing_is_printed(news, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["detect", str(news), "--json", "--layer", "labels"])

    said = capsys.readouterr()
    assert (stopped.value.code, said.out) == (2, "")
    assert "invalid choice: 'labels'" in said.err
    assert "'loaded-label'" in said.err


@pytest.mark.parametrize("text", ["市长说这座桥是安全的。", "Мэр заявил.", "قال رئيس البلدية إن الجسر آمن."])
def test_a_short_text_in_another_script_is_noticed_too(tmp_path, capsys, text):
    path = tmp_path / "text.txt"
    path.write_text(text, encoding="utf-8")

    assert "the rules are for English" in run_json(capsys, path)[0]["notice"]


def test_a_line_of_a_megabyte_without_a_space_is_one_sentence(tmp_path, capsys):
    path = tmp_path / "line.txt"
    path.write_bytes(b"a" * 1_000_000)

    [row] = run_json(capsys, path)[0]["annotations"]
    assert (row["layer"], row["spans"]) == ("sourcing", [[0, 1_000_000]])


def test_a_file_over_the_limit_is_told_the_limit(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("redpencil.detectors.detect.FILE_BYTES_AT_MOST", 1_000)
    (tmp_path / "large.txt").write_text("word " * 201)

    assert main(["detect", str(tmp_path / "large.txt")]) == 2
    assert "more than 1,000 bytes" in capsys.readouterr().err


def test_the_limit_is_twenty_megabytes():
    assert detect.FILE_BYTES_AT_MOST == 20_000_000


def test_a_missing_file_and_a_folder_are_told(tmp_path, capsys):
    assert main(["detect", str(tmp_path / "none.txt")]) == 2
    assert "none.txt is missing" in capsys.readouterr().err
    assert main(["detect", str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err


def test_another_language_is_noticed_in_one_line_and_the_work_goes_on(tmp_path, capsys):
    path = tmp_path / "german.txt"
    path.write_text(GERMAN, encoding="utf-8")

    assert main(["detect", str(path)]) == 0
    said = capsys.readouterr()
    assert "the rules are for English" in said.err
    assert len(said.err.splitlines()) == 1
    assert "sourcing own-voice" in said.out
    found, err = run_json(capsys, path)
    assert err == ""
    assert "the rules are for English" in found["notice"]


def test_a_byte_order_mark_is_not_of_the_text(tmp_path, capsys):
    path = tmp_path / "bom.txt"
    path.write_bytes(b"\xef\xbb\xbf" + NEWS.encode())

    assert run_json(capsys, path)[0]["annotations"][0]["spans"][0][0] == 0


def test_ids_that_two_layers_share_are_told_apart_and_links_follow(monkeypatch):
    def one(layer):
        cue = Annotation("a1", layer, "cue", (Span(0, 1),), ("I",))
        return lambda text, progress: [Suggestion(cue, "rule")]

    monkeypatch.setattr("redpencil.detectors.sourcing.detect_attributions", one("attribution"))
    monkeypatch.setattr("redpencil.detectors.sourcing.detect_rungs", one("sourcing"))

    found = detect.detect("It", ["attribution", "sourcing"])
    assert sorted(s.annotation.id for s in found) == ["a1", "sourcing-a1"]


def test_the_layers_of_the_command_are_those_of_the_detectors():
    command = next(a for a in _parser()._actions if a.dest not in ("help", "version")).choices["detect"]

    assert next(a for a in command._actions if a.dest == "layers").choices == list(detect.DETECTORS)


def test_a_layer_that_has_no_detector_here_is_told(news, capsys, monkeypatch):
    monkeypatch.setitem(detect.DETECTORS, "loaded-label", ("redpencil.detectors.not_there", "detect"))

    assert main(["detect", str(news), "--layer", "loaded-label"]) == 2
    assert "There are: attribution, sourcing." in capsys.readouterr().err
    assert {row["layer"] for row in run_json(capsys, news)[0]["annotations"]} == {"attribution", "sourcing"}


def test_a_progress_is_told_of_the_whole_text_for_each_layer_and_of_parts_before_the_end():
    text = "The plan failed, officials said. Fierce clashes went on.\n\n" * 400
    for wanted in detect.layers():
        told = []
        with_progress = detect.detect(text, [wanted], told.append)

        assert sum(told) == len(text)
        assert len(told) > 3
        assert min(told) > 0
        assert with_progress == detect.detect(text, [wanted])


def test_a_bar_is_drawn_on_a_terminal_and_nowhere_else(tmp_path, capsys, monkeypatch):
    path = tmp_path / "news.txt"
    path.write_text("The plan failed, officials said.\n", encoding="utf-8")
    for is_terminal, arguments, drawn in ((True, [], True), (True, ["--json"], False), (False, [], False)):
        monkeypatch.setattr(sys.stderr, "isatty", lambda answer=is_terminal: answer)
        assert main(["detect", str(path), *arguments]) == 0
        # 33 characters, for each of three layers.
        assert ("reading: 100%" in (said := capsys.readouterr().err)) == drawn
        assert ("99/99" in said) == drawn


def test_the_help_of_the_program_loads_no_detector():
    code = "import sys, redpencil.cli as c; c._parser(); print([m for m in sys.modules if 'detectors' in m])"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_detecting_loads_only_the_standard_library():
    code = (
        "import sys, redpencil.detectors.detect as d; d.detect('He said it rained.');"
        "print({m.partition('.')[0] for m in sys.modules} - sys.stdlib_module_names - {'redpencil', '__main__'})"
    )

    script = f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r}); {code}"
    loaded = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True)
    assert loaded.stdout == "set()\n"
