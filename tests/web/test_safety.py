"""The browser's side: headers on every answer, other sites, other hosts, bodies, errors."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from gate.errors import RegisterError, RegisterUnreachable, SiteError
from gate.roles import Role
from gate.web import access
from gate.web.security import comes_from_here, is_known_host, own_path
from tests.web.client import PAGE, Console, options

MUST = {
    "content-security-policy": "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-request-id": "",
}


def test_every_answer_carries_the_safety_headers(console: Console) -> None:
    @console.app.get("/broken", name="health")
    def broken() -> None:
        raise ZeroDivisionError("internal detail")

    console.app.router.routes.insert(0, console.app.router.routes.pop())
    admin, nobody = console.as_(Role.ADMIN), console.nobody()
    answers = [
        admin.get("/"),
        admin.get("/account"),
        admin.get("/nowhere"),
        admin.get("/broken"),
        admin.post("/account/password", csrf="no"),
        nobody.get("/login"),
        nobody.get("/"),
        nobody.client.get("/", headers={"Host": "elsewhere.example"}),
        nobody.client.request("DELETE", "/login"),
    ]
    assert [answer.status_code for answer in answers] == [
        200,
        200,
        404,
        500,
        403,
        200,
        303,
        400,
        405,
    ]
    for answer in answers:
        for name, part in MUST.items():
            assert part in answer.headers[name], (answer.url, name)
        assert answer.headers["cache-control"] == "no-store", answer.url
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "strict-transport-security" not in answer.headers
    assert "internal detail" not in answers[3].text
    assert answers[3].headers["x-request-id"] in answers[3].text


def test_over_tls_browsers_are_told_to_stay_there(console: Console) -> None:
    secure = Console(console.site, options(secure=True))
    answer = secure.as_(Role.ADMIN).get("/")
    assert answer.status_code == 200
    assert "max-age" in answer.headers["strict-transport-security"]
    cookie = secure.nobody().get("/login").headers["set-cookie"]
    assert cookie.startswith("__Host-photogate-before=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie


def test_files_of_the_pages_are_kept_long_and_known_by_their_content(console: Console) -> None:
    from gate.web.static_files import static_files

    nobody = console.nobody()
    for file in static_files().values():
        answer = nobody.get(f"/static/{file.address}")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.content == file.data
        assert "set-cookie" not in answer.headers
    assert nobody.get("/static/console.000000000000.css").status_code == 404
    assert nobody.get("/static/..%2Fapp.py").status_code == 404


def test_no_page_holds_style_or_script_of_its_own(console: Console) -> None:
    admin = console.as_(Role.ADMIN)
    for path in ("/", "/account", "/account/code", "/health", "/login", "/nowhere"):
        text = admin.get(path).text
        assert "<style" not in text
        assert "style=" not in text
        assert "onclick" not in text
        assert text.count("<script") == text.count("<script defer src=") == text.count("</script>")


@pytest.mark.parametrize(
    "sent",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_no_other_site_sends_our_forms(console: Console, sent: dict[str, str]) -> None:
    browser = console.as_(Role.ADMIN)
    answer = browser.post("/logout", headers=PAGE | sent)
    assert answer.status_code == 403
    assert browser.get("/").status_code == 200
    assert browser.post("/logout", headers=PAGE | {"Origin": "http://localhost"}).status_code == 303


def test_other_sites_may_link_to_pages_and_embed_nothing() -> None:
    how, other = options(), {"sec-fetch-site": "cross-site"}
    link = other | {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert comes_from_here("GET", Headers(link), how)
    assert not comes_from_here("GET", Headers(link | {"sec-fetch-dest": "iframe"}), how)
    image = other | {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
    assert not comes_from_here("GET", Headers(image), how)
    assert not comes_from_here("POST", Headers(link), how)
    behind = options(origin="https://photos.school.example", secure=True)
    assert comes_from_here("POST", Headers({"origin": "https://photos.school.example"}), behind)
    assert not comes_from_here("POST", Headers({"origin": "https://localhost"}), behind)


def test_the_token_may_come_in_a_header_or_first_in_a_form_with_files(console: Console) -> None:
    browser = console.as_(Role.ADMIN)
    others = "/account/logins/end-others"

    def status(**how: object) -> int:
        return browser.client.post(others, follow_redirects=False, **how).status_code  # type: ignore[arg-type]

    assert status(headers={"X-CSRF-Token": browser.csrf}) == 303
    assert status(headers={"X-CSRF-Token": "0" * 64}) == 403
    assert status(json={"csrf": browser.csrf}) == 403
    file = ("a.jpg", b"x" * 9_000, "image/jpeg")
    assert status(files=[("csrf", (None, browser.csrf)), ("photo", file)]) == 303
    assert status(files=[("photo", file), ("csrf", (None, browser.csrf))]) == 403


@pytest.mark.parametrize("host", ["elsewhere.example", "localhost.elsewhere.example", "", "[::1"])
def test_another_host_name_is_not_answered(console: Console, host: str) -> None:
    answer = console.nobody().client.get("/login", headers={"Host": host})
    assert answer.status_code == 400
    assert "password" not in answer.text


def test_host_names() -> None:
    hosts = {"photos.school.example", "*.trust.example", "[::1]"}
    for known in (
        "photos.school.example",
        "PHOTOS.school.example:8440",
        "a.trust.example",
        "[::1]:1",
    ):
        assert is_known_host(known, hosts), known
    for other in (
        "school.example",
        "trust.example",
        "a.b.trust.example",
        "x:photos.school.example",
    ):
        assert not is_known_host(other, hosts), other


@pytest.mark.parametrize(
    "wanted",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example/",
        "\\\\elsewhere.example",
        "/%0d%0aSet-Cookie: a=b\r\n",
        "javascript:alert(1)",
        "/\t/elsewhere.example",
        "elsewhere",
        "",
    ],
)
def test_next_leads_to_no_other_site(console: Console, wanted: str) -> None:
    assert own_path(wanted) == "/"
    answer = console.as_(Role.ADMIN).client.get(
        "/login", params={"next": wanted}, follow_redirects=False
    )
    assert answer.headers["location"] == "/"


def test_next_leads_where_somebody_wanted_to_go(console: Console) -> None:
    answer = console.nobody().get("/account?a=b&c=d")
    assert answer.headers["location"] == "/login?next=/account%3Fa%3Db%26c%3Dd"
    assert own_path("/account?a=b&c=d") == "/account?a=b&c=d"


def test_no_more_is_read_than_the_table_allows(console: Console) -> None:
    browser = console.as_(Role.ADMIN)
    most = access.FORM_BYTES
    said = browser.post("/account/password", {"old": "x" * most})
    assert said.status_code == 413
    token = {"X-CSRF-Token": browser.csrf, "Content-Type": "application/x-www-form-urlencoded"}

    def endless() -> object:
        for _ in range(most // 1_000 + 2):
            yield b"a" * 1_000

    for headers in (token, {key: token[key] for key in ("Content-Type",)}):
        answer = browser.client.post("/account/password", content=endless(), headers=headers)  # type: ignore[arg-type]
        assert answer.status_code == 413
    lied = browser.client.post("/logout", headers=token | {"Content-Length": "-1"})
    assert lied.status_code == 413


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (RegisterError("There is no such thing."), 400, True),
        (RegisterUnreachable("sqlite:////srv/secret/place is broken"), 503, False),
        (SiteError("/srv/secret/place is missing"), 500, False),
        (ValueError("secret"), 500, False),
    ],
)
def test_errors_tell_what_helps_and_nothing_internal(
    console: Console, error: Exception, status: int, told: bool
) -> None:
    @console.app.get("/failing", name="health")
    def failing() -> None:
        raise error

    console.app.router.routes.insert(0, console.app.router.routes.pop())
    admin = console.as_(Role.ADMIN)
    page, problem = admin.get("/failing"), admin.get("/failing", headers={"Accept": "*/*"})
    assert page.status_code == problem.status_code == status
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["status"] == status
    for answer in (page, problem):
        assert "secret" not in answer.text
        assert (str(error) in answer.text) == told
        assert answer.headers["x-request-id"] in answer.text
