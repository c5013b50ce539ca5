"""The interface for programs of website administrators: version 1, and feeds of each channel."""

from __future__ import annotations

from fastapi import APIRouter

from gate.web.api_description import add_description
from gate.web.api_feeds import add_feeds
from gate.web.api_items import add_items
from gate.web.api_lists import add_lists
from gate.web.api_reports import add_reports
from gate.web.services import Services


def add_api(router: APIRouter, services: Services) -> None:
    """Add the routes; the description, which comes last, is of those before it."""
    add_lists(router, services)
    add_items(router, services.api)
    add_reports(router, services.api)
    add_feeds(router, services.api)
    add_description(router)
