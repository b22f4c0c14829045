"""Recognition is measured through the real pipeline: with a recogniser that is scripted, and for real."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import soundfile
from typer.testing import CliRunner

from sidecar.audio.chunk import SAMPLE_RATE, Samples
from sidecar.bench import live
from sidecar.bench.asr import GoldFile, Invented, Plan, measure
from sidecar.bench.captions import TimedWord
from sidecar.bench.live import PARTS, Heard, System, system
from sidecar.bench.references import Clip, Gold
from sidecar.cli import app
from sidecar.config import Settings
from sidecar.errors import UsageError
from sidecar.speech.recognizer import Choose, Health, Hypothesis

SECONDS = 3.0
ENGLISH = Settings.model_validate({"speech": {"language": "en"}})
SAID = Gold(
    text="hello there", words=(TimedWord(text="hello", start_s=0, end_s=1), TimedWord(text="there", start_s=1, end_s=2))
)


class Scripted:
    """Hears "hello" in less than two seconds of audio, "hello there" in more."""

    def __init__(self) -> None:
        self.health = Health(model="scripted")
        self.at_once = 1
        self.beams: list[int] = []
        self.languages: list[str] = []

    def recognize(self, audio: Samples, *, language: str | Choose, beam_size: int, word_times: bool) -> Hypothesis:
        self.beams.append(beam_size)
        spoken = language if isinstance(language, str) else language({"en": 0.9, "zh": 0.1})
        self.languages.append(spoken)
        text = "hello" if len(audio) < 2 * SAMPLE_RATE else "hello there"
        return Hypothesis(text=text, words=(), language=spoken, logprob=-0.1, no_speech=0.0, compression=1.0)

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first seconds of the demo host."""
    path = tmp_path_factory.mktemp("host") / "host.wav"
    samples = asyncio.run(live.read(Path(str(files("sidecar.demo").joinpath("host.opus")))))
    soundfile.write(path, samples[: int(SECONDS * SAMPLE_RATE)], SAMPLE_RATE)
    return path


@pytest.fixture
def silence(tmp_path: Path) -> Path:
    path = tmp_path / "silence.wav"
    soundfile.write(path, [0.0] * SAMPLE_RATE, SAMPLE_RATE)
    return path


async def test_a_recording_goes_through_the_pipeline(host: Path) -> None:
    heard_s: list[float] = []
    heard = await live.hear(host, system(ENGLISH), Scripted(), pace="max", step=heard_s.append)
    assert heard.seconds == pytest.approx(sum(heard_s)) == SECONDS
    assert heard.language == "en"
    assert heard.skipped_s == 0
    assert "hello there" in heard.text
    assert {event.final for event in heard.events} == {False, True}
    assert len(heard.final_lags_s) == len({event.id for event in heard.events})


async def test_time_begins_with_the_first_sample(host: Path) -> None:
    heard = await live.hear(host, system(ENGLISH), Scripted(), pace="max", now=lambda: 100.0)
    first_chunk_s = {round(event.t_s, 6) for event in heard.events}
    assert len(first_chunk_s) == 1
    assert 0 < first_chunk_s.pop() <= 0.1


@pytest.mark.parametrize("part", PARTS)
def test_every_part_can_be_left_out(part: str) -> None:
    whole, rest = system(ENGLISH), system(ENGLISH, part)
    assert rest.name == f"without {part}"
    assert (rest.policy, rest.settings.speech) != (whole.policy, whole.settings.speech)
    assert rest.settings.speech.language == "en"
    assert rest.hearing("zh").settings.speech.language == "zh"
    assert rest.hearing("zh").policy == rest.policy


async def test_without_partials_there_are_only_finals_and_without_the_beam_it_is_greedy(host: Path) -> None:
    recognizer = Scripted()
    heard = await live.hear(host, system(ENGLISH, "partials"), recognizer, pace="max")
    assert all(event.final for event in heard.events)
    assert set(recognizer.beams) == {ENGLISH.speech.beam_size}
    greedy = Scripted()
    await live.hear(host, system(ENGLISH, "final-beam"), greedy, pace="max")
    assert set(greedy.beams) == {1}


