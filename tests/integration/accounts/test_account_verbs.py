"""photogate account, login, logout: as a school's people type them."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pyotp
import pytest

from cli.acting import acting, acting_as
from cli.background import main as background
from cli.site import Site
from consent_db import accounts, totp
from gate.errors import LoginRefused, NotAllowed, RegisterError, SettingsError, SiteError
from gate.roles import Act, Role
from tests.account_site import OTHER, SECRET, Keyboard, everybody, with_account


@pytest.fixture
def keyboard(site: Site) -> Keyboard:
    """A site with the administrator Ada, where nobody is logged in."""
    type_ = Keyboard(site)
    words = ("account", "add", "Ada Min", "--role", "admin", "--password-stdin")
    said = type_.said(*words, stdin=f"{SECRET}\n")
    assert "everybody who uses this site logs in" in said
    return type_


def log_in(type_: Keyboard, name: str = "Ada Min", secret: str = SECRET) -> str:
    return type_.said("login", name, "--password-stdin", stdin=f"{secret}\n")


def add(type_: Keyboard, name: str, *words: str) -> str:
    return type_.said("account", "add", name, *words, "--password-stdin", stdin=f"{SECRET}\n")


def test_the_first_account_needs_no_login_and_the_second_does(keyboard: Keyboard) -> None:
    words = ("account", "add", "Bea Min", "--role", "admin", "--password-stdin")
    assert isinstance(keyboard.refused(*words, stdin=f"{SECRET}\n"), NotAllowed)
    assert "logged in as Ada Min" in log_in(keyboard, "ada MIN")
    add(keyboard, "Bea Min", "--role", "admin", "--role", "dsl")
    rows = json.loads(keyboard("account", "list", "--json").stdout)
    assert [row["name"] for row in rows] == ["Ada Min", "Bea Min"]
    assert rows[1]["roles"] == ["admin", "dsl"]
    assert "argon2" not in keyboard("account", "list").output


def test_the_first_account_must_be_an_administrators(site: Site) -> None:
    words = ("account", "add", "Com Ms", "--role", "comms", "--password-stdin")
    assert "first account" in str(Keyboard(site).refused(*words, stdin=f"{SECRET}\n"))
    assert Keyboard(site).said("people", "list")


def test_without_accounts_there_is_nothing_to_log_in_to(site: Site) -> None:
    refused = Keyboard(site).refused("login", "Ada Min", "--password-stdin", stdin=f"{SECRET}\n")
    assert "no accounts" in str(refused)
    assert "Nobody was logged in" in Keyboard(site).said("logout")


def test_a_password_is_asked_for_hidden_and_twice(keyboard: Keyboard) -> None:
    shown = keyboard.said("login", "Ada Min", stdin=f"{SECRET}\n")
    assert SECRET not in shown
    typed = f"{OTHER}\n{OTHER}\n"
    result = keyboard("account", "add", "Com Ms", "--role", "comms", stdin=typed)
    assert result.exit_code == 0
    assert OTHER not in result.output
    differing = keyboard("account", "add", "An Other", "--role", "comms", stdin=f"{OTHER}\nx\n")
    assert differing.exit_code != 0


def test_a_login_is_kept_where_only_its_user_can_read_it(keyboard: Keyboard, home: Path) -> None:
    log_in(keyboard)
    kept = [path for path in home.rglob("*") if path.is_file()]
    assert len(kept) == 1
    if os.name == "posix":
        assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600
        assert stat.S_IMODE(kept[0].parent.stat().st_mode) == 0o700
    secret = kept[0].read_text().strip()
    log_in(keyboard)
    assert kept[0].read_text().strip() != secret
    again = Keyboard(keyboard.site, secret)
    assert isinstance(again.refused("account", "list"), NotAllowed), "the earlier login has ended"
    assert "logged out" in keyboard.said("logout")
    assert not kept[0].exists()
    assert isinstance(keyboard.refused("account", "list"), NotAllowed)
    assert [e.action for e in keyboard.log() if e.action.startswith("session")] == [
        "session.opened",
        "session.ended",
    ] * 2


def test_a_login_counts_on_its_own_site_only(
    keyboard: Keyboard, tmp_path: Path, home: Path
) -> None:
    from tests.account_site import new_site

    (tmp_path / "other").mkdir()
    other = Keyboard(new_site(tmp_path / "other"))
    add(other, "Ada Min", "--role", "admin")
    log_in(keyboard)
    assert isinstance(other.refused("account", "list"), NotAllowed)
    secret = next(path for path in home.rglob("*") if path.is_file()).read_text().strip()
    assert isinstance(Keyboard(other.site, secret).refused("account", "list"), NotAllowed)


def test_a_wrong_password_says_no_more_than_that(keyboard: Keyboard) -> None:
    words = ("login", "Ada Min", "--password-stdin")
    wrong = keyboard.refused(*words, stdin="wrong\n")
    unknown = keyboard.refused("login", "Nobody", "--password-stdin", stdin="wrong\n")
    assert isinstance(wrong, LoginRefused)
    assert str(wrong) == str(unknown)
    for _ in range(4):
        keyboard.refused(*words, stdin="wrong\n")
    assert "Wait" in str(keyboard.refused(*words, stdin=f"{SECRET}\n"))


def test_by_names_oneself_or_nobody(keyboard: Keyboard) -> None:
    log_in(keyboard)
    words = ("account", "add", "Com Ms", "--role", "comms", "--password-stdin")
    refused = keyboard.refused(*words, "--by", "Mr Lead", stdin=f"{SECRET}\n")
    assert "logged in as Ada Min" in str(refused)
    keyboard.said(*words, "--by", "ada min", stdin=f"{SECRET}\n")
    assert keyboard.log()[-1].actor == "Ada Min"


def test_one_may_change_ones_own_password_and_see_ones_own_logins(site: Site) -> None:
    type_ = everybody(site)[Role.SOCIAL]
    name = "social account"
    assert "1 times" in type_.said("account", "sessions", name)
    words = ("account", "password", name, "--password-stdin")
    wrong = type_.refused(*words, stdin=f"wrong\n{OTHER}\n")
    assert isinstance(wrong, LoginRefused)
    weak = type_.refused(*words, stdin=f"{SECRET}\nsocial account\n")
    assert isinstance(weak, RegisterError)
    assert "logged out 1 times" in type_.said(*words, stdin=f"{SECRET}\n{OTHER}\n")
    assert isinstance(type_.refused("account", "sessions", name), NotAllowed)
    anew = Keyboard(site)
    log_in(anew, name, OTHER)
    assert isinstance(anew.refused("account", "sessions", "dsl account"), NotAllowed)
    assert "logged out 1 times" in anew.said("account", "end-sessions", name)


def test_an_administrator_gives_new_passwords_and_disables(site: Site) -> None:
    people = everybody(site)
    admin, comms = people[Role.ADMIN], people[Role.COMMS]
    words = ("account", "password", "comms account", "--password-stdin")
    admin.said(*words, stdin=f"{OTHER}\n")
    assert isinstance(comms.refused("why", "nothing.jpg"), NotAllowed)
    log_in(Keyboard(site), "comms account", OTHER)
    admin.said("account", "disable", "comms account")
    assert isinstance(Keyboard(site).refused("why", "nothing.jpg"), NotAllowed)
    assert isinstance(
        Keyboard(site).refused("login", "comms account", "--password-stdin", stdin=f"{OTHER}\n"),
        LoginRefused,
    )
    admin.said("account", "enable", "comms account")
    log_in(Keyboard(site), "comms account", OTHER)
    assert "leave no account" in str(admin.refused("account", "disable", "admin account"))


def test_an_administrator_helps_when_the_phone_with_the_codes_is_lost(site: Site) -> None:
    people = everybody(site)
    secret = pyotp.random_base32()
    with site.database.transaction("comms account") as tx:
        comms = accounts.named(tx.connection, "comms account")
        codes = pyotp.TOTP(secret)
        totp.ask_for(tx, comms.id, secret, codes.at(tx.now))
    anew = Keyboard(site)
    words = ("login", "comms account", "--password-stdin")
    assert "one-time code" in str(anew.refused(*words, stdin=f"{SECRET}\n"))
    admin = people[Role.ADMIN]
    assert "no longer asked" in admin.said("account", "no-code", "comms account")
    log_in(anew, "comms account")
    assert "was not asked" in admin.said("account", "no-code", "comms account")


def test_roles_count_at_once(site: Site) -> None:
    people = everybody(site)
    admin, comms = people[Role.ADMIN], people[Role.COMMS]
    assert isinstance(comms.refused("people", "list"), NotAllowed)
    admin.said("account", "change", "comms account", "--role", "auditor")
    comms.said("people", "list")
    words = ("account", "change", "comms account")
    assert isinstance(admin.refused(*words), RegisterError)
    assert isinstance(admin.refused(*words, "--channel", "newspaper"), SettingsError)
    admin.said(*words, "--role", "website", "--channel", "website")
    assert isinstance(comms.refused("people", "list"), NotAllowed)


def test_an_administrator_of_a_channel_serves_no_other(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = everybody(site)
    monkeypatch.setenv("PHOTOGATE_TOKEN", people[Role.WEBSITE].token)
    assert acting(site, Act.PULL, channel="website") == "website account"
    with pytest.raises(NotAllowed, match="not social"):
        acting(site, Act.PULL, channel="social")
    with pytest.raises(NotAllowed):
        acting(site, Act.PULL)
    assert [e.details for e in people[Role.ADMIN].log() if e.action == "access.denied"] == [
        '{"act":"pull"}'
    ] * 2
    monkeypatch.setenv("PHOTOGATE_TOKEN", people[Role.COMMS].token)
    assert acting(site, Act.RECORD_PUBLICATION, channel="print") == "comms account"
    who = acting_as(site, Act.DROP)
    assert (who.role, who.sight.original, who.sight.evidence) == (Role.COMMS, True, False)


def test_a_token_for_commands_acts_as_its_account_and_no_other_does(site: Site) -> None:
    admin = everybody(site)[Role.ADMIN]

    def token(purpose: str) -> str:
        words = ("--account", "dpl account", "--purpose", purpose, "--channel", "all", "--json")
        made = admin("account", "token", "make", "nightly import", *words)
        secret: str = json.loads(made.stdout)["token"]
        return secret

    script = Keyboard(site, token("commands"))
    script.said("people", "list")
    assert script.log()[-1].actor == "dpl account"
    assert isinstance(script.refused("account", "list"), NotAllowed)
    assert isinstance(script.refused("restrict", "show", "P1"), NotAllowed)
    for purpose in ("pull", "report"):
        other = Keyboard(site, token(purpose))
        assert isinstance(other.refused("people", "list"), NotAllowed)
    listed = admin.said("account", "token", "list")
    assert "nightly import" in listed
    assert script.token not in listed
    admin.said("account", "token", "revoke", "1")
    assert isinstance(script.refused("people", "list"), NotAllowed)


def test_a_login_in_the_environment_that_no_longer_counts_is_not_replaced_by_a_kept_one(
    keyboard: Keyboard,
) -> None:
    log_in(keyboard)
    keyboard.said("account", "list")
    assert isinstance(Keyboard(keyboard.site, "ended").refused("account", "list"), NotAllowed)


def test_a_home_that_cannot_be_written_is_told(
    keyboard: Keyboard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PHOTOGATE_HOME", str(tmp_path / "file"))
    words = ("login", "Ada Min", "--password-stdin")
    assert isinstance(keyboard.refused(*words, stdin=f"{SECRET}\n"), SiteError)


def test_the_service_calibrates_without_an_account(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_account(site, Role.ADMIN)
    monkeypatch.setattr("sys.argv", ["background", str(site.root), "photogate watch"])
    background()
    assert isinstance(Keyboard(site).refused("calibrate", "--if-due"), NotAllowed)
    assert Keyboard(site)("watch", "--once", "--workers", "1").exit_code == 0


def test_the_doctor_needs_no_account_and_says_when_there_is_one_administrator(
    keyboard: Keyboard,
) -> None:
    assert "make a second" in " ".join(keyboard("doctor").output.split())
    log_in(keyboard)
    add(keyboard, "Bea Min", "--role", "admin")
    assert "accounts: 2, 2 of them" in " ".join(keyboard("doctor").output.split())


def test_no_secret_is_in_the_log_or_in_what_goes_wrong(keyboard: Keyboard, home: Path) -> None:
    log_in(keyboard)
    add(keyboard, "Com Ms", "--role", "comms")
    keyboard.said("account", "password", "Com Ms", "--password-stdin", stdin=f"{OTHER}\n")
    weak = "Com Ms Com Ms"
    said = str(keyboard.refused("account", "password", "Com Ms", "--password-stdin", stdin=weak))
    secret = next(path for path in home.rglob("*") if path.is_file()).read_text().strip()
    everything = repr(keyboard.log()) + said
    for hidden in (SECRET, OTHER, weak, secret, "argon2"):
        assert hidden not in everything
    with keyboard.site.database.reading() as connection:
        assert accounts.any_made(connection)
    subjects = {e.subject for e in keyboard.log() if e.action.startswith("account")}
    assert subjects == {"account 1", "account 2"}
