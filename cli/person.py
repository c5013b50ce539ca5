"""photogate person: the rights of one person."""

from __future__ import annotations

import typer

from cli.erasing import erase_person, readmit_person
from cli.exporting import export_person

person_app = typer.Typer(
    no_args_is_help=True, help="One person's rights: to see what is held, and to be erased."
)
person_app.command("export")(export_person)
person_app.command("erase")(erase_person)
person_app.command("readmit")(readmit_person)
