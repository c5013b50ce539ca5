"""The tables of the register and the ledger, as they are after every migration."""

from __future__ import annotations

from consent_db import triggers
from consent_db.schema.base import Utc, metadata
from consent_db.schema.ledger import (
    decisions,
    drops,
    judgements,
    photos,
    releases,
    statements,
    statements_taken_back,
)
from consent_db.schema.likenesses import fingerprints, links
from consent_db.schema.log import audit, audit_head
from consent_db.schema.register import (
    biometrics,
    calibrations,
    consents,
    people,
    register,
    restrictions,
    template_references,
    templates,
)

__all__ = [
    "Utc",
    "audit",
    "audit_head",
    "biometrics",
    "calibrations",
    "consents",
    "decisions",
    "drops",
    "fingerprints",
    "judgements",
    "links",
    "metadata",
    "people",
    "photos",
    "register",
    "releases",
    "restrictions",
    "statements",
    "statements_taken_back",
    "template_references",
    "templates",
]

triggers.attach(metadata)
