"""Asking for a password: hidden at the keyboard, or from standard input for scripts."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from consent_db.passwords import MOST_BYTES

PasswordStdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from a line of standard input."),
]


def password(what: str, *, from_stdin: bool) -> str:
    """A password that exists already; ``what`` is the word before the cursor."""
    if from_stdin:
        # One more than is ever taken, so that what is too long is seen to be.
        return sys.stdin.readline(MOST_BYTES + 1).rstrip("\r\n")
    return str(typer.prompt(what, hide_input=True, err=True))


def new_password(*, from_stdin: bool) -> str:
    """A new password; at the keyboard it is asked for twice."""
    if from_stdin:
        return password("", from_stdin=True)
    return str(
        typer.prompt(
            "New password (12 characters or more; three or four words do well)",
            hide_input=True,
            confirmation_prompt="The same again",
            err=True,
        )
    )
