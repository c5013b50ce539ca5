"""Every sentence of the screens is in the catalogue once, and is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gate.web.text import ENGLISH, merged

WEB = Path(__file__).resolve().parents[2] / "gate" / "web"
FORMED = (
    *("nav.", "error.", "overview.", "health.", "storage.", "notice.", "why.life."),
    *("review.line.", "review.outcome.", "review.why.", "review.job.", "review.held"),
    "review.vetoed",
    *("register.kind.", "register.one.", "register.state.", "register.state_of."),
    *("register.template.", "register.renew.", "register.status.", "register.said."),
    *("register.recorded.", "register.template_recorded.", "register.template_status."),
    *("restrictions.state.", "expiring.what.", "imports.kind.", "imports.kind_text."),
    *("imports.count.", "imports.lines.", "imports.field."),
)
"""Beginnings of keys that are put together where they are used."""


def sources() -> str:
    files = [*WEB.glob("*.py"), *(WEB / "templates").glob("*.html")]
    return "\n".join(file.read_text("utf-8") for file in files)


def test_every_key_that_is_used_is_there() -> None:
    call = r"""\bt(?:exts_of\(request\))?\(\s*["']([a-z_0-9.]+[a-z0-9])["'][,)\s]"""
    used = re.findall(call, sources())
    assert len(used) > 50
    for key in used:
        assert key in ENGLISH, key
    for key in re.findall(r"""\.count\(\s*["']([a-z_0-9.]+)["'],""", sources()):
        assert f"{key}.one" in ENGLISH, key
        assert f"{key}.many" in ENGLISH, key


def test_every_sentence_is_used() -> None:
    written = sources()
    for key in ENGLISH.sentences:
        plain = re.sub(r"\.(one|many)$", "", key)
        assert plain.startswith(FORMED) or f'"{plain}"' in written, key


def test_two_sentences_for_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="two sentences for a"):
        merged([{"a": "x"}, {"a": "y"}])
