"""Points out of the gradebook: as a table of our own, and in the sheets and files that learning platforms take back."""

from redpencil.grading.export.table import write_csv

__all__ = ["write_csv"]
