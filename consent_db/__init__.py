"""The register and the ledger: people, permissions, restrictions, templates, photos, audit."""
