"""Who can be recognised behind a cover, by an attacker who covers a gallery in the same way.

    python -m tests.bench.attack FOLDER [--json FILE] [--plot FILE] [--without-dlib]

FOLDER is as for tests.bench.school. The protocol is that of McPherson, Shokri and Shmatikov,
"Defeating Image Obfuscation with Deep Learning" (2016): a closed set of people, of each three
covered references and up to three other covered photographs as probes, all chosen anew in every
split; the share of probes whose most similar person is the right one. The interval is the central
95 % of a bootstrap over people. Chance is one over the number of people. Ties are broken by lot.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.engines.dlib_resnet import DlibResNet
from gate.engines.sface import SFace
from gate.engines.yunet import YuNet
from gate.ports import FaceReader
from tests.bench import attackers
from tests.bench.attack_covers import COVERS, OURS, covered
from tests.bench.attack_shots import Shot, same_session, shots
from tests.bench.attackers import Attack, Covering, Floats

GALLERY = 3
PROBES = 3
SPLITS = 60
_SEED = 20160901
_BOOTSTRAPS = 2000
_LINEAR: tuple[tuple[str, Attack], ...] = (
    ("discriminant", attackers.discriminant),
    ("ridge", attackers.ridge),
)


@dataclass(frozen=True)
class Result:
    """Rank-1 share of one attacker on one cover, with its interval."""

    cover: str
    view: str
    attacker: str
    rank1: float
    low: float
    high: float


@dataclass(frozen=True)
class Split:
    """Rows of the gallery and of the probes, and whose they are."""

    gallery: NDArray[np.intp]
    of_gallery: NDArray[np.intp]
    probes: NDArray[np.intp]
    of_probes: NDArray[np.intp]


def splits(owners: NDArray[np.intp]) -> list[Split]:
    """Random choices of references and probes; the same for every cover."""
    rng = np.random.default_rng(_SEED)
    result = []
    for _ in range(SPLITS):
        gallery: list[int] = []
        probes: list[int] = []
        for person in range(int(owners.max()) + 1):
            mine = rng.permutation(np.nonzero(owners == person)[0]).tolist()
            gallery += mine[:GALLERY]
            probes += mine[GALLERY : GALLERY + PROBES]
        rows = np.array(gallery), np.array(probes)
        result.append(Split(rows[0], owners[rows[0]], rows[1], owners[rows[1]]))
    return result


def rank1(numbers: Floats, owners: NDArray[np.intp], attack: Attack) -> tuple[float, float, float]:
    """Share of probes whose best score is the right person's, and its interval."""
    people = int(owners.max()) + 1
    rng = np.random.default_rng(_SEED)
    right, asked = np.zeros(people), np.zeros(people)
    numbers = _compact(numbers)
    for split in splits(owners):
        scores = attack(numbers[split.gallery], split.of_gallery, numbers[split.probes])
        best = np.isclose(scores, scores.max(axis=1, keepdims=True), rtol=0, atol=1e-12)
        guess = (best * rng.random(best.shape)).argmax(axis=1)
        np.add.at(right, split.of_probes, guess == split.of_probes)
        np.add.at(asked, split.of_probes, 1)
    drawn = rng.integers(0, people, (_BOOTSTRAPS, people))
    shares = right[drawn].sum(axis=1) / asked[drawn].sum(axis=1)
    low, high = np.quantile(shares, (0.025, 0.975))
    return float(right.sum() / asked.sum()), float(low), float(high)


def _compact(numbers: Floats) -> Floats:
    """The same rows in as few axes as they span: distances and angles stay, sums are quicker."""
    left, sizes, _ = np.linalg.svd(numbers, full_matrices=False)
    return np.asarray(left * sizes)


