"""How the server may be reached: loopback, TLS, or behind a proxy; nothing else."""

from __future__ import annotations

import asyncio
import re
import shutil
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx2 as httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fastapi import Request

from cli.serving import Listening, fresh_code
from gate.errors import SettingsError
from gate.roles import Role
from gate.web.sse import Event, stream
from tests.web.people import NAMES, PASSWORD
from tests.web.served import serving

PROXY = "https://photos.school.example"


def certificate(folder: Path, names: list[str]) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "photos")])
    now = datetime.now(UTC)
    others = [x509.DNSName(name) for name in names] + [
        x509.IPAddress(ip_address(address)) for address in ("10.0.0.7", "127.0.0.1")
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert, private = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private.write_bytes(key.private_bytes(pem, form, plain))
    return cert, private


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "photos.school.example"])  # noqa: S104
def test_nothing_crosses_the_network_unencrypted(host: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="unencrypted"):
        Listening(host, 8440).options("")
    assert Listening(host, 8440, proxy=PROXY).options("").secure
    cert, key = certificate(tmp_path, ["Photos.School.example"])
    assert Listening(host, 8440, cert, key).options("").secure


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.5.5.5"])
def test_this_computer_may_be_asked_without_tls(host: str) -> None:
    how = Listening(host, 8440).options("code")
    assert (how.secure, how.origin, how.setup_code) == (False, "", "code")
    assert how.hosts == {"localhost", "127.0.0.1", "[::1]"}


def test_the_names_of_the_certificate_are_the_server_s(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, ["Photos.School.example", "*.trust.example"])
    listening = Listening("0.0.0.0", 443, cert, key)  # noqa: S104
    assert listening.options("").hosts == {
        *("photos.school.example", "*.trust.example", "10.0.0.7", "127.0.0.1")
    }
    for half in (Listening("::1", 1, cert), Listening("::1", 1, None, key)):
        with pytest.raises(SettingsError, match="belong together"):
            half.options("")
    with pytest.raises(SettingsError, match="no certificate"):
        Listening("::1", 1, key, key).options("")


def test_a_browser_logs_in_over_tls(accounts_site: Path, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, [])
    trusted = ssl.create_default_context(cafile=str(cert))
    shutil.copytree(accounts_site, tmp_path / "site")
    words = ("--tls-cert", str(cert), "--tls-key", str(key))
    with serving(tmp_path / "site", tmp_path, *words, tls=trusted) as served:
        with httpx.Client(base_url=served.url, verify=trusted) as browser:
            page = browser.get("/login", headers={"Accept": "text/html"})
            found = re.search(r'name="csrf" content="(\w+)"', page.text)
            assert found
            fields = {"csrf": found[1], "name": NAMES[Role.ADMIN], "password": PASSWORD}
            answer = browser.post("/login", data=fields)
            assert answer.status_code == 303
            cookies = answer.headers.get_list("set-cookie")
            assert cookies
            assert all("Secure" in one and "HttpOnly" in one for one in cookies)
            assert "max-age" in answer.headers["strict-transport-security"]
            assert NAMES[Role.ADMIN] in browser.get("/").text
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(served.url.replace("https:", "http:") + "/login")


def test_behind_a_proxy_its_address_is_the_origin() -> None:
    how = Listening("127.0.0.1", 8440, proxy="https://Photos.School.example:444/").options("")
    assert how.origin == "https://photos.school.example:444"
    assert how.hosts == {"photos.school.example"}
    for wrong in ("photos.school.example", "http://photos.school.example", f"{PROXY}/path", ""):
        with pytest.raises(SettingsError):
            Listening("0.0.0.0", 8440, proxy=wrong).options("")  # noqa: S104


def test_the_set_up_code_is_new_each_time() -> None:
    assert len({fresh_code() for _ in range(100)}) == 100
    assert len(fresh_code()) == len("ABCD-EFGH-JKLM")


def test_news_is_told_once_and_in_order_from_where_the_browser_was() -> None:
    news = [Event(number, "judged", {"name": "Zoë\n"}) for number in range(1, 5)]

    async def receive() -> dict[str, object]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def told() -> str:
        headers = [(b"last-event-id", b"2")]
        request = Request({"type": "http", "method": "GET", "headers": headers}, receive)
        answer = stream(
            request, lambda last: [e for e in news if e.number > last], every=0.01, longest=0.05
        )
        return "".join([str(part) async for part in answer.body_iterator])

    # In a thread of its own: the browser's driver keeps a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        text = pool.submit(lambda: asyncio.run(told())).result()
    assert [line for line in text.splitlines() if line.startswith("id:")] == ["id: 3", "id: 4"]
    assert 'data: {"name": "Zo\\u00eb\\n"}' in text
