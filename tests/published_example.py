"""The worked examples in ``published/``: each with its full source, and where in it the example stands."""

import json
from pathlib import Path

FOLDER = Path(__file__).with_name("published")


def published(name):
    """What a paper gives and what comes out, as the file beside this one has it."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
