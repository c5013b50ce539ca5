"""One person, one face: who of a photo's people is which face. Pure; standard library only.

A face claims everybody it could be: the people at the showing threshold and within the margin of
its own best one. Each person goes to at most one face, each face gets at most one person, so that
the sum by which the scores exceed the threshold is the highest possible (a maximum-weight matching,
found exactly by shortest augmenting paths: Kuhn 1955, Edmonds and Karp 1972). Who had to give up
their best person thus gets the next one, if that is nearly as good.

Only faces that get somebody in *every* best assignment get anybody: two faces that claim one
person alike are both nobody. From this follow, and tests hold it:

- The order of faces and candidates means nothing.
- One more face never gives a person to a face that had none. (Two best assignments, with and
  without it, differ by one path that begins at the new face; no other face can gain along it.)
- A higher threshold never gives a person to a face that had none. This needs the excess over the
  threshold as weight; with the bare scores it would not hold.

Permission is not asked for here: somebody's withdrawal must not give another face a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gate.values import Candidate, Match, Thresholds

_EXACT = 2**54
"""Scores from 0.25 on are whole multiples of 1 / 2^54, so that sums of them are exact."""

Place = str | int
"""A person, or the place for "nobody" of the face with this number."""


def assign(matches: Sequence[Match], thresholds: Thresholds) -> tuple[Candidate | None, ...]:
    """The person of every face, in the order of ``matches``, or None."""
    scores = [{c.person: c for c in claims(match, thresholds)} for match in matches]
    floor = int(thresholds.show * _EXACT)
    weights: list[dict[Place, int]] = [
        {person: int(c.score * _EXACT) - floor + 1 for person, c in those.items()}
        for those in scores
    ]
    given: list[Candidate | None] = [None] * len(matches)
    for faces in _apart(scores):
        best = _Assignment([weights[face] for face in faces])
        for place, person in best.certain().items():
            given[faces[place]] = scores[faces[place]][person]
    return tuple(given)


def claims(match: Match, thresholds: Thresholds) -> tuple[Candidate, ...]:
    """Everybody whom this face could be shown as, best first."""
    best = match.best
    if best is None:
        return ()
    near = best.score - thresholds.margin
    return tuple(c for c in match.candidates if c.score >= thresholds.show and c.score >= near)


def _apart(claimed: Sequence[Mapping[str, Candidate]]) -> Iterable[list[int]]:
    """The faces in groups that claim nobody in common."""
    group_of: dict[str, int] = {}
    groups: dict[int, list[int]] = {}
    for face, people in enumerate(claimed):
        touched = sorted({group_of[person] for person in people if person in group_of})
        merged = [face]
        for number in touched:
            merged += groups.pop(number)
        groups[face] = merged
        everybody = {person for one in merged for person in claimed[one]}
        group_of.update(dict.fromkeys(everybody, face))
    return [sorted(group) for group in groups.values()]


class _Assignment:
    """A best assignment of some faces; every face also has a place of its own for "nobody".

    ``cost`` of a face and ``price`` of a place add up to at most the (negative) weight between
    them, exactly where assigned, and a place that is left over costs 0. By duality of linear
    programs no assignment is better, and all that are as good use such *tight* pairs only.
    """

    def __init__(self, weights: Sequence[Mapping[Place, int]]) -> None:
        self._edges = [{**people, face: 0} for face, people in enumerate(weights)]
        self._cost = [0] * len(weights)
        self._price: dict[Place, int] = {place: 0 for edges in self._edges for place in edges}
        self._face_at: dict[Place, int] = {}
        self._place_of: dict[int, Place] = {}
        for face in range(len(weights)):
            self._add(face)

    def _slack(self, face: int, place: Place) -> int:
        return -self._edges[face][place] - self._cost[face] - self._price[place]

    def _add(self, first: int) -> None:
        """Bring in one more face along the cheapest path of faces that change their places."""
        self._cost[first] = min(-w - self._price[place] for place, w in self._edges[first].items())
        open_at: dict[Place, int] = {}
        came: dict[Place, int] = {}
        done: dict[Place, int] = {}
        face, length = first, 0
        while True:
            for place in (place for place in self._edges[face] if place not in done):
                reached = length + self._slack(face, place)
                if place not in open_at or reached < open_at[place]:
                    open_at[place], came[place] = reached, face
            last = min(open_at, key=open_at.__getitem__)
            length = done[last] = open_at.pop(last)
            if last not in self._face_at:
                break
            face = self._face_at[last]
        self._cost[first] += length
        for place in done.keys() - {last}:
            self._price[place] -= length - done[place]
            self._cost[self._face_at[place]] += length - done[place]
        self._turn(first, last, came)

    def _turn(self, first: int, last: Place, came: Mapping[Place, int]) -> None:
        place = last
        while True:
            face = came[place]
            left = self._place_of.get(face)
            self._face_at[place], self._place_of[face] = face, place
            if face == first or left is None:
                return
            place = left

    def certain(self) -> dict[int, str]:
        """The faces that get somebody in every best assignment, and whom they get in this one."""
        spare = self._spare()
        return {
            face: place
            for face, place in self._place_of.items()
            if isinstance(place, str) and (self._slack(face, face) > 0 or place not in spare)
        }

    def _spare(self) -> set[Place]:
        """The places that can be left, or handed on, without making the assignment worse."""
        spare = {place for place, price in self._price.items() if price == 0}
        wanted_by: dict[int, list[Place]] = {
            face: [place for place in edges if self._slack(face, place) == 0]
            for face, edges in enumerate(self._edges)
        }
        waiting = [face for face, place in self._place_of.items() if place in spare]
        while waiting:
            for place in wanted_by[waiting.pop()]:
                if place not in spare:
                    spare.add(place)
                    waiting.append(self._face_at[place])
        return spare
