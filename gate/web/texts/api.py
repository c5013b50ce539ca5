"""What programs are told when something does not work; and the words of feeds."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "error.api.400.title": "This could not be understood",
    "error.api.400.text": "What was sent does not fit; the description of this interface says how.",
    "error.api.401.title": "A token is needed",
    "error.api.401.text": "Send a token in the header 'Authorization: Bearer ...'. An "
    "administrator makes one with 'photogate account token make'.",
    "error.api.token_does_not_count": "This token does not count: it was mistyped or revoked, it "
    "has expired, or its account was disabled.",
    "error.api.404.title": "There is no such thing",
    "error.api.404.text": "The address may be mistyped, or the channel or copy does not exist.",
    "error.api.405.title": "This cannot be done that way",
    "error.api.405.text": "The address is right, but not the method; 'Allow' names those that are.",
    "error.api.410.title": "This copy was revoked",
    "error.api.410.text": "Delete it wherever you keep or show it.",
    "error.api.416.title": "The file has no such part",
    "error.api.416.text": "'Content-Range' says how long it is.",
    "error.api.422.title": "Something that was sent does not fit",
    "error.api.422.text": "The description of this interface says what fits.",
    "error.api.unfit": "What was sent as {names} does not fit; the description of this interface "
    "says what does.",
    "api.feed.title": "Photos for {channel}",
    "api.feed.entry": "Photo {number}",
    "api.feed.entry_of": "{event}: photo {number}",
    "api.feed.about": "{width} by {height} pixels, may be used on this channel while it is listed.",
}
