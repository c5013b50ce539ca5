"""Who can be recognised behind a cover, by an attacker who covers a gallery in the same way.

    python -m tests.bench.attack FOLDER [--covers NAME...] [--json FILE] [--plot FILE]
        [--without-dlib] [--permutations N]

FOLDER is as for tests.bench.school. The protocol is that of McPherson, Shokri and Shmatikov,
"Defeating Image Obfuscation with Deep Learning" (2016): a closed set of people, of each three
covered references and up to three other covered photographs as probes, all chosen anew in every
split; the share of probes whose most similar person is the right one. The interval is the central
95 % of a bootstrap over people. Chance is one over the number of people. Ties are broken by lot.

With --permutations the strongest attacker is also set against chance itself: the same attackers on
the same pictures whose names were shuffled, the strongest taken each time.
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
from tests.bench.attack_covers import COVERS, OURS, VIEWS, covered
from tests.bench.attack_shots import Shot, same_session, shots
from tests.bench.attackers import Attack, Floats
from tests.bench.attempts import (
    SEED,
    Attempt,
    all_in_one_frame,
    heads_in_other_frames,
    numbers_alone,
    numbers_around,
    numbers_of_outline,
)

GALLERY = 3
PROBES = 3
SPLITS = 60
DRAWS = 2
PERMUTED_SPLITS = 20
"""Splits for each shuffling, and for the figure it is compared with."""
_BOOTSTRAPS = 2000


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


def splits(owners: NDArray[np.intp], count: int = SPLITS) -> list[Split]:
    """Random choices of references and probes; the same for every cover."""
    rng = np.random.default_rng(SEED)
    result = []
    for _ in range(count):
        gallery: list[int] = []
        probes: list[int] = []
        for person in range(int(owners.max()) + 1):
            mine = rng.permutation(np.nonzero(owners == person)[0]).tolist()
            gallery += mine[:GALLERY]
            probes += mine[GALLERY : GALLERY + PROBES]
        rows = np.array(gallery), np.array(probes)
        result.append(Split(rows[0], owners[rows[0]], rows[1], owners[rows[1]]))
    return result


@dataclass
class Tally:
    """For each person, how many probes were asked about and how many were told rightly."""

    right: NDArray[np.float64]
    asked: NDArray[np.float64]

    def share(self) -> tuple[float, float, float]:
        """Share of probes told rightly, and the interval of a bootstrap over people."""
        people = len(self.right)
        drawn = np.random.default_rng(SEED).integers(0, people, (_BOOTSTRAPS, people))
        shares = self.right[drawn].sum(axis=1) / self.asked[drawn].sum(axis=1)
        low, high = np.quantile(shares, (0.025, 0.975))
        return float(self.right.sum() / self.asked.sum()), float(low), float(high)


def rank1(numbers: Floats, owners: NDArray[np.intp], attack: Attack, count: int = SPLITS) -> Tally:
    """How often a probe's best score is the right person's, over so many splits."""
    people = int(owners.max()) + 1
    rng = np.random.default_rng(SEED)
    tally = Tally(np.zeros(people), np.zeros(people))
    numbers = compact(numbers)
    for split in splits(owners, count):
        scores = attack(numbers[split.gallery], split.of_gallery, numbers[split.probes])
        best = np.isclose(scores, scores.max(axis=1, keepdims=True), rtol=0, atol=1e-9)
        guess = (best * rng.random(best.shape)).argmax(axis=1)
        np.add.at(tally.right, split.of_probes, guess == split.of_probes)
        np.add.at(tally.asked, split.of_probes, 1)
    return tally


def compact(numbers: Floats) -> Floats:
    """The same rows in as few axes as they span: distances and angles stay, sums are quicker."""
    left, sizes, _ = np.linalg.svd(numbers, full_matrices=False)
    kept = sizes > 1e-9 * sizes[0]
    return np.asarray(left[:, kept] * sizes[kept])


def strongest_by_chance(
    attempts: list[Attempt], owners: NDArray[np.intp], shufflings: int
) -> tuple[float, NDArray[np.float64]]:
    """Rank-1 of the strongest attempt, and of the strongest each time the names are shuffled."""
    rng = np.random.default_rng(SEED)
    orders = [np.arange(len(owners)), *(rng.permutation(len(owners)) for _ in range(shufflings))]
    best = np.zeros(len(orders))
    for _, rows, attack in attempts:
        numbers = compact(rows)
        for place, order in enumerate(orders):
            tally = rank1(numbers[order], owners, attack, PERMUTED_SPLITS)
            best[place] = max(best[place], tally.share()[0])
    return float(best[0]), best[1:]


class Attacked:
    """The results so far; every new one is printed at once."""

    def __init__(self, everybody: list[Shot], owners: NDArray[np.intp]) -> None:
        self.everybody = everybody
        self.owners = owners
        self.results: list[Result] = []

    def record(self, cover: str, view: str, attacks: Iterator[Attempt]) -> None:
        """Add each attack's result; attacks of the same name are counted together."""
        tallies: dict[str, Tally] = {}
        for name, rows, attack in attacks:
            new = rank1(rows, self.owners, attack)
            old = tallies.setdefault(name, Tally(0 * new.right, 0 * new.asked))
            old.right += new.right
            old.asked += new.asked
        for name, tally in tallies.items():
            self.results.append(Result(cover, view, name, *tally.share()))
            print(_line(self.results[-1]), flush=True)


