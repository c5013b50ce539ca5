"""What happens to copies after their release, as administrators and leads live it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import cli.again
import cli.pulling
import cli.settling
import cli.site
import cli.takedowns
from gate.manifest import FILE_NAME, read_from
from tests.command_line import CommandLine, InProcess

WEB = ("--channel", "website")


@pytest.fixture
def run(site_of: Callable[[], CommandLine]) -> InProcess:
    return InProcess(site_of().site)


@pytest.fixture
def web(tmp_path: Path) -> Path:
    folder = tmp_path / "web"
    folder.mkdir()
    return folder


def pull(run: InProcess, web: Path, expect: int = 0) -> dict[str, Any]:
    words = ("pull", *WEB, "--to", str(web), "--by", "Ann Web", "--json")
    found: dict[str, Any] = run(*words, expect=expect).json()
    return found


def files(folder: Path) -> set[str]:
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    return found - {FILE_NAME}


def decided(run: InProcess, channel: str = "website") -> dict[str, dict[str, Any]]:
    rows = run("decisions", "--json").json()
    return {row["original"]: row for row in rows if row["channel"] == channel}


def shown_in(run: InProcess, ref: str, channel: str = "website") -> set[str]:
    return {
        name
        for name, row in decided(run, channel).items()
        if row["rendition"]
        and any(f["person"] == ref and f["outcome"] == "shown" for f in row["faces"])
    }


def listed(folder: Path) -> set[str]:
    signed = read_from(folder)
    assert signed is not None
    return set(signed.manifest.by_name)


def ready(run: InProcess, channel: str = "website") -> set[str]:
    return files(run.site / "ready" / channel)


def takedowns(run: InProcess, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("takedowns", "--json", *words).json()
    return found


def grant(run: InProcess, ref: str) -> None:
    run("consent", "grant", ref, *WEB, "--names-online-use", "--by", "DPL")


def test_a_pulled_folder_is_approved_and_signed(run: InProcess, web: Path) -> None:
    (web / "notes.txt").write_text("mine")
    first = pull(run, web)
    assert set(first["taken"]) == ready(run) == listed(web) == files(web) - {"notes.txt"}
    again = pull(run, web)
    assert (again["taken"], again["removed"], again["kept"]) == ([], [], len(first["taken"]))
    (web / "notes.txt").unlink()
    assert "Everything here is approved" in run("verify", str(web)).out


def test_a_withdrawal_takes_down_exactly_what_it_touches(run: InProcess, web: Path) -> None:
    pull(run, web)
    with_d01 = shown_in(run, "D01")
    before = decided(run)
    posted = sorted(with_d01)[0]
    run("posted", before[posted]["photo"][:12], *WEB, "--where", "https://school.example/1")
    other = next(n for n, row in before.items() if row["rendition"] and n not in with_d01)
    run("posted", before[other]["photo"][:12], *WEB, "--where", "https://school.example/2")
    print_copies = ready(run, "print")

    run("consent", "withdraw", "D01", *WEB, "--by", "DPL")

    after = decided(run)
    assert shown_in(run, "D01") == set()
    assert {n for n in before if before[n]["rendition"] != after[n]["rendition"]} == with_d01
    assert ready(run, "print") == print_copies
    assert ready(run) == {Path(r["rendition"]).relative_to("ready/website").as_posix()
                          for r in after.values() if r["rendition"]}  # fmt: skip
    wanted = takedowns(run)
    assert {one["where"] for one in wanted} == {"https://school.example/1", str(web.resolve())}
    assert {one["about"] for one in wanted} == {"a pupil"}
    assert "D01" not in run("takedowns").out
    names = {Path(before[n]["rendition"]).relative_to("ready/website").as_posix() for n in with_d01}
    assert set(pull(run, web)["removed"]) == names
    assert [one["where"] for one in takedowns(run)] == ["https://school.example/1"]
    assert listed(web) == files(web) == ready(run)

    (task,) = takedowns(run)
    run("takedown", "done", str(task["id"]), "--proof", " ", expect=1)
    run("takedown", "done", str(task["id"]), "--proof", "looked at it, it is gone", "--by", "Ann")
    assert takedowns(run) == []
    (done,) = [one for one in takedowns(run, "--all") if one["id"] == task["id"]]
    assert (done["done_by"], done["proof"]) == ("Ann", "looked at it, it is gone")
    assert run("where", "D01", "--json").json() != []
    run("audit", "verify")


def test_granting_again_releases_again_by_the_rules(run: InProcess, web: Path) -> None:
    with_d01 = shown_in(run, "D01")
    run("posted", decided(run)[sorted(with_d01)[0]]["photo"][:12], *WEB, "--where", "page 1")
    run("consent", "withdraw", "D01", *WEB)
    assert len(takedowns(run)) == 1
    grant(run, "D01")
    assert shown_in(run, "D01") == with_d01
    assert takedowns(run) == []
    assert takedowns(run, "--all")[0]["may_stay_since"]
    assert set(pull(run, web)["taken"]) == ready(run)


def test_granting_again_asks_for_the_sign_off_that_a_channel_demands(run: InProcess) -> None:
    with_d01 = shown_in(run, "D01")
    settings = run.site / "photogate.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("sign_off = false", "sign_off = true", 1), "utf-8")
    assert "[channels.website]" in text.split("sign_off = false")[0]
    run("consent", "withdraw", "D01", *WEB)
    grant(run, "D01")
    rows = decided(run)
    assert {rows[name]["verdict"] for name in with_d01} == {"review"}
    assert ready(run) == set()
    one = rows[sorted(with_d01)[0]]["photo"][:12]
    run("review", "approve", one, *WEB, "--reason", "I looked", "--by", "Lead")
    assert len(ready(run)) == 1
    assert "Lead approved it for release" in " ".join(run("why", one).out.split())


def test_a_new_restriction_blocks_every_photo_and_asks_for_takedowns(
    run: InProcess, web: Path
) -> None:
    pull(run, web)
    with_d03 = shown_in(run, "D03")
    before = len(ready(run))
    assert with_d03
    run("restrict", "add", "D03", "--by", "DSL")
    for channel in ("website", "social", "print"):
        rows = decided(run, channel)
        assert {rows[name]["reason"] for name in with_d03} == {"restricted_person"}
        assert not any(rows[name]["rendition"] for name in with_d03)
    # Somebody who resembles them enough for a veto counts as well.
    assert len(takedowns(run)) == before - len(ready(run)) >= len(with_d03)
    pull(run, web)
    assert takedowns(run) == []
    assert files(web) == ready(run)


def test_two_people_release_what_a_restriction_holds(run: InProcess) -> None:
    name = sorted(shown_in(run, "D03"))[0]
    run("restrict", "add", "D03")
    photo = decided(run)[name]["photo"][:12]
    listed = run("review", "list", "--vetoed", "--json").json()
    assert photo in {row["photo"] for row in listed if "website" in row["held"]}
    assert photo not in {row["photo"] for row in run("review", "list", "--json").json()}
    words = ("review", "release-vetoed", photo, *WEB, "--reason", "it is not her", "--by")
    run(*words, "Lead")
    assert decided(run)[name]["verdict"] == "block"
    run(*words, "Lead")
    assert decided(run)[name]["verdict"] == "block"
    run(*words, "Head")
    row = decided(run)[name]
    assert row["verdict"] == "blur"
    assert all(f["outcome"] == "covered" for f in row["faces"] if f["person"] == "D03")
    assert decided(run, "print")[name]["verdict"] == "block"
    assert "Head released it" in " ".join(run("why", photo).out.split())


def test_a_withdrawn_template_covers_and_leaves_what_is_published(run: InProcess) -> None:
    with_d02 = shown_in(run, "D02")
    run("posted", decided(run)[sorted(with_d02)[0]]["photo"][:12], *WEB, "--where", "page 1")
    told = run("biometric", "withdraw", "D02", "--by", "DPL").out
    assert "destroyed" in told
    assert shown_in(run, "D02") == set()
    assert takedowns(run) == []
    assert all(decided(run)[name]["rendition"] for name in with_d02)


def test_a_copy_that_was_changed_by_hand_is_never_pulled(run: InProcess, web: Path) -> None:
    spoilt, *_ = sorted(ready(run))
    path = run.site / "ready" / "website" / spoilt
    right = path.read_bytes()
    path.write_bytes(right[:-1] + bytes([right[-1] ^ 1]))
    found = pull(run, web, expect=1)
    assert found["spoilt"] == [f"ready/website/{spoilt}"]
    assert spoilt not in files(web) and spoilt not in listed(web)
    entries = run("audit", "list", "--action", "copy.changed", "--json").json()
    assert len(entries) == 1
    CommandLine(run.site)("watch", "--once")
    assert path.read_bytes() == right
    assert any((run.site / "quarantine").iterdir())
    assert spoilt in pull(run, web)["taken"]


def test_pulled_files_that_somebody_changed_are_left_and_told(run: InProcess, web: Path) -> None:
    pull(run, web)
    edited, *_ = sorted(files(web))
    (web / edited).write_bytes(b"cropped by hand")
    assert pull(run, web, expect=1)["changed"] == [edited]
    assert (web / edited).read_bytes() == b"cropped by hand"
    assert edited not in listed(web)


def test_a_folder_of_another_channel_or_of_the_site_is_refused(run: InProcess, web: Path) -> None:
    pull(run, web)
    told = run("pull", "-c", "print", "--to", str(web), expect=1)
    assert "holds copies for the channel website" in told.err
    told = run("pull", *WEB, "--to", str(run.site / "ready"), expect=1)
    assert "part of the site" in told.err
    told = run("pull", *WEB, "--to", str(web / "nowhere"), expect=1)
    assert "nothing was copied" in told.err


def test_what_was_never_released_cannot_be_posted(run: InProcess) -> None:
    blocked = next(n for n, row in decided(run).items() if row["reason"] == "restricted_person")
    words = ("posted", decided(run)[blocked]["photo"][:12], *WEB, "--where", "page 1")
    assert "never released" in run(*words, expect=1).err


def test_expiry_needs_nobody(run: InProcess, web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last day of permissions passes: the next command ends the copies before all else."""
    pull(run, web)
    with_d01 = shown_in(run, "D01")
    # Every permission of the invented school ends within three years.
    later = datetime.now(UTC) + timedelta(days=3 * 366)
    for module in (cli.site, cli.settling, cli.again, cli.takedowns, cli.pulling):
        monkeypatch.setattr(module, "now", lambda: later)
    assert len(takedowns(run)) >= len(with_d01)
    assert ready(run) == set()
    assert pull(run, web)["kept"] == 0
    assert files(web) == listed(web) == set()
