"""See to it that the test against nbgrader has one: in an environment of its own, from PyPI, made once.

``python tests/set_up_nbgrader.py`` says nothing when it is there, and exits with 1 and says why when it cannot be made.
The benchmarks use the same one; its versions stand in ``benchmarks/requirements-nbgrader.txt``.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from environments import environment
from measure import BenchError


def main() -> int:
    """Make the environment if it is not there; returns the exit status."""
    try:
        environment("nbgrader")
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
