"""The process that answers browsers."""

from __future__ import annotations

import logging

import uvicorn

from cli.serving import Listening
from gate.web.app import create_app
from gate.web.services import Options, Services


def run(services: Services, options: Options, listening: Listening) -> None:
    """Serve until stopped."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    config = uvicorn.Config(
        create_app(services, options),
        host=listening.host,
        port=listening.port,
        ssl_certfile=listening.certificate,
        ssl_keyfile=listening.key,
        # Addresses hold searches: they are in no log.
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_level="warning",
        ws="none",
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run()
