"""photogate person: the rights of one person."""

from __future__ import annotations

import typer

from cli.exporting import export_person

person_app = typer.Typer(
    no_args_is_help=True, help="One person's rights: to see what is held, and to be erased."
)
person_app.command("export")(export_person)
