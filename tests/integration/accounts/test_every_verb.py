"""Every verb of the command line, and which roles may use it; a verb without an entry fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from cli.app import app
from cli.site import Site
from gate.errors import NotAllowed
from gate.roles import Role
from tests.account_site import Keyboard, everybody, new_site

COMMS, WEBSITE, SOCIAL, REVIEWER, AUDITOR, DSL, DPL, ADMIN = Role
EVERYBODY = frozenset(Role) - {REVIEWER}
EVIDENCE = frozenset({AUDITOR, DSL, DPL, ADMIN})
LEADS = frozenset({DSL, DPL})
REVIEWERS = frozenset({DSL, REVIEWER})
WHY = ("--reason", "because")

ALLOWED: dict[str, tuple[frozenset[Role], tuple[str, ...]]] = {
    # verb: who may, and words after it that change nothing or fail harmlessly once allowed
    "account add": (frozenset({ADMIN}), ("x", "--role", "comms", "--password-stdin")),
    "account change": (frozenset({ADMIN}), ("nobody", "--role", "comms")),
    "account disable": (frozenset({ADMIN}), ("nobody",)),
    "account enable": (frozenset({ADMIN}), ("nobody",)),
    "account end-sessions": (frozenset({ADMIN}), ("nobody",)),
    "account list": (frozenset({ADMIN}), ()),
    "account no-code": (frozenset({ADMIN}), ("nobody",)),
    "account password": (frozenset({ADMIN}), ("nobody", "--password-stdin")),
    "account sessions": (frozenset({ADMIN}), ("nobody",)),
    "account token list": (frozenset({ADMIN}), ()),
    "account token make": (
        frozenset({ADMIN}),
        ("x", "--account", "nobody", "--purpose", "pull", "--channel", "website"),
    ),
    "account token revoke": (frozenset({ADMIN}), ("99",)),
    "audit checkpoint": (frozenset({AUDITOR, DPL}), ("--to", "/nowhere/at/all")),
    "audit export": (frozenset({AUDITOR, DPL}), ("--to", "/nowhere/at/all")),
    "audit list": (frozenset({AUDITOR, DPL}), ()),
    "audit verify": (frozenset({AUDITOR, DPL}), ()),
    "biometric grant": (frozenset({DPL}), ("P9",)),
    "biometric refuse": (frozenset({DPL}), ("P9",)),
    "biometric withdraw": (frozenset({DPL}), ("P9",)),
    "calibrate": (frozenset({DPL, ADMIN}), ("--dry-run", "--if-due")),
    "check": (EVIDENCE | {COMMS}, ("nowhere.jpg", "--channel", "no-such-channel")),
    "consent grant": (frozenset({DPL}), ("P9", "--channel", "website")),
    "consent refuse": (frozenset({DPL}), ("P9", "--channel", "website")),
    "consent withdraw": (frozenset({DPL}), ("P9", "--channel", "website")),
    "decisions": (EVIDENCE, ()),
    "enrol": (frozenset({DPL, ADMIN}), ("/nowhere/at/all",)),
    "evaluate": (frozenset({AUDITOR, DPL, ADMIN}), ("/nowhere/at/all",)),
    "import people": (frozenset({DPL, ADMIN}), ("/nowhere/at/all",)),
    "import consents": (frozenset({DPL}), ("/nowhere/at/all",)),
    "import biometric": (frozenset({DPL}), ("/nowhere/at/all",)),
    "import restrictions": (frozenset({DSL}), ("/nowhere/at/all",)),
    "incident add": (LEADS, ("99", "nothing.jpg")),
    "incident close": (LEADS, ("99", "--note", "over")),
    "incident export": (LEADS, ("99", "--to", "/nowhere/at/all.html")),
    "incident list": (LEADS, ()),
    "incident note": (LEADS, ("99", "--note", "we rang them")),
    "incident open": (LEADS, ("nothing.jpg", "--note", "it was out")),
    "incident show": (LEADS, ("99",)),
    "incident told": (LEADS, ("99", "commissioner")),
    "keys protect": (frozenset({ADMIN}), ()),
    "keys rotate": (frozenset({ADMIN}), ()),
    "keys status": (frozenset({ADMIN}), ()),
    "lock": (frozenset({DSL}), ("nothing.jpg", *WHY)),
    "locked": (frozenset({DSL}), ()),
    "people list": (frozenset({AUDITOR, DSL, DPL}), ()),
    "people show": (frozenset({AUDITOR, DSL, DPL}), ("P9",)),
    "person erase": (frozenset({DPL}), ("P9", *WHY)),
    "person readmit": (frozenset({DPL}), ("P9",)),
    "person export": (frozenset({DPL}), ("P9", "--to", "/nowhere/at/all")),
    "posted": (
        frozenset({COMMS, WEBSITE, SOCIAL}),
        ("nothing.jpg", "--channel", "website", "--where", "page 4"),
    ),
    "pull": (frozenset({WEBSITE, SOCIAL}), ("--channel", "website", "--to", "/nowhere/at/all")),
    "restrict add": (frozenset({DSL}), ("P9",)),
    "restrict lift": (frozenset({DSL}), ("P9",)),
    "restrict look-through": (frozenset({DSL}), ("P9",)),
    "restrict show": (frozenset({DSL}), ("P9",)),
    "retention": (frozenset({DPL, ADMIN}), ("--dry-run",)),
    "review approve": (REVIEWERS, ("nothing.jpg", "--channel", "website", *WHY)),
    "review cover": (REVIEWERS, ("nothing.jpg", "1", *WHY)),
    "review draw-face": (REVIEWERS, ("nothing.jpg", "1,2,3,4", *WHY)),
    "review list": (REVIEWERS, ()),
    "review name-face": (frozenset({DSL}), ("nothing.jpg", "1=P1", *WHY)),
    "review not-a-face": (frozenset({DSL}), ("nothing.jpg", "1", *WHY)),
    "review refuse": (REVIEWERS, ("nothing.jpg", "--channel", "website", *WHY)),
    "review release-vetoed": (
        frozenset({DSL, ADMIN}),
        ("nothing.jpg", "--channel", "website", *WHY),
    ),
    "review show": (REVIEWERS, ("nothing.jpg",)),
    "review take-back": (frozenset({DSL}), ("7", *WHY)),
    "takedown done": (frozenset({WEBSITE, SOCIAL, DSL, DPL}), ("99", "--proof", "gone")),
    "takedowns": (EVERYBODY, ()),
    "unlock": (frozenset({DSL}), ("nothing.jpg", *WHY)),
    "verify": (EVERYBODY, ("/nowhere/at/all",)),
    "where": (EVERYBODY, ("nothing.jpg",)),
    "why": (EVERYBODY, ("nothing.jpg",)),
}

WITHOUT_ACCOUNT = {
    "init": "makes a site where there is none yet",
    "demo": "makes a site of its own",
    "doctor": "the service's own check; names nobody but by reference",
    "serve": "the service; who uses it logs in there",
    "watch": "the service",
    "login": "is how an account comes in",
    "logout": "only ends one's own login",
}
"""Verbs that ask nobody who they are, each with the reason."""


def verbs(command: object, name: str = "") -> Iterator[str]:
    parts: dict[str, object] | None = getattr(command, "commands", None)
    if parts is None:
        yield name
        return
    for word, part in parts.items():
        yield from verbs(part, f"{name} {word}".strip())


def test_every_verb_has_an_entry_and_every_entry_a_verb() -> None:
    listed = {"import" if verb.startswith("import ") else verb for verb in ALLOWED}
    assert set(verbs(get_command(app))) == listed | set(WITHOUT_ACCOUNT)
    assert not listed & set(WITHOUT_ACCOUNT)


@pytest.fixture(scope="module")
def keyboards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Role, Keyboard]]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("roles")
        patch.setenv("PHOTOGATE_HOME", str(folder / "home"))
        yield everybody(new_site(folder))


@pytest.mark.parametrize("verb", ALLOWED)
def test_who_may(keyboards: dict[Role, Keyboard], verb: str) -> None:
    allowed, words = ALLOWED[verb]
    for role, type_ in keyboards.items():
        denied = sum(entry.action == "access.denied" for entry in type_.log())
        result = type_(*verb.split(), *words, stdin="short\n")
        refused = isinstance(result.exception, NotAllowed)
        assert refused == (role not in allowed), (verb, role, result.output, result.exception)
        assert result.exit_code != 2, (verb, "was not understood", result.output)
        told = [entry for entry in type_.log() if entry.action == "access.denied"][denied:]
        assert len(told) == refused
        if refused:
            assert str(result.exception).endswith("Nothing was changed.")
            assert result.output == ""
            assert (told[0].actor, told[0].details.count(":")) == (f"{role} account", 1)


@pytest.mark.parametrize("verb", ALLOWED)
def test_nobody_may_who_is_not_logged_in(keyboards: dict[Role, Keyboard], verb: str) -> None:
    _, words = ALLOWED[verb]
    site: Site = keyboards[ADMIN].site
    for secret in ("", "not-a-login", "x" * 43):
        result = Keyboard(site, secret)(*verb.split(), *words)
        assert isinstance(result.exception, NotAllowed), (verb, result.output, result.exception)
        assert "photogate login" in str(result.exception)
        assert result.output == ""


def test_without_accounts_everybody_may_do_everything(tmp_path: Path) -> None:
    type_ = Keyboard(new_site(tmp_path))
    for verb, (_, words) in ALLOWED.items():
        if verb != "account add":
            result = type_(*verb.split(), *words, stdin="short\n")
            assert not isinstance(result.exception, NotAllowed), verb
    assert [entry for entry in type_.log() if entry.action.endswith(("denied", "viewed"))] == []
