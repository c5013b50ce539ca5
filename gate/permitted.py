"""Whose templates may be used today."""

from __future__ import annotations

from datetime import date

from gate.permission import may_have_template
from gate.values import Gallery, RegisterSnapshot


def permitted(gallery: Gallery, snapshot: RegisterSnapshot, on: date) -> Gallery:
    """The templates whose people have live biometric permission on this day."""
    rows = [
        row
        for row, person in enumerate(gallery.people)
        if may_have_template(snapshot.biometrics.get(person, ()), on)
    ]
    return Gallery(
        tuple(gallery.people[row] for row in rows),
        gallery.vectors[rows],
        tuple(gallery.references[row] for row in rows),
        gallery.reader,
    )
