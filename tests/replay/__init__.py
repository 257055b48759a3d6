"""Recorded conversations with services, played back without a network."""

from pathlib import Path
from typing import Any

import vcr
from vcr.request import Request

CASSETTES = Path(__file__).with_name("cassettes")
KEPT_HEADERS = {"content-type", "retry-after"}
"""All other headers are dropped before anything is written: keys, cookies, account names."""


def player(
    record_mode: str = "none", recorded_as: str = "", base_url: str | None = None
) -> vcr.VCR:
    """Play cassettes; a request that was not recorded word for word is an error.

    Args:
        record_mode: vcrpy's; "none" never calls.
        recorded_as: Address that is written in the place of `base_url`.
        base_url: Where a recording really asks.
    """

    def scrubbed(request: Request) -> Request:
        if base_url:
            request.uri = request.uri.replace(base_url.rstrip("/"), recorded_as)
        return _without_headers(request)

    return vcr.VCR(
        cassette_library_dir=str(CASSETTES),
        record_mode=record_mode,
        match_on=["method", "scheme", "host", "port", "path", "query", "body"],
        before_record_request=scrubbed,
        before_record_response=_without_response_headers,
        decode_compressed_response=True,
    )


def _without_headers(request: Request) -> Request:
    request.headers = {k: v for k, v in request.headers.items() if k.lower() in KEPT_HEADERS}
    return request


def _without_response_headers(response: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in response["headers"].items() if k.lower() in KEPT_HEADERS}
    return response | {"headers": kept}
