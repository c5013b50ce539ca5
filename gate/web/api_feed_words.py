"""How a feed is written: Atom (RFC 4287) with its tombstones (RFC 6721), and JSON Feed 1.1."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

from gate.web.api_shapes import Item as Shape
from gate.web.ports_api import Feed, Item
from gate.web.text import Texts

_ATOM = "http://www.w3.org/2005/Atom"
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Written:
    """Where a feed is read: the server's address, the path of the feed; and in which words."""

    base: str
    path: str
    texts: Texts


def atom(feed: Feed, written: Written) -> bytes:
    """The feed as Atom; revoked copies have tombstones."""
    root = Element("feed", {"xmlns": _ATOM, "xmlns:at": _TOMBSTONES})
    _text(root, "id", _id(feed, feed.channel))
    _text(root, "title", written.texts("api.feed.title", channel=feed.title))
    _text(root, "updated", _instant(feed.updated_at or NEVER))
    _text(SubElement(root, "author"), "name", "photogate")
    SubElement(
        root,
        "link",
        {"rel": "self", "type": "application/atom+xml", "href": written.base + written.path},
    )
    for item in feed.items:
        _entry(root, feed, item, written)
    for one in feed.revoked:
        gone = {"ref": _id(feed, str(one.item.number)), "when": _instant(one.at)}
        SubElement(root, "at:deleted-entry", gone)
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def json_feed(feed: Feed, written: Written) -> bytes:
    """The feed as JSON Feed 1.1."""
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": written.texts("api.feed.title", channel=feed.title),
        "feed_url": written.base + written.path,
        "language": written.texts.language,
        "items": [_json_item(feed, item, written) for item in feed.items],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _entry(root: Element, feed: Feed, item: Item, written: Written) -> None:
    entry, links = SubElement(root, "entry"), Shape.of(item).links
    _text(entry, "id", _id(feed, str(item.number)))
    _text(entry, "title", _title(item, written.texts))
    _text(entry, "published", _instant(item.released_at))
    _text(entry, "updated", _instant(item.released_at))
    _text(entry, "summary", _about(item, written.texts))
    file = {"rel": "enclosure", "type": item.media_type, "length": str(item.size)}
    SubElement(entry, "link", {**file, "href": written.base + links.file})
    page = {"rel": "alternate", "type": "application/json", "href": written.base + links.item}
    SubElement(entry, "link", page)


def _json_item(feed: Feed, item: Item, written: Written) -> dict[str, object]:
    links = Shape.of(item).links
    return {
        "id": _id(feed, str(item.number)),
        "url": written.base + links.item,
        "title": _title(item, written.texts),
        "content_text": _about(item, written.texts),
        "date_published": _instant(item.released_at),
        "attachments": [
            {
                "url": written.base + links.file,
                "mime_type": item.media_type,
                "size_in_bytes": item.size,
            }
        ],
        "_photogate": {
            "id": item.number,
            "sha256": item.sha256,
            "width": item.width,
            "height": item.height,
        },
    }


def _title(item: Item, t: Texts) -> str:
    if item.event:
        return t("api.feed.entry_of", event=item.event, number=item.number)
    return t("api.feed.entry", number=item.number)


def _about(item: Item, t: Texts) -> str:
    return t("api.feed.about", width=item.width, height=item.height)


def _id(feed: Feed, what: str) -> str:
    return uuid5(NAMESPACE_URL, f"photogate:{feed.site}:{what}").urn


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text
