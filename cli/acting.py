"""Who is at the command line, and whether that person may do what the verb does."""

from __future__ import annotations

from cli.site import Site, login_name
from gate.roles import Act, Role


def acting(site: Site, act: Act, by: str = "", *, channel: str = "") -> str:  # noqa: ARG001
    """The name that goes into the record for doing this."""
    return by.strip() or login_name()


def roles_of(site: Site, by: str = "") -> frozenset[str]:  # noqa: ARG001
    """The roles of whoever is at the command line; all of them where a site has no accounts."""
    return frozenset(Role)
