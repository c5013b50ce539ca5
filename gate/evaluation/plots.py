"""The plots of the page as SVG that takes its colours and letters from the page's style.

Drawn by matplotlib, which is loaded only here. Each shape's style becomes a class, so that the
page needs no style attributes and the plots follow light and dark.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as Xml

import numpy as np

from gate.evaluation.figures import Histogram, Point, Rate
from gate.evaluation.report import Part, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SVG = "http://www.w3.org/2000/svg"
_LINK = "http://www.w3.org/1999/xlink"

INK, SOFT, LINE, GENUINE, STRANGERS = (
    "#010101",
    "#020202",
    "#030303",
    "#040404",
    "#050505",
)
"""Colours that stand for those of the page until ``Plots`` puts their names in."""

_NAMES = {
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    LINE: "var(--line)",
    GENUINE: "var(--genuine)",
    STRANGERS: "var(--strangers)",
}

_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 12.0,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": LINE,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "figure.facecolor": "none",
}

_WIDTH, _HEIGHT = 5.6, 4.2
_LONGEST = 24
"""Letters of a group's name that have room beside its bar; the table has all of them."""

_START, _LEAST = 0.0005, 0.0007
"""Where an axis with powers of ten begins, and where rates that are lower, or none, are drawn."""


@dataclass(frozen=True)
class Drawn:
    """Plots by name as SVG text, and the rules that their classes need."""

    svg: dict[str, str]
    css: str


def draw(report: Report) -> Drawn:
    """Every plot that the report has figures for: det, scores, groups, sizes."""
    from matplotlib import rc_context

    styles: dict[str, str] = {}
    found = report.recognition
    plots: dict[str, str] = {}
    with rc_context(_SETTINGS):
        if found.det:
            plots["det"] = _svg(_det(report), "det", styles)
        if found.scores.edges:
            plots["scores"] = _svg(_scores(report), "scores", styles)
        if found.by_group:
            plots["groups"] = _svg(_bars(found.by_group, ""), "groups", styles)
        if found.by_size:
            label = "height, pixels"
            plots["sizes"] = _svg(_bars(found.by_size, label), "sizes", styles)
    css = "\n".join(f".{name}{{{rule}}}" for rule, name in styles.items())
    return Drawn(plots, css)


def _figure(height: float = _HEIGHT) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    return figure, figure.add_subplot()


def _det(report: Report) -> Figure:
    """Strangers passed against own people missed; where there are too few to tell is marked."""
    figure, axes = _figure()
    points: Sequence[Point] = report.recognition.det
    axes.set(xscale="log", yscale="log", xlim=(_START, 1.05), ylim=(_START, 1.05))
    fpir = np.maximum([p.fpir for p in points], _LEAST)
    fnir = np.maximum([p.fnir for p in points], _LEAST)
    axes.plot(fpir, fnir, color=GENUINE, linewidth=2.5)
    limit = 1 / max(report.recognition.strangers_passed.people, 1)
    if limit > _LEAST:
        axes.axvspan(_START, limit, color=LINE, alpha=0.6, linewidth=0)
        axes.text(_START * 1.2, 0.85, "too few strangers\nto tell", color=SOFT, va="top")
    passed, missed = report.recognition.strangers_passed, report.recognition.recognised
    if passed.share is not None and missed.share is not None:
        x, y = max(passed.share, _LEAST), max(1 - missed.share, _LEAST)
        axes.plot([x], [y], "o", color=STRANGERS, markersize=10, clip_on=False)
        right = x < 0.05
        axes.annotate(
            "in force",
            (x, y),
            xytext=(10 if right else -10, 8),
            textcoords="offset points",
            ha="left" if right else "right",
        )
    axes.set_xlabel("strangers taken for somebody (FPIR)")
    axes.set_ylabel("own people not recognised")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks([0.001, 0.01, 0.1, 1], ["0.1 %", "1 %", "10 %", "100 %"])
        axis.set_ticks([], minor=True)
    axes.grid(visible=True)
    return figure


