"""What the web console is given: the functions of the command line, subject by subject."""

from __future__ import annotations

from cli.judging_behind import JudgingBehind
from cli.site import Site
from cli.web_accounts import WebAccounts, WebOwnAccount
from cli.web_api import WebApi
from cli.web_audit import WebAudit
from cli.web_drop import WebDrop
from cli.web_figures import WebFigures
from cli.web_health import WebHealth
from cli.web_imports import WebImports
from cli.web_overview import WebOverview
from cli.web_ready import WebReady
from cli.web_register import WebRegister
from cli.web_register_roll import Rolls
from cli.web_review import WebReview
from cli.web_site import WebSite
from cli.web_why import WebWhy
from gate.web.services import Services


def services_of(site: Site) -> Services:
    """The services of one site. Raises RegisterUnreachable, RegisterError or SiteError."""
    shared = WebSite(site)
    # Made before there are threads that could make it twice.
    shared.site()
    behind, rolls = JudgingBehind(shared), Rolls()
    return Services(
        accounts=WebAccounts(site),
        own_account=WebOwnAccount(site),
        health=WebHealth(site),
        overview=WebOverview(shared),
        figures=WebFigures(shared),
        review=WebReview(shared),
        why=WebWhy(shared),
        audit=WebAudit(shared),
        drop=WebDrop(shared),
        ready=WebReady(shared),
        api=WebApi(shared),
        register=WebRegister(shared, behind, rolls),
        imports=WebImports(shared, behind, rolls),
    )
