"""Every name of the register, for telling them from names of files and folders."""

from __future__ import annotations

from collections.abc import Callable

from cli.site import Site


def register_names(site: Site) -> Callable[[], frozenset[str]]:
    """Every name and reference of the register; read again only when the register changed."""
    register = site.register()
    known: list[tuple[int, frozenset[str]]] = []

    def names() -> frozenset[str]:
        revision = register.revision()
        if not known or known[0][0] != revision:
            everybody = register.snapshot().people.values()
            words = frozenset(
                word for p in everybody for word in (p.ref, p.given_name, p.family_name) if word
            )
            known[:] = [(revision, words)]
        return known[0][1]

    return names
