"""The English catalogue: plain sentences that a parent could read."""

from __future__ import annotations

from types import MappingProxyType

from gate.values import FaceReason, Reason, Verdict
from gate.words import Catalogue, Status, Text

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_VERDICTS = {
    Verdict.APPROVE: "Approved",
    Verdict.BLUR: "Approved with covered faces",
    Verdict.BLOCK: "Blocked",
    Verdict.REVIEW: "Held for review",
}

_STATUSES = {
    Status.APPROVED: "Approved",
    Status.COVERED: "Approved with covered faces",
    Status.HELD: "Held",
    Status.UNCHECKED: "Could not be checked",
    Status.WITHDRAWN: "Withdrawn",
}

_COUNTS = {
    Status.APPROVED: "{count} approved",
    Status.COVERED: "{count} with covered faces",
    Status.HELD: "{count} held",
    Status.UNCHECKED: "{count} could not be checked",
    Status.WITHDRAWN: "{count} withdrawn",
}

_FILE_REASONS = {
    Reason.NOT_AN_IMAGE: "This file is not a picture.",
    Reason.UNSUPPORTED_FORMAT: "This kind of picture cannot be read. Save it as a JPEG file and "
    "drop it again.",
    Reason.DAMAGED: "The file is damaged and cannot be opened. Copy it from the camera again.",
    Reason.INCOMPLETE: "The file ends before the picture does: it was not copied whole. Copy it "
    "again.",
    Reason.ANIMATED: "This is an animation. Only still pictures can be checked.",
    Reason.TOO_MANY_PIXELS: "The picture is larger than this system may open. Make it smaller and "
    "drop it again.",
    Reason.TOO_MANY_BYTES: "The file is bigger than this system may open. Make it smaller and "
    "drop it again.",
    Reason.TOO_SMALL: "The picture is too small for faces to be checked. Use a larger copy.",
    Reason.EMPTY_FILE: "The file is empty. Copy it from the camera again.",
    Reason.TIMED_OUT: "Checking this photo took too long and was stopped. Nothing was released.",
    Reason.CRASHED: "Checking this photo failed. Nothing was released. Tell whoever looks after "
    "this system.",
    Reason.OUT_OF_MEMORY: "The computer ran out of memory while checking this photo. Make the "
    "picture smaller and drop it again.",
    Reason.ENGINE_FAILED: "The part that finds and compares faces did not work, so nobody knows "
    "who is in this photo. Tell whoever looks after this system.",
    Reason.REGISTER_STALE: "The list of permissions has not been brought up to date for too long, "
    "or this computer's clock is wrong. Ask the data protection lead to see to it.",
    Reason.REGISTER_UNREACHABLE: "The list of permissions could not be read, so nothing was "
    "released. Tell whoever looks after this system.",
}

_REASONS = _FILE_REASONS | {
    Reason.ALL_SHOWN: "Everybody whose face was found may be shown.",
    Reason.NO_FACES: "No face was found.",
    Reason.SOME_COVERED: "Some faces are covered. The others may be shown.",
    Reason.ALL_COVERED: "Every face is covered.",
    Reason.SINGLED_OUT: "Covering so few faces among so many would draw attention to somebody.",
    Reason.SIGN_OFF: "A person must look at each photo before it is released here.",
    Reason.RESTRICTED_PERSON: "Somebody who must not be shown here may be in this photo.",
    Reason.STILL_MATCHED: "A face could still be recognised after it was covered, so no copy was "
    "released.",
    Reason.NAMES_NEEDED: "Somebody must say who each of these people is before this photo can be "
    "used.",
    Reason.REFUSED_BY_HAND: "Somebody looked at this photo and decided that it must not be used "
    "here.",
    Reason.LOCKED: "The safeguarding lead has locked this photo: no copy of it may be made or "
    "shown.",
    Reason.CHANNEL_GONE: "Nothing is published here any more.",
    Reason.LIKE_BLOCKED: "Another version of this photo must not be used here, so this one must "
    "not be used either.",
    Reason.ORIGINAL_GONE: "The photo itself is not kept any more, so it cannot be checked with "
    "today's permissions. Drop it again to have it checked.",
    Reason.KEPT_LONG_ENOUGH: "The time for which copies are kept here is over.",
}

_HELD_REASONS = {
    Reason.ALL_SHOWN: "Everybody whose face was found may be shown, but no copy was released.",
    Reason.NO_FACES: "No face was found. A person must look at such photos before they are "
    "released here.",
    Reason.SOME_COVERED: "Some faces must be covered, and no copy was released.",
    Reason.ALL_COVERED: "Every face would be covered. A person must decide whether such a photo is "
    "of use.",
}

