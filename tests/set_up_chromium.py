"""See to it that browser tests have a Chromium: one that is there, else Debian's package, else Playwright's own.

``python tests/set_up_chromium.py`` says nothing when one is found, and exits with 1 and says what to install when none
can be had.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import debian
from debian import Run

VARIABLE = "RED_PENCIL_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
IN_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


class NoChromiumError(Exception):
    """There is none, and none could be installed; the message says what to do."""


def find_chromium() -> str | None:
    """The path of a Chromium that is on this machine, or None. Raises NoChromiumError if the named one is not there."""
    if named := os.environ.get(VARIABLE):
        found = shutil.which(named)
        if found is None:
            raise NoChromiumError(f"{VARIABLE} names {named}, which is no program. Correct it, or unset it.")
        return found
    for name in (*NAMES, *IN_APPLICATIONS):
        if found := shutil.which(name):
            return found
    return playwrights_own()


def playwrights_own() -> str | None:
    """The path of the Chromium that Playwright installed for itself, or None."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def install_chromium(run: Run) -> None:
    """Try each way to install one; ``run`` runs a command and tells whether it went well."""
    if debian.install("chromium", run) and find_chromium():
        return
    run([sys.executable, "-m", "playwright", "install", "chromium"])


def set_up(run: Run) -> str:
    """The path of a Chromium, installed first if need be. Raises NoChromiumError if there is no way."""
    if found := find_chromium():
        return found
    print("Browser tests need a Chromium and there is none here: installing one.", flush=True)
    install_chromium(run)
    if found := find_chromium():
        return found
    raise NoChromiumError(
        "Browser tests need a Chromium; there is none here, and neither Debian's package nor Playwright's own could be "
        "installed.\nInstall Chromium or Google Chrome yourself (on Debian, as root: apt-get install chromium),\n"
        f"or set {VARIABLE} to the path of one. Then run make test again."
    )


if __name__ == "__main__":
    try:
        set_up(debian.run_quietly)
    except NoChromiumError as error:
        sys.exit(str(error))
