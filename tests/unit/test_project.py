"""The project keeps its own house: pins, commands, documents."""

from __future__ import annotations

import re
import subprocess
import sysconfig
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from typer.main import get_command

PROJECT = Path(__file__).resolve().parents[2]
SET_UP = "python3 -m pip install --quiet --target .uv uv=="


def read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def test_every_installed_package_is_pinned_to_its_version() -> None:
    settings = tomllib.loads(read("pyproject.toml"))["tool"]["uv"]
    pins = dict(pin.split("==") for pin in settings["constraint-dependencies"])
    here = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    for installed in metadata.distributions(path=here):
        name = re.sub(r"[-_.]+", "-", installed.metadata["Name"]).lower()
        if name not in {"photogate", "pip", "uv"}:
            assert pins.get(name) == installed.version, name


def test_ci_runs_the_test_command_of_the_readme() -> None:
    commands = [line for line in read("README.md").splitlines() if line.startswith(SET_UP)]
    assert [command.split("uv run ")[-1] for command in commands] == ["photogate demo", "pytest"]
    assert commands[1] in read(".ci/run").splitlines()


@pytest.mark.parametrize(
    "document",
    ["README.md", "docs/accounts.md", "docs/console.md", "docs/running-it-in-a-school.md"],
)
def test_documents_link_only_to_what_is_there(document: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)", read(document)):
        if not target.startswith("http"):
            assert (PROJECT / document).parent.joinpath(target).exists(), target


def test_every_verb_is_in_the_documents() -> None:
    from cli.app import app

    written = read("README.md") + read("docs/running-it-in-a-school.md")
    for verb in get_command(app).commands:  # type: ignore[attr-defined]
        assert f"photogate {verb}" in written or f" {verb}" in written, verb


def test_no_file_names_a_package_registry_or_is_large() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=False
    ).stdout.split("\0")
    hosts = re.compile(rb"(pypi|pythonhosted|npmjs|deb\.debian)\.(org|com)")
    for name in filter(None, tracked):
        path = PROJECT / name
        if path.is_file() and path != Path(__file__):
            data = path.read_bytes()
            assert len(data) < 1_000_000, name
            assert not hosts.search(data), name