async def test_a_plan_is_done_by_every_system(host: Path, silence: Path) -> None:
    recognizer, kept = Scripted(), list[tuple[str, str]]()

    def keep(file: GoldFile, system: System, heard: Heard) -> None:
        kept.append((file.path.name, system.name))
        assert heard.events

    steps: list[float] = []
    plan = Plan(
        systems=(system(ENGLISH), system(ENGLISH, "partials")),
        files=(GoldFile(path=host, gold=SAID, language="en"),),
        clips=(Clip(path=host, language="en", text="hello"), Clip(path=host, language="de", text="hello there you")),
        nonspeech=(silence, host),
        languages=("en", "zh"),
    )
    report = await measure(plan, recognizer, step=steps.append, keep=keep)
    names = ["live", "without partials"]
    assert kept == [("host.wav", name) for name in names]
    assert [result.system for result in report.files] == names
    assert report.model == "scripted"
    assert [(result.language, result.system) for result in report.clips] == [
        (lang, name) for name in names for lang in ("en", "de")
    ]
    assert [(result.language, result.system) for result in report.nonspeech] == [
        (lang, name) for lang in ("en", "zh") for name in names
    ]
    assert all([each.recording for each in result.captioned] == ["host.wav"] for result in report.nonspeech)
    assert all(each.final for result in report.nonspeech for each in result.captioned)
    assert sum(steps) == pytest.approx(2 * (3 * SECONDS + 2 * (SECONDS + 1)))
    assert {"en", "de", "zh"} == set(recognizer.languages)
    for result in report.files:
        assert result.score is not None
        assert result.score.first_p50_s is not None
        assert result.final_max_s is not None
        assert result.final_max_s > 0
        assert result.cpu > 0
        assert result.memory_mb > 0


async def test_a_caption_that_is_withdrawn_counts_where_nobody_speaks(host: Path) -> None:
    class Doubtful(Scripted):
        """Takes its words back in the final pass."""

        def recognize(self, audio: Samples, *, beam_size: int, **more: Any) -> Hypothesis:
            heard = super().recognize(audio, beam_size=beam_size, **more)
            return replace(heard, text="") if beam_size > 1 else heard

    plan = Plan(systems=(system(ENGLISH),), nonspeech=(host,), languages=("en",))
    (result,) = (await measure(plan, Doubtful())).nonspeech
    assert result.captioned == (Invented(recording="host.wav", text="hello there", final=False),)


async def test_a_host_of_unknown_language_is_scored_in_the_one_that_was_heard(host: Path) -> None:
    plan = Plan(systems=(system(Settings()),), files=(GoldFile(path=host, gold=SAID, language="auto"),))
    (result,) = (await measure(plan, Scripted())).files
    assert result.language == "en"


def bench(*options: str | Path) -> Any:
    return CliRunner().invoke(app, ["bench", "asr", *map(str, options)])


def test_what_cannot_be_measured_is_refused_before_anything_is_played(host: Path, tmp_path: Path) -> None:
    gold = tmp_path / "host.txt"
    gold.write_text("hello there")
    clips = tmp_path / "clips.jsonl"
    clips.write_text(json.dumps({"audio": "a.wav", "lang": "en", "text": "a", "ref_quality": "corpus", "seconds": 1}))
    for options, words in (
        ([], "nothing to measure"),
        ([host], "cannot read"),
        ([host, "--gold", gold, "--gold", gold], "2 gold transcripts for 1 files"),
        ([host, "--gold", gold, "--language", "zh", "--language", "en"], "2 languages for 1 files"),
        ([host, "--gold", gold, "--language", "tlh"], "does not recognise"),
        ([host, "--gold", gold, "--without", "luck"], "no part is called luck"),
        (["--clips", clips], "no file"),
        ([tmp_path / "gone.wav", "--gold", gold], "no file"),
    ):
        result = bench(*options)
        assert isinstance(result.exception, UsageError), options
        assert words in result.exception.message


@pytest.mark.model
@pytest.mark.timeout(300)
def test_a_recording_is_measured_for_real_and_offline(host: Path, silence: Path, tmp_path: Path) -> None:
    gold = tmp_path / "host.gold.json"
    words = (files("sidecar.demo") / "host.txt").read_text(encoding="utf-8").split()[:8]
    gold.write_text(json.dumps({"text": " ".join(words), "parts": [["all", 0, SECONDS]]}))
    noises = tmp_path / "noises.jsonl"
    noises.write_text(json.dumps({"audio": str(silence)}))
    result = bench(
        host, "--gold", gold, "--language", "en", "--offline", "--nonspeech", noises, "--events", tmp_path, "--json"
    )
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    live_row, offline, parts = report["files"]
    assert [row["system"] for row in report["files"]] == ["live", "offline", "offline, part by part"]
    assert offline["error_percent"] == parts["error_percent"]
    assert live_row["error_percent"] < 100
    assert offline["score"] is None
    assert report["nonspeech"][0]["captioned"] == []
    shown = [json.loads(line) for line in (tmp_path / "host.live.jsonl").read_text(encoding="utf-8").splitlines()]
    assert shown
    assert [event["t"] for event in shown] == sorted(event["t"] for event in shown)
    assert shown[-1]["final"]
    assert report["model"].startswith("whisper-base")
