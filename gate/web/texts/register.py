"""What the screen register says: people, permissions, face templates."""

from __future__ import annotations

from collections.abc import Mapping

from gate.web.texts.register_lists import EXPIRING, RESTRICTIONS

_PEOPLE: Mapping[str, str] = {
    "register.title": "Register",
    "register.intro": "Who is at the school, and where each may be shown. What is said here counts "
    "at once.",
    "register.search": "Search",
    "register.text": "Name or reference",
    "register.text_hint": "A part is enough; capitals and accents do not matter.",
    "register.group": "Year group",
    "register.kind": "Who",
    "register.all": "All",
    "register.kind.pupil": "Pupils",
    "register.kind.staff": "Staff",
    "register.kind.visitor": "Visitors",
    "register.one.pupil": "Pupil",
    "register.one.staff": "Staff",
    "register.one.visitor": "Visitor",
    "register.state": "Only those",
    "register.state_of.nowhere": "who may be shown nowhere",
    "register.state_of.no_template": "without a face template",
    "register.leavers": "Also those who have left",
    "register.show_all": "Show everybody",
    "register.people": "People",
    "register.found.one": "1 person.",
    "register.found.many": "{number} people.",
    "register.person": "Person",
    "register.template": "Face template",
    "register.references": "Photos",
    "register.empty": "Nobody is in the register yet",
    "register.empty_text": "Export a list of people from your school’s system as a CSV file and "
    "import it. Until then every face is a stranger’s, and is covered.",
    "register.none": "Nobody was found",
    "register.none_text": "Look at the spelling, or leave out a part of what you look for.",
    "register.on_list": "Restricted",
    "register.left": "Left on {day}",
    "register.leaves": "Leaves on {day}",
    "register.state.permitted": "Yes",
    "register.state.no_consent": "Nothing said",
    "register.state.refused": "Refused",
    "register.state.withdrawn": "Withdrawn",
    "register.state.not_yet_valid": "Not yet",
    "register.state.expired": "Ended",
    "register.state.wording_not_online": "Not online",
    "register.state.left_school": "Has left",
    "register.template.made": "In use",
    "register.template.ended": "Permission ended",
    "register.template.wanted": "Allowed, not made",
    "register.template.none": "Not allowed",
    "register.template.unasked": "Nothing said",
    "register.renew.old": "Photos too old",
    "register.renew.unknown": "Age of photos unknown",
}

_PERSON: Mapping[str, str] = {
    "register.back": "All people",
    "register.year": "Year {group}",
    "register.ref": "Reference",
    "register.judging.one": "1 photo of this person is being looked at again. Until that is done, "
    "no copy of it is handed out that may no longer be shown.",
    "register.judging.many": "{number} photos of this person are being looked at again. Until that "
    "is done, no copy of them is handed out that may no longer be shown.",
    "register.where": "Where they may be shown",
    "register.channel": "Channel",
    "register.today": "Today",
    "register.why": "Why",
    "register.until": "Until {day}",
    "register.no_end": "No end is set",
    "register.withdraw": "Withdraw …",
    "register.withdraw_title": "Withdraw permission: {channel}",
    "register.withdraw_all": "Withdraw everywhere …",
    "register.withdraw_all_title": "Withdraw permission everywhere",
    "register.will_leave.one": "1 copy leaves “ready” at once.",
    "register.will_leave.many": "{number} copies leave “ready” at once.",
    "register.will_leave_none": "No copy lies in “ready” because of it.",
    "register.will_come_down.one": "1 place where a copy was published is asked to take it down.",
    "register.will_come_down.many": "{number} places where copies were published are asked to take "
    "them down.",
    "register.will_cover": "From now on this person’s face is covered there.",
    "register.given_by": "Who said so",
    "register.method": "How it was said",
    "register.voices": "parent, mother, father, carer, the pupil",
    "register.ways": "form, letter, email, phone, in person",
    "register.confirm_withdraw": "Withdraw now",
    "register.record": "Record a yes or a no",
    "register.what": "What was said",
    "register.status.granted": "Yes, they may be shown",
    "register.status.refused": "No, they must not be shown",
    "register.channels": "On which channels",
    "register.until_field": "Last day",
    "register.until_hint": "Only for a yes. Empty: until it is withdrawn.",
    "register.online": "The wording named use on the internet",
    "register.online_hint": "Without this, a yes counts on channels outside the internet only.",
    "register.save": "Put on record",
    "register.history": "Everything that was said about images",
    "register.history_empty": "Nothing was said about images of this person so far, so they are "
    "shown nowhere.",
    "register.said": "What",
    "register.said.granted": "Yes",
    "register.said.refused": "No",
    "register.said.withdrawn": "Withdrawn",
    "register.by": "Who and how",
    "register.by_how": "{who}, {how}",
    "register.days": "Days",
    "register.said_on": "Said on {day}",
    "register.from": "Counts from {day}",
    "register.not_online": "wording without the internet",
    "register.recorded": "On record",
    "register.recorded_by": "{when}, by {who}",
    "register.counts": "Counts today",
    "register.recorded.granted": "Yes is on record.",
    "register.recorded.refused": "No is on record.",
    "register.recorded.withdrawn": "The withdrawal is on record.",
    "register.template_recorded.granted": "Permission for a face template is on record. It can be "
    "made now (photogate enrol).",
    "register.template_recorded.refused": "The objection to a face template is on record.",
    "register.template_recorded.withdrawn": "The withdrawal of the face template is on record.",
    "register.destroyed": "The face template and its photos are destroyed.",
    "register.left_ready.one": "1 copy left “ready”.",
    "register.left_ready.many": "{number} copies left “ready”.",
    "register.to_take_down.one": "1 place is asked to take a copy down.",
    "register.to_take_down.many": "{number} places are asked to take copies down.",
    "register.judged_again.one": "1 photo is being looked at again.",
    "register.judged_again.many": "{number} photos are being looked at again.",
    "register.wording_missing": "This yes shows nobody on {channels}: permission for the internet "
    "counts only when its wording named it.",
    "register.no_day": "A day is not a date of the calendar. Write it as year-month-day. Nothing "
    "was changed.",
}

