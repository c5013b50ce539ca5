"""Killed at any moment of replacing the site key: everything still opens, with old or new key."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from consent_db.keys import SqlKeyStore
from gate.ports import KeyKind
from gate.site_key import FileKey
from tests.sealers import keyed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs fork and SIGKILL")

ROUNDS = 20
PEOPLE = 2_000
STEPS = ((FileKey, "begin"), (SqlKeyStore, "rewrap"), (FileKey, "finish"))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _rotate_until_killed(folder: Path, step: int, *, before: bool) -> None:
    """Replace the site key again and again; where ``step`` names one, die beside it."""
    if step < len(STEPS):
        owner, name = STEPS[step]
        whole = getattr(owner, name)

        def marked(*args: object) -> object:
            if before:
                _die()
            done = whole(*args)
            _die()
            return done

        setattr(owner, name, marked)
    while True:
        keyed(folder).rotate()


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_twenty_kills_while_the_site_key_is_replaced_lose_no_key(tmp_path: Path) -> None:
    chance = random.Random(20261101)  # noqa: S311
    folder = tmp_path / "keys"
    sealer = keyed(folder)
    refs = [f"P{number}" for number in range(PEOPLE)]
    sealer.prepare(KeyKind.PERSON, refs)
    sealed = {ref: sealer.seal(KeyKind.PERSON, ref, ref.encode(), context="c") for ref in refs}
    context = multiprocessing.get_context("fork")
    keys, half_done = set(), 0
    for number in range(ROUNDS):
        # Every other round it dies beside a step, else wherever the time hits.
        step = number // 4 % len(STEPS) if number % 2 == 0 else len(STEPS)
        options = {"before": number % 4 == 0}
        victim = context.Process(target=_rotate_until_killed, args=(folder, step), kwargs=options)
        victim.start()
        if step < len(STEPS):
            victim.join(60)
        else:
            time.sleep(chance.uniform(0.01, 0.3))
        victim.kill()
        victim.join()
        half_done += (folder / "site.key.new").exists()
        fresh = keyed(folder)
        for ref in chance.sample(refs, 100):
            assert fresh.open(KeyKind.PERSON, ref, sealed[ref], context="c") == ref.encode()
        keys.add((folder / "site.key").read_bytes())
    assert half_done >= 3, "the kills missed what they were meant for"
    assert len(keys) > 3
    assert keyed(folder).rotate() == PEOPLE
    assert not (folder / "site.key.new").exists()
    last = keyed(folder)
    for ref in refs:
        assert last.open(KeyKind.PERSON, ref, sealed[ref], context="c") == ref.encode()
