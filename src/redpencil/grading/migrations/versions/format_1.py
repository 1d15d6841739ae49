"""Format 1: the tables of the first kit, as it made them itself."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "about",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("exercise", sa.String(64), nullable=False),
        sa.Column("student_id", sa.String(200), nullable=False),
        sa.Column("student_name", sa.String(200), nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("saved_at", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("points", sa.Float),
        sa.Column("points_at_most", sa.Float),
        sa.Column("parts", sa.Text, nullable=False),
        sa.Column("answers", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("exercise_version", sa.String(64), nullable=False),
        sa.Column("key_version", sa.String(64), nullable=False),
        sa.Column("graded_at", sa.String(40), nullable=False),
        sa.Column("is_current", sa.Boolean, nullable=False),
        sa.UniqueConstraint("path", "sha256", name="one_row_a_file"),
    )
    op.create_index("by_student", "submissions", ["exercise", "student_id"])
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("submission_id", sa.Integer, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_changes_submission_id", "changes", ["submission_id"])
    op.execute("INSERT INTO about (name, value) VALUES ('format', '1')")
