"""What Alembic runs to begin: the steps, on the connection that it was given."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
# The transaction is the caller's: Alembic sees that there is one and neither begins nor ends any.
with context.begin_transaction():
    context.run_migrations()
