"""What the restricted list says, looking through photos, and what ends soon."""

from __future__ import annotations

from collections.abc import Mapping

RESTRICTIONS: Mapping[str, str] = {
    "restrictions.title": "Restricted list",
    "restrictions.intro": "People who must not be shown, whatever else was agreed. Only the "
    "safeguarding lead sees this list. A photo that may show one of them is blocked as a whole.",
    "restrictions.add": "Put somebody on the list",
    "restrictions.at_once": "From the first day on, photos that may show this person are blocked "
    "on these channels. Copies leave “ready” at once, and published ones must be taken down.",
    "restrictions.person": "Person",
    "restrictions.person_hint": "The reference, such as P0042, or the whole name.",
    "restrictions.about": "About {name} ({ref})",
    "restrictions.somebody_else": "Somebody else",
    "restrictions.channels": "On which channels",
    "restrictions.all": "All channels, those to come too",
    "restrictions.since": "First day",
    "restrictions.since_hint": "Empty: today.",
    "restrictions.until": "Last day",
    "restrictions.until_hint": "Empty: until you end it.",
    "restrictions.reason": "Why",
    "restrictions.reason_hint": "Kept sealed. Nobody but the safeguarding lead reads it.",
    "restrictions.save": "Restrict now",
    "restrictions.listed": "On the list",
    "restrictions.times": "From, until, where",
    "restrictions.from_until": "From {since} until {until}",
    "restrictions.from_on": "From {since}",
    "restrictions.state.now": "In force",
    "restrictions.state.later": "Later",
    "restrictions.state.over": "Over",
    "restrictions.state.lifted": "Lifted",
    "restrictions.added": "Added by {who}, {when}",
    "restrictions.lifted": "Ended by {who}, {when}",
    "restrictions.no_reason": "No reason was written down.",
    "restrictions.found_by": "Found by face",
    "restrictions.found_yes": "Yes",
    "restrictions.found_no": "No, has no face template",
    "restrictions.look": "Photos to look through",
    "restrictions.lift": "End …",
    "restrictions.lift_title": "Take {name} off the list",
    "restrictions.lift_text": "All restrictions of this person end now. From then on their "
    "permissions count as everybody’s do. What was blocked is looked at again.",
    "restrictions.confirm_lift": "End the restriction",
    "restrictions.none": "Nobody is on the list",
    "restrictions.none_text": "Every face that is not known, or that nobody permits, is covered "
    "without any list.",
    "restrictions.section": "Restricted list",
    "restrictions.section_none": "Not on the list, and never was.",
    "restrictions.restrict": "Restrict …",
    "restrictions.history": "Open the list",
    "register.restricted_now": "{ref} is on the restricted list.",
    "register.lifted": "The restriction has ended.",
    "look.title": "Look through: {name}",
    "look.no_template": "{name} has no face template, so photos of them cannot be found by "
    "face and blocked. As a stranger they are covered on every photo, but may have been taken "
    "for somebody else, or be known by hair and clothes.",
    "look.has_template": "{name} has a face template: photos of them are found and blocked by "
    "themselves. Looking through these is an extra care.",
    "look.photos.one": "1 photo of the last year is out, of their year group’s events.",
    "look.photos.many": "{number} photos of the last year are out, of their year group’s events, "
    "the newest first.",
    "look.how": "Open each one. Should this person be in it, refuse the photo in Review, or say "
    "who the face is.",
    "look.photo": "Photo",
    "look.event": "Event",
    "look.channels": "Out on",
    "look.no_event": "No event",
    "look.none": "Nothing to look through",
    "look.none_text": "No photo of the last year with their year group is out.",
}

EXPIRING: Mapping[str, str] = {
    "expiring.title": "What ends soon",
    "expiring.intro": "What ends by itself, so that nobody has to be surprised: copies that rest "
    "on it leave “ready” the day after.",
    "expiring.within": "Within",
    "expiring.days": "{number} days",
    "expiring.found.one": "1 entry.",
    "expiring.found.many": "{number} entries.",
    "expiring.last_day": "Last day",
    "expiring.what": "What ends",
    "expiring.what.consent": "Permission for images",
    "expiring.what.biometric": "Permission for a face template",
    "expiring.what.restriction": "Restriction",
    "expiring.what.leaving": "Time at the school",
    "expiring.all_channels": "all channels",
    "expiring.list": "Ending, first what ends first",
    "expiring.none": "Nothing ends in these {number} days",
    "expiring.none_text": "Look farther ahead with the buttons above.",
}
