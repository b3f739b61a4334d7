"""The OpenAPI 3.1 document of a Portal's data: which files there are, and what stands in each (I1)."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from congtin.build import api, api_models
from congtin.build.api_pages import ITEMS
from congtin.build.contexts import Contexts

DATABASE = "portal.sqlite3"
_PAGE = r"^[0-9]{4}(-[1-9][0-9]*)?$"
_MODELS = (api_models.SiteFacts, api_models.Entries, api_models.Sites, api_models.DocumentRow)


def schemas() -> dict[str, Any]:
    """Return the schema of every model, by its name."""
    _, found = models_json_schema(
        [(model, "serialization") for model in _MODELS], ref_template="#/components/schemas/{model}"
    )
    defined: dict[str, Any] = found["$defs"]
    return dict(sorted(defined.items()))


def description(contexts: Contexts) -> bytes:
    """Return the OpenAPI document of the Portal whose first Edition this is."""
    plan = contexts.plan
    host = plan.edition.host
    made = {
        "openapi": "3.1.1",
        "info": {
            "title": contexts.views.site.name.text,
            "version": "1.0.0",
            "description": (
                "Everything this Portal and its Sites publish, as static files: GET and HEAD only, no key, no limit, "
                "open to pages of any host. Fields may be added within a version; none changes its meaning or goes."
            ),
        },
        "servers": [
            {
                "url": "https://{host}{prefix}/api/v1",
                "description": "Each Site in each language; sites.json of the Portal lists them.",
                "variables": {"host": {"default": host}, "prefix": {"default": ""}},
            }
        ],
        "paths": {
            f"/{api.SITE}": _get("site", "The facts of a Site, and where its data is.", _json("SiteFacts")),
            f"/{ITEMS}.json": _get("newestItems", "The newest Items.", _json("Entries")),
            f"/{ITEMS}/{{page}}.json": {
                **_get("items", "Older Items, by their year of publication; it seldom changes.", _json("Entries")),
                "parameters": [
                    {"name": "page", "in": "path", "required": True, "schema": {"type": "string", "pattern": _PAGE}}
                ],
            },
            f"/{api.DOCUMENTS}": _get(
                "documents",
                "Documents as a table, a line for each as DocumentRow; UTF-8 with a byte order mark.",
                {"text/csv": {"schema": {"type": "string"}}},
            ),
            f"/{api.SITES}": _get("sites", "All Sites; on the Portal only.", _json("Sites")),
            f"/{DATABASE}": _get(
                "database",
                "All of this in one SQLite database; on the Portal only. It follows the pages after a moment.",
                {"application/vnd.sqlite3": {"schema": {"type": "string", "contentEncoding": "binary"}}},
            ),
        },
        "components": {"schemas": schemas()},
    }
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()


def _json(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}


def _get(name: str, what: str, content: dict[str, Any]) -> dict[str, Any]:
    answers = {"200": {"description": what, "content": content}, "404": {"description": "There is no such file."}}
    return {"get": {"operationId": name, "summary": what, "responses": answers}}
