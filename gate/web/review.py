"""Review: the queues of held photos, a photo at a time, and what somebody decides about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from gate.acting import Acting
from gate.errors import RegisterError
from gate.web.flash import flash
from gate.web.forms import Field, go_to
from gate.web.pages import address, page, texts_of
from gate.web.ports_review import Job, JobState, Line, OfFace, SeenChannel, SeenPhoto, Word
from gate.web.services import Services
from gate.web.text import Texts
from gate.web.visitor import Account

Thing = TypeVar("Thing")

EDGES = (960, 1600, 2560)
"""Pixels: the longer sides in which a photo is shown."""
REASONS = ("known", "asked", "looked", "wrong", "unsuitable", "wishes")
"""Reasons that need not be typed; their texts are ``review.why.<name>``."""
_MOST_FIELDS = 5_000
_JOBS = 4
"""So many of the newest decisions are told, and all that failed."""


async def _form(request: Request) -> FormData:
    return await request.form(max_fields=_MOST_FIELDS)


PageNumber = Annotated[str, Query(alias="page")]
Form = Annotated[FormData, Depends(_form)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form brought, to be shown again after a mistake; ``what`` and ``who`` by face."""

    what: dict[int, str] = field(default_factory=dict)
    who: dict[int, str] = field(default_factory=dict)
    drawn: tuple[tuple[str, str], ...] = ()
    back: frozenset[int] = frozenset()
    rest: bool = False
    why: str = ""
    reason: str = ""
    problem: str = ""


_NOTHING = Typed()


def add_review(router: APIRouter, services: Services) -> None:
    """Add the routes."""
    _add_pages(router, services)
    _add_pictures(router, services)
    _add_deciding(router, services)
    _add_answers(router, services)


def _add_pages(router: APIRouter, services: Services) -> None:
    @router.get("/review", name="review")
    def review(request: Request, who: Account, line: str = "", at: PageNumber = "1") -> Response:
        wanted = int(at) if _is_number(at) else 1
        return page(
            request,
            "review.html",
            queue=services.review.queue(who, _line(line), wanted),
            jobs=_told(request, services.review.jobs(who)),
        )

    @router.get("/review/photos/{photo}", name="review_photo")
    def review_photo(request: Request, who: Account, photo: str, line: str = "") -> Response:
        seen = _found(services.review.photo(who, photo, _line(line)))
        return _photo_page(request, services, who, seen)


def _add_pictures(router: APIRouter, services: Services) -> None:
    @router.get("/review/photos/{photo}/picture/{edge}", name="review_picture")
    def picture(who: Account, photo: str, edge: int) -> Response:
        if edge not in EDGES:
            raise HTTPException(404)
        return _jpeg(services.review.picture(who, photo, edge))

    @router.get("/review/photos/{photo}/faces/{number}", name="review_face")
    def face(who: Account, photo: str, number: int) -> Response:
        return _jpeg(services.review.face(who, photo, number))

    @router.get("/review/photos/{photo}/faces/{number}/likeness/{place}", name="review_likeness")
    def likeness(who: Account, photo: str, number: int, place: int) -> Response:
        return _jpeg(services.review.likeness(who, photo, number, place))


def _add_deciding(router: APIRouter, services: Services) -> None:
    @router.post("/review/photos/{photo}", name="review_say")
    def say(request: Request, who: Account, photo: str, form: Form) -> Response:
        line = _line(_text(form, "line"))
        # Before: afterwards it has left the queue, and nobody knows what came behind it.
        seen = _found(services.review.photo(who, photo, line))
        typed = _typed(form)
        try:
            job = services.review.say(who, photo, _word(texts_of(request), form, typed))
        except RegisterError as error:
            return _photo_page(request, services, who, seen, replace(typed, problem=str(error)))
        _found(job)
        if not seen.after:
            return go_to(request, "review") if seen.line is Line.HELD else _to_vetoed(request)
        return _to_photo(request, seen.after, seen.line)

    @router.post("/review/undo/{number}", name="review_undo")
    def undo(request: Request, who: Account, number: int) -> Response:
        job = services.review.undo(who, number)
        if job is None:
            raise HTTPException(404)
        t = texts_of(request)
        if job.state is JobState.UNDONE:
            flash(request, t("review.undone"))
        else:
            flash(request, t("review.too_late"), "bad")
        return go_to(request, "review_photo", photo=job.photo)


def _add_answers(router: APIRouter, services: Services) -> None:
    @router.get("/review/jobs", name="review_jobs")
    def jobs(request: Request, who: Account) -> Response:
        return JSONResponse(_told(request, services.review.jobs(who)))

    @router.post("/review/people", name="review_people")
    def people(who: Account, text: Field = "") -> Response:
        found = services.review.people(who, text[:100])
        return JSONResponse([{"ref": o.ref, "name": o.name, "group": o.group} for o in found])


