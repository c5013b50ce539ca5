"""A manifest is read as it was written, to the byte, or refused with a sentence."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate import manifest
from gate.errors import DocumentRefused, SiteError
from gate.manifest import Entry, Manifest, build, read, to_bytes
from gate.sealed import canonical
from gate.signing import Signer

SIGNER = Signer(bytes(range(32)))
NOON = datetime(2026, 9, 5, 12, 0, 0, 123456, tzinfo=UTC)
SITE = "5" * 32
SHA = "ab" * 32


def entry(name: str = "sports day/000000000000001.jpg", **changes: Any) -> Entry:  # noqa: ANN401
    values = {"sha256": SHA, "size": 1_000, "width": 800, "height": 600, "release": 7}
    return Entry(name=name, **{**values, "approved_at": NOON, **changes})


def example(*entries: Entry) -> Manifest:
    return build(entries or (entry(),), "website", "anna", NOON, SITE)


def resealed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """A manifest with another content and a signature that is right for it."""
    stated = json.loads(to_bytes(example(), SIGNER))["manifest"]
    change(stated)
    body = canonical(stated)
    signature = base64.b64encode(SIGNER.sign("manifest", body)).decode()
    return canonical({"manifest": stated, "signature": signature})


def in_file(**changes: object) -> Callable[[dict[str, Any]], object]:
    return lambda stated: stated["files"][0].update(changes)


def test_what_is_written_is_read_back_and_holds() -> None:
    written = example(entry("b.jpg"), entry("a.jpg", sha256="cd" * 32))
    found = read(to_bytes(written, SIGNER))
    assert found.manifest == written
    assert found.seal.is_by(SIGNER.public_key)
    assert not found.seal.is_by(Signer(bytes(32)).public_key)
    assert [*found.manifest.by_name] == ["a.jpg", "b.jpg"]


def test_it_is_written_in_one_way_whatever_order_and_time_zone_came_in() -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5)))
    one = example(entry("b.jpg"), entry("a.jpg"))
    other = example(entry("a.jpg", approved_at=elsewhere), entry("b.jpg"))
    assert to_bytes(one, SIGNER) == to_bytes(other, SIGNER)


def test_an_empty_folder_has_a_manifest_too() -> None:
    empty = build((), "website", "anna", NOON, SITE)
    assert read(to_bytes(empty, SIGNER)).manifest == empty


def holds(data: bytes) -> bool:
    try:
        return read(data).seal.is_by(SIGNER.public_key)
    except DocumentRefused:
        return False


def test_any_changed_bit_is_found() -> None:
    whole = to_bytes(example(), SIGNER)
    assert holds(whole)
    for place in range(len(whole)):
        for bit in range(8):
            changed = bytearray(whole)
            changed[place] ^= 1 << bit
            assert not holds(bytes(changed)), (place, bit)


@given(st.data())
@settings(max_examples=300)
def test_whatever_is_cut_out_or_put_in_is_found(data: st.DataObject) -> None:
    whole = to_bytes(example(), SIGNER)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    changed = whole[:start] + data.draw(st.binary(max_size=40)) + whole[end:]
    assert holds(changed) == (changed == whole)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode()))
def test_no_bytes_do_worse_than_being_refused(data: bytes) -> None:
    with pytest.raises(DocumentRefused):
        read(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(
    field=st.sampled_from(["site", "channel", "made_at", "by", "version", "key", "files", "new"]),
    value=JSON,
)
def test_a_value_of_another_kind_is_refused_though_signed(field: str, value: object) -> None:
    plain = json.loads(to_bytes(example(), SIGNER))["manifest"]
    _refused_unless_same(lambda stated: stated.update({field: value}), plain)


@given(field=st.sampled_from([*Entry.__dataclass_fields__, "new"]), value=JSON)
def test_a_value_of_another_kind_within_a_file_is_refused(field: str, value: object) -> None:
    plain = json.loads(to_bytes(example(), SIGNER))["manifest"]
    _refused_unless_same(in_file(**{field: value}), plain)


def _refused_unless_same(change: Callable[[dict[str, Any]], object], plain: object) -> None:
    try:
        found = read(resealed(change))
    except DocumentRefused:
        return
    # What is let through is written exactly as this program would have written it.
    again = json.loads(to_bytes(found.manifest, SIGNER))["manifest"]
    assert {**again, "key": found.seal.key} == json.loads(found.seal.body)


UNSAFE = [
    "../a.jpg",
    "a/../../b.jpg",
    "/etc/passwd",
    "a//b.jpg",
    "./a.jpg",
    "",
    "a/",
    "..",
    "C:/a.jpg",
    "a\\b.jpg",
    "a\0.jpg",
    "a\n.jpg",
    "a.jpg ",
    "a./b.jpg",
    "\u202egpj.exe",
    "a?.jpg",
    "x" * 401,
    "photogate-manifest.json",
    "PhotoGate-Manifest.JSON",
]


@pytest.mark.parametrize("name", UNSAFE)
def test_a_name_that_could_lead_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        entry(name)
    with pytest.raises(DocumentRefused, match="name"):
        read(resealed(in_file(name=name)))


@pytest.mark.parametrize(
    ("first", "second"), [("a.jpg", "a.jpg"), ("A.jpg", "a.jpg"), ("e\u0301.jpg", "\u00e9.jpg")]
)
def test_two_files_of_one_name_are_refused(first: str, second: str) -> None:
    with pytest.raises(DocumentRefused, match="twice"):
        example(entry(first), entry(second))


def doubled(stated: dict[str, Any]) -> None:
    stated["files"] = stated["files"] * 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda stated: stated.update(version=2), "form 2"),
        (lambda stated: stated.update(version=True), "not a manifest"),
        (lambda stated: stated.pop("version"), "not a manifest"),
        (lambda stated: stated.pop("by"), "by"),
        (lambda stated: stated.update(key="short"), "not a manifest"),
        (lambda stated: stated.update(made_at="2026-09-05T12:00:00Z"), "changed"),
        (lambda stated: stated.update(made_at="2026-09-05T12:00:00.123456"), "made_at"),
        (lambda stated: stated.update(made_at=1_700_000_000), "made_at"),
        (doubled, "twice"),
        (in_file(size=0), "files.0.size"),
        (in_file(size="1000"), "files.0.size"),
        (in_file(size=1000.0), "files.0.size"),
        (in_file(sha256=SHA.upper()), "files.0.sha256"),
        (in_file(sha256=SHA + "\n"), "files.0.sha256"),
        (in_file(person="P1"), "files.0.person"),
    ],
)
def test_what_is_wrong_is_said(change: Callable[[dict[str, Any]], object], says: str) -> None:
    with pytest.raises(DocumentRefused) as caught:
        read(resealed(change))
    assert says in str(caught.value)


def test_a_manifest_of_another_purpose_is_not_taken() -> None:
    whole = to_bytes(example(), SIGNER).replace(b'{"manifest"', b'{"checkpoint"')
    with pytest.raises(DocumentRefused, match="not a manifest"):
        read(whole)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"manifest":' * 5_000,
        b'{"manifest":{"version":' + b"9" * 10_000 + b"}}",
        b'{"manifest":{"version":1e999,"key":"' + b"5" * 32 + b'"},"signature":""}',
        b'{"manifest":{"by":"\\ud800"},"signature":""}',
        to_bytes(example(), SIGNER).decode().encode("utf-16"),
        to_bytes(example(), SIGNER) + b"\n",
        to_bytes(example(), SIGNER).replace(b'"by"', b'"by":"eve","by"'),
    ],
    ids=["deep", "deep objects", "huge number", "infinite", "no text", "utf-16", "line end", "two"],
)
def test_nothing_hostile_gets_past_or_breaks_it(data: bytes) -> None:
    with pytest.raises(DocumentRefused):
        read(data)


def test_a_file_of_no_end_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "MOST_BYTES", 1_000)
    with pytest.raises(DocumentRefused):
        read(b" " * (manifest._FORM.most + 1))
    path = tmp_path / manifest.FILE_NAME
    path.touch()
    os.truncate(path, 10**12)  # a sparse file
    with pytest.raises(DocumentRefused):
        manifest.read_from(tmp_path)


def test_it_is_put_into_its_folder_whole(tmp_path: Path) -> None:
    assert manifest.read_from(tmp_path) is None
    for channel in ("website", "print"):
        data = to_bytes(build((entry(),), channel, "anna", NOON, SITE), SIGNER)
        manifest.write(tmp_path, data)
        found = manifest.read_from(tmp_path)
        assert found is not None
        assert found.manifest.channel == channel
    assert [path.name for path in tmp_path.iterdir()] == [manifest.FILE_NAME]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="cannot be written"):
        manifest.write(tmp_path / "gone", b"{}")


def test_it_says_nothing_but_what_was_asked_of_it() -> None:
    stated = json.loads(to_bytes(example(), SIGNER))["manifest"]
    assert set(stated) == {"version", "site", "channel", "made_at", "by", "files", "key"}
    assert set(stated["files"][0]) == {
        "name",
        "sha256",
        "size",
        "width",
        "height",
        "release",
        "approved_at",
    }
