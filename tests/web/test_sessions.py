"""Logging in and out, and what ends a login; guessing leads nowhere and tells nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import update

from consent_db import accounts, audit
from consent_db.schema import sessions
from gate.roles import Role
from gate.web import security
from gate.web.setting_up import TRIES, SetupCode
from tests.web.client import SETUP_CODE, Browser, Console
from tests.web.people import NAMES, PASSWORD

ADA = NAMES[Role.ADMIN]
NEW = "seven swans over the mill"


def at_the_door(console: Console) -> Browser:
    browser = console.nobody()
    browser.get("/login")
    return browser


def log_in(browser: Browser, name: str = ADA, password: str = PASSWORD, **more: str) -> int:
    fields = {"name": name, "password": password, **more}
    return browser.post("/login", fields).status_code


def guesses(guess: Callable[[int], int]) -> list[int]:
    """The answers until somebody has to wait; on a slow computer that takes a few more."""
    found: list[int] = []
    while len(found) < 10 and 429 not in found:
        found.append(guess(len(found)))
    return found


def test_logging_in_and_out(console: Console) -> None:
    browser = at_the_door(console)
    answer = browser.post(
        "/login", {"name": "ada  EVANS", "password": PASSWORD, "next": "/account"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert "Good day, Ada Evans" in browser.get("/").text
    secret = browser.client.cookies["photogate"]
    assert browser.post("/logout").headers["location"] == "/login"
    assert "You are logged out." in browser.get("/login").text
    assert "You are logged out." not in browser.get("/login").text, "said once"
    browser.client.cookies.set("photogate", secret)
    assert browser.get("/").status_code == 303, "the old secret is worth nothing"


def test_a_secret_that_somebody_put_there_before_is_worth_nothing(console: Console) -> None:
    browser = console.nobody()
    planted = security.fresh_secret()
    browser.client.cookies.set("photogate", planted)
    browser.client.cookies.set("photogate-before", planted)
    token = security.csrf_of(planted)
    answer = browser.post("/login", {"name": ADA, "password": PASSWORD}, csrf=token)
    assert answer.status_code == 303
    assert all(planted not in cookie for cookie in answer.headers.get_list("set-cookie"))
    other = console.nobody()
    other.client.cookies.set("photogate", planted)
    assert other.get("/").status_code == 303


def test_logging_in_again_ends_the_login_before(console: Console) -> None:
    browser = console.as_(Role.DSL)
    before = browser.secret
    assert browser.post("/login", {"name": ADA, "password": PASSWORD}).status_code == 303
    other = console.nobody()
    other.client.cookies.set("photogate", before)
    assert other.get("/").status_code == 303


@pytest.mark.parametrize("column", ["last_seen_at", "expires_at"])
def test_a_login_ends_by_itself(console: Console, column: str) -> None:
    browser = console.as_(Role.ADMIN)
    assert browser.get("/").status_code == 200
    past = datetime.now(UTC) - timedelta(minutes=31)
    with console.site.database.transaction("clock") as tx:
        tx.connection.execute(update(sessions).values(**{column: past}))
    assert browser.get("/").headers["location"] == "/login"


def test_a_login_at_the_command_line_is_none_on_the_web(console: Console) -> None:
    from consent_db.sessions import SessionKind, open_

    with console.site.database.transaction("setup") as tx:
        ada = accounts.named(tx.connection, ADA)
        _, secret = open_(tx, ada.id, SessionKind.CLI)
    browser = console.nobody()
    browser.client.cookies.set("photogate", secret)
    assert browser.get("/").status_code == 303


def test_disabling_an_account_ends_its_logins_at_once(console: Console) -> None:
    browser = console.as_(Role.SOCIAL)
    assert browser.get("/").status_code == 200
    with console.site.database.transaction("Ada") as tx:
        accounts.disable(tx, accounts.named(tx.connection, NAMES[Role.SOCIAL]).id)
    assert browser.get("/").status_code == 303


def test_logins_are_listed_and_ended_by_their_owner_only(console: Console) -> None:
    one, two, dsl = console.as_(Role.ADMIN), console.as_(Role.ADMIN), console.as_(Role.DSL)
    numbers = re.findall(r"/account/logins/(\d+)/end", one.get("/account").text)
    assert numbers
    dsl.post(f"/account/logins/{numbers[0]}/end")
    assert two.get("/").status_code == 200, "not by somebody else"
    one.post("/account/logins/end-others")
    assert "other login" in one.get("/account").text
    assert two.get("/").status_code == 303
    assert one.get("/").status_code == dsl.get("/").status_code == 200


def test_a_new_password_ends_every_login(console: Console) -> None:
    one, two = console.as_(Role.ADMIN), console.as_(Role.ADMIN)
    wrong = {"old": "not this one at all", "new": NEW, "again": NEW}
    assert "present password is wrong" in one.post("/account/password", wrong).text
    differ = {"old": PASSWORD, "new": NEW, "again": "another one here"}
    assert "two new passwords differ" in one.post("/account/password", differ).text
    weak = {"old": PASSWORD, "new": "short", "again": "short"}
    assert "at least 12 characters" in one.post("/account/password", weak).text
    right = {"old": PASSWORD, "new": NEW, "again": NEW}
    assert one.post("/account/password", right).headers["location"] == "/login"
    assert "Your password is changed" in one.get("/login").text
    assert one.get("/").status_code == two.get("/").status_code == 303
    assert log_in(at_the_door(console)) == 403
    assert log_in(at_the_door(console), password=NEW) == 303


def test_a_name_without_an_account_gets_the_same_answer_after_the_same_work(
    console: Console,
) -> None:
    with console.site.database.transaction("Ada") as tx:
        accounts.disable(tx, accounts.named(tx.connection, NAMES[Role.SOCIAL]).id)
    answers, times = [], []
    for name in (ADA, "Nobody Atall", NAMES[Role.SOCIAL]):
        spent = []
        for _ in range(3):
            browser = at_the_door(console)
            begun = time.perf_counter()
            answer = browser.post("/login", {"name": name, "password": "wrong password here"})
            spent.append(time.perf_counter() - begun)
        times.append(min(spent))
        hidden = re.sub(r"[0-9a-f]{64}", "", answer.text)
        kept = {k: v for k, v in answer.headers.items() if k not in ("x-request-id", "set-cookie")}
        answers.append((answer.status_code, hidden, kept))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 403
    assert max(times) < 4 * min(times), times


@pytest.mark.parametrize("name", [ADA, "Nobody Atall"])
def test_guessing_is_slowed_down_for_any_name(console: Console, name: str) -> None:
    statuses = guesses(lambda n: log_in(at_the_door(console), name, f"wrong password {n}"))
    assert statuses[:5] == [403] * 5
    assert statuses[-1] == 429
    browser = at_the_door(console)
    answer = browser.post("/login", {"name": name, "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Too many tries" in answer.text


def test_one_time_codes(console: Console) -> None:
    browser = console.as_(Role.ADMIN)
    text = browser.get("/account/code").text
    found = re.search(r'name="secret" value="([A-Z2-7]{32})"', text)
    assert found
    assert "<svg" in text
    secret = found[1]
    codes = pyotp.TOTP(secret)
    form = {"secret": secret, "digits": codes.now(), "password": PASSWORD}
    assert (
        "present password is wrong"
        in browser.post("/account/code", form | {"password": "wrong"}).text
    )
    assert "not the code" in browser.post("/account/code", form | {"digits": "000000"}).text
    assert browser.post("/account/code", form).status_code == 303
    assert "From now on you are asked" in browser.get("/account").text
    stored = [path.read_bytes() for path in (console.site.root / "register").iterdir()]
    assert stored
    assert not any(secret.encode() in data for data in stored), "a copy makes no codes"
    assert log_in(at_the_door(console)) == 403
    assert log_in(at_the_door(console), code="000000") == 403
    used = form["digits"]
    assert log_in(at_the_door(console), code=used) == 403, "a code counts once"
    later = codes.at(datetime.now(UTC) + timedelta(seconds=30))
    assert log_in(at_the_door(console), code=f"{later[:3]} {later[3:]}") == 303
    assert log_in(at_the_door(console), NAMES[Role.DSL], code="") == 303, "others need none"
    assert browser.post("/account/code/remove", {"password": PASSWORD}).status_code == 303
    assert log_in(at_the_door(console)) == 303


def test_a_known_password_does_not_let_codes_be_guessed(console: Console) -> None:
    secret = pyotp.random_base32()
    browser = console.as_(Role.ADMIN)
    form = {"secret": secret, "digits": pyotp.TOTP(secret).now(), "password": PASSWORD}
    assert browser.post("/account/code", form).status_code == 303
    statuses = guesses(lambda n: log_in(at_the_door(console), code=f"{n:06}"))
    assert statuses[-1] == 429


def test_the_first_account_takes_the_code_of_the_terminal(fresh_console: Console) -> None:
    browser = fresh_console.nobody()
    browser.get("/set-up")
    form = {"name": "Ada Evans", "password": PASSWORD, "again": PASSWORD}
    for code in ("", "WRONG"):
        assert "set-up code is wrong" in browser.post("/set-up", form | {"code": code}).text
    right = form | {"code": SETUP_CODE.lower().replace("-", " ")}
    weak = browser.post("/set-up", right | {"password": "a", "again": "a"})
    assert "at least 12 characters" in weak.text
    assert browser.post("/set-up", right).headers["location"] == "/login"
    assert browser.get("/set-up").status_code == 404
    assert browser.post("/set-up", right).status_code == 404
    browser.get("/login")
    assert log_in(browser) == 303
    with fresh_console.site.database.reading() as connection:
        (made,) = accounts.everyone(connection)
        audit.verify(connection)
    assert made.roles == {Role.ADMIN}


def test_the_set_up_code_is_void_after_some_guesses() -> None:
    code = SetupCode(SETUP_CODE)
    assert not any(code.fits("x") for _ in range(TRIES))
    assert code.is_void
    assert not code.fits(SETUP_CODE)
    assert not SetupCode("").fits("")


def test_no_secret_stands_in_the_audit_log(console: Console) -> None:
    browser = at_the_door(console)
    log_in(browser)
    log_in(at_the_door(console), "typed my secret passphrase here", "x")
    with console.site.database.reading() as connection:
        text = repr(list(audit.entries(connection)))
    for secret in (PASSWORD, browser.client.cookies["photogate"], "passphrase"):
        assert secret not in text
