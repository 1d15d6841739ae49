"""``python -m redpencil`` is the ``redpencil`` command."""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # With -m, Python looks for modules in the current folder first. That is often a folder of submissions, and a file
    # there may be called like a module that is imported later.
    del sys.path[0]

from redpencil.cli import main

sys.exit(main())
