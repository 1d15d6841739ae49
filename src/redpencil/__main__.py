"""``python -m redpencil`` is the ``redpencil`` command."""

import sys

from redpencil.cli import main

sys.exit(main())
