"""The audit log on the screen: filtered, checked, exported and vouched for."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import update

from cli.web_audit import PAGE
from consent_db import audit
from consent_db.schema import audit as audit_table
from gate.roles import Role
from gate.web.security import CSRF_FIELD
from tests.web.client import Browser, Console


def note(console: Console, count: int, action: str = "test.noted") -> None:
    with console.site.database.transaction("Nia Vaughan") as tx:
        for number in range(count):
            tx.audit(action, f"S{number:03}", {"number": number, "text": "<b>"})


def ask(browser: Browser, **fields: str) -> str:
    answer = browser.post("/audit/search", fields)
    assert answer.status_code == 200
    return answer.text


def verify(browser: Browser, checkpoint: bytes = b"") -> str:
    files = {"file": ("kept.json", checkpoint, "application/json")}
    answer = browser.client.post(
        "/audit/verify",
        data={CSRF_FIELD: browser.csrf},
        files=files,
        headers={"Accept": "text/html"},
    )
    assert answer.status_code == 200
    return answer.text


def change_first(console: Console) -> None:
    """Do what no function of the register does."""
    with console.site.database.transaction("somebody") as tx:
        changing = update(audit_table).where(audit_table.c.sequence == 1)
        tx.connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_no_update")
        tx.connection.execute(changing.values(actor="nobody"))


def test_the_filters_are_those_of_the_command_line(console: Console) -> None:
    note(console, 3)
    browser = console.as_(Role.AUDITOR)
    shown = browser.get("/audit").text
    assert "Nia Vaughan" in shown
    assert "&lt;b&gt;" in shown
    for fields in ({"action": "test"}, {"subject": "S001"}, {"actor": "Nia Vaughan"}):
        shown = ask(browser, **fields)
        assert "S001" in shown
        assert "account.made" not in shown
    assert "No such entry" in ask(browser, subject="S001", actor="Ada Evans")
    assert "No such entry" in ask(browser, until="2020-01-01")
    assert "S001" in ask(browser, since="2020-01-01", action="test.noted")
    assert browser.post("/audit/search", {"since": "2020-02-31"}).status_code == 400


def test_older_entries_follow_page_by_page(console: Console) -> None:
    note(console, PAGE + 1)
    browser = console.as_(Role.DPL)
    first = ask(browser, action="test")
    assert "S001<" in first
    assert "S000<" not in first
    before = first.split('name="before" value="')[1].split('"')[0]
    older = ask(browser, action="test", before=before)
    assert "S000<" in older
    assert "S001<" not in older
    assert "Newest entries" in older


def test_the_export_is_the_whole_log(console: Console) -> None:
    note(console, 1_201)
    answer = console.as_(Role.AUDITOR).get("/audit/export")
    assert answer.headers["content-disposition"].startswith("attachment")
    with console.site.database.reading() as connection:
        wanted = [one.as_dict() for one in audit.entries(connection)]
    assert [json.loads(line) for line in answer.text.splitlines()] == wanted


def test_a_checkpoint_vouches_for_the_log_until_it_is_changed(console: Console) -> None:
    browser = console.as_(Role.DPL)
    answer = browser.post("/audit/checkpoint")
    assert answer.headers["content-disposition"].startswith("attachment")
    kept = answer.content
    assert "audit.checkpointed" in ask(browser, actor="Dafydd Lewis")
    assert "each one checked" in verify(browser)
    assert "kept.json: holds." in verify(browser, kept)
    assert "its signature is wrong" in verify(browser, kept.replace(b'"count":', b'"count":1'))
    change_first(console)
    assert "Entry 1 of the audit log was changed" in verify(browser, kept)
    assert "Entry 1 of the audit log was changed" in browser.post("/audit/checkpoint").text


@pytest.mark.parametrize("data", [b"{}", b"\xff" * 20_000])
def test_what_is_no_checkpoint_is_said_to_be_none(console: Console, data: bytes) -> None:
    shown = verify(console.as_(Role.AUDITOR), data)
    assert "each one checked" in shown
    assert 'class="alert bad"' in shown
