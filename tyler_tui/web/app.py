"""The web application, put together from its parts."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.staticfiles import StaticFiles

from tyler_tui.web import protocol as said
from tyler_tui.web.chat import FAULT
from tyler_tui.web.guard import Access, Guard

# Spans of requests would hold prompts and tokens; nothing is sent anywhere but to the model.
_NONE: Any = {  # older versions know no such thing, and ignore it
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
_log = logging.getLogger(__name__)


def create_app(access: Access, routers: Sequence[APIRouter], *, static: Path) -> FastAPI:
    """An application that lets in whom `access` allows; `static` is the folder at `/static`."""
    # FastAPI's pages about an API load scripts from elsewhere; `/protocol.json` says more.
    app = FastAPI(
        title="tyler-chat", openapi_url=None, docs_url=None, redoc_url=None, telemetry=_NONE
    )
    for router in routers:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=static))
    app.add_middleware(Guard, access=access)
    if access.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(access.origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
        )

    @app.exception_handler(Exception)
    async def explain(request: Request, error: Exception) -> Response:
        _log.error("a request could not be served", exc_info=error)
        return Response(said.encode(FAULT), 500, media_type="application/json")

    return app
