"""Format 2: who handed in, when and how late; what people decided; whose an identity is."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"

# Rows in one go.
CHUNK = 500


def upgrade() -> None:
    """Add columns and tables; every row stays, and says which free texts of it wait."""
    for column in (
        sa.Column("handed_in_as", sa.String(400), nullable=False, server_default=""),
        sa.Column("late", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
        sa.Column("handed_in_at", sa.String(40), nullable=False, server_default=""),
        sa.Column("matched_by", sa.String(10), nullable=False, server_default=""),
        sa.Column("section", sa.String(200), nullable=False, server_default=""),
        sa.Column("manual", sa.Text, nullable=False, server_default="{}"),
    ):
        op.add_column("submissions", column)
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("submission_id", sa.Integer, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
    )
    op.create_index("ix_decisions_submission_id", "decisions", ["submission_id"])
    op.create_table(
        "matches",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("handed_in_as", sa.String(400), nullable=False),
        sa.Column("student_id", sa.String(200), nullable=False),
        sa.Column("student_name", sa.String(200), nullable=False),
        sa.Column("section", sa.String(200), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
    )
    op.create_index("ix_matches_handed_in_as", "matches", ["handed_in_as"])
    if op.get_context().dialect.name == "postgresql":
        for name, type in (("exercise", sa.String(64)), ("student_id", sa.String(200)), ("path", sa.Text())):
            type.collation = "C"
            op.alter_column("submissions", name, type_=type)
    _say_what_waits(op.get_bind())
    op.execute("UPDATE about SET value = '2' WHERE name = 'format'")


def _say_what_waits(connection: sa.Connection) -> None:
    """Write into the details which free texts wait. In format 1 that was only to be seen from a group without points.

    A free text's item has the name of its group.
    """
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in ("id", "parts", "details")]
    table = sa.table("submissions", *columns)
    last = -1
    while True:
        query = sa.select(*columns).where(table.c.id > last, table.c.parts.like("%null%")).order_by(table.c.id)
        rows = connection.execute(query.limit(CHUNK)).all()
        if not rows:
            return
        last = rows[-1].id
        for row in rows:
            waiting = [group for group, points in json.loads(row.parts).items() if points is None]
            details = json.loads(row.details) | {"free_text": dict.fromkeys(waiting, True)}
            text = json.dumps(details, ensure_ascii=False, separators=(",", ":"))
            connection.execute(table.update().where(table.c.id == row.id).values(details=text))
