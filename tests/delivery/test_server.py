"""The HTTP half of the contract, over real sockets."""

from __future__ import annotations

import socket

import pytest
from conftest import OpenStage
from delivery_show import SESSION, Show
from fastapi import FastAPI
from httpx2 import AsyncClient

from sidecar.config import ServerSettings
from sidecar.delivery.pages import policy
from sidecar.delivery.server import Running, listen, serve
from sidecar.delivery.wire import State
from sidecar.errors import ServeError
from sidecar.metrics import Stage as MetricStage
from sidecar.status import SourceReport, StatusReport, VoiceReport

pytestmark = pytest.mark.network


def test_a_port_in_use_is_said_before_anything_starts():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"port {port} is in use") as caught:
            listen(ServerSettings(port=port))
    assert "--port" in caught.value.hint


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.7"])
def test_an_address_that_is_not_ours_is_a_clear_error(host: str):
    with pytest.raises(ServeError, match=host) as caught:
        listen(ServerSettings(host=host, port=0))
    assert caught.value.hint


async def test_the_port_is_free_again_afterwards(stage: OpenStage):
    async with stage() as served:
        port = served.running.port
    listen(ServerSettings(port=port)).close()


async def test_serving_takes_a_listener_made_before():
    settings = ServerSettings(port=0)
    listener = listen(settings)
    async with serve(FastAPI(), settings, listener) as running, AsyncClient(base_url=running.url) as http:
        assert running.port != 0
        assert (await http.get("/none")).status_code == 404


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("studio.local", "http://studio.local:80"),
    ],
)
def test_the_address_given_to_people_can_be_opened(host: str, url: str):
    assert Running(host=host, port=80).url == url


@pytest.mark.parametrize(
    ("page", "framed_by"),
    [("overlay", "*"), ("viewer", "*"), ("status", "'self'"), ("console", "'self'"), ("prompter", "'self'")],
)
async def test_pages_run_only_their_own_scripts_and_only_those_of_viewers_may_be_embedded(
    stage: OpenStage, page: str, framed_by: str
):
    async with stage() as served:
        response = await served.http.get(f"/{page}")
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/html")
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "x-frame-options" not in response.headers
        rules = dict(rule.split(" ", 1) for rule in response.headers["content-security-policy"].split("; "))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == rules["style-src"] == "'self'"
        assert rules["frame-ancestors"] == framed_by
        assert f"ws://127.0.0.1:{served.running.port}" in rules["connect-src"]
        assert (await served.http.head(f"/{page}")).status_code == 200


def test_a_strange_host_header_does_not_get_into_the_policy():
    assert "evil" not in policy("evil; script-src *", embedded=True)
    assert "connect-src 'self' ws://[::1]:8765 wss://[::1]:8765;" in policy("[::1]:8765", embedded=False)


async def test_the_widget_may_be_loaded_by_any_page_and_is_sent_once(stage: OpenStage):
    async with stage() as served:
        first = await served.http.get("/captions.js", headers={"Origin": "https://shop.example"})
        assert first.headers["access-control-allow-origin"] == "*"
        assert first.headers["cross-origin-resource-policy"] == "cross-origin"
        assert first.headers["content-type"].startswith("text/javascript")
        assert "max-age=300" in first.headers["cache-control"]
        again = await served.http.get("/captions.js", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_parts_of_the_pages_are_served_and_nothing_beside_them(stage: OpenStage):
    async with stage() as served:
        part = await served.http.get("/web/wire.js")
        assert part.status_code == 200
        assert part.headers["access-control-allow-origin"] == "*"
        for path in (
            "/web/../config.py",
            "/web/%2e%2e/config.py",
            "/web/..%2fconfig.py",
            "/web/",
            "/web/none.js",
            "/x",
        ):
            assert (await served.http.get(path)).status_code == 404


async def test_the_front_door_leads_to_the_viewer_page(stage: OpenStage):
    async with stage() as served:
        response = await served.http.get("/")
        assert (response.status_code, response.headers["location"]) == (307, "/viewer")


async def test_transcripts_come_as_files(stage: OpenStage):
    async with stage() as served:
        for lang in ("zh", "es", "es"):
            served.show.final(lang)
        vtt = await served.http.get("/v1/captions.vtt?lang=es")
        assert vtt.headers["content-type"] == "text/vtt; charset=utf-8"
        assert vtt.headers["content-disposition"] == f'attachment; filename="captions-{SESSION}-es.vtt"'
        assert vtt.headers["access-control-allow-origin"] == "*"
        assert vtt.text.startswith("WEBVTT")
        assert "es 3" in vtt.text
        assert "zh 1" not in vtt.text
        srt = await served.http.get(f"/v1/captions.srt?lang=es&session={SESSION}")
        assert "00:00:02,000 --> " in srt.text
        rows = (await served.http.get("/v1/captions.json?lang=source")).json()
        assert [row["text"] for row in rows] == ["zh 1"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("captions.doc?lang=es", 404, "unknown_format"),
        ("captions.vtt?lang=de", 404, "unknown_language"),
        ("captions.vtt?lang=!!", 400, "bad_language"),
        ("captions.srt?lang=es&session=../../etc", 404, "unknown_session"),
    ],
)
async def test_a_transcript_that_there_is_not_is_explained(stage: OpenStage, path: str, status: int, code: str):
    async with stage() as served:
        response = await served.http.get(f"/v1/{path}")
        assert response.status_code == status
        assert response.json()["code"] == code
        assert response.json()["message"]
        assert response.json()["hint"]


