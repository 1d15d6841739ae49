"""Reading a text or annotations on the command line: agreement, detect."""

from __future__ import annotations

import sys
from typing import Any

from redpencil.commands.terminal import DONE, counted, print_json, progress
from redpencil.document import KitError
from redpencil.grading.shown import written_out

QUOTED_AT_MOST = 160


def agreement_command(options: Any) -> int:
    """Say how far annotators agree."""
    from redpencil.agreement import measure_agreement
    from redpencil.annotation import read_annotations
    from redpencil.document import load_document
    from redpencil.exercise import load_exercise

    if len(options.files) < 2:
        raise KitError(f"Agreement needs two files or more, got {options.files[0]} alone. Name another pass.")
    if options.document:
        document = load_document(options.document)
    else:
        folder = next((p for p in options.files[0].resolve().parents if (p / "exercise.toml").is_file()), None)
        if folder is None:
            raise KitError(f"{options.files[0]} lies in no exercise's folder. Name its document with --document ID.")
        document = load_exercise(folder).document
    measured = measure_agreement([read_annotations(path, document) for path in options.files], document)
    if options.json:
        print_json(measured)
        return DONE
    for layer, measures in measured.items():
        print(layer)
        for name, value in measures.items():
            print(f"  {name:<40} {'undefined' if value is None else f'{value:.3f}'}")
    return DONE


def detect_command(options: Any) -> int:
    """List the detectors’ suggestions for a text."""
    from redpencil.detectors.detect import STANDARD_INPUT, decode_text, detect, layers, read_bytes, read_text, report

    if str(options.file) == "-":
        name = STANDARD_INPUT
        if sys.stdin is None:
            raise KitError("Standard input is closed, and “-” reads it. Name a file, or hand a text on to the command.")
        text = decode_text(read_bytes(sys.stdin.buffer, name), name)
    else:
        name = options.file.name
        text = read_text(options.file)
    read = len(dict.fromkeys(options.layers or layers()))
    with progress("reading", lambda: read * len(text), quiet=options.json, unit="character") as advance:
        suggestions = detect(text, options.layers, advance)
    found = report(name, text, suggestions)
    if options.json:
        print_json(found)
        return DONE
    if "notice" in found:
        print(f"redpencil: {written_out(name)}: {found['notice']}.", file=sys.stderr)
    line, at = 1, 0
    for suggestion in suggestions:
        annotation = suggestion.annotation
        line, at = line + text.count("\n", at, annotation.spans[0].start), annotation.spans[0].start
        quote = " … ".join(" ".join(words.split()) for words in annotation.quotes)
        if len(quote) > QUOTED_AT_MOST:
            quote = quote[: QUOTED_AT_MOST - 1] + "…"
        print(f"line {line}: {annotation.layer} {annotation.label}: {written_out(quote)} [{suggestion.rule}]")
    print(f"{counted(len(suggestions), 'suggestion')}. They say what a rule saw: no verdict on a claim or an outlet.")
    return DONE