def _photo_page(
    request: Request,
    services: Services,
    who: Acting,
    seen: SeenPhoto,
    typed: Typed = _NOTHING,
) -> Response:
    return page(
        request,
        "review_photo.html",
        status=400 if typed.problem else 200,
        photo=seen,
        edges=_sizes(seen),
        verdicts=_alike(seen.channels),
        reasons=REASONS,
        typed=typed,
        jobs=_told(request, services.review.jobs(who)),
    )


def _alike(channels: Sequence[SeenChannel]) -> list[list[SeenChannel]]:
    """The channels in groups of those about which the same is said."""
    grouped: dict[object, list[SeenChannel]] = {}
    for one in channels:
        grouped.setdefault((one.verdict, one.sentences), []).append(one)
    return list(grouped.values())


def _sizes(seen: SeenPhoto) -> list[tuple[int, int]]:
    """The longer sides in which it can be had, each with its width, for the browser to choose."""
    longer = max(seen.width, seen.height, 1)
    useful = [edge for edge in EDGES if edge < longer][: len(EDGES)]
    edges = useful if len(useful) == len(EDGES) else [*useful, EDGES[len(useful)]]
    return [(edge, round(seen.width * min(1.0, edge / longer))) for edge in edges]


def _told(request: Request, jobs: Sequence[Job]) -> list[dict[str, object]]:
    """What a person decided a short while ago, in words."""
    t = texts_of(request)
    return [
        {
            "number": job.number,
            "state": job.state.value,
            "seconds": job.seconds,
            "text": _words(t, job),
            "photo": address(request, "review_photo", photo=job.photo),
            "undo": address(request, "review_undo", number=job.number),
        }
        for place, job in enumerate(jobs)
        if job.state is JobState.FAILED or (place < _JOBS and job.state is not JobState.UNDONE)
    ]


def _words(t: Texts, job: Job) -> str:
    what = t(f"review.job.{job.do}", name=job.original)
    if job.state is JobState.WAITING:
        return t("review.job_waiting", what=what)
    if job.state is JobState.RUNNING:
        return t("review.job_running", what=what)
    if job.state is JobState.FAILED:
        return t("review.job_failed", what=what, problem=job.problem)
    verdicts = [
        t("review.job_verdict", channel=channel, verdict=t.spoken.verdicts[verdict])
        for channel, verdict in job.verdicts
    ]
    return t("review.job_done", what=what, verdicts=" ".join(verdicts))


def _word(t: Texts, form: FormData, typed: Typed) -> Word:
    do, _, channel = _text(form, "do").partition(":")
    why = t(f"review.why.{typed.why}") if typed.why in REASONS else ""
    seen = _text(form, "seen")
    return Word(
        do=do if do in ("approve", "refuse", "release") else "save",
        reason=" ".join(part for part in (why, typed.reason.strip()) if part),
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1,
        channels=(channel,) if channel else (),
        faces=tuple(
            OfFace(number, *_meant(what, typed.who.get(number, "")))
            for number, what in typed.what.items()
            if what
        ),
        drawn=typed.drawn,
        rest_covered=typed.rest,
        taken_back=tuple(sorted(typed.back)),
    )


def _meant(what: str, who: str) -> tuple[str, str]:
    """``is:<reference>`` is a name that the page offered."""
    kind, _, ref = what.partition(":")
    return ("named", ref) if kind == "is" else (what, who)


def _typed(form: FormData) -> Typed:
    boxes, names = _texts(form, "drawn"), _texts(form, "drawn_who")
    names += [""] * (len(boxes) - len(names))
    back = [text for text in _texts(form, "back") if _is_number(text)]
    return Typed(
        what=_by_face(form, "what-"),
        who=_by_face(form, "who-"),
        drawn=tuple(pair for pair in zip(boxes, names, strict=False) if pair[0].strip()),
        back=frozenset(map(int, back)),
        rest=bool(_text(form, "rest")),
        why=_text(form, "why"),
        reason=_text(form, "reason")[:10_000],
    )


def _by_face(form: FormData, beginning: str) -> dict[int, str]:
    return {
        int(name.removeprefix(beginning)): value
        for name, value in form.items()
        if name.startswith(beginning)
        and _is_number(name.removeprefix(beginning))
        and isinstance(value, str)
    }


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _texts(form: FormData, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _line(text: str) -> Line | None:
    return Line(text) if text in set(Line) else None


def _to_photo(request: Request, photo: str, line: Line) -> Response:
    answer = go_to(request, "review_photo", photo=photo)
    if line is Line.VETOED:
        answer.headers["location"] += f"?line={line.value}"
    return answer


def _to_vetoed(request: Request) -> Response:
    answer = go_to(request, "review")
    answer.headers["location"] += f"?line={Line.VETOED.value}"
    return answer


def _found(thing: Thing | None) -> Thing:
    if thing is None:
        raise HTTPException(404)
    return thing


def _jpeg(data: bytes | None) -> Response:
    return Response(_found(data), media_type="image/jpeg")