_HELD_PLAINLY = "Held: ask the safeguarding lead."

_PLAIN_REASONS = _FILE_REASONS | {
    Reason.ALL_SHOWN: "This photo may be used.",
    Reason.NO_FACES: "No face was found. This photo may be used.",
    Reason.SOME_COVERED: "Some faces are covered. Use this copy only.",
    Reason.ALL_COVERED: "Every face is covered. Use this copy only.",
    Reason.SINGLED_OUT: "This copy may be used.",
    Reason.SIGN_OFF: "This copy may be used.",
    Reason.RESTRICTED_PERSON: _HELD_PLAINLY,
    Reason.STILL_MATCHED: _HELD_PLAINLY,
    Reason.NAMES_NEEDED: _HELD_PLAINLY,
    Reason.REFUSED_BY_HAND: _HELD_PLAINLY,
    Reason.LOCKED: _HELD_PLAINLY,
    Reason.CHANNEL_GONE: _HELD_PLAINLY,
    Reason.LIKE_BLOCKED: _HELD_PLAINLY,
    Reason.ORIGINAL_GONE: _HELD_PLAINLY,
    Reason.KEPT_LONG_ENOUGH: _HELD_PLAINLY,
}

_FACE_REASONS = {
    FaceReason.PERMITTED: "This person may be shown here.",
    FaceReason.RESTRICTED: "This person must not be shown here, whatever else was agreed.",
    FaceReason.NOT_RECOGNISED: "It was not recognised as anybody in the register.",
    FaceReason.CONFUSABLE: "It is like more than one person, and not all of them may be shown "
    "here.",
    FaceReason.CLAIMED_TWICE: "Another face in this photo is more like the same person, and nobody "
    "can be in one photo twice.",
    FaceReason.READERS_DISAGREE: "The two ways of comparing faces do not agree on who it is. "
    "It may be that one of them has nothing to compare this person with.",
    FaceReason.UNREADABLE: "It is too small or too unclear to be recognised.",
    FaceReason.NO_CONSENT: "Nobody has given permission to show this person here.",
    FaceReason.REFUSED: "Permission to show this person here was refused.",
    FaceReason.WITHDRAWN: "Permission to show this person here was withdrawn.",
    FaceReason.NOT_YET_VALID: "Permission to show this person here has not begun yet.",
    FaceReason.EXPIRED: "Permission to show this person here has ended.",
    FaceReason.WORDING_NOT_ONLINE: "The permission does not name use on the internet.",
    FaceReason.LEFT_SCHOOL: "This person has left the school.",
    FaceReason.COVER_EVERYONE: "Every face is covered here.",
    FaceReason.TEMPLATE_GONE: "This person may no longer be recognised by their face.",
    FaceReason.NOT_NAMED: "Nobody has said yet who this is.",
    FaceReason.NAMED_TWICE: "Two faces in this photo were given this name, and nobody can be in "
    "one photo twice.",
    FaceReason.NAMED_ELSEWHERE: "Somebody said that another face in this photo is this person, and "
    "nobody can be in one photo twice.",
    FaceReason.ASKED_TO_COVER: "Somebody asked for this face to be covered.",
    FaceReason.NOT_A_FACE: "Somebody said that this is not a face.",
}

_PLAIN_COVERED = "It is not certain that this face may be shown here."
_PLAIN_FACE_REASONS = dict.fromkeys(FaceReason, _PLAIN_COVERED) | {
    FaceReason.PERMITTED: "It may be shown here.",
    FaceReason.UNREADABLE: _FACE_REASONS[FaceReason.UNREADABLE],
    FaceReason.COVER_EVERYONE: _FACE_REASONS[FaceReason.COVER_EVERYONE],
    FaceReason.NOT_A_FACE: _FACE_REASONS[FaceReason.NOT_A_FACE],
}

_CHANNELS = {
    "website": ("Website", "the website"),
    "social": ("Social media", "social media"),
    "print": ("Print", "printed material"),
}

_GIVERS = {
    "parent": "Their parent",
    "mother": "Their mother",
    "father": "Their father",
    "parents": "Their parents",
    "both parents": "Both their parents",
    "carer": "Their carer",
    "foster carer": "Their foster carer",
    "guardian": "Their guardian",
    "grandparent": "Their grandparent",
    "social worker": "Their social worker",
    "self": "This person",
    "pupil": "This pupil",
    "child": "This child",
    "staff": "This member of staff",
}

