"""What a fresh site says to whoever makes its first account."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "set_up.title": "Welcome",
    "set_up.intro": "This site has no account yet. Make the first: it is the administrator's, and "
    "makes the others. From then on, everybody logs in.",
    "set_up.code": "Set-up code",
    "set_up.code_hint": "It stands in the window in which 'photogate serve' was started. Whoever "
    "can read it looks after this computer.",
    "set_up.name": "Your name",
    "set_up.name_hint": "As it should stand in the record, for example Ada Evans.",
    "set_up.submit": "Make the first account",
    "set_up.wrong_code": "The set-up code is wrong. Nothing was changed.",
    "set_up.exhausted": "The set-up code was wrong too often and is void. Stop 'photogate serve' "
    "and start it again: it prints a new one.",
    "set_up.done": "Your account is made. Log in with it.",
}