def _scores(report: Report) -> Figure:
    """How often each score occurs, as a share of either kind, with the thresholds in force."""
    figure, axes = _figure()
    bins: Histogram = report.recognition.scores
    edges = np.array(bins.edges)
    highest = 0.0
    for counts, colour, label, line in (
        (bins.strangers, STRANGERS, "strangers, best score", "--"),
        (bins.genuine, GENUINE, "own people, own score", "-"),
    ):
        share = np.array(counts) / max(sum(counts), 1)
        highest = max(highest, float(share.max()))
        axes.stairs(share, edges, fill=True, facecolor=colour, edgecolor="none", alpha=0.3)
        axes.stairs(share, edges, color=colour, linewidth=2, linestyle=line, label=label)
    for value, name, side in (
        (report.setting.show, f" show {report.setting.show:.2f}", "left"),
        (report.setting.veto, f"veto {report.setting.veto:.2f} ", "right"),
    ):
        axes.axvline(value, color=INK, linewidth=1.5)
        axes.text(value, highest * 1.2, name, ha=side, va="bottom")
    axes.set_ylim(0, highest * 1.32)
    axes.set_xlabel("score")
    axes.set_ylabel("share of the faces")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}".replace("%", " %"))
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def _bars(parts: Sequence[Part], label: str) -> Figure:
    """The share recognised in each part with its interval."""
    figure, axes = _figure(1.2 + 0.5 * len(parts))
    places = np.arange(len(parts))
    rates: list[Rate] = [part.recognised for part in parts]
    shares = np.array([rate.share or 0.0 for rate in rates])
    axes.barh(places, shares, color=GENUINE, height=0.55)
    low = np.maximum(shares - [rate.low for rate in rates], 0)
    high = np.maximum([rate.high for rate in rates] - shares, 0)
    axes.errorbar(shares, places, xerr=[low, high], fmt="none", ecolor=INK, capsize=4)
    axes.set_yticks(places, [_short(part.name) for part in parts])
    axes.invert_yaxis()
    axes.set(xlim=(0, 1.02), xlabel="recognised, with the 95 % interval", ylabel=label)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}".replace("%", " %"))
    axes.grid(visible=True, axis="x")
    axes.set_axisbelow(True)
    return figure


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _svg(figure: Figure, name: str, styles: dict[str, str]) -> str:
    """The figure as SVG without metadata; ``styles`` collects the rules of its classes."""
    from matplotlib import rc_context

    buffer = io.BytesIO()
    with rc_context({"svg.hashsalt": f"photogate {name}"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return tidy(buffer.getvalue(), name, styles)


def tidy(svg: bytes, name: str, styles: dict[str, str]) -> str:
    """Plain inline SVG: no style attributes, names of its own, the page's colours."""
    Xml.register_namespace("", _SVG)
    root = Xml.fromstring(svg)  # noqa: S314 - it was made by matplotlib a moment ago
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    for element in root.iter():
        _make_local(element, name)
        rule = element.attrib.pop("style", "")
        if rule:
            element.set("class", styles.setdefault(_coloured(rule), f"s{len(styles)}"))
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    return Xml.tostring(root, encoding="unicode")


def _make_local(element: Xml.Element, name: str) -> None:
    """Give every name within the drawing the plot's own, so that plots on a page do not mix."""
    if "id" in element.attrib:
        element.set("id", f"{name}-{element.attrib['id']}")
    link = element.attrib.pop(f"{{{_LINK}}}href", None)
    if link:
        element.set("href", f"#{name}-{link.removeprefix('#')}")
    for attribute in ("clip-path", "fill"):
        value = element.attrib.get(attribute, "")
        if value.startswith("url(#"):
            element.set(attribute, value.replace("url(#", f"url(#{name}-"))


def _coloured(rule: str) -> str:
    """A style with the page's colours, and without a family of letters."""
    for colour, variable in _NAMES.items():
        rule = rule.replace(colour, variable)
    return re.sub(r"font: ([\d.]+px) [^;]*", r"font-size: \1", rule)
