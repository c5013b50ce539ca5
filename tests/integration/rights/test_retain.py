"""What the settings say is deleted, by the watcher and by hand, and the rest goes on working."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from sqlalchemy import update

from cli import finishing, retaining, watching
from cli.again import judge_all_again
from cli.app import app
from consent_db import disposals, erasures, rejudgings, retention
from consent_db.keys import SqlKeyStore
from consent_db.schema import drops
from consent_db.transaction import Transaction
from gate.errors import Erased, SiteError
from gate.ports import KeyKind
from gate.references import ReferencePhotos
from gate.roles import Role
from gate.values import Reason
from gate.vault import Vault
from tests.account_site import with_account
from tests.rights_site import ALONE, PHOTOS, SIDEWAYS, TEACHERS, THREE, VETOED, Judged

Later = Callable[[int], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Lets days pass for everything that asks the time."""

    def pass_days(days: int) -> None:
        def moved() -> datetime:
            return datetime.now(UTC) + timedelta(days=days)

        for name, module in list(sys.modules.items()):
            if name.startswith("cli.") and hasattr(module, "now"):
                monkeypatch.setattr(module, "now", moved)

    return pass_days


def keep(own: Judged, **days: int) -> None:
    for kind, count in days.items():
        own.set_up(f"\n{kind} = 0 ", f"\n{kind} = {count} ")


def said(text: str) -> str:
    return " ".join(text.split())


def there(own: Judged, name: str) -> bool:
    return own.site.originals.path(own.photo(name).photo).is_file()


def test_without_periods_nothing_goes(own: Judged, later: Later) -> None:
    later(300)
    found = own.run("retention", "--json").json()
    assert (found["disposals"], found["staying"]) == ([], [])
    assert all(there(own, name) for name in PHOTOS)
    assert "kept for ever" in said(own.run("retention", "--dry-run").out)


def test_a_dry_run_says_it_and_the_run_does_it(own: Judged, later: Later) -> None:
    keep(own, originals=100, blocked=50, released=200, references=30, leavers=20)
    later(120)
    dry = own.run("retention", "--dry-run", "--json").json()
    assert all(there(own, name) for name in PHOTOS)
    went = own.run("retention", "--json", "--by", "dpl").json()
    assert went["disposals"] == dry["disposals"]
    kinds = {one["kind"] for one in went["disposals"]}
    assert kinds == {"originals", "blocked", "references", "leavers"}
    site = own.site
    assert not any(there(own, own.photo(one["what"]).photo) for one in went["disposals"]
                   if one["kind"] in ("originals", "blocked"))  # fmt: skip
    assert site.references.held("D01") == ()
    assert "D01" in site.register().snapshot().gallery.people
    assert "D11" not in site.register().snapshot().people
    assert own.run("retention", "--dry-run", "--json").json()["disposals"] == []
    deleted = own.log("original.deleted")
    assert {entry.actor for entry in deleted} == {"dpl"}
    assert len(deleted) == len(PHOTOS)
    assert [e.subject for e in own.log("person.erased")] == ["D11"]
    for words in (("decisions",), ("why", own.photo(went["disposals"][0]["what"]).photo)):
        own.run(*words)


def test_a_photo_without_its_original_is_blocked_and_not_tried_for_ever(own: Judged) -> None:
    photo = own.photo(THREE).photo
    keep(own, originals=10)
    with own.site.database.transaction("test") as tx:
        tx.connection.execute(update(drops).values(at=tx.now - timedelta(days=20)))
    own.run("retention")
    assert own.photo(photo).releases
    # Its copy stands as long as everybody agrees; then nobody can look at it again.
    own.run("consent", "withdraw", "D02", "--channel", "website")
    newest = own.photo(photo)
    assert {one.reason for one in newest.judgement.decisions} == {Reason.ORIGINAL_GONE}
    assert newest.releases == ()
    with own.site.database.reading() as connection:
        assert [w.photo for w in rejudgings.waiting(connection) if w.photo == photo] == []
    told = said(own.run("why", photo, "--as", "comms").out)
    assert "Held: ask the safeguarding lead." in told
    assert "not kept any more" in said(own.run("why", photo).out)
    # Dropped again, it is judged as always.
    target = own.site.staging / "science-fair" / "again.jpg"
    target.parent.mkdir(exist_ok=True)
    shutil.copy(own.school.incoming / THREE, target)
    watching.run(own.site, once=True, workers=1, quiet=True)
    assert own.site.originals.read(photo)
    reasons = {one.reason for one in own.photo(photo).judgement.decisions}
    assert Reason.ORIGINAL_GONE not in reasons


