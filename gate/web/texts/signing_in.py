"""What is said at the door, and about one's own account."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "login.title": "Log in",
    "login.name": "Name of your account",
    "login.password": "Password",
    "login.code": "One-time code",
    "login.code_hint": "Only if you have set one up: the six digits that your phone shows.",
    "login.submit": "Log in",
    "login.wrong": "The name, the password or the one-time code is wrong.",
    "login.wait.one": "Too many tries for this name. Wait 1 second, then try again; until then "
    "not even the right password is looked at.",
    "login.wait.many": "Too many tries for this name. Wait {number} seconds, then try again; until "
    "then not even the right password is looked at.",
    "login.forgotten": "Forgotten your password? An administrator of this system can set a new "
    "one for you.",
    "login.out": "You are logged out.",
    "login.password_changed": "Your password is changed, and you are logged out everywhere. Log "
    "in with the new one.",
    "account.title": "Your account",
    "account.name": "Name",
    "account.roles": "Roles",
    "account.channels": "Channels",
    "account.password": "Change your password",
    "account.old": "Present password",
    "account.new": "New password",
    "account.new_hint": "At least 12 characters. Three or four words do well.",
    "account.again": "New password again",
    "account.password_note": "You are logged out everywhere, and the tokens of your programs end.",
    "account.password_submit": "Change password",
    "account.differ": "The two new passwords differ. Nothing was changed.",
    "account.wrong_password": "The present password is wrong. Nothing was changed.",
    "account.logins": "Where you are logged in",
    "account.where": "Where",
    "account.since": "Since",
    "account.last_used": "Last used",
    "account.until": "Until at most",
    "account.web": "Web console",
    "account.cli": "Command line",
    "account.here": "This one",
    "account.end": "Log out there",
    "account.end_label": "Log out the login of {since}",
    "account.end_others": "Log out everywhere else",
    "account.ended": "That login has ended.",
    "account.not_ended": "That login had ended already.",
    "account.ended_others.one": "1 other login has ended.",
    "account.ended_others.many": "{number} other logins have ended.",
    "account.code": "One-time codes",
    "account.code_off": "You log in with your password alone. With a one-time code as well, "
    "somebody who learns your password cannot get in.",
    "account.code_on": "Besides your password, you are asked for the one-time code that your "
    "phone shows.",
    "account.code_set_up": "Set up one-time codes",
    "account.code_remove": "Ask for no code any more",
    "account.code_removed": "No code is asked for any more.",
    "code.title": "Set up one-time codes",
    "code.scan": "1. Scan this picture with an app for one-time codes on your phone.",
    "code.picture": "QR code with the key below",
    "code.or_type": "Or type this key into the app:",
    "code.confirm": "2. Type the six digits that the app shows now, and your password.",
    "code.submit": "Ask for codes from now on",
    "code.done": "From now on you are asked for a one-time code when you log in.",
}