_TEXTS = {
    Text.PHOTO: "Photo {photo}",
    Text.PHOTO_TITLE: "The photo",
    Text.SEARCH_TITLE: "How faces were looked for",
    Text.BASIS_TITLE: "What the answer rests on",
    Text.EVIDENCE_TITLE: "Evidence",
    Text.CHANNEL_TITLE: "{channel}: {verdict}",
    Text.DROPPED: "{original} was dropped on {when}.",
    Text.DROPPED_BY: "{original} was dropped on {when} by {who}.",
    Text.DROPPED_AGAIN: "The same photo was dropped again on {when} as {original}.",
    Text.SIZE: "It is {width} pixels wide and {height} pixels high.",
    Text.CHECKED: "It was checked on {when}, with the permissions of {day}.",
    Text.CHECKED_BY: "It was checked on {when} by {who}, with the permissions of {day}.",
    Text.NOTHING_DECIDED: "Nothing was decided about this photo, so nothing may be released.",
    Text.WHEN: "{day} at {time} ({zone})",
    Text.RELEASED: "Released copy: {path}",
    Text.COPY_WITHDRAWN: "The copy {path} was withdrawn on {when} and must not be used.",
    Text.NO_COPY: "No copy was released.",
    Text.FACES_NONE: "No face was found.",
    Text.FACES_ONE: "One face was found.",
    Text.FACES_MANY: "{count} faces were found.",
    Text.SEARCHED: "The picture was searched at {sizes} pixels on its longer side.",
    Text.SEARCHED_TURNED: "It was also searched turned by {turns} degrees.",
    Text.SEARCHED_TURNED_AT: "It was also searched turned by {turns} degrees, at {sizes} pixels "
    "on its longer side.",
    Text.UNCONFIRMED: "Places that looked like a face at first, and did not when each was looked "
    "at again by itself: {count}.",
    Text.SEARCHED_SMALLEST: "Such a search finds faces from about {smallest} pixels in height "
    "in the photo.",
    Text.SEARCHED_THRESHOLD: "Everything that the face finder rated {threshold} or more out of 1 "
    "was a candidate.",
    Text.NOT_SEARCHED: "There is no record that this photo was searched for faces, so nobody can "
    "say who is in it.",
    Text.VERSIONS: "Software {software}; policy {policy}; face engine {engine}; register as of "
    "change {register}.",
    Text.THRESHOLDS: "A similarity of {show} is needed to show a face, and {veto} is enough to "
    "hold a photo; people whose similarities differ by less than {margin} count as confusable.",
    Text.SECOND_MUST_AGREE: "A second way of comparing faces, {reader}, must agree before a face "
    "is shown. It needs a similarity of {show}, and {veto} is enough to hold a photo. A "
    "difference of less than {margin} counts as confusable. Its numbers are on a scale of their "
    "own.",
    Text.SECOND_MAY_VETO: "A second way of comparing faces, {reader}, may hold a photo. A "
    "similarity of {veto} is enough. Its numbers are on a scale of their own.",
    Text.SECOND_SAW: "By the second way of comparing it is most like {ref}: {score}.",
    Text.SECOND_HOLDS: "By the second way of comparing the similarity to {ref} is {score}, and "
    "{needed} is enough to hold a photo.",
    Text.DETAIL: "Note of the system: {detail}",
    Text.FACE_SHOWN: "Face {number} is shown.",
    Text.FACE_COVERED: "Face {number} is covered.",
    Text.FACE_HOLDS: "Face {number} is why the photo is held back.",
    Text.FACE_WOULD_BE_SHOWN: "Face {number} could be shown.",
    Text.FACE_WOULD_BE_COVERED: "Face {number} would be covered.",
    Text.FACE_NOT_SHOWN: "Face {number} is not shown.",
    Text.FACE_LEFT_ALONE: "Number {number} is left as it is.",
    Text.PERMITTED_BUT_HELD: "This person may be shown here, but no copy is released.",
    Text.WEAK: "It is not certain that this is a face, so it is never shown.",
    Text.PERSON: "{name} ({ref})",
    Text.PERSON_UNKNOWN: "{ref} (no longer in the register)",
    Text.RECOGNISED: "It was recognised as {person}: similarity {score}, needed {needed}.",
    Text.TAKEN_FOR: "It was taken for {person}.",
    Text.NAMED_AS: "{who} said on {when} that it is {person}.",
    Text.SAID_BY: "{who} said so on {when}.",
    Text.SAID_BY_SOMEBODY: "Somebody",
    Text.SAID_AT_SOME_TIME: "some day",
    Text.REFUSED_BY: "{who} refused it on {when}.",
    Text.APPROVED_BY: "{who} approved it for release on {when}.",
    Text.UNVETOED_BY: "{who} released it although somebody restricted might be in it, on {when}.",
    Text.KIN: "It is another version of photo {photo}.",
    Text.KIN_PART: "It shows a part of photo {photo}.",
    Text.KIN_MORE: "A part of it is photo {photo}.",
    Text.KIN_MIRRORED: "One of the two is mirrored.",
    Text.KIN_COVERED: "Faces are covered in one of the two.",
    Text.KIN_BLOCKED: "That version is photo {photo}.",
    Text.NOBODY_COMPARED: "No face was compared with anybody: here people say who is in a photo.",
    Text.RESEMBLES: "It is most like {person}: similarity {score}, needed {needed}.",
    Text.MAY_BE: "It may be {person}: similarity {score}, and {needed} is enough to hold a photo.",
    Text.NEXT: "Next most similar: {ref} at {score}.",
    Text.MORE: "More similar: {ref} at {score}.",
    Text.CONFUSABLE_WITH: "It could be any of these: {people}.",
    Text.SCORED: "{ref} at {score}",
    Text.GRANTED: "{giver} agreed to {channel} on {day} ({method}), with no end date.",
    Text.GRANTED_UNTIL: "{giver} agreed to {channel} on {day} ({method}), valid until {until}.",
    Text.REFUSED: "{giver} refused {channel} on {day} ({method}).",
    Text.WITHDRAWN: "{giver} withdrew permission for {channel} on {day} ({method}).",
    Text.VALID_FROM: "It counts from {day}.",
    Text.NAMES_ONLINE: "The wording named use on the internet.",
    Text.NAMES_NO_ONLINE: "The wording did not name use on the internet.",
    Text.RECORD_GONE: "Permission record {record} counted; it is no longer in the register.",
    Text.RECORD_MISSING: "No permission record is stored for this. Tell the data protection lead.",
    Text.RESTRICTED_SINCE: "Restriction {record} has applied to {channels} since {day}, until it "
    "is lifted.",
    Text.RESTRICTED_UNTIL: "Restriction {record} applies to {channels} from {day} to {until}.",
    Text.RESTRICTION_GONE: "Restriction {record} counted; it is no longer in the register.",
    Text.ALL_CHANNELS: "all channels",
    Text.OTHER_CHANNEL: "the channel {channel}",
    Text.OTHER_GIVER: "Somebody recorded as {giver}",
    Text.LIST_END: "{others} and {last}",
    Text.WITHDRAWN_PLAINLY: "This copy was withdrawn. Do not use it, and take it down where it "
    "was used.",
    Text.UNDECIDED_PLAINLY: "Nothing was decided here. Do not use this photo.",
    Text.DUPLICATE: "This is the same photo as {original}.",
    Text.RESULTS_TITLE: "Results: {event}",
    Text.NO_EVENT: "Photos without an event",
    Text.FILES_ONE: "One photo was dropped.",
    Text.FILES_MANY: "{count} photos were dropped.",
    Text.DUPLICATES_ONE: "One of them is a duplicate and is not counted below.",
    Text.DUPLICATES_MANY: "{count} of them are duplicates and are not counted below.",
    Text.NO_FILES: "No photo has been dropped here yet.",
    Text.SUMMARY_TITLE: "Summary",
    Text.PHOTOS_TITLE: "Photos",
    Text.FILE: "File",
    Text.DROPPED_TITLE: "Dropped",
    Text.DUPLICATE_TITLE: "Same photo as",
    Text.WHY_TITLE: "{channel}: why",
    Text.COPY_TITLE: "{channel}: copy",
    Text.PREVIEW: "Copy for {channel} (gone once withdrawn)",
    Text.FILTER: "Show",
    Text.FILTER_ALL: "All",
    Text.FILTER_USABLE: "May be used",
    Text.FILTER_HELD: "Held",
    Text.FILTER_UNCHECKED: "Could not be checked",
}

_COLUMNS = {
    "channel": "Channel",
    "face": "Face",
    "outcome": "Outcome",
    "person": "Person",
    "score": "Score",
    "needed": "Needed",
    "runner_up": "Next",
    "consent": "Consent",
}

ENGLISH = Catalogue(
    language="en-GB",
    months=_MONTHS,
    verdicts=MappingProxyType(_VERDICTS),
    statuses=MappingProxyType(_STATUSES),
    counts=MappingProxyType(_COUNTS),
    reasons=MappingProxyType(_REASONS),
    held_reasons=MappingProxyType(_HELD_REASONS),
    plain_reasons=MappingProxyType(_PLAIN_REASONS),
    held_plainly=_HELD_PLAINLY,
    face_reasons=MappingProxyType(_FACE_REASONS),
    plain_face_reasons=MappingProxyType(_PLAIN_FACE_REASONS),
    channels=MappingProxyType(_CHANNELS),
    givers=MappingProxyType(_GIVERS),
    texts=MappingProxyType(_TEXTS),
    columns=MappingProxyType(_COLUMNS),
)
