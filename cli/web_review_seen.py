"""A photo as the review screen shows it: what was decided, why, and whom its faces may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from cli.cases import case_of
from cli.held_releases import is_signable, is_vetoed
from cli.review_own import own_outcomes
from cli.review_tables import faces_by_statement, subject_of, words_of
from cli.site import Site
from consent_db import approvals, people, statements
from consent_db.approvals import PastApproval
from consent_db.statements import PastStatement
from consent_db.stored import StoredPhoto
from gate.acting import Acting
from gate.approvals import ApprovalKind, seen_of
from gate.case import Case
from gate.english import ENGLISH
from gate.errors import UnknownPerson
from gate.explain import face_outcomes
from gate.explain_faces import approved_by, face_reason, full_face, refused_by
from gate.roles import Act, may
from gate.safe_text import isolated
from gate.values import Decision, FaceDecision, FaceReason, Reason
from gate.web.ports_review import Likely, Past, SeenChannel, SeenFace
from gate.words import reason_sentence

_IN_DOUBT = frozenset(
    {
        FaceReason.RESTRICTED,
        FaceReason.NOT_RECOGNISED,
        FaceReason.CONFUSABLE,
        FaceReason.CLAIMED_TWICE,
        FaceReason.READERS_DISAGREE,
        FaceReason.NAMED_TWICE,
        FaceReason.NAMED_ELSEWHERE,
    }
)
_LIKELY, _REFERENCES = 3, 2
"""How many people are offered for a face, and how many reference photos of each."""


@dataclass(frozen=True)
class Looked:
    """A photo with all that was said of it, as one person looks at it."""

    site: Site
    who: Acting
    photo: StoredPhoto
    case: Case
    said: tuple[PastStatement, ...]
    given: tuple[PastApproval, ...]

    @classmethod
    def at(cls, site: Site, who: Acting, photo: StoredPhoto) -> Looked:
        """Gather it."""
        with site.database.reading() as connection:
            said = statements.history(connection, photo.photo)
            given = approvals.history(connection, photo.photo)
        return cls(site, who, photo, case_of(site, photo), said, given)

    def faces(self) -> Iterator[SeenFace]:
        """Every face by its number."""
        if self.who.sight.evidence:
            outcomes = face_outcomes(self.case, self.who.role)
        else:
            outcomes = own_outcomes(self.photo)
        for number, face in enumerate(self.photo.judgement.faces, start=1):
            seen = SeenFace(
                number,
                face.box,
                outcomes[number - 1],
                likely=likely(self.site, self.who, self.photo, number),
            )
            yield self._told(seen) if self.who.sight.evidence else seen

    def channels(self) -> Iterator[SeenChannel]:
        """Every channel of the newest judgement."""
        for one in self.photo.judgement.decisions:
            yield SeenChannel(
                one.channel,
                ENGLISH.channel_title(isolated(one.channel)),
                one.verdict,
                tuple(self._about(one)),
                is_signable(one),
                is_vetoed(one),
                one.reason is Reason.REFUSED_BY_HAND,
                self._is_released_by_me(one),
            )

    def past(self) -> Iterator[Past]:
        """What was said before, oldest first."""
        if not self.who.sight.evidence:
            return
        about = faces_by_statement(self.photo, self.said)
        found = [_past(one, subject_of(one.statement, about)) for one in self.said]
        yield from sorted((*found, *map(_approved, self.given)), key=lambda one: one.number)

    def _told(self, seen: SeenFace) -> SeenFace:
        """The same with whom it was taken for, and why."""
        decided = list(_decided(self.photo, seen.number))
        refs = {face.person for _, face in decided if face.person}
        names = [self._named(ref) for ref in sorted(refs)]
        return replace(
            seen,
            person=", ".join(names),
            reasons=_by_channel(
                (decision, face_reason(ENGLISH, self.case, face)) for decision, face in decided
            ),
            evidence=_by_channel(
                (decision, full_face(ENGLISH, self.case, decision, face))
                for decision, face in decided
            ),
        )

    def _named(self, ref: str) -> str:
        person = self.case.people.get(ref)
        names = (person.given_name, person.family_name) if person else ()
        return isolated(" ".join(filter(None, names)) or ref)

    def _about(self, decision: Decision) -> Iterator[str]:
        yield reason_sentence(ENGLISH, decision.verdict, decision.reason)
        if not self.who.sight.evidence:
            return
        if decision.reason is Reason.REFUSED_BY_HAND:
            yield refused_by(ENGLISH, self.case, decision.channel)
        yield from approved_by(ENGLISH, self.case, decision.channel)

    def _is_released_by_me(self, decision: Decision) -> bool:
        wanted = (ApprovalKind.VETO, decision.channel, seen_of(decision.faces), self.who.name)
        given = (past.approval for past in self.given)
        return any((one.kind, one.channel, one.seen, one.by) == wanted for one in given)


def likely(site: Site, who: Acting, photo: StoredPhoto, number: int) -> tuple[Likely, ...]:
    """Whom the face may be, for those who may see people; nobody who is merely most alike."""
    if not may(who.roles, Act.SEE_PEOPLE):
        return ()
    found = []
    with site.database.reading() as connection:
        for ref in _candidates(photo, number)[:_LIKELY]:
            name = _name(connection, ref)
            if name is not None:
                found.append(Likely(ref, name, number))
    photos = reference_photos(site, [one.ref for one in found])
    return tuple(Likely(one.ref, one.name, number, _places(photos, one.ref)) for one in found)


def reference_photos(site: Site, refs: Iterable[str]) -> list[tuple[str, str]]:
    """The reference photos that are shown of these people: reference of the person, SHA-256."""
    return [(ref, sha) for ref in refs for sha in site.references.held(ref)[:_REFERENCES]]


def _places(photos: Sequence[tuple[str, str]], ref: str) -> tuple[int, ...]:
    return tuple(place for place, (owner, _) in enumerate(photos) if owner == ref)


def _candidates(photo: StoredPhoto, number: int) -> list[str]:
    """References: whom it was taken for; where that is in doubt, those too who are near."""
    judgement = photo.judgement
    decided = [face for _, face in _decided(photo, number)]
    found = [face.person for face in decided if face.person]
    if not found or any(face.reason in _IN_DOUBT for face in decided):
        found += [
            one.person
            for match in judgement.matches[number - 1 : number]
            for one in match.candidates
            if one.score >= judgement.thresholds.veto
        ]
    return list(dict.fromkeys(found))


def _decided(photo: StoredPhoto, number: int) -> Iterator[tuple[Decision, FaceDecision]]:
    """What was decided about this face, by channel."""
    for decision in photo.judgement.decisions:
        yield from ((decision, face) for face in decision.faces if face.face == number - 1)


def _by_channel(told: Iterable[tuple[Decision, str]]) -> tuple[tuple[str, str], ...]:
    """Each sentence once, with the channels that it is about."""
    grouped: dict[str, list[str]] = {}
    for decision, words in told:
        grouped.setdefault(words, []).append(ENGLISH.channel_title(isolated(decision.channel)))
    if len(grouped) == 1:
        return tuple(("", words) for words in grouped)
    return tuple((", ".join(titles), words) for words, titles in grouped.items())


def _name(connection: Connection, ref: str) -> str | None:
    try:
        person = people.get(connection, ref)
    except UnknownPerson:
        return None
    return isolated(f"{person.given_name} {person.family_name}".strip())


def _past(one: PastStatement, subject: str) -> Past:
    final = one.statement.channel is not None
    text = f"{subject}: {words_of(one.statement)}"
    return Past(
        one.statement.id,
        isolated(text[:1].upper() + text[1:]),
        isolated(one.by),
        one.at,
        isolated(one.reason),
        one.taken_back_at is None and not final,
        isolated(one.taken_back_by or ""),
    )


def _approved(one: PastApproval) -> Past:
    given = one.approval
    what = "Approved" if given.kind is ApprovalKind.SIGN_OFF else "Released in spite of a veto"
    text = f"{what}: {ENGLISH.channel_title(isolated(given.channel))}"
    return Past(given.id, text, isolated(given.by), one.at, isolated(one.reason), open=False)
