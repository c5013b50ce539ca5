"""The measurement as one page that needs nothing else, and as a JSON file; private files both."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from gate import durable
from gate.errors import SiteError
from gate.evaluation import wording
from gate.evaluation.pictures import Miss
from gate.evaluation.plots import draw
from gate.evaluation.report import Report, to_json
from gate.html import templates

PAGE, DATA = "evaluation.html", "evaluation.json"


def write(
    folder: Path, report: Report, pictures: Sequence[Miss], *, no_pictures: bool
) -> tuple[Path, Path]:
    """Write both files, readable by this account alone; those of an earlier run are replaced.

    Raises SiteError where they cannot be written.
    """
    page = render(report, pictures, no_pictures=no_pictures)
    written = folder / PAGE, folder / DATA
    for path, text in zip(written, (page, to_json(report)), strict=True):
        temporary = path.with_name(f".{path.name}.tmp")
        try:
            durable.make_folder(folder, mode=durable.PRIVATE_FOLDER)
            temporary.unlink(missing_ok=True)
            durable.write(temporary, text.encode(), mode=durable.PRIVATE_FILE)
            durable.move(temporary, path)
        except OSError as error:
            raise SiteError(f"{path} cannot be written: {error.strerror}.") from error
    return written


def render(report: Report, pictures: Sequence[Miss], *, no_pictures: bool) -> str:
    """The page as HTML: no script, nothing from elsewhere, every text escaped."""
    environment = templates()
    plots = draw(report)
    style = environment.get_template("evaluation.css").render() + plots.css
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    found = report.recognition
    return environment.get_template("evaluation.html").render(
        w=wording,
        report=report,
        keys=wording.key_figures(report),
        causes=wording.causes(report),
        second=wording.second_reader(report),
        references=wording.references(report),
        limits=wording.limits(report),
        rates=_rates(report),
        split_by=(
            ("Group", "By age or year group", found.by_group),
            ("Height in the photo", "By size of the face", found.by_size),
        ),
        smallest=1 / max(found.strangers_passed.people, 1),
        misses=[_encoded(miss) for miss in pictures],
        no_pictures=no_pictures,
        # The plots and the style are made by this package; matplotlib escapes their texts.
        plots={name: Markup(svg) for name, svg in plots.svg.items()},  # noqa: S704
        style=Markup(style),  # noqa: S704
        style_hash=digest,
    )


def _rates(report: Report) -> list[tuple[str, object]]:
    found = report.recognition
    return [
        ("Own people recognised (TPIR), of all labelled faces", found.recognised),
        ("the same, of the faces that were found and read", found.recognised_of_read),
        ("Own people taken for somebody else", found.mistaken),
        ("Strangers taken for somebody of the register (FPIR)", found.strangers_passed),
        ("Faces near enough to their own person for a veto", found.veto_reached),
        ("Chance that a face is near enough to one other person for a veto", found.veto_of_others),
    ]


def _encoded(miss: Miss) -> dict[str, object]:
    return {
        "face": base64.b64encode(miss.face).decode(),
        "reference": base64.b64encode(miss.reference).decode(),
        "height": miss.height,
        "why": miss.why,
    }
