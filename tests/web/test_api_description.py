"""The description in the documents is the one that servers publish.

``python -m tests.web.test_api_description`` writes it anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gate.web.access import ACCESS, Who
from tests.account_site import new_site
from tests.web.client import Console
from tests.web.programs import ROOT

FILE = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def published(console: Console) -> Any:  # noqa: ANN401
    return console.nobody().client.get(f"{ROOT}/openapi.json").json()


def operations(described: Any) -> dict[str, Any]:  # noqa: ANN401
    methods = (one for path in described["paths"].values() for one in path.values())
    return {one["operationId"]: one for one in methods}


def test_the_document_is_up_to_date(console: Console) -> None:
    assert json.loads(FILE.read_text("utf-8")) == published(console)


def test_exactly_what_is_for_programs_is_described(console: Console) -> None:
    told = operations(published(console))
    assert set(told) == {name for name, entry in ACCESS.items() if entry.who is Who.TOKEN}
    for name, one in told.items():
        assert one["security"] == [{ACCESS[name].purpose: []}], name
        assert one["summary"], name
        assert {"200", "401", "403", "404", "500", "503"} <= set(one["responses"]), name
        for code, answer in one["responses"].items():
            assert answer["description"], (name, code)
            if code >= "400":
                assert set(answer["content"]) == {"application/problem+json"}, (name, code)
        assert not any("ValidationError" in str(answer) for answer in one["responses"].values())


def written(console: Console) -> str:
    return json.dumps(published(console), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        FILE.write_text(written(Console(new_site(Path(folder)))), "utf-8")
