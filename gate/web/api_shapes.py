"""What programs are answered and what they send, as the published description has it.

Version 1 only ever gains fields: programs must pass over those that they do not know.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from gate.web import ports_api as ports

ROOT = "/api/v1"
FARTHEST = 10**15 - 1
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0bb822cd15d6c15b0f00a0"
_WORDS = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
"""One line with something on it."""
_WHEN = "2026-09-05T13:02:11Z"

ChannelName = Annotated[
    str,
    Path(pattern=r"^[a-z][a-z0-9-]{0,39}$", examples=["website"]),
]
Number = Annotated[int, Path(ge=1, le=FARTHEST, examples=[17])]


class Page(BaseModel):
    """Which part of a list is wanted."""

    after: int = Field(
        0,
        ge=0,
        le=FARTHEST,
        description="`next` of the last answer of this very list; 0 is its beginning. The numbers "
        "of one list mean nothing in another.",
    )
    limit: int = Field(100, ge=1, le=200, description="The most entries in one answer.")


class News(Page):
    """Which part of a list is wanted, and for how long to wait for it."""

    wait: int = Field(
        0,
        ge=0,
        le=30,
        description="Seconds for which the answer waits while there is nothing new.",
    )


OnePage = Annotated[Page, Query()]
OneNews = Annotated[News, Query()]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class ItemLinks(_Shape):
    """Where more is, as paths of this server."""

    item: str = Field(examples=[f"{ROOT}/channels/website/items/17"])
    file: str = Field(examples=[f"{ROOT}/channels/website/items/17/file"])


class Item(_Shape):
    """A copy that may be used on its channel. It tells nothing about who is in the picture."""

    id: int = Field(description="Its number; another copy never gets it.", examples=[17])
    channel: str = Field(examples=["website"])
    event: str = Field(
        description='The folder of its event, with "/" between folders; "" for none.',
        examples=["Sports day 2026"],
    )
    name: str = Field(description="A neutral file name.", examples=["413250934718264.jpg"])
    media_type: str = Field(examples=["image/jpeg"])
    size: int = Field(description="Bytes.", examples=[482133])
    width: int = Field(description="Pixels.", examples=[1600])
    height: int = Field(description="Pixels.", examples=[1067])
    sha256: str = Field(description="SHA-256 of the file, in hex.", examples=[_SHA256])
    released_at: datetime = Field(examples=[_WHEN])
    links: ItemLinks

    @classmethod
    def of(cls, item: ports.Item) -> Self:
        """The item as it is told."""
        here = f"{ROOT}/channels/{item.channel}/items/{item.number}"
        return cls(
            id=item.number,
            channel=item.channel,
            event=item.event,
            name=item.name,
            media_type=item.media_type,
            size=item.size,
            width=item.width,
            height=item.height,
            sha256=item.sha256,
            released_at=item.released_at,
            links=ItemLinks(item=here, file=f"{here}/file"),
        )


class Channel(_Shape):
    """A channel of the token."""

    name: str = Field(examples=["website"])
    title: str = Field(examples=["Website"])
    items: int = Field(description="Copies that may be used.", examples=[212])
    takedowns: int = Field(description="Copies that must come down.", examples=[0])


class Channels(_Shape):
    """The channels on which the token counts."""

    channels: list[Channel]


class Items(_Shape):
    """Copies that may be used, in the order of their release."""

    items: list[Item]
    next: int = Field(description="Send it as `after` next time.", examples=[17])
    more: bool = Field(description="Whether more can be had at once.")


class Released(_Shape):
    """A copy was released, and may be used at the moment of the answer."""

    type: Literal["released"] = "released"
    number: int = Field(description="The number of the change.", examples=[31])
    at: datetime = Field(examples=[_WHEN])
    item: Item


class Revoked(_Shape):
    """A copy has ended: it may not be used any more. Why is not told to programs."""

    type: Literal["revoked"] = "revoked"
    number: int = Field(description="The number of the change.", examples=[32])
    at: datetime = Field(examples=[_WHEN])
    id: int = Field(description="The number of the copy.", examples=[17])
    sha256: str = Field(description="SHA-256 of its file, in hex.", examples=[_SHA256])
    do: Literal["delete"] = Field(
        default="delete", description="Delete the copy wherever you keep or show it."
    )


class Changes(_Shape):
    """What was released and what ended, in the order in which it was stored."""

    changes: list[Annotated[Released | Revoked, Field(discriminator="type")]]
    next: int = Field(description="Send it as `after` next time.", examples=[32])
    more: bool = Field(description="Whether more can be had at once.")
    handing_out: bool = Field(
        description="Whether files can be downloaded; not while the school's register was not "
        "confirmed for too long. Revocations are told all the same."
    )

    @classmethod
    def of(cls, found: ports.Changes) -> Self:
        """The changes as they are told."""
        return cls(
            changes=[_change(one) for one in found.changes],
            next=found.after,
            more=found.more,
            handing_out=found.handing_out,
        )


class Takedown(_Shape):
    """A copy that must come down."""

    id: int = Field(examples=[12])
    item: int = Field(description="The number of the copy.", examples=[17])
    sha256: str = Field(description="SHA-256 of its file, in hex.", examples=[_SHA256])
    kind: Literal["posted", "downloaded", "pulled"] = Field(
        description="`posted`: where somebody said that it was published. `downloaded`: wherever "
        "an account saved what it downloaded. `pulled`: a folder that the next pull puts right."
    )
    own: bool = Field(description="Whether it was this account that downloaded or posted it.")
    where: str = Field(examples=["https://school.example/news/7"])
    name: str = Field(description='The file name there, or "".', examples=[""])
    since: datetime = Field(examples=[_WHEN])
    due: datetime = Field(examples=[_WHEN])

    @classmethod
    def of(cls, one: ports.Request) -> Self:
        """The request as it is told."""
        return cls.model_validate(
            {
                "id": one.number,
                "item": one.item,
                "sha256": one.sha256,
                "kind": one.kind,
                "own": one.own,
                "where": one.where,
                "name": one.name,
                "since": one.since,
                "due": one.due,
            }
        )


class Takedowns(_Shape):
    """Copies that must come down, in the order in which it was asked."""

    takedowns: list[Takedown]
    next: int = Field(description="Send it as `after` next time.", examples=[12])
    more: bool = Field(description="Whether more can be had at once.")


class Recorded(_Shape):
    """Where a copy was published is on record."""

    place: int = Field(description="The number of the record.", examples=[40])
    stands: bool = Field(description="Whether the copy may be used at this moment.")
    takedown: int | None = Field(
        description="When it may not: the request to take it down.", examples=[None]
    )


class TakenDown(_Shape):
    """It is on record that a copy came down."""

    id: int = Field(examples=[12])
    done_at: datetime = Field(examples=[_WHEN])


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Posted(_Sent):
    """Where a copy was published."""

    where: str = Field(
        min_length=1,
        max_length=500,
        pattern=_WORDS,
        description="An address, or words by which somebody finds it.",
        examples=["https://school.example/news/7"],
    )


class Done(_Sent):
    """How it is known that a copy came down."""

    proof: str = Field(
        min_length=1,
        max_length=1_000,
        pattern=_WORDS,
        description="For example the address, when it was looked at, and what was there.",
        examples=["https://school.example/news/7 answers 404 at 14:05"],
    )


class Problem(_Shape):
    """What did not work (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["There is no such thing"])
    status: int = Field(examples=[404])
    detail: str = Field(description="A sentence for people.")
    reference: str = Field(
        description="Under which the server's log says more; also in `X-Request-Id`.",
        examples=["8f3a60b1c2d4"],
    )


def _change(one: ports.Change) -> Released | Revoked:
    if one.revoked:
        return Revoked(number=one.number, at=one.at, id=one.item.number, sha256=one.item.sha256)
    return Released(number=one.number, at=one.at, item=Item.of(one.item))
