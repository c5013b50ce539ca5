"""The parts of which pages are made, all on one page, in every look; and the frame on paper."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from fastapi import Request, Response
from jinja2 import ChoiceLoader, DictLoader
from playwright.sync_api import Browser, expect

from cli.site import Site
from gate.roles import Role
from gate.web import pages
from gate.web.flash import flash
from tests.web.browsers import LOOKS, Look, axe, fits, opened, shot
from tests.web.client import Console, options
from tests.web.people import log_in

GALLERY = """
{% extends "base.html" %}
{% import "ui.html" as ui with context %}
{% block title %}Gallery{% endblock %}
{% block content %}
<h1>A gallery of all that pages are made of</h1>
{{ ui.alert("good", "12 photos were judged.", "Done") }}
{{ ui.alert("note", "The register is from 3 September 2026.") }}
{{ ui.alert("warn", "Two reference photos are older than a year.", "Look at this") }}
{{ ui.problem("Give the event a name.") }}
<h2>What waits for you</h2>
<ul class="cards">
  <li class="card urgent"><h3>To take down</h3><div class="figure">3</div>
    <p>copies must come down</p><p class="go"><a href="#a">Open: to take down</a></p></li>
  <li class="card"><h3>Held photos</h3><div class="figure">1,204</div>
    <p>photos wait for your decision</p><p class="go"><a href="#b">Open: held photos</a></p></li>
  <li class="card"><h3>Ready to publish</h3><div class="figure">57</div>
    <p>copies are not published yet</p><p class="go"><a href="#c">Open: ready</a></p></li>
</ul>
<p class="row">{{ ui.verdict("approve") }} {{ ui.verdict("blur") }} {{ ui.verdict("review") }}
  {{ ui.verdict("block") }} {{ ui.badge("withdrawn", "Withdrawn") }}
  {{ ui.badge("ok", "In order") }} {{ ui.badge("warning", "Look at this") }}
  {{ ui.badge("problem", "Problem") }}</p>
<h2 id="photos">Photos of the sports day</h2>
<div class="filters">
  {{ ui.field("q", "Search", type="search", required=false) }}
  <div class="field"><label for="v">Verdict</label>
    <select class="input" id="v"><option>All</option><option>Held for review</option></select></div>
  <button class="button">Search</button>
</div>
<table class="table" role="table" aria-labelledby="photos">
  <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">File</th>
    <th role="columnheader" scope="col">Website</th>
    <th role="columnheader" scope="col" class="number">Faces</th></tr></thead>
  <tbody role="rowgroup">
  {% for name in ("IMG_2034.jpg", "a-very-long-name-" ~ "x" * 60 ~ ".jpg") %}
    <tr role="row"><th role="rowheader" scope="row">{{ name }}</th>
      <td role="cell" data-label="Website">{{ ui.verdict("blur") }}</td>
      <td role="cell" data-label="Faces" class="number">12</td></tr>
  {% endfor %}
  </tbody>
</table>
{{ ui.pager("/gallery?q=x", 2, 9) }}
<div class="panel">
  <form method="post" action="/logout">{{ ui.token() }}
    {{ ui.field("event", "Event", hint="As it should stand in the list.", problem="Give a name.") }}
    <div class="field"><label for="r">Reason</label><textarea class="input" id="r"></textarea></div>
    <fieldset><legend>Channels</legend>
      <label class="choice"><input type="checkbox" checked> Website</label>
      <label class="choice"><input type="radio"> Print</label></fieldset>
    <progress class="bar" aria-label="Uploaded" value="40" max="100">40 %</progress>
    <div class="actions"><button class="button">Drop</button>
      <button class="button plain">Cancel</button>
      <button class="button" disabled>Wait</button></div>
  </form>
  <p class="row">{% call ui.dialog("sure", "Withdraw …", "Withdraw the permission?", "danger") %}
    <p>Copies that show P0012 are taken back, and takedowns are opened.</p>
    {{ ui.button_form("/logout", "Withdraw", "danger") }}{% endcall %}</p>
</div>
<details class="fold"><summary>The evidence</summary><div><p>Press <kbd>A</kbd>.</p></div></details>
{% call ui.empty("No photo waits", "New ones show up here as they come.") %}
<a class="button plain" href="#d">Look at the last ones</a>{% endcall %}
{% endblock %}
"""


@contextmanager
def in_a_thread(console: Console, port: int) -> Iterator[None]:
    """Serve a console of this process."""
    config = uvicorn.Config(
        console.app, host="127.0.0.1", port=port, log_level="error", ws="none", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="module")
def gallery(accounts_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the gallery; leave out what a site cannot do twice."""
    import shutil

    from tests.web.served import free_port

    root = tmp_path_factory.mktemp("gallery") / "site"
    shutil.copytree(accounts_site, root)
    console = Console(Site(root), options(hosts=frozenset({"127.0.0.1"})))
    environment = pages.environment()
    before, port = environment.loader, free_port()
    assert before is not None
    environment.loader = ChoiceLoader([DictLoader({"gallery.html": GALLERY}), before])

    # A name that the table knows: the gallery is no page of the console.
    @console.app.get("/gallery", name="health")
    def show(request: Request) -> Response:
        flash(request, "Your account is made.")
        return pages.page(request, "gallery.html")

    with in_a_thread(console, port):
        yield f"http://127.0.0.1:{port} {log_in(console.site, Role.ADMIN)}"
    environment.loader = before


@pytest.mark.parametrize("look", [*LOOKS, Look("wide")], ids=str)
def test_every_part_is_fit_for_everybody(
    browser: Browser, gallery: str, look: Look, shots: Path | None
) -> None:
    url, secret = gallery.split()
    with opened(browser, url, look, secret) as page:
        page.goto("/gallery")
        axe(page)
        fits(page)
        shot(page, f"gallery-{look}", shots)
        page.get_by_role("button", name="Withdraw …").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        axe(page)
        shot(page, f"dialog-{look}", shots)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_dialog_needs_no_script(browser: Browser, gallery: str) -> None:
    url, secret = gallery.split()
    with opened(browser, url, Look(javascript=False), secret) as page:
        page.goto("/gallery")
        page.get_by_role("button", name="Withdraw …").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_page_is_worked_by_keyboard_alone(browser: Browser, gallery: str) -> None:
    url, secret = gallery.split()
    with opened(browser, url, secret=secret) as page:
        page.goto("/gallery")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()


def test_on_paper_there_is_only_the_content(
    browser: Browser, gallery: str, shots: Path | None
) -> None:
    url, secret = gallery.split()
    with opened(browser, url, secret=secret) as page:
        page.goto("/gallery")
        page.emulate_media(media="print", color_scheme="dark")
        expect(page.locator(".top")).to_be_hidden()
        shot(page, "gallery-print", shots)
