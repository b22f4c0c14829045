"""Two hundred viewers of two languages over real WebSockets: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import time

import pytest
from conftest import OpenStage, Stage
from delivery_show import Show, parse
from fakes import until

from sidecar.delivery.wire import CaptionMessage

VIEWERS = 200
CAPTIONS = 60
INTERVAL_S = 0.05


@pytest.mark.load
@pytest.mark.network
async def test_two_hundred_viewers_of_two_languages_get_every_caption_once(stage: OpenStage, capsys):
    sent_at: dict[int, float] = {}
    async with stage(show=Show(max_viewers=VIEWERS)) as served:
        watching = [
            asyncio.create_task(watch(served, "lang=es" if number % 2 else "lang=en&second=zh", sent_at))
            for number in range(VIEWERS)
        ]
        await until(lambda: served.show.hub.viewer_count == VIEWERS, timeout_s=30)
        for number in range(CAPTIONS):
            lang = ("es", "en", "zh")[number % 3]
            served.show.partial(lang, 1000 + number)
            sent_at[len(served.show.kept) + 1] = time.perf_counter()
            served.show.final(lang)
            await asyncio.sleep(INTERVAL_S)
        served.show.hub.end()
        async with asyncio.timeout(30):
            results = await asyncio.gather(*watching)
        kept = served.show.kept
    expected = {
        "lang=es": [item.seq for item in kept if item.lang == "es"],
        "lang=en&second=zh": [item.seq for item in kept if item.lang in ("en", "zh")],
    }
    for query, numbers, _ in results:
        assert numbers == expected[query]
    lags = sorted(lag for _, _, each in results for lag in each)
    with capsys.disabled():
        p50, p99 = (lags[int(len(lags) * share)] * 1000 for share in (0.5, 0.99))
        print(f"\n{VIEWERS} viewers, {len(lags)} finals: p50 {p50:.0f} ms, p99 {p99:.0f} ms")  # noqa: T201


async def watch(served: Stage, query: str, sent_at: dict[int, float]) -> tuple[str, list[int], list[float]]:
    numbers: list[int] = []
    lags: list[float] = []
    async with served.captions(query) as viewer:
        async for text in viewer:
            message = parse(text)
            if isinstance(message, CaptionMessage) and message.seq is not None:
                numbers.append(message.seq)
                lags.append(time.perf_counter() - sent_at[message.seq])
    return query, numbers, lags
