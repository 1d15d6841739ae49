"""Look a built folder over for addresses of other hosts that a browser would fetch something from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from redpencil.pages.resources import is_elsewhere, loads_from_elsewhere

# Hosts that hand out scripts, fonts and packages: no script may name one, whatever it would do with it.
HANDS_OUT = re.compile(
    r"(?:jsdelivr\.net|unpkg\.com|cdnjs\.cloudflare\.com|esm\.sh|skypack\.dev|jspm\.(?:io|dev)|pypi\.org|pythonhosted\.org"
    r"|registry\.npmjs\.(?:org|com)|googleapis\.com|gstatic\.com|google-analytics\.com|googletagmanager\.com)"
)
ADDRESS = re.compile(r"https?://[^\s\"'`<>)\\]+")
# What a script loads has such an ending; what it only links to in a menu or a message has not.
LOADED = re.compile(r"\.(?:m?js|css|wasm|whl|woff2?|ttf|zip|data)(?:[?#]|$)")
# It shows files on pages, and says so of each: no browser runs one from there.
PAGES = "github.com"
# Names of a setting that something is fetched from.
SETTING = re.compile(r"(?:url|urls|href|src|file_name|load)$", re.I)


def fetched_from_elsewhere(folder: Path, but_for: frozenset[tuple[str, str]] = frozenset()) -> list[str]:
    """One line for each address of another host that a file of ``folder`` could make a browser fetch.

    Addresses in licences, comments and links that a reader follows are none. ``but_for`` holds pairs of a file's name
    and the beginning of an address that are known never to be fetched.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        for address in sorted(set(_addresses(path))):
            if not any(path.name == name and address.startswith(start) for name, start in but_for):
                found.append(f"{path.relative_to(folder).as_posix()}: {address}")
    return found


def _addresses(path: Path) -> Iterator[str]:
    if path.suffix in (".html", ".css", ".js", ".mjs", ".json") and path.is_file():
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.suffix in (".html", ".css"):
            html = f"<style>{text}</style>" if path.suffix == ".css" else text
            yield from (address for _, address in loads_from_elsewhere(html))
        elif path.suffix == ".json":
            # A schema describes settings, and gives their defaults only to who reads it.
            # A package.json speaks to developers alone.
            if path.name != "package.json" and not path.name.endswith((".schema.json", ".schema.v0.json")):
                yield from _settings(json.loads(text))
        else:
            for address in ADDRESS.findall(text):
                host = address.split("/")[2]
                if HANDS_OUT.search(host) or (LOADED.search(address) and host != PAGES):
                    yield address


def _settings(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _settings(one, str(key))
    elif isinstance(value, list):
        for one in value:
            yield from _settings(one, name)
    elif isinstance(value, str) and SETTING.search(name) and is_elsewhere(value):
        yield value
