"""Imports point one way: the rooms know only what they are allowed to know."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = ("gate", "watch", "consent_db", "cli")
FORBIDDEN = {
    "gate": ("watch", "consent_db", "cli"),
    "watch": ("consent_db", "cli"),
    "consent_db": ("watch", "cli"),
}
CONSENT_DB_MAY_USE = {
    "gate.values",
    "gate.arrays",
    "gate.errors",
    "gate.inherit",
    "gate.ports",
    "gate.roles",
    "gate.statements",
    "gate.released",
    "gate.approvals",
    "gate.subject",
    "gate.retention",
}
PURE = (
    "gate/values.py",
    "gate/statements.py",
    "gate/spoken.py",
    "gate/decide.py",
    "gate/permission.py",
    "gate/assign.py",
    "gate/second_reader.py",
    "gate/standing.py",
    "gate/approvals.py",
    "gate/inherit.py",
    "gate/subject.py",
    "gate/retention.py",
)
PURE_MAY_USE = {
    "gate.values",
    "gate.permission",
    "gate.assign",
    "gate.second_reader",
    "gate.arrays",
    "gate.statements",
    "gate.spoken",
    "gate.decide",
    "gate.released",
    "gate.approvals",
}


def modules(room: str) -> list[Path]:
    return sorted((PROJECT / room).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the arrows"
            yield node.module or ""


@pytest.mark.parametrize("room", FORBIDDEN)
def test_no_arrow_points_back(room: str) -> None:
    assert modules(room)
    for path in modules(room):
        for name in imported(path):
            assert name.split(".")[0] not in FORBIDDEN[room], f"{path} imports {name}"


def test_the_register_knows_only_the_values_of_the_gate() -> None:
    for path in modules("consent_db"):
        for name in imported(path):
            if name.split(".")[0] == "gate":
                assert name in CONSENT_DB_MAY_USE, f"{path} imports {name}"


@pytest.mark.parametrize("file", PURE)
def test_the_rules_use_only_the_standard_library(file: str) -> None:
    import sys

    for name in imported(PROJECT / file):
        allowed = name in PURE_MAY_USE or name.split(".")[0] in sys.stdlib_module_names
        assert allowed, f"{file} imports {name}"


@pytest.mark.parametrize("room", ROOMS)
def test_every_module_says_what_it_is_in_its_first_line(room: str) -> None:
    for path in modules(room):
        doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert doc, f"{path} has no docstring"
        assert doc.splitlines()[0].endswith((".", ":")), f"{path}: the first line is no sentence"


def test_there_is_one_broad_except_in_the_project() -> None:
    found = []
    for room in ROOMS:
        for path in modules(room):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ExceptHandler) and _is_broad(node):
                    found.append(path.relative_to(PROJECT).as_posix())
    assert found == ["watch/station.py"]


def _is_broad(handler: ast.ExceptHandler) -> bool:
    names = (
        [n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)] if handler.type else []
    )
    return handler.type is None or bool({"Exception", "BaseException"} & set(names))