_TEMPLATE: Mapping[str, str] = {
    "register.template_title": "Face template",
    "register.template_text": "Whether this person’s face may be compared. It is another "
    "permission than that for images.",
    "register.template_state.yes": "A template may be made and used.",
    "register.template_state.no": "No template may be made or used.",
    "register.template_made": "Made on {when}, by {who}",
    "register.template_missing": "Nobody made it yet: photogate enrol does, from reference photos. "
    "Until then this person is a stranger on every photo, and covered.",
    "register.template_withdraw": "Withdraw …",
    "register.template_withdraw_title": "Withdraw the face template",
    "register.template_end": "The face template and {number} reference photos are destroyed at "
    "once, for good, in backups too.",
    "register.template_end_one": "The face template and 1 reference photo are destroyed at once, "
    "for good, in backups too.",
    "register.template_end_none": "There is no face template now. From now on none may be made.",
    "register.template_leave.one": "1 copy leaves “ready” until its photo was looked at again.",
    "register.template_leave.many": "{number} copies leave “ready” until their photos were looked "
    "at again.",
    "register.template_stay": "What is published stays: permission for images is not touched.",
    "register.confirm_template": "Destroy the template",
    "register.template_record": "Record a yes or an objection",
    "register.template_status.granted": "Yes, in writing: a face template may be made",
    "register.template_status.refused": "Objection: no face template; one there is is destroyed",
    "register.template_history": "Everything that was said about a face template",
    "register.references_title": "Reference photos",
    "register.references_none": "None are kept.",
    "register.reference": "Reference photo {number}",
    "register.quality": "Face {height} pixels high, sharpness {sharpness}",
    "register.taken": "Taken on {day}",
    "register.taken_unknown": "Day not known",
    "register.reference_gone": "The file is not kept any more",
    "register.references_few": "Three or more are recommended.",
    "register.references_old": "The newest is older than two years: children change. Enrol again "
    "with new photos.",
    "register.references_unknown": "How old they are is not known. Enrol again if they may be "
    "older than two years.",
    "register.references_left_out": "Photos that could not be used are not kept; photogate enrol "
    "says of each why.",
    "register.alike_title": "Could be taken for",
    "register.alike_text": "By the last calibration, these faces are much like this one. Where not "
    "both may be shown, neither is.",
    "register.alike_taken": "Hardly told apart",
    "register.alike_near": "Alike",
}

ENGLISH: Mapping[str, str] = {**_PEOPLE, **_PERSON, **_TEMPLATE, **RESTRICTIONS, **EXPIRING}
