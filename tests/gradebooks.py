"""A gradebook's database as a test looks into it, whichever program holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import make_url, select, text

from redpencil.grading import schema

# What two runs over the same submissions need not share: when they ran, and in which order rows came.
OF_A_RUN = ("id", "submission_id", "graded_at", "at")


class Database:
    """The database at an address, read beside the kit."""

    def __init__(self, address: str) -> None:
        self.address = address

    def rows(self, table: str = "submissions", order: str = "path") -> list[dict[str, Any]]:
        """Every row of a table, by column."""
        chosen = schema.metadata.tables[table]
        engine = schema.engine_at(make_url(self.address))
        with engine.connect() as connection:
            found = [dict(row) for row in connection.execute(select(chosen).order_by(chosen.c[order])).mappings()]
        engine.dispose()
        return found

    def execute(self, sql: str, **values: object) -> None:
        """Do something that the kit would not do."""
        engine = schema.engine_at(make_url(self.address))
        with engine.begin() as connection:
            connection.execute(text(sql), values)
        engine.dispose()

    def whole(self) -> dict[str, list[Mapping[str, Any]]]:
        """Every row of every table but times and ids, so that two gradebooks can be held against each other.

        Of what belongs to a submission, its path stands in the place of its id.
        """
        paths = {row["id"]: (row["path"], row["sha256"]) for row in self.rows()}
        tables = {}
        for name in schema.metadata.tables:
            rows = []
            for row in self.rows(name, next(iter(schema.metadata.tables[name].c)).name):
                kept = {column: value for column, value in row.items() if column not in OF_A_RUN}
                if "submission_id" in row:
                    kept["submission"] = paths[row["submission_id"]]
                rows.append(kept)
            tables[name] = sorted(rows, key=str)
        return tables
