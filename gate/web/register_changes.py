"""Changing the register: what was said about images and templates, and the restricted list."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from pydantic import BaseModel, StringConstraints

from gate.acting import Acting
from gate.errors import RegisterChanged, RegisterError, UnknownPerson
from gate.roles import Act, may
from gate.values import ALL_CHANNELS
from gate.web.days import day_of
from gate.web.flash import flash
from gate.web.forms import go_to, number_of
from gate.web.pages import page, texts_of
from gate.web.ports_register import Register
from gate.web.ports_register_changes import Biometric, Consent, Done, Restriction
from gate.web.register import person_page
from gate.web.services import Services
from gate.web.visitor import Account

_MOST_CHANNELS = 100
_Text = Annotated[str, StringConstraints(max_length=200)]
_Long = Annotated[str, StringConstraints(max_length=4_000)]


class _Said(BaseModel):
    """What the forms about images and templates send."""

    status: _Text = ""
    channel: list[_Text] = []
    given_by: _Text = ""
    method: _Text = ""
    until: _Text = ""
    online: _Text = ""


class _Restricting(BaseModel):
    """What the form of the restricted list sends."""

    person: _Text = ""
    handle: _Text = ""
    channel: list[_Text] = []
    since: _Text = ""
    until: _Text = ""
    reason: _Long = ""

    def wanted(self) -> Restriction:
        """The restriction. Raises ValueError for a day that there is not."""
        channels = (ALL_CHANNELS,) if ALL_CHANNELS in self.channel else tuple(self.channel)
        since, until = day_of(self.since), day_of(self.until)
        named = self.handle or self.person
        return Restriction(named, channels[:_MOST_CHANNELS], since, until, self.reason)


def add_register_changes(router: APIRouter, services: Services) -> None:
    """Add the routes."""
    _add_consents(router, services.register)
    _add_list(router, services.register)
    _add_look_through(router, services.register)


def _add_consents(router: APIRouter, register: Register) -> None:
    @router.post("/register/people/{person}/consent", name="register_consent")
    def consent(
        request: Request, who: Account, person: str, form: Annotated[_Said, Form()]
    ) -> Response:
        t = texts_of(request)
        try:
            channels = tuple(dict.fromkeys(form.channel[:_MOST_CHANNELS]))
            until, online = day_of(form.until), bool(form.online)
            said = Consent(form.status, channels, form.given_by, form.method, until, online)
            done = register.consent(who, person, said)
        except (ValueError, RegisterError) as error:
            return person_page(request, register, who, person, _told(request, error))
        if done is None:
            raise HTTPException(404)
        _tell(request, done, t(f"register.recorded.{form.status}"))
        return go_to(request, "register_person", person=person)

    @router.post("/register/people/{person}/biometric", name="register_biometric")
    def biometric(
        request: Request, who: Account, person: str, form: Annotated[_Said, Form()]
    ) -> Response:
        t = texts_of(request)
        try:
            said = Biometric(form.status, form.given_by, form.method, day_of(form.until))
            done = register.biometric(who, person, said)
        except (ValueError, RegisterError) as error:
            return person_page(request, register, who, person, _told(request, error))
        if done is None:
            raise HTTPException(404)
        _tell(request, done, t(f"register.template_recorded.{form.status}"))
        return go_to(request, "register_person", person=person)


def _add_list(router: APIRouter, register: Register) -> None:
    @router.get("/register/restrictions", name="register_restrictions")
    def restrictions(request: Request, who: Account) -> Response:
        return _restricted(request, register, who)

    @router.post("/register/restrictions/add", name="register_restrict")
    def restrict(request: Request, who: Account, form: Annotated[_Restricting, Form()]) -> Response:
        try:
            done = register.restrict(who, form.wanted())
        except (ValueError, RegisterError) as error:
            return _restricted(request, register, who, form, _told(request, error))
        _tell(request, done, texts_of(request)("register.restricted_now", ref=done.ref))
        if done.unseen:
            return go_to(request, "register_look_through", person=done.handle)
        return go_to(request, "register_restrictions")

    @router.post("/register/restrictions/{person}/lift", name="register_lift")
    def lift(request: Request, who: Account, person: str) -> Response:
        done = register.lift(who, person)
        if done is None:
            raise HTTPException(404)
        _tell(request, done, texts_of(request)("register.lifted"))
        return go_to(request, "register_restrictions")


def _add_look_through(router: APIRouter, register: Register) -> None:
    @router.get("/register/restrictions/{person}/photos", name="register_look_through")
    def look_through(request: Request, who: Account, person: str) -> Response:
        found = register.look_through(who, person, number_of(request))
        if found is None:
            raise HTTPException(404)
        return page(request, "register_look_through.html", found=found)


def _restricted(
    request: Request,
    register: Register,
    who: Acting,
    form: _Restricting | None = None,
    problem: str = "",
) -> Response:
    wanted = form or _Restricting(handle=request.query_params.get("person", "")[:200])
    about = register.person(who, wanted.handle) if wanted.handle else None
    return page(
        request,
        "register_restrictions.html",
        status=400 if problem else 200,
        listed=register.restricted(who),
        channels=register.channels(),
        form=wanted,
        about=about,
        problem=problem,
        changes=may(who.roles, Act.CHANGE_RESTRICTIONS),
    )


def _told(request: Request, error: Exception) -> str:
    """The sentence of a mistake in a form; what is no mistake of the form is raised again."""
    if isinstance(error, (UnknownPerson, RegisterChanged)):
        raise error
    return str(error) if isinstance(error, RegisterError) else texts_of(request)("register.no_day")


def _tell(request: Request, done: Done, first: str) -> None:
    """Say what came of a change, on the next page."""
    t = texts_of(request)
    sentences = [first]
    if done.destroyed:
        sentences.append(t("register.destroyed"))
    if done.copies:
        sentences.append(t.count("register.left_ready", done.copies))
    if done.places:
        sentences.append(t.count("register.to_take_down", done.places))
    if done.judging:
        sentences.append(t.count("register.judged_again", done.judging))
    flash(request, " ".join(sentences))
    if done.silent:
        titles = ", ".join(t.spoken.channel_title(name) for name in done.silent)
        flash(request, t("register.wording_missing", channels=titles), "note")
