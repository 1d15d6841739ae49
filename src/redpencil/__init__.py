"""Red Pencil: read one partisan war report closely, mark it, and have the marks graded."""

__version__ = "0.1.0"