async def test_only_pages_that_may_read_transcripts_can(stage: OpenStage):
    async with stage(allow_origins=("https://shop.example",)) as served:
        path = "/v1/captions.json?lang=es"
        ours = await served.http.get(path, headers={"Origin": "https://shop.example"})
        assert ours.headers["access-control-allow-origin"] == "https://shop.example"
        other = await served.http.get(path, headers={"Origin": "https://other.example"})
        assert "access-control-allow-origin" not in other.headers
        assert other.headers["vary"] == "Origin"


async def test_the_status_is_the_whole_report(stage: OpenStage):
    async with stage() as served:
        response = await served.http.get("/v1/status")
        assert StatusReport.model_validate_json(response.content) == served.show.report()
        assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("state", "status"),
    [(State.WAITING, 503), (State.LIVE, 200), (State.RECONNECTING, 200), (State.ENDED, 503)],
)
async def test_it_is_ready_from_the_first_audio_to_the_end(stage: OpenStage, state: State, status: int):
    async with stage() as served:
        served.show.hub.set_state(state, "so it is")
        assert (await served.http.get("/readyz")).status_code == status
        assert (await served.http.get("/healthz")).status_code == 200


async def test_metrics_tell_what_the_report_tells(stage: OpenStage):
    async with stage() as served, served.captions("lang=es") as viewer:
        await viewer.recv()
        served.metrics.lag(MetricStage.FINAL, "zh", 1200)
        text = (await served.http.get("/metrics")).text
        for line in (
            'sidecar_viewers{lang="es"} 1.0',
            'sidecar_viewers{lang="en"} 0.0',
            'sidecar_captions_total{lang="es"} 7.0',
            'sidecar_untranslated_total{lang="es"} 1.0',
            "sidecar_audio_seconds_total 59.5",
            "sidecar_uptime_seconds 60.0",
            "sidecar_dropped_audio_seconds_total 1.5",
            'sidecar_state{state="waiting"} 1.0',
            'sidecar_lag_seconds_bucket{lang="zh",le="1.5",stage="final"} 1.0',
            'sidecar_lag_seconds_bucket{lang="zh",le="1.0",stage="final"} 0.0',
            "process_resident_memory_bytes",
            "process_cpu_seconds_total",
        ):
            assert line in text


async def test_two_servers_in_one_process_keep_their_numbers_apart(stage: OpenStage):
    async with stage() as one, stage(show=Show()) as two:
        one.metrics.lag(MetricStage.PARTIAL, "zh", 10)
        assert "sidecar_lag_seconds_count" not in (await two.http.get("/metrics")).text


async def test_there_is_no_api_browser(stage: OpenStage):
    async with stage() as served:
        client: AsyncClient = served.http
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert (await client.get(path)).status_code == 404


class TwoVoices(Show):
    def report(self) -> StatusReport:
        def voice(label: str, state: str, lag_ms: int | None) -> VoiceReport:
            source = SourceReport(name=label, state=state, message="", level_dbfs=-30.0, speech=False)
            return VoiceReport(
                label=label,
                language="zh",
                source=source,
                recognition_lag_ms=None,
                final_lag_ms=lag_ms,
                skipped_ms=1500,
            )

        voices = [voice("Host", "live", 900), voice("Guest", "reconnecting", None)]
        return super().report().model_copy(update={"voices": voices})


async def test_each_of_several_voices_has_metrics_and_one_alone_has_none(stage: OpenStage):
    async with stage() as served:
        assert "sidecar_voice" not in (await served.http.get("/metrics")).text
        assert (await served.http.get("/v1/status")).json()["voices"] == []
    async with stage(show=TwoVoices()) as served:
        text = (await served.http.get("/metrics")).text
        for line in (
            'sidecar_voice_live{voice="Host"} 1.0',
            'sidecar_voice_live{voice="Guest"} 0.0',
            'sidecar_voice_level_dbfs{voice="Guest"} -30.0',
            'sidecar_voice_final_lag_seconds{voice="Host"} 0.9',
            'sidecar_voice_final_lag_seconds{voice="Guest"} NaN',
            'sidecar_voice_skipped_seconds_total{voice="Guest"} 1.5',
        ):
            assert line in text
        status = (await served.http.get("/v1/status")).json()
        assert [(each["label"], each["source"]["state"]) for each in status["voices"]] == [
            ("Host", "live"),
            ("Guest", "reconnecting"),
        ]