def transplants(
    cover: str, everybody: list[Shot], readers: dict[str, FaceReader]
) -> Iterator[Attempt]:
    """Attacks on heads in other people's photographs; dlib, slow, on the first draw only."""
    for draw in range(DRAWS):
        pictures, frames = heads_in_other_frames(everybody, draw)
        moved = [covered(cover, *one) for one in zip(pictures, frames, strict=True)]
        used = readers if draw == 0 else {"SFace": readers["SFace"]}
        yield from numbers_alone(frames, moved, used)


def attack_all(
    people: dict[str, list[Shot]],
    readers: dict[str, FaceReader],
    covers: list[str],
    shufflings: int = 0,
) -> list[Result]:
    """Every one of these covers, every view and attacker."""
    everybody = [shot for mine in people.values() for shot in mine]
    owners = owners_of(people)
    attacked = Attacked(everybody, owners)
    quick = {"SFace": readers["SFace"]}
    placed, frame = all_in_one_frame(everybody)
    for cover in covers:
        what = [covered(cover, shot.pixels, shot.face) for shot in everybody]
        fixed = [covered(cover, pixels, frame) for pixels in placed]
        attacked.record(cover, "transplanted", transplants(cover, everybody, readers))
        used = readers if cover in OURS or cover == "constant" else quick
        for view, faces, seen in (
            ("placed", [frame] * len(fixed), fixed),
            ("alone", [shot.face for shot in everybody], what),
        ):
            attempts = list(numbers_alone(faces, seen, used))
            attacked.record(cover, view, iter(attempts))
            if shufflings:
                print(_against_chance(cover, view, attempts, owners, shufflings), flush=True)
        attacked.record(cover, "whole", numbers_around("whole", what, readers["SFace"]))
        if cover == "constant":
            shown = [shot.face for shot in everybody]
            attacked.record("outline only", "alone", numbers_of_outline(shown, what))
    return attacked.results


def enough(found: dict[str, list[Shot]]) -> dict[str, list[Shot]]:
    """Those of whom there is a probe beside the references."""
    return {name: mine for name, mine in found.items() if len(mine) > GALLERY}


def owners_of(people: dict[str, list[Shot]]) -> NDArray[np.intp]:
    """Whose each photograph is, as numbers from 0."""
    return np.repeat(np.arange(len(people)), [len(mine) for mine in people.values()])


def _against_chance(
    cover: str, view: str, attempts: list[Attempt], owners: NDArray[np.intp], shufflings: int
) -> str:
    found, chance = strongest_by_chance(attempts, owners, shufflings)
    at_least = (1 + (chance >= found).sum()) / (1 + shufflings)
    return (
        f"{cover:14} {view:12} strongest of {len(attempts)}, {PERMUTED_SPLITS} splits: "
        f"{found:.1%}; names shuffled {shufflings} times: median {np.median(chance):.1%}, "
        f"95 % below {np.quantile(chance, 0.95):.1%}; p = {at_least:.3f}"
    )


def _line(result: Result) -> str:
    interval = f"{result.low:.1%} to {result.high:.1%}"
    return (
        f"{result.cover:14} {result.view:12} {result.attacker:40} {result.rank1:6.1%}  {interval}"
    )


def table(results: list[Result], view: str) -> str:
    """One view as Markdown: covers down, attackers across, rank-1 with its interval."""
    shown = [result for result in results if result.view == view]
    across = list(dict.fromkeys(r.attacker for r in shown if r.cover in COVERS))
    lines = ["| cover | " + " | ".join(across) + " |", "|---" * (len(across) + 1) + "|"]
    for cover in dict.fromkeys(r.cover for r in shown if r.cover in COVERS):
        found = {r.attacker: r for r in shown if r.cover == cover}
        cells = [_cell(found.get(name)) for name in across]
        lines.append(f"| {cover} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(result: Result | None) -> str:
    if result is None:
        return "-"
    return f"{100 * result.rank1:.1f} ({100 * result.low:.1f}-{100 * result.high:.1f})"


def main() -> None:
    """Attack, print tables, write JSON and plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--without-dlib", action="store_true")
    parser.add_argument("--covers", nargs="+", choices=COVERS, default=list(COVERS))
    parser.add_argument("--permutations", type=int, default=0)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    readers: dict[str, FaceReader] = {"SFace": SFace()}
    if not options.without_dlib:
        readers["dlib"] = DlibResNet()
    people = enough(shots(options.folder, YuNet()))
    count, chance = sum(map(len, people.values())), 1 / len(people)
    same, pairs = same_session(people)
    about = f"{len(people)} people, {count} photographs; chance {chance:.2%}; {SPLITS} splits"
    print(f"{about}; {same} of {pairs} pairs of one person look like one session")
    results = attack_all(people, readers, options.covers, options.permutations)
    for view in VIEWS:
        print(f"\n{view}: rank-1 in per cent (95 % interval)\n\n{table(results, view)}")
    for view in ("transplanted", "placed", "alone") if set(OURS) & set(options.covers) else ():
        ours = (r for r in results if r.cover in OURS and r.view == view)
        worst = max(ours, key=lambda result: result.rank1)
        print(f"\nworst of ours: {_line(worst)} = {worst.rank1 / chance:.2f} x chance")
    if options.json:
        told = {"about": about, "chance": chance, "results": [asdict(r) for r in results]}
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if options.plot:
        from tests.bench.attack_plot import plot

        plot(results, chance, OURS, options.plot)


if __name__ == "__main__":
    main()
