"""The book and its worksheets: build, serve, release, lab."""

from __future__ import annotations

from typing import Any

from redpencil.commands.terminal import DONE, counted
from redpencil.document import KitError


def build_command(options: Any) -> int:
    """Build the site."""
    from redpencil.pages.site import build

    front = build(options.output, notebooks=options.notebooks)
    print(f"The site is in {front}. Next: redpencil serve, or copy the folder to a web server.")
    return DONE


def serve_command(options: Any) -> int:
    """Build what changed, and serve the site on this machine."""
    from redpencil.pages.site import serve

    serve(options.port, open_browser=not options.no_browser, notebooks=options.notebooks)
    return DONE


def release_command(options: Any) -> int:
    """Write what students get, or an nbgrader course’s assignments."""
    from redpencil.grading.release import release, release_for_nbgrader

    if options.keys and not options.nbgrader:
        raise KitError("What students get has no key inside, so --keys has no use. Leave it out, or add --nbgrader.")
    for exercise in options.exercises:
        if options.nbgrader:
            for path in release_for_nbgrader(exercise, options.output, options.keys):
                print(path)
            print(f"Next, in {options.output}: nbgrader generate_assignment {exercise}")
            continue
        for path in release(exercise, options.output):
            print(path)
    return DONE


def lab_command(options: Any) -> int:
    """Open the worksheets in a local JupyterLab."""
    from redpencil.lab import check_lab, put_worksheets, run_lab

    check_lab(options.port)
    put = put_worksheets(options.exercises, options.folder)
    print(
        f"{put.folder}: {counted(len(put.written), 'file')} written, {len(put.kept)} there already and left as they "
        "are."
    )
    print("JupyterLab starts. Save with Ctrl+S; your work stays in that folder. Stop with Ctrl+C.", flush=True)
    run_lab(put, options.port, open_browser=not options.no_browser)
    return DONE