def test_a_vault_that_is_not_there_is_no_deletion(own: Judged) -> None:
    photo = own.photo(THREE).photo
    path = own.site.originals.path(photo)
    path.rename(path.with_suffix(".away"))
    own.run("consent", "withdraw", "D02", "--channel", "website")
    assert Reason.ORIGINAL_GONE not in {d.reason for d in own.photo(photo).judgement.decisions}
    with own.site.database.reading() as connection:
        assert photo in [one.photo for one in rejudgings.waiting(connection)]


def test_copies_end_and_what_is_out_stays_out_unless_the_school_wants_otherwise(
    own: Judged, later: Later
) -> None:
    own.run("posted", THREE, "--channel", "website", "--where", "https://school.example/fair")
    keep(own, released=30)
    later(40)
    own.run("retention")
    assert list((own.root / "ready").rglob("*.jpg")) == []
    assert own.run("takedowns", "--json").json() == []
    own.set_up("takes_down = false", "takes_down = true")
    own.run("retention")
    (task,) = own.run("takedowns", "--json").json()
    assert task["where"] == "https://school.example/fair"
    assert "the photo" in own.run("takedowns").out
    keep(own, originals=30)
    dry = own.run("retention", "--dry-run", "--json").json()
    assert own.photo(THREE).photo not in [one["what"] for one in dry["disposals"]]
    assert own.photo(THREE).photo in [one["what"] for one in dry["staying"]]


def test_the_watcher_does_it_every_day(own: Judged, later: Later) -> None:
    keep(own, blocked=50, originals=50)
    later(60)
    watching.run(own.site, once=True, workers=1, quiet=True)
    assert not any(there(own, name) for name in (own.photo(p).photo for p in _ids(own)))
    assert {e.actor for e in own.log("original.deleted")} == {watching.ACTOR}


def _ids(own: Judged) -> list[str]:
    with own.site.database.reading() as connection:
        return [str(one.photo) for one in disposals.everything(connection) if one.photo]


