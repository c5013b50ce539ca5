"""Every sentence that a user reads about a verdict, a reason or a face, in one catalogue.

A second language is a second ``Catalogue``: whole sentences with named gaps, no pieces that are
glued together, months and plurals included. Reasons that touch on people have one common wording
for those who may not know more; it is the same for all of them, so that it gives nothing away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from gate.values import RELEASING, FaceReason, Reason, Verdict


class Status(StrEnum):
    """A verdict as those read it who may not know more about people."""

    APPROVED = "approved"
    COVERED = "covered"
    HELD = "held"
    UNCHECKED = "unchecked"
    WITHDRAWN = "withdrawn"


class Text(StrEnum):
    """The sentences with gaps; each member names one."""

    PHOTO = "photo"
    PHOTO_TITLE = "photo_title"
    SEARCH_TITLE = "search_title"
    BASIS_TITLE = "basis_title"
    EVIDENCE_TITLE = "evidence_title"
    CHANNEL_TITLE = "channel_title"
    DROPPED = "dropped"
    DROPPED_BY = "dropped_by"
    DROPPED_AGAIN = "dropped_again"
    SIZE = "size"
    CHECKED = "checked"
    CHECKED_BY = "checked_by"
    NOTHING_DECIDED = "nothing_decided"
    WHEN = "when"
    RELEASED = "released"
    COPY_WITHDRAWN = "copy_withdrawn"
    NO_COPY = "no_copy"
    FACES_NONE = "faces_none"
    FACES_ONE = "faces_one"
    FACES_MANY = "faces_many"
    SEARCHED = "searched"
    SEARCHED_TURNED = "searched_turned"
    SEARCHED_TURNED_AT = "searched_turned_at"
    UNCONFIRMED = "unconfirmed"
    SEARCHED_SMALLEST = "searched_smallest"
    SEARCHED_THRESHOLD = "searched_threshold"
    NOT_SEARCHED = "not_searched"
    VERSIONS = "versions"
    THRESHOLDS = "thresholds"
    SECOND_MUST_AGREE = "second_must_agree"
    SECOND_MAY_VETO = "second_may_veto"
    SECOND_SAW = "second_saw"
    SECOND_HOLDS = "second_holds"
    DETAIL = "detail"
    FACE_SHOWN = "face_shown"
    FACE_COVERED = "face_covered"
    FACE_HOLDS = "face_holds"
    FACE_WOULD_BE_SHOWN = "face_would_be_shown"
    FACE_WOULD_BE_COVERED = "face_would_be_covered"
    FACE_NOT_SHOWN = "face_not_shown"
    FACE_LEFT_ALONE = "face_left_alone"
    PERMITTED_BUT_HELD = "permitted_but_held"
    WEAK = "weak"
    PERSON = "person"
    PERSON_UNKNOWN = "person_unknown"
    RECOGNISED = "recognised"
    TAKEN_FOR = "taken_for"
    NAMED_AS = "named_as"
    SAID_BY = "said_by"
    SAID_BY_SOMEBODY = "said_by_somebody"
    SAID_AT_SOME_TIME = "said_at_some_time"
    REFUSED_BY = "refused_by"
    APPROVED_BY = "approved_by"
    UNVETOED_BY = "unvetoed_by"
    KIN = "kin"
    KIN_PART = "kin_part"
    KIN_MORE = "kin_more"
    KIN_MIRRORED = "kin_mirrored"
    KIN_COVERED = "kin_covered"
    KIN_BLOCKED = "kin_blocked"
    NOBODY_COMPARED = "nobody_compared"
    RESEMBLES = "resembles"
    MAY_BE = "may_be"
    NEXT = "next"
    MORE = "more"
    CONFUSABLE_WITH = "confusable_with"
    SCORED = "scored"
    GRANTED = "granted"
    GRANTED_UNTIL = "granted_until"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    VALID_FROM = "valid_from"
    NAMES_ONLINE = "names_online"
    NAMES_NO_ONLINE = "names_no_online"
    RECORD_GONE = "record_gone"
    RECORD_MISSING = "record_missing"
    RESTRICTED_SINCE = "restricted_since"
    RESTRICTED_UNTIL = "restricted_until"
    RESTRICTION_GONE = "restriction_gone"
    ALL_CHANNELS = "all_channels"
    OTHER_CHANNEL = "other_channel"
    OTHER_GIVER = "other_giver"
    LIST_END = "list_end"
    WITHDRAWN_PLAINLY = "withdrawn_plainly"
    UNDECIDED_PLAINLY = "undecided_plainly"
    DUPLICATE = "duplicate"
    RESULTS_TITLE = "results_title"
    NO_EVENT = "no_event"
    FILES_ONE = "files_one"
    FILES_MANY = "files_many"
    DUPLICATES_ONE = "duplicates_one"
    DUPLICATES_MANY = "duplicates_many"
    NO_FILES = "no_files"
    SUMMARY_TITLE = "summary_title"
    PHOTOS_TITLE = "photos_title"
    FILE = "file"
    DROPPED_TITLE = "dropped_title"
    DUPLICATE_TITLE = "duplicate_title"
    WHY_TITLE = "why_title"
    COPY_TITLE = "copy_title"
    PREVIEW = "preview"
    FILTER = "filter"
    FILTER_ALL = "filter_all"
    FILTER_USABLE = "filter_usable"
    FILTER_HELD = "filter_held"
    FILTER_UNCHECKED = "filter_unchecked"


@dataclass(frozen=True)
class Catalogue:
    """All words of one language. ``language`` is a BCP 47 tag.

    ``reasons`` are for those who may see evidence; ``held_reasons`` replace them where a reason
    can stand behind a release and behind a hold. ``plain_reasons`` and ``plain_face_reasons`` are
    for everybody else. ``counts`` say how many have a status. ``channels`` are (title, within a
    sentence); ``givers`` begin a sentence.
    """

    language: str
    months: tuple[str, ...]
    verdicts: Mapping[Verdict, str]
    statuses: Mapping[Status, str]
    counts: Mapping[Status, str]
    reasons: Mapping[Reason, str]
    held_reasons: Mapping[Reason, str]
    plain_reasons: Mapping[Reason, str]
    held_plainly: str
    face_reasons: Mapping[FaceReason, str]
    plain_face_reasons: Mapping[FaceReason, str]
    channels: Mapping[str, tuple[str, str]]
    givers: Mapping[str, str]
    texts: Mapping[Text, str]
    columns: Mapping[str, str]

    def say(self, text: Text, **gaps: object) -> str:
        """The sentence with its gaps filled. Raises KeyError when a gap is not given."""
        return self.texts[text].format(**gaps)

    def listed(self, numbers: Sequence[int]) -> str:
        """The numbers as people say them: with commas, and a word before the last."""
        texts = [str(number) for number in numbers]
        if len(texts) < 2:
            return "".join(texts)
        return self.say(Text.LIST_END, others=", ".join(texts[:-1]), last=texts[-1])

    def day(self, day: date) -> str:
        """5 September 2025."""
        return f"{day.day} {self.months[day.month - 1]} {day.year}"

    def when(self, moment: datetime) -> str:
        """5 September 2025 at 14:02 (UTC): in the time zone that the value carries."""
        zone = moment.tzname() or "UTC"
        return self.say(Text.WHEN, day=self.day(moment), time=f"{moment:%H:%M}", zone=zone)

    def channel_title(self, channel: str) -> str:
        """The name of a channel as a heading."""
        return self.channels[channel][0] if channel in self.channels else channel

    def channel_phrase(self, channel: str) -> str:
        """The name of a channel within a sentence."""
        if channel in self.channels:
            return self.channels[channel][1]
        return self.say(Text.OTHER_CHANNEL, channel=channel)


_ABOUT_PEOPLE = frozenset(
    {
        Reason.ALL_SHOWN,
        Reason.NO_FACES,
        Reason.SOME_COVERED,
        Reason.ALL_COVERED,
        Reason.SINGLED_OUT,
        Reason.SIGN_OFF,
        Reason.RESTRICTED_PERSON,
        Reason.STILL_MATCHED,
        Reason.NAMES_NEEDED,
        Reason.REFUSED_BY_HAND,
        Reason.LOCKED,
        Reason.CHANNEL_GONE,
        Reason.LIKE_BLOCKED,
        Reason.ORIGINAL_GONE,
        Reason.KEPT_LONG_ENOUGH,
    }
)
"""Reasons that are no fault of the file or the machine: every hold for one of them reads alike."""

_NEVER_RELEASED = frozenset(
    {
        Reason.RESTRICTED_PERSON,
        Reason.STILL_MATCHED,
        Reason.NAMES_NEEDED,
        Reason.REFUSED_BY_HAND,
        Reason.LOCKED,
        Reason.CHANNEL_GONE,
        Reason.LIKE_BLOCKED,
        Reason.ORIGINAL_GONE,
        Reason.KEPT_LONG_ENOUGH,
    }
)


def is_released(verdict: Verdict, reason: Reason) -> bool:
    """Whether a copy may exist; a verdict that contradicts its reason counts as a hold."""
    if verdict not in RELEASING:
        return False
    return reason in _ABOUT_PEOPLE - _NEVER_RELEASED


def status_of(verdict: Verdict, reason: Reason, *, copies: int, withdrawn: int) -> Status:
    """The verdict as those read it who may not know more: a veto is a hold like any other.

    ``copies`` is how many were ever released, ``withdrawn`` how many of them are no longer; a
    release without a copy counts as a hold.
    """
    if not is_released(verdict, reason):
        return Status.HELD if reason in _ABOUT_PEOPLE else Status.UNCHECKED
    if copies <= withdrawn:
        return Status.WITHDRAWN if withdrawn else Status.HELD
    return Status.APPROVED if verdict is Verdict.APPROVE else Status.COVERED


def reason_sentence(words: Catalogue, verdict: Verdict, reason: Reason) -> str:
    """Why a photo got its verdict, for those who may see evidence."""
    if not is_released(verdict, reason):
        return words.held_reasons.get(reason, words.reasons[reason])
    return words.reasons[reason]


def plain_reason_sentence(words: Catalogue, status: Status, reason: Reason) -> str:
    """The same for everybody else; every hold that is about people is one and the same text."""
    if status is Status.HELD:
        return words.held_plainly
    if status is Status.WITHDRAWN:
        return words.say(Text.WITHDRAWN_PLAINLY)
    return words.plain_reasons[reason]
