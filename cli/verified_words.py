"""What was found out about copies, in words and as JSON."""

from __future__ import annotations

from gate.english import ENGLISH
from gate.manifest import Manifest
from gate.safe_text import isolated
from gate.verifying import Finding, Outcome, Place, Released, Report, Signature, Standing

_SIGNATURES = {
    Signature.GOOD: "Its list is signed with the school's key and unchanged.",
    Signature.BAD: "The signature of its list is wrong: the list was changed. Do not rely on it.",
    Signature.OTHER_KEY: "Its list is signed with a key that is not this site's. Do not rely on "
    "it; ask the school for its public key.",
}

_PLACES = {
    Place.CHANGED: "was changed: these are not the bytes that were approved.",
    Place.MISSING: "is listed, but it is not there.",
    Place.NOT_LISTED: "is not on the list of this folder.",
    Place.UNREADABLE: "is no plain file or cannot be read, so nothing can be said about it.",
}


def folder_sentences(report: Report) -> tuple[str, ...]:
    """What is said of the folder before its files; nothing for a file alone."""
    if report.signature is Signature.UNREADABLE:
        return (report.problem, "The files are looked at one by one.")
    if report.manifest is None:
        return ()
    made = report.manifest
    return (
        f"Pulled for {_channel(made.channel)} by {isolated(made.by)} on "
        f"{ENGLISH.when(made.made_at.astimezone())}.",
        _SIGNATURES[report.signature],
    )


def sentence(finding: Finding, manifest: Manifest | None) -> str:
    """What was found out about one file."""
    name = isolated(finding.name)
    standing = _standing(finding, manifest)
    if finding.place in (Place.ALONE, Place.AS_LISTED):
        return f"{name}: {standing}"
    if finding.place is Place.RENAMED:
        return f"{name} is {isolated(finding.same_as)} under another name. {standing}"
    if finding.place is Place.MISSING:
        return f"{name} {_PLACES[finding.place]} {standing}"
    twin = f" It has the bytes of {isolated(finding.same_as)}." if finding.same_as else ""
    stands = f" {standing}" if finding.standing is Standing.STANDS else ""
    return f"{name} {_PLACES[finding.place]}{twin}{stands}"


def summary(report: Report) -> str:
    """The whole in a sentence."""
    if not report.findings:
        return "There is no copy here."
    if report.outcome is Outcome.STANDS:
        return "Everything here is approved, and still is."
    if report.outcome is Outcome.AS_FAR_AS_CAN_BE_TOLD:
        return (
            "Everything here is what was approved when it was pulled. Whether it still is cannot "
            "be told here: ask the school."
        )
    return "Not everything here may be used."


def as_dict(report: Report) -> dict[str, object]:
    """The same for programs; instants in ISO 8601."""
    made = report.manifest
    return {
        "outcome": report.outcome.value,
        "signature": report.signature.value,
        "problem": report.problem,
        "manifest": made
        and {
            "site": made.site,
            "channel": made.channel,
            "made_at": made.made_at.isoformat(),
            "by": made.by,
            "files": len(made.files),
        },
        "files": [_file(finding) for finding in report.findings],
    }


def _file(finding: Finding) -> dict[str, object]:
    return {
        "name": finding.name,
        "place": finding.place.value,
        "standing": finding.standing.value,
        "same_as": finding.same_as or None,
        "releases": [
            {
                "channel": release.channel,
                "since": release.since.isoformat(),
                "ended": release.ended and release.ended.isoformat(),
            }
            for release in finding.releases
        ],
    }


def _standing(finding: Finding, manifest: Manifest | None) -> str:
    where = f" for {_channel(manifest.channel)}" if manifest else ""
    if finding.standing is Standing.NOT_ASKED:
        since = finding.copy and f" since {ENGLISH.when(finding.copy.approved_at.astimezone())}"
        return f"By its list, approved{where}{since or ''}."
    if finding.standing is Standing.NEVER_RELEASED:
        return f"Not an approved copy. No copy with exactly these bytes was ever released{where}."
    return " ".join(_release(release) for release in finding.releases)


def _release(release: Released) -> str:
    channel, since = _channel(release.channel), ENGLISH.when(release.since)
    if release.ended is None:
        return f"Approved for {channel} since {since}, and still is."
    return (
        f"No longer approved for {channel}: it was from {since} to "
        f"{ENGLISH.when(release.ended)}. Do not use it, and take it down where it was used."
    )


def _channel(name: str) -> str:
    return ENGLISH.channel_phrase(name)
