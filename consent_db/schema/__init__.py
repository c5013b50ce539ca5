"""The tables of the register and the ledger, as they are after every migration."""

from __future__ import annotations

from consent_db import triggers
from consent_db.schema.accounts import accounts, api_tokens, login_attempts, sessions
from consent_db.schema.base import Utc, metadata
from consent_db.schema.duties import disposals, erasures
from consent_db.schema.feed import release_events
from consent_db.schema.incidents import incident_notes, incident_photos, incidents
from consent_db.schema.ledger import (
    approvals,
    decisions,
    drops,
    judgements,
    photos,
    releases,
    statements,
    statements_taken_back,
)
from consent_db.schema.likenesses import fingerprints, links
from consent_db.schema.locks import locks, pages_due
from consent_db.schema.log import audit, audit_head
from consent_db.schema.register import (
    biometrics,
    calibrations,
    consents,
    left_out_references,
    people,
    register,
    restrictions,
    template_references,
    templates,
)
from consent_db.schema.released import (
    mentions,
    places,
    rejudgings,
    removals,
    sweeps,
    takedowns,
)
from consent_db.schema.uploads import uploads

__all__ = [
    "Utc",
    "accounts",
    "api_tokens",
    "approvals",
    "audit",
    "audit_head",
    "biometrics",
    "calibrations",
    "consents",
    "decisions",
    "disposals",
    "drops",
    "erasures",
    "fingerprints",
    "incident_notes",
    "incident_photos",
    "incidents",
    "judgements",
    "left_out_references",
    "links",
    "locks",
    "login_attempts",
    "mentions",
    "metadata",
    "pages_due",
    "people",
    "photos",
    "places",
    "register",
    "rejudgings",
    "release_events",
    "releases",
    "removals",
    "restrictions",
    "sessions",
    "statements",
    "statements_taken_back",
    "sweeps",
    "takedowns",
    "template_references",
    "templates",
    "uploads",
]

triggers.attach(metadata)
