"""Files of the school's system, as the web console looks at them and imports them.

A file is kept in memory only, for its sender and a short while: it names people, and what is on
a disk is sealed. What is imported is the very plan that was shown.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from cli.importing import ACTS, Kind, planned
from cli.judging_behind import JudgingBehind
from cli.settling import settled
from cli.site import Site, now
from cli.viewing import note_list
from cli.web_import_lines import lines_of, numbered
from cli.web_register_roll import Rolls, shown_name
from cli.web_site import WebSite
from consent_db import importer, rejudgings
from consent_db.csvfile import Sent
from consent_db.rows import KINDS
from gate.acting import Acting
from gate.errors import ImportRefused, NotAllowed, RegisterChanged
from gate.roles import Act, may
from gate.safe_text import clean, isolated
from gate.web.ports_imports import DryRun, FileKind, Form, Imported, Line, LineKind

KEPT = timedelta(minutes=30)
_MOST, _MOST_OF_ONE = 12, 2
PAGE = 100
_LONGEST_NAME = 120


@dataclass(frozen=True)
class _Kept:
    """A file with what was found in it: a plan, or why there is none."""

    account: int | None
    name: str
    kind: Kind
    file: Sent
    until: datetime
    plan: importer.Plan | None = None
    refused: ImportRefused | None = None
    renewed: bool = False

    def is_of(self, who: Acting) -> bool:
        """Whether this account sent it."""
        return self.account == who.account and self.name == who.name


class WebImports:
    """Implements ``gate.web.ports_imports.Imports``."""

    def __init__(self, site: WebSite, behind: JudgingBehind, rolls: Rolls) -> None:
        self._site = site
        self._behind = behind
        self._rolls = rolls
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = Lock()

    def forms(self, who: Acting) -> Sequence[Form]:
        """What somebody may import, with the headers of this site."""
        settings = self._site.unsettled.settings.import_
        found = []
        for kind, form in KINDS.items():
            if may(who.roles, ACTS[Kind(kind)]):
                named = getattr(settings, kind)
                columns = tuple(clean(named.get(one, one)) for one in form.columns)
                may_lack = frozenset(clean(named.get(one, one)) for one in form.may_lack)
                found.append(Form(FileKind(kind), columns, may_lack))
        return found

    def look(self, who: Acting, kind: FileKind, name: str, data: bytes) -> str:
        """Keep it, and plan."""
        wanted = Kind(kind.value)
        _require(who, wanted)
        file = Sent(_name(name), data)
        kept = self._planned(_Kept(who.account, who.name, wanted, file, now() + KEPT))
        token = secrets.token_urlsafe(24)
        with self._lock:
            own = [key for key, one in self._kept.items() if one.is_of(who)]
            for old in own[: max(0, len(own) - _MOST_OF_ONE + 1)]:
                del self._kept[old]
            self._kept[token] = kept
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return token

    def dry_run(self, who: Acting, token: str, page: int) -> DryRun | None:
        """What was found; whose records stand in it is noted before."""
        kept = self._found(who, token)
        if kept is None:
            return None
        lines = list(lines_of(kept.plan)) if kept.plan else []
        problems = numbered(kept.refused.problems) if kept.refused else []
        many = max(len(lines), len(problems))
        pages = max(1, -(-many // PAGE))
        page = min(max(1, page), pages)
        some = slice((page - 1) * PAGE, page * PAGE)
        site = self._site.site()
        told = [one for one in lines[some] if one.kind is not LineKind.ADDITION]
        if told:
            # Without saying how many stand on the restricted list: the log is read by others.
            lead = kept.kind is Kind.RESTRICTIONS
            note_list(site, who, "people list", None if lead else len(told))
        return DryRun(
            token,
            FileKind(kept.kind.value),
            kept.file.name,
            kept.plan.file_sha256 if kept.plan else "",
            kept.until,
            tuple(self._named(site, who, lines[some])),
            _counts(lines),
            kept.plan.unchanged if kept.plan else 0,
            len(kept.plan.values) if kept.plan else 0,
            tuple(isolated(one) for one in kept.plan.ignored) if kept.plan else (),
            str(kept.refused or ""),
            tuple(problems[some]),
            len(problems),
            page,
            pages,
            kept.renewed,
        )

    def _named(self, site: Site, who: Acting, lines: Sequence[Line]) -> Iterator[Line]:
        """The lines with the names of people, for those who may look them up."""
        if not may(who.roles, Act.SEE_PEOPLE):
            yield from lines
            return
        with site.database.reading() as connection:
            known = self._rolls.of(site, connection).by_ref
        for one in lines:
            person = known.get(one.ref)
            yield replace(one, name=shown_name(person.person)) if person else one

    def take(self, who: Acting, token: str) -> Imported | None:
        """Import the plan that was shown, unless the register is another one since."""
        kept = self._found(who, token)
        if kept is None:
            return None
        _require(who, kept.kind)
        if kept.plan is None:
            raise kept.refused or ImportRefused("There is nothing to import.")
        site = self._site.site()
        try:
            with site.database.transaction(who.name) as tx:
                importer.apply(tx, kept.plan)
        except RegisterChanged:
            with self._lock:
                if token in self._kept:
                    self._kept[token] = replace(self._planned(kept), renewed=True)
            raise
        self.forget(who, token)
        settled(site)
        site.tidy_references()
        judging = _waiting(site, who)
        self._behind.wake()
        return Imported(FileKind(kept.kind.value), len(kept.plan.values), judging)

    def forget(self, who: Acting, token: str) -> bool:
        """Keep it no longer."""
        with self._lock:
            kept = self._kept.get(token)
            if kept is None or not kept.is_of(who):
                return False
            del self._kept[token]
            return True

    def _found(self, who: Acting, token: str) -> _Kept | None:
        """The file of this account, as long as it counts and the account may import it."""
        moment = now()
        with self._lock:
            for old in [key for key, one in self._kept.items() if one.until < moment]:
                del self._kept[old]
            kept = self._kept.get(token)
        allowed = kept is not None and kept.is_of(who) and may(who.roles, ACTS[kept.kind])
        return kept if allowed else None

    def _planned(self, kept: _Kept) -> _Kept:
        site = self._site.site()
        try:
            with site.database.reading() as connection:
                plan = planned(site, connection, kept.kind, kept.file)
        except ImportRefused as error:
            return replace(kept, plan=None, refused=error)
        return replace(kept, plan=plan, refused=None)


def _require(who: Acting, kind: Kind) -> None:
    refusal = who.refusal(ACTS[kind])
    if refusal:
        raise NotAllowed(refusal)


def _waiting(site: Site, who: Acting) -> int:
    """How many photos are to be judged again, for those who may know of photos."""
    if not may(who.roles, Act.SEE_PEOPLE):
        return 0
    with site.database.reading() as connection:
        return rejudgings.count(connection)


def _counts(lines: Sequence[Line]) -> tuple[tuple[LineKind, int], ...]:
    def many() -> Iterator[tuple[LineKind, int]]:
        for kind in LineKind:
            number = sum(one.kind is kind for one in lines)
            if number:
                yield kind, number

    return tuple(many())


def _name(name: str) -> str:
    """What the file is called in messages; a name from elsewhere is never a path."""
    plain = isolated(name.replace("\\", "/").rpartition("/")[2])[:_LONGEST_NAME]
    return plain or "The file"
