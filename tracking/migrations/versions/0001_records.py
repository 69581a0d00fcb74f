"""People, records and their versions, drafts, requests, audit."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_CHAIN = (
    # A comparison with NULL is neither true nor false, and passes.
    "(version = 1 AND previous IS NULL AND action = 'ajout') OR "
    "(version > 1 AND previous IS NOT NULL AND previous = version - 1 AND action IN ('correction', 'retrait', 'rétablissement'))"
)
_APPEND_ONLY = ("suivi_record", "suivi_deployment", "suivi_indicator")


def upgrade() -> None:
    """Make the tables, their constraints and the triggers that keep history from being rewritten."""
    time = sa.DateTime(timezone=True)
    op.create_table(
        "suivi_person",
        sa.Column("author_id", sa.String(32), primary_key=True),
        sa.Column("issuer", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("erased_at", time),
        sa.UniqueConstraint("issuer", "subject", name="uq_suivi_person"),
        sa.CheckConstraint(
            "(erased_at IS NULL AND issuer IS NOT NULL AND subject IS NOT NULL AND name IS NOT NULL) OR "
            "(erased_at IS NOT NULL AND issuer IS NULL AND subject IS NULL AND name IS NULL)",
            name="ck_suivi_person_erased",
        ),
    )
    op.create_table(
        "suivi_record",
        sa.Column("record_id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.CheckConstraint("kind IN ('deployment', 'indicator')", name="ck_suivi_record_kind"),
    )
    _versions(
        "suivi_deployment",
        sa.Column("id_projet", sa.Text, nullable=False),
        sa.Column("statut", sa.String(16), nullable=False),
        sa.Column("code_insee", sa.String(5)),
        sa.Column("code_qp", sa.String(8)),
        sa.Column("lieu", sa.Text, nullable=False),
        sa.Column("lon", sa.Double),
        sa.Column("lat", sa.Double),
        sa.Column("date_debut", sa.Date),
        sa.Column("date_fin", sa.Date),
        sa.Column("partenaire", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.CheckConstraint(
            "statut IN ('envisagé', 'engagé', 'réalisé', 'abandonné')", name="ck_suivi_deployment_statut"
        ),
        sa.CheckConstraint("code_insee IS NOT NULL OR code_qp IS NOT NULL", name="ck_suivi_deployment_place"),
        sa.CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="ck_suivi_deployment_point"),
        sa.CheckConstraint("date_fin >= date_debut", name="ck_suivi_deployment_dates"),
        sa.CheckConstraint(
            "length(id_projet) BETWEEN 1 AND 80 AND length(lieu) <= 200 AND length(partenaire) <= 200 "
            "AND length(note) <= 2000",
            name="ck_suivi_deployment_lengths",
        ),
    )
    _versions(
        "suivi_indicator",
        sa.Column("id_projet", sa.Text, nullable=False),
        sa.Column("indicateur", sa.Text, nullable=False),
        sa.Column("periode_debut", sa.Date, nullable=False),
        sa.Column("periode_fin", sa.Date, nullable=False),
        sa.Column("echelle", sa.String(16), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("code", sa.String(8)),
        sa.Column("valeur", sa.Text),
        sa.Column("texte", sa.Text, nullable=False),
        sa.Column("unite", sa.Text, nullable=False),
        sa.CheckConstraint(
            "(echelle = 'ensemble' AND code IS NULL) OR (echelle IN ('commune', 'qpv') AND code IS NOT NULL)",
            name="ck_suivi_indicator_scale",
        ),
        sa.CheckConstraint("(valeur IS NULL) = (texte <> '')", name="ck_suivi_indicator_value"),
        sa.CheckConstraint("periode_fin >= periode_debut", name="ck_suivi_indicator_dates"),
        sa.CheckConstraint(
            "length(id_projet) BETWEEN 1 AND 80 AND length(indicateur) BETWEEN 1 AND 400 "
            "AND length(source) BETWEEN 1 AND 300 AND length(texte) <= 1000 AND length(unite) <= 60",
            name="ck_suivi_indicator_lengths",
        ),
    )
    op.create_table(
        "suivi_draft",
        sa.Column("draft_id", sa.String(32), primary_key=True),
        sa.Column(
            "record_id", sa.String(32), sa.ForeignKey("suivi_record.record_id"), nullable=False, index=True
        ),
        sa.Column("based_on", sa.Integer, nullable=False),
        sa.Column("author_id", sa.String(32), sa.ForeignKey("suivi_person.author_id"), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("written_at", time, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.UniqueConstraint("author_id", "request_id", "record_id", name="uq_suivi_draft"),
    )
    op.create_table(
        "suivi_request",
        sa.Column("author_id", sa.String(32), sa.ForeignKey("suivi_person.author_id"), primary_key=True),
        sa.Column("request_id", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("written_at", time, nullable=False),
    )
    op.create_table(
        "suivi_audit",
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("written_at", time, nullable=False, index=True),
        sa.Column("author_id", sa.String(32), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("record_id", sa.String(32)),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.CheckConstraint("outcome IN ('accepté', 'refusé')", name="ck_suivi_audit_outcome"),
    )
    op.create_index("ix_suivi_audit_author", "suivi_audit", ["author_id", "written_at"])
    _keep_history()


def _versions(name: str, *rest: sa.Column[Any] | sa.CheckConstraint) -> None:
    op.create_table(
        name,
        sa.Column("record_id", sa.String(32), sa.ForeignKey("suivi_record.record_id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("previous", sa.Integer),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("author_id", sa.String(32), sa.ForeignKey("suivi_person.author_id"), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        *rest,
        sa.ForeignKeyConstraint(["record_id", "previous"], [f"{name}.record_id", f"{name}.version"]),
        sa.CheckConstraint(_CHAIN, name=f"ck_{name}_chain"),
    )
    op.create_index(f"ix_{name}_projet", name, ["id_projet"])


def _keep_history() -> None:
    message = "l''historique du suivi ne se modifie pas"
    if op.get_bind().dialect.name == "sqlite":
        for table in _APPEND_ONLY:
            for event in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER tr_{table}_{event.lower()} BEFORE {event} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION suivi_keep_history() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$"
    )
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER tr_{table} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION suivi_keep_history()"
        )
