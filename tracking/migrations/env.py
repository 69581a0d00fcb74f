"""What Alembic runs: the migrations, on the connection that `tracking._engine` holds open and locked."""

from alembic import context

from tracking._schema import METADATA, SCHEMA_TABLE

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, version_table=SCHEMA_TABLE
)
context.run_migrations()
