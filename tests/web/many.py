"""Very many released copies on a site, put into its register at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, insert, select

from cli.site import Site
from consent_db import feed
from consent_db.schema import decisions, judgements, photos, releases
from tests.watch_fakes import sha256


def release_many(site: Site, channel: str, count: int) -> None:
    """Copies of photos that were judged like the channel's first one; without their files."""
    with site.database.transaction("setup") as tx:
        connection = tx.connection
        first = connection.execute(select(releases).where(releases.c.channel == channel)).first()
        assert first is not None
        judged = _row(connection, judgements, judgements.c.id == first.judgement_id)
        decided = _row(
            connection,
            decisions,
            decisions.c.judgement_id == first.judgement_id,
            decisions.c.channel == channel,
        )
        last = 1_000_000
        numbers = range(last, last + count)
        hashes = [sha256(str(number).encode()) for number in numbers]
        connection.execute(
            insert(photos), [{"id": n, "sha256": h} for n, h in zip(numbers, hashes, strict=True)]
        )
        connection.execute(insert(judgements), [judged | {"id": n, "photo_id": n} for n in numbers])
        connection.execute(insert(decisions), [decided | {"judgement_id": n} for n in numbers])
        copies = [
            {
                "id": n,
                "judgement_id": n,
                "channel": channel,
                "path": f"ready/{channel}/{n}.jpg",
                "sha256": h,
                "width": 800,
                "height": 600,
                "size": 100_000,
            }
            for n, h in zip(numbers, hashes, strict=True)
        ]
        connection.execute(insert(releases), copies)
        feed.tell(tx, feed.Kind.RELEASED, [(n, channel) for n in numbers])


def _row(connection: Connection, table: Table, *conditions: Any) -> dict[str, Any]:  # noqa: ANN401
    found = dict(connection.execute(select(table).where(*conditions)).mappings().one())
    del found["id"]
    return found
