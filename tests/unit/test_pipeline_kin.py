"""The gate asks for other versions before it makes copies."""

from __future__ import annotations

import hashlib

from gate.kindred import Kindred
from gate.pipeline import Gate
from gate.policy import Engines, Policy
from gate.values import Link, Reason, Thresholds, Verdict
from tests.unit.test_kindred import Shelf
from tests.unit.test_pipeline import (
    CHANNELS,
    NOW,
    RED,
    ColourFinder,
    ColourReader,
    photo,
    register,
)

DATA = photo(RED)
PHOTO = hashlib.sha256(DATA).hexdigest()


def gate(shelf: Shelf) -> Gate:
    policy = Policy(CHANNELS, Thresholds(0.5, 0.2, 0.1), "p1")
    engines = Engines(ColourFinder(), ColourReader())
    kindred = Kindred(shelf, lambda _: None)
    return Gate(policy, engines, register(), lambda: NOW, software="test", kindred=kindred)


def test_no_copy_is_made_where_another_version_is_blocked() -> None:
    link = Link("a", 0.99)
    judged = gate(Shelf(links={PHOTO: (link,)}, blocked=frozenset({"a"}))).judge(PHOTO, DATA)
    website, print_ = judged.decisions
    assert (website.verdict, website.reason) == (Verdict.BLOCK, Reason.LIKE_BLOCKED)
    assert print_.verdict is Verdict.APPROVE
    assert [copy.channel for copy in judged.renditions] == ["print"]
    assert judged.kinship is not None
    assert judged.kinship.links == (link,)


def test_a_photo_that_cannot_be_read_has_no_versions() -> None:
    data = b"no picture"
    judged = gate(Shelf()).judge(hashlib.sha256(data).hexdigest(), data)
    assert judged.kinship is None
    assert {one.verdict for one in judged.decisions} == {Verdict.BLOCK}
