"""photogate evaluate: how well it recognises and protects, measured on labelled photos."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from cli.acting import acting
from cli.options import AsJson, site_of
from cli.output import british, complain, console, print_table, say
from cli.progress import steps
from cli.site import Site, now, software
from gate import settings as settings_file
from gate.errors import LabelsRefused, SettingsError
from gate.evaluation import labelled, page, wording
from gate.evaluation.looking import Eyes
from gate.evaluation.measure import Bench, Measured, measure
from gate.evaluation.protocol import Options
from gate.evaluation.report import Report, Setting, to_json
from gate.pipeline import thresholds_in_force
from gate.policy import Engines, Policy
from gate.roles import Act
from gate.safe_text import clean
from gate.settings import MatchingSettings, Settings
from gate.values import RegisterSnapshot, Second, Thresholds, day_of

_NAMED = 20
"""Files named on the screen, of each kind."""


@dataclass(frozen=True)
class _Shipped(Site):
    """No site at all: the settings that a new one would have."""

    @cached_property
    def settings(self) -> Settings:
        """As shipped."""
        return settings_file.parse(settings_file.default_text())


def evaluate(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="Labelled photos: DIR/REF/*.jpg, or photos with DIR/truth.csv."
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the page and the JSON file go.")
    ] = Path("evaluation"),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed, other lots.")] = 0,
    strangers: Annotated[
        float,
        typer.Option("--strangers", min=0.0, max=0.9, help="Share of the people not enrolled."),
    ] = 0.3,
    references: Annotated[
        int, typer.Option("--references", min=1, max=20, help="Photos enrolled of each, at most.")
    ] = 3,
    repeat: Annotated[
        int,
        typer.Option("--repeat", min=1, max=100, help="How often photos pass the whole gate."),
    ] = 1,
    photos: Annotated[
        int,
        typer.Option("--photos", min=1, help="Photos that pass the whole gate, each time at most."),
    ] = 500,
    no_pictures: Annotated[
        bool, typer.Option("--no-pictures", help="No picture of anybody on the page.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure on labelled photos whom it recognises, lets pass, covers and blocks.

    Writes a page for your data protection impact assessment, and the same figures as JSON. People
    are enrolled in memory only; nothing is kept of those who are not.
    """
    site = _site(context)
    if not isinstance(site, _Shipped):
        acting(site, Act.EVALUATE)
    if site.settings.matching.mode == "people":
        raise SettingsError(
            "This site works without face templates, so there is no matching to be measured."
        )
    labels = labelled.read(folder)
    _require_elsewhere(out, folder)
    options = Options(seed, strangers, references, repeat, photos)
    measured = measure(labels, _bench(site), options, steps, pictures=not no_pictures)
    files = page.write(out, measured.report, measured.pictures, no_pictures=no_pictures)
    _name_files(measured)
    if as_json:
        typer.echo(to_json(measured.report), nl=False)
    else:
        _print(measured.report, files)


def _site(context: typer.Context) -> Site:
    """The site that was named, or whose folder this is; otherwise the settings as shipped."""
    site = site_of(context)
    source = context.find_root().get_parameter_source("site")
    named = source is not None and source.name in ("COMMANDLINE", "ENVIRONMENT")
    if named or (site.root / settings_file.FILE_NAME).is_file():
        return site
    return _Shipped(site.root)


def _require_elsewhere(out: Path, folder: Path) -> None:
    """A page among the labelled photos could be taken for one person's folder the next time."""
    inside = out.resolve().is_relative_to(folder.resolve())
    if inside:
        raise LabelsRefused(f"{out} lies among the photos; name another folder with --out.")


def _bench(site: Site) -> Bench:
    engines = site.engines
    shipped = isinstance(site, _Shipped)
    snapshot = None if shipped else site.register().snapshot()
    thresholds, origin = _in_force(site, snapshot)
    # Its calibration is of the site's own register; here its numbers are taken as they are.
    policy = replace(site.policy, thresholds=thresholds, fpir=None)
    setting = Setting(
        software=software(),
        engine=engines.version,
        libraries=_libraries(),
        policy=policy.version,
        source="as shipped" if shipped else f"{settings_file.FILE_NAME} of the site",
        show=thresholds.show,
        veto=thresholds.veto,
        margin=thresholds.margin,
        thresholds_from=origin,
        search_edge=policy.inspect_edge,
        register=None if snapshot is None else snapshot.revision,
        second=_second(site.engines, policy),
    )
    return Bench(Eyes(engines, policy.limits, policy.inspect_edge), policy, setting, now())


def _in_force(site: Site, snapshot: RegisterSnapshot | None) -> tuple[Thresholds, str]:
    """The thresholds that the site judges by, and where they come from."""
    policy = site.policy
    own = policy.thresholds
    matching = site.settings.matching
    shipped = MatchingSettings(reader=matching.reader).thresholds()
    source = "the shipped defaults" if own == shipped else settings_file.FILE_NAME
    if snapshot is None or policy.fpir is None:
        return own, source
    found, made = thresholds_in_force(policy, snapshot), snapshot.calibration
    if made is None:
        return found, f"{source}; nothing was calibrated yet"
    name = f"calibration {made.id} of {british(day_of(made.at))}"
    if found == made.thresholds:
        return found, name
    if found == own:
        return found, f"{source}; {name} does not count"
    return found, f"the stricter of {source} and {name}, made for another share of strangers"


def _second(engines: Engines, policy: Policy) -> Second | None:
    if policy.second is None or engines.second is None:
        return None
    return Second(policy.second.mode, engines.second.version, policy.second.thresholds)


def _libraries() -> str:
    """What the figures may depend on besides photogate itself."""
    names = ("numpy", "opencv-python-headless", "pillow")
    versions = [f"{name} {metadata.version(name)}" for name in names]
    return ", ".join([f"Python {platform.python_version()}", *versions])


def _name_files(measured: Measured) -> None:
    """On the screen only: the page must not hold a file's name, which may be a person's."""
    _name("cannot be judged", [f"{path} ({cause})" for path, cause in measured.unreadable])
    _name("left out, the same file as another", [str(path) for path in measured.copies])
    _name("A FACE CAN BE SEEN", [f"{path} ({channel})" for path, channel in measured.leaks])


def _name(what: str, files: Sequence[str]) -> None:
    for text in files[:_NAMED]:
        complain(f"{what}: {clean(text)}")
    if len(files) > _NAMED:
        complain(f"{what}: {len(files) - _NAMED} more")


def _print(report: Report, files: Sequence[Path]) -> None:
    for key in wording.key_figures(report):
        say(f"{key.number} {key.what}. {key.how_sure}")
    console.print()
    rows = [(wording.target(row.fpir), wording.at_fpir(row)) for row in report.recognition.at_fpir]
    print_table(["Strangers who pass", "Own people recognised"], rows)
    console.print()
    say(f"The whole page: {files[0]}")
    say(f"The same as JSON: {files[1]}")
    if os.name == "posix":
        say(
            "Both can be read by your account alone. Keep them where children's photos may be kept."
        )
