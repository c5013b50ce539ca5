"""The published description is what the server does: Schemathesis tries what it allows, and not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest
import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.engine import Status, events

from consent_db.feed import standing
from consent_db.publications import Posted, record_posted
from consent_db.takedowns import pending
from consent_db.tokens import Purpose
from gate.web import api_waiting
from tests.fake_gate import seen_on
from tests.web.client import HOST, Console
from tests.web.programs import ROOT, make_token
from tests.web.released import withdraw

CHECKS = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "positive_data_acceptance",
    "negative_data_rejection",
    "missing_required_header",
    "ignored_auth",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "object_level_authorization",
}
FINE = ["2xx", "304", "403", "404", "409", "410", "416"]
"""What a request that fits the description may be answered: it may be about nothing there is."""
REFUSED = ["400", "401", "403", "404", "405", "413", "422"]


@pytest.fixture
def console(released_copy: Console) -> Console:
    """With copies that stand, that were revoked, and that must come down."""
    site = released_copy.site
    with site.database.transaction("setup") as tx:
        for copy in standing(tx.connection, "website", 0, 10):
            if "P1" in seen_on((site.root / copy.path).read_bytes()):
                where = f"https://school.example/{copy.id}"
                told = Posted(copy.photo, "website", where, copy.sha256)
                record_posted(tx, site.consequences, told)
    withdraw(site, "P1")
    return released_copy


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds of waiting pass a thousand times as quickly."""
    patient = api_waiting.Waiting.until

    async def until(
        self: api_waiting.Waiting, request: object, channel: str, is_news: object, seconds: float
    ) -> bool:
        return await patient(self, request, channel, is_news, seconds / 1_000)  # type: ignore[arg-type]

    monkeypatch.setattr(api_waiting.Waiting, "until", until)


def numbers_of(console: Console) -> list[int]:
    """Numbers of copies and of requests to take one down."""
    with console.site.database.reading() as connection:
        copies = [one.id for one in standing(connection, "website", 0, 10)]
        return [*copies, 1, *(one.id for one in pending(connection))]


def configured(console: Console) -> SchemathesisConfig:
    """All checks, a fixed seed, and values of which many mean something on this site."""
    both = (Purpose.PULL, Purpose.REPORT)
    tokens = {one.value: {"bearer": make_token(console.site, one)[1]} for one in both}
    return SchemathesisConfig.from_dict(
        {
            "seed": 7,
            "headers": {"Host": HOST},
            "auth": {"openapi": tokens},
            "generation": {"deterministic": True, "max-examples": 20},
            "dictionaries": {
                "channels": {"values": ["website"]},
                "numbers": {"values": numbers_of(console)},
            },
            "parameters": {
                "path.channel": {"dictionary": "channels", "probability": 0.8},
                "path.number": {"dictionary": "numbers", "probability": 0.8},
            },
            "checks": {
                "positive_data_acceptance": {"expected-statuses": FINE},
                "negative_data_rejection": {"expected-statuses": REFUSED},
            },
        }
    )


def failures(event: events.ScenarioFinished) -> Iterator[str]:
    for checks in event.recorder.checks.values():
        for check in checks:
            if check.status is not Status.SUCCESS:
                told = check.failure_info
                yield f"{event.label} ({event.phase}): {check.name}: {told}"


def test_no_answer_is_a_server_error_or_undocumented(console: Console, impatient: None) -> None:
    schema = schemathesis.openapi.from_asgi(
        f"{ROOT}/openapi.json", console.app, config=configured(console), headers={"Host": HOST}
    )
    wrong: list[str] = []
    statuses: dict[str, set[int]] = defaultdict(set)
    checked: set[str] = set()
    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            wrong.append(str(event.value))
        assert not isinstance(event, events.FatalError), event
        if not isinstance(event, events.ScenarioFinished):
            continue
        wrong += failures(event)
        for number, exchange in event.recorder.interactions.items():
            label = event.recorder.cases[number].value.operation.label
            statuses[label].add(exchange.response.status_code if exchange.response else 0)
            checked |= {check.name for check in event.recorder.checks.get(number, ())}
    assert wrong == []
    assert checked == CHECKS
    described = {one.ok().label for one in schema.get_all_operations() if isinstance(one, Ok)}
    assert set(statuses) == described
    for label, found in statuses.items():
        assert found & {200, 304}, (label, "was never asked for anything that there is")