def numbers_about(
    everybody: list[Shot], what: list[Covering], readers: dict[str, FaceReader]
) -> Iterator[tuple[str, str, Floats, Attack]]:
    """View, attacker, one row of numbers per picture, and how they are compared."""
    for name, reader in readers.items():
        rows = attackers.by_reader(reader, everybody, what)
        yield "alone", name, rows, attackers.nearest
        yield "alone", f"{name}, discriminant", rows, attackers.discriminant
    for side in (16, 32):
        rows = attackers.by_aligned_pixels(everybody, what, side)
        for kind, attack in _LINEAR:
            yield "alone", f"{kind} {side}x{side}", rows, attack
    for view in ("ring", "whole"):
        for side in (16, 32):
            rows = attackers.by_pixels(what, view, side)
            for kind, attack in _LINEAR:
                yield view, f"{kind} {side}x{side}", rows, attack
    for view in ("ring", "whole"):
        rows = attackers.by_window(readers["SFace"], what, view)
        yield view, "SFace", rows, attackers.nearest
        yield view, "SFace, discriminant", rows, attackers.discriminant


def outline(everybody: list[Shot]) -> Iterator[tuple[str, str, Floats, Attack]]:
    """The same for the outline of the region, without a pixel of what is in it."""
    what = [covered("constant", shot.pixels, shot.face) for shot in everybody]
    for name, rows in (
        ("outline", attackers.by_shape(what)),
        ("place, size, tilt, turn", attackers.by_pose(everybody, what)),
        ("random numbers", np.random.default_rng(_SEED).standard_normal((len(what), 32))),
    ):
        yield "alone", f"{name}, discriminant", rows, attackers.discriminant


def attack_all(people: dict[str, list[Shot]], readers: dict[str, FaceReader]) -> list[Result]:
    """Every cover, view and attacker."""
    everybody = [shot for mine in people.values() for shot in mine]
    owners = np.repeat(np.arange(len(people)), [len(mine) for mine in people.values()])
    results = []
    for cover in COVERS:
        what = [covered(cover, shot.pixels, shot.face) for shot in everybody]
        for view, name, rows, attack in numbers_about(everybody, what, readers):
            results.append(Result(cover, view, name, *rank1(rows, owners, attack)))
            print(_line(results[-1]), flush=True)
    for view, name, rows, attack in outline(everybody):
        results.append(Result("outline only", view, name, *rank1(rows, owners, attack)))
        print(_line(results[-1]), flush=True)
    return results


def _line(result: Result) -> str:
    interval = f"{result.low:.1%} to {result.high:.1%}"
    return f"{result.cover:14} {result.view:6} {result.attacker:40} {result.rank1:6.1%}  {interval}"


def table(results: list[Result], view: str) -> str:
    """One view as Markdown: covers down, attackers across, rank-1 with its interval."""
    shown = [result for result in results if result.view == view]
    across = list(dict.fromkeys(r.attacker for r in shown if r.cover in COVERS))
    lines = ["| cover | " + " | ".join(across) + " |", "|---" * (len(across) + 1) + "|"]
    for cover in COVERS:
        found = {r.attacker: r for r in shown if r.cover == cover}
        cells = [
            f"{100 * r.rank1:.1f} ({100 * r.low:.1f}-{100 * r.high:.1f})"
            for r in (found[name] for name in across)
        ]
        lines.append(f"| {cover} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Attack, print tables, write JSON and plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--without-dlib", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    readers: dict[str, FaceReader] = {"SFace": SFace()}
    if not options.without_dlib:
        readers["dlib"] = DlibResNet()
    found = shots(options.folder, YuNet())
    people = {name: mine for name, mine in found.items() if len(mine) > GALLERY}
    count, chance = sum(map(len, people.values())), 1 / len(people)
    same, pairs = same_session(people)
    about = f"{len(people)} people, {count} photographs; chance {chance:.2%}; {SPLITS} splits"
    print(f"{about}; {same} of {pairs} pairs of one person look like one session")
    results = attack_all(people, readers)
    for view in ("alone", "ring", "whole"):
        print(f"\n{view}: rank-1 in per cent (95 % interval)\n\n{table(results, view)}")
    worst = max(
        (r for r in results if r.cover in OURS and r.view == "alone"), key=lambda r: r.rank1
    )
    print(f"\nworst of ours, region alone: {_line(worst)} = {worst.rank1 / chance:.2f} x chance")
    if options.json:
        told = {"about": about, "chance": chance, "results": [asdict(r) for r in results]}
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if options.plot:
        from tests.bench.attack_plot import plot

        plot(results, chance, options.plot)


if __name__ == "__main__":
    main()
