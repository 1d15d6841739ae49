"""Steps from an older format of the gradebook to the next, run by Alembic; ``versions`` has one file for each.

A step is never changed once it was released: it is what brings the gradebooks of a past term here.
"""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect


def run(connection: Connection) -> None:
    """Take every step that is missing, in the transaction that the connection is in: all of them, or none.

    Gradebooks of format 1 were made before there were steps; such a one is marked as standing on the first.
    """
    config = Config()
    config.set_main_option("script_location", "redpencil.grading:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    if not inspect(connection).has_table("alembic_version"):
        command.stamp(config, "1")
    command.upgrade(config, "head")
