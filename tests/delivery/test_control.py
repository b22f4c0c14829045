"""Languages are changed while the show is on, by nobody but the operator."""

from __future__ import annotations

import json

import pytest
from conftest import OpenStage

pytestmark = pytest.mark.network


async def test_languages_are_changed_and_viewers_told(stage: OpenStage) -> None:
    async with stage() as served, served.captions("lang=fr") as viewer:
        assert json.loads(await viewer.recv())["type"] == "hello"
        answer = await served.http.put("/v1/languages", json={"to": ["fr", "zh-TW", "fr", "EN_us"]})
        assert answer.status_code == 200
        assert answer.json() == {"languages": list(served.show.hub.languages)}
        assert served.show.hub.languages[1:] == ("fr", "zh-Hant", "en")
        while (message := json.loads(await viewer.recv()))["type"] != "hello":
            pass
        assert "fr" in message["languages"]
        assert served.show.hub.viewers()["fr"] == 1


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=203.0.113.9"}],
)
async def test_what_does_not_come_from_this_machine_changes_nothing(stage: OpenStage, headers: dict[str, str]) -> None:
    async with stage() as served:
        before = served.show.hub.languages
        answer = await served.http.put("/v1/languages", json={"to": ["fr"]}, headers=headers)
        assert answer.status_code == 403
        assert answer.json()["hint"]
        assert served.show.hub.languages == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ('{"to": "en"}', 400),
        ('{"to": [1]}', 400),
        (json.dumps({"to": ["en"] * 33}), 400),
        (json.dumps({"to": ["en"], "more": "x" * 5_000}), 400),
        ('{"to": ["no language"]}', 409),
        ('{"to": ["<b>"]}', 409),
        ('{"to": ["tlh"]}', 409),
    ],
)
async def test_what_cannot_be_used_changes_nothing(stage: OpenStage, body: str, status: int) -> None:
    async with stage() as served:
        before = served.show.hub.languages
        answer = await served.http.put("/v1/languages", content=body)
        assert answer.status_code == status
        assert answer.json()["message"]
        assert served.show.hub.languages == before