def test_a_day_is_seen_to_once(own: Judged, later: Later, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(own, blocked=50, originals=50)
    later(60)
    calls: list[int | None] = []
    whole = retaining.enforce

    def counted(*args: object, most: int | None = None) -> object:
        calls.append(most)
        return whole(*args, most=most)  # type: ignore[arg-type]

    monkeypatch.setattr(retaining, "enforce", counted)
    daily, site = retaining.Daily("watch", most=2), own.site
    for _ in range(6):
        daily(site)
    # Five photos, two at a time, and once more only on the next day.
    assert calls == [2, 2, 2]
    later(61)
    daily(site)
    assert len(calls) == 4


def test_logs_go_and_the_audit_log_stays(own: Judged, later: Later) -> None:
    (own.root / "quarantine").mkdir(exist_ok=True)
    (own.root / "quarantine" / "odd.jpg").write_bytes(b"odd")
    dpl = with_account(own.site, Role.ADMIN)
    entries = len(dpl.log())
    keep(own, logs=30)
    with own.site.database.reading() as connection:
        held = list(
            retention.holdings(
                connection, datetime.now(UTC).date(), has_references=lambda _ref: False
            )
        )
    assert any(one.what.startswith(retention.LOGIN) for one in held)
    later(29)
    assert retaining.planned(own.site).disposals == ()
    later(60)
    went = retaining.enforce(own.site, "watch")
    assert "quarantine/odd.jpg" in {one.what for one in went.disposals}
    assert not list((own.root / "results").rglob("*.html"))
    assert not (own.root / "quarantine" / "odd.jpg").exists()
    assert len(own.log()) > entries
    assert {e.action for e in own.log()} >= {"logs.deleted", "logins.deleted"}
    assert retaining.planned(own.site).disposals == ()


def test_somebody_restricted_who_left_stays_until_the_restriction_goes(
    own: Judged, later: Later
) -> None:
    own.run("restrict", "add", "D11", "--reason", "court")
    keep(own, leavers=5)
    later(1)
    dry = own.run("retention", "--dry-run", "--json").json()
    assert dry["disposals"] == []
    assert [one["what"] for one in dry["staying"]] == ["D11"]
    assert "court" not in repr(dry)
    own.run("restrict", "lift", "D11")
    own.run("retention")
    assert "D11" not in own.site.register().snapshot().people


def test_backups_do_not_show_what_was_deleted(own: Judged, later: Later) -> None:
    photo = own.photo(ALONE).photo
    backup = own.root.parent / "backup"
    shutil.copytree(own.root, backup)
    keep(own, originals=10, blocked=10)
    later(20)
    own.run("retention")
    old = Judged(backup, own.school).site
    assert old.originals.path(photo).is_file()
    with pytest.raises(Erased):
        old.originals.read(photo)


# --- killed -------------------------------------------------------------------------------------

STEPS: tuple[tuple[object, str, int], ...] = (
    (Transaction, "finish", 1),
    (Transaction, "finish", 2),
    (SqlKeyStore, "destroy", 1),
    (Vault, "discard", 1),
    (Vault, "discard", 3),
    (ReferencePhotos, "destroy", 1),
    (finishing, "drop_results", 1),
    (disposals, "finish", 2),
    (erasures, "erase", 1),
    (retaining, "_delete", 1),
)


def _retain_until_killed(own: Judged, step: int, *, before: bool) -> None:
    owner, name, at = STEPS[step]
    whole, calls = getattr(owner, name), iter(range(1, at))

    def marked(*args: object, **options: object) -> object:
        last = next(calls, None) is None
        if last and before:
            os.kill(os.getpid(), signal.SIGKILL)
        done = whole(*args, **options)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(owner, name, marked)
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        app(["--site", str(own.root), "retention"])


@pytest.mark.skipif(sys.platform != "linux", reason="needs fork and SIGKILL")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("step", range(len(STEPS)), ids=[f"{s[1]}-{s[2]}" for s in STEPS])
def test_whatever_a_kill_leaves_is_finished(
    own: Judged, later: Later, step: int, *, before: bool
) -> None:
    keep(own, originals=10, blocked=10, released=10, references=10, leavers=5, logs=10)
    later(20)
    wanted = {(d.kind, d.what) for d in retaining.planned(own.site).disposals}
    victim = multiprocessing.get_context("fork").Process(
        target=_retain_until_killed, args=(own, step), kwargs={"before": before}
    )
    victim.start()
    victim.join(120)
    assert victim.exitcode == -signal.SIGKILL, "the kill missed what it was meant for"
    # What was decided is finished by any command, and the rest by the next day's run.
    own.run("people", "list")
    with own.site.database.reading() as connection:
        assert disposals.unfinished(connection) == []
    left = {(d.kind, d.what) for d in retaining.planned(own.site).disposals}
    assert left <= wanted
    own.run("retention")
    assert retaining.planned(own.site).disposals == ()
    site = own.site
    for name in (ALONE, TEACHERS, THREE, SIDEWAYS, VETOED):
        photo = own.school.incoming / name
        sha256 = _sha256(photo.read_bytes())
        assert not site.originals.path(sha256).exists()
        with pytest.raises(Erased):
            site.sealer.open(KeyKind.PHOTO, sha256, b"\x01" + bytes(60), context="vault")
    assert len(own.log("original.deleted")) == len(PHOTOS)
    assert [e.subject for e in own.log("person.erased")] == ["D11"]
    assert [p for p in (own.root / "ready").rglob("*.jpg") if ".incoming" not in p.parts] == []


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def test_what_cannot_be_deleted_now_is_tried_again(
    own: Judged, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Vault, _photo: str) -> bool:
        raise SiteError("The vault cannot be written (Read-only file system).")

    keep(own, originals=10, blocked=10)
    later(20)
    with monkeypatch.context() as patch:
        patch.setattr(Vault, "discard", refuse)
        own.run("retention")
        own.run("people", "list")
    assert "deleted yet" in own.run("doctor", expect=None).out
    own.run("people", "list")
    with own.site.database.reading() as connection:
        assert disposals.unfinished(connection) == []
    assert judge_all_again(own.site).failed == 0
