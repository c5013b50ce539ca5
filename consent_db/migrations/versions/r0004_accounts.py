"""Accounts, sessions, tokens of programs, and the counting of failed logins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables; a site has no account until somebody makes one."""
    _accounts()
    _sessions()
    _tokens()
    op.create_table(
        "login_attempts",
        sa.Column("slot", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("failed_at", _UTC),
        sa.Column("told_at", _UTC),
        sa.PrimaryKeyConstraint("slot", name="pk_login_attempts"),
    )


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("totp", sa.LargeBinary()),
        sa.Column("made_at", _UTC, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("disabled_at", _UTC),
        sa.Column("disabled_by", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("folded", name="uq_accounts_folded"),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=True),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("account", _NUMBER, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("made_at", _UTC, nullable=False),
        sa.Column("last_seen_at", _UTC, nullable=False),
        sa.Column("expires_at", _UTC, nullable=False),
        sa.Column("ended_at", _UTC),
        sa.CheckConstraint("kind IN ('cli', 'web')", name=op.f("ck_sessions_kind")),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_sessions_account"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("token", name="uq_sessions_token"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sessions_account", "sessions", ["account"])


def _tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("account", _NUMBER, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("made_at", _UTC, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("expires_at", _UTC, nullable=False),
        sa.Column("last_used_at", _UTC),
        sa.Column("revoked_at", _UTC),
        sa.Column("revoked_by", sa.Text()),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_api_tokens_account"),
        sa.PrimaryKeyConstraint("id", name="pk_api_tokens"),
        sa.UniqueConstraint("token", name="uq_api_tokens_token"),
    )
    op.create_index("ix_api_tokens_account", "api_tokens", ["account"])
