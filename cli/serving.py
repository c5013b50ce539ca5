"""photogate serve: the web console."""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from cli.british_time import british_zone
from cli.certificates import names_in
from cli.options import site_of
from cli.output import say
from cli.web_services import services_of
from gate.errors import SettingsError
from gate.web.services import Options, Services

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that look like others."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True)
class Listening:
    """Where the server listens, and how browsers reach it."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None
    proxy: str = ""

    def options(self, setup_code: str) -> Options:
        """The same for the console. Raises SettingsError when it would not be safe."""
        self._require_safe()
        zone = british_zone()
        if self.proxy:
            origin, name = _behind(self.proxy)
            secure = origin.startswith("https:")
            return Options(frozenset({name}), zone, origin, secure, setup_code)
        if self.certificate:
            names = names_in(self.certificate)
            return Options(names, zone, secure=True, setup_code=setup_code)
        return Options(_LOOPBACK, zone, setup_code=setup_code)

    @property
    def address(self) -> str:
        """What people type into the browser."""
        if self.proxy:
            return _behind(self.proxy)[0] + "/"
        host = self.host
        if self.certificate and not _is_loopback(host):
            host = min(names_in(self.certificate))
        scheme = "https" if self.certificate else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}/"

    def _require_safe(self) -> None:
        if (self.certificate is None) is not (self.key is None):
            raise SettingsError("--tls-cert and --tls-key belong together: give both or none.")
        if not (self.certificate or self.proxy or _is_loopback(self.host)):
            raise SettingsError(
                f"On {self.host} passwords and photos would cross the network unencrypted. Give "
                "--tls-cert and --tls-key, or --behind-proxy with the address that a proxy serves "
                "over TLS; or leave out --host."
            )


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8440,
    tls_cert: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A certificate (PEM), for TLS.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its key (PEM).")] = None,
    behind_proxy: Annotated[
        str,
        typer.Option(metavar="URL", help="The address at which a proxy of yours serves this."),
    ] = "",
) -> None:
    """Serve the web console, until stopped. A fresh site is set up there, too.

    By itself only browsers on this computer reach it; for others it takes TLS or a proxy.
    """
    site = site_of(context)
    listening = Listening(host, port, tls_cert, tls_key, behind_proxy)
    setup_code = fresh_code()
    options = listening.options(setup_code)
    services = services_of(site)
    _welcome(services, listening, setup_code)
    # Here, so that no other verb waits for it to be imported.
    from cli.web_server import run

    run(services, options, listening)


def fresh_code() -> str:
    """A code for the maker of the first account: three groups of four letters (60 bits)."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
    return "-".join(groups)


def _welcome(services: Services, listening: Listening, setup_code: str) -> None:
    say(f"The console is at {listening.address} (stop it with Ctrl-C)")
    if not services.accounts.any_made():
        say("This site has no account yet: open that address and make the first one there.")
        say(f"Set-up code: {setup_code}", style="bold")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _behind(proxy: str) -> tuple[str, str]:
    """The origin and the host name of the address that a proxy serves. Raises SettingsError."""
    parts = urlsplit(proxy)
    host = (parts.hostname or "").lower()
    plain = parts.scheme == "http" and _is_loopback(host)
    if not host or parts.path not in ("", "/") or not (parts.scheme == "https" or plain):
        raise SettingsError(
            "--behind-proxy takes the whole address that browsers see, such as "
            "https://photos.school.example, over TLS and without a path."
        )
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{parts.netloc.lower()}", name
