"""Tables written by hand, held against the code."""

from __future__ import annotations

import re

import written

from sidecar import errors
from sidecar.audio import device, media, push
from sidecar.audio.chunk import SAMPLE_RATE
from sidecar.bench.live import PARTS
from sidecar.captions.caption import IDS_PER_SEGMENT
from sidecar.chat.incoming import AuthorRate
from sidecar.chat.twitch import TwitchChat
from sidecar.chat.youtube import YouTubeChat
from sidecar.config import ChatSettings
from sidecar.delivery.server import PING_INTERVAL_S
from sidecar.errors import SidecarError
from sidecar.session import DRAIN_S, OUTBOX
from sidecar.speech import pressure
from sidecar.speech.transcript import Policy
from sidecar.speech.whisper import CAREFUL_PADDING_S, PADDING_S
from sidecar.translation import checks
from sidecar.weights import fit, manifest

COMPARED = "<!-- compared with "
WEB = "sidecar/web"


def _of_overlay() -> dict[str, str]:
    """What `options.js` makes of each parameter, by name."""
    code = written.read(f"{WEB}/overlay/options.js")
    fields = re.search(r"^const FIELDS = \{\n(.*?)^\};", code, re.MULTILINE | re.DOTALL)
    assert fields
    return dict(re.findall(r"^  (\w+): (.+),$", fields[1], re.MULTILINE))


def test_the_parameters_of_the_overlay() -> None:
    table = {written.codes(row[0])[0]: row for row in written.table_after(written.read("docs/overlay.md"), COMPARED)}
    code = _of_overlay()
    assert set(table) == set(code)
    for name, made in code.items():
        values, default = table[name][1], table[name][2]
        if found := re.match(r"number\((\d+), (\d+), (\d+)", made):
            assert (values, default) == (f"{found[1]}–{found[2]}", found[3]), name
        elif found := re.match(r"flag\((\w+)\)", made):
            assert (values, default) == ("`0`, `1`", "`1`" if found[1] == "true" else "`0`"), name
        elif found := re.match(r"word\((.+)\)", made):
            words = re.findall(r'"(\w+)"', found[1])
            assert (written.codes(values), written.codes(default)) == (words, words[:1]), name
        elif found := re.search(r'fallback: "(#\w+)"', made):
            assert default == f"`{found[1]}`", name


def test_the_parameters_that_are_quoted() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in written.PAGES)
    queries = re.findall(r"/overlay\?([\w=&%-]+)", text)
    assert queries
    names = {pair.partition("=")[0] for query in queries for pair in query.split("&")}
    assert names <= set(_of_overlay())


def test_the_attributes_of_the_widget() -> None:
    page = written.read("docs/widget.md")
    code = written.read(f"{WEB}/widget/element.js") + written.read(f"{WEB}/widget/placement.js")
    table = {written.codes(row[0])[0] for row in written.table_after(page, COMPARED)}
    assert table == set(re.findall(r"(?:this|host)\.(?:get|has)Attribute\(\"(\w+)\"\)", code))
    observed = re.search(r"observedAttributes = \[(.*)\]", code)
    assert observed
    assert set(re.findall(r"\w+", observed[1])) <= table
    quoted = re.findall(r"<live-captions ([^>]*)>", page + written.read("README.md"))
    assert {name for each in quoted for name in re.findall(r"(\w+)=", each)} <= table


def test_what_scripts_and_styles_of_a_page_may_use() -> None:
    page = written.read("docs/widget.md")
    style, element = written.read(f"{WEB}/widget/style.js"), written.read(f"{WEB}/widget/element.js")
    properties = {name for row in written.table_after(page, "## Looks") for name in written.codes(row[0])}
    assert properties == set(re.findall(r"--live-captions-[\w-]+", style))
    parts = re.search(r"Parts for `::part\(\)`: (.*)\.", page)
    assert parts
    assert set(written.codes(parts[1])) == set(re.findall(r' part\("\w+", "(\w+)"\)', element))
    script = page.partition("## For scripts")[2].partition("##")[0]
    for name in ("captionschange", "languages", "language", "on", "screen", "player", "toggle", "prefer"):
        assert name in script
        assert re.search(rf"\b{name}\b", element)


def test_the_metrics() -> None:
    page, code = written.read("docs/operations.md"), written.read("sidecar/metrics.py")
    table = written.table_after(page, f"{COMPARED}sidecar/metrics.py")
    documented = {name for row in table for name in written.codes(row[0])}
    assert documented == set(re.findall(r'"(sidecar_\w+)"', code))
    for name in re.findall(r"`(sidecar_\w+?)(?:_total)?[ `{]", page):
        assert name in documented


def test_the_exit_statuses() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SidecarError)]
    table = written.table_after(written.read("docs/operations.md"), f"{COMPARED}sidecar/errors.py")
    of_the_system = {0, 1, 130}
    assert {int(row[0]) for row in table} == {kind.exit_status for kind in kinds} | of_the_system


def test_the_limits_of_chats() -> None:
    page = written.read("docs/chat.md")
    for chat, longest in (
        (TwitchChat, f"{TwitchChat.max_chars} characters at most"),
        (YouTubeChat, "160 characters a line"),
    ):
        assert longest in page
        assert str(chat.max_chars) in longest
        assert f"{chat.pace.messages} in {chat.pace.window_ms // 1000} s" in page
    assert "five messages at once and then one every three" in page
    assert (AuthorRate().burst, AuthorRate().refill_ms) == (5, 3_000)
    assert f"`youtube_poll_s = {ChatSettings().youtube_poll_s:.0f}`" in page


def test_the_checks_of_translations() -> None:
    page = written.read("docs/cli.md").partition("Checks are ")[2].partition(";")[0]
    names = re.search(r"Names: ([^.]*)\.", checks.check.__doc__ or "")
    assert names
    assert written.codes(page) == re.split(r",\s+", names[1])


def test_the_embedded_models() -> None:
    catalogue = manifest.catalogue()
    table = written.table_after(written.read("docs/models.md"), "# Models")
    assert [written.codes(row[1])[0] for row in table] == [fit.RECOGNISER, *fit.TRANSLATORS]
    for _, name, size, memory, licence in table:
        model = catalogue[name.strip("`")]
        size_mb = model.size / 1e6
        assert size == (f"{size_mb / 1000:.1f} GB" if size_mb >= 1000 else f"{size_mb:.0f} MB")
        assert memory == f"{model.memory_mb / 1000:g} GB"
        assert licence == model.license
    embedded = sum(catalogue[name].size for name in (fit.RECOGNISER, fit.TRANSLATORS[0]))
    for page in ("README.md", "docs/operations.md"):
        assert f"{embedded / 1e9:.2f} GB of models" in written.read(page)
    assert f"at most {fit.SLOWEST_S:g} s a line" in written.read("docs/models.md")


def test_every_model_that_is_named_is_in_the_catalogue() -> None:
    named = set(re.findall(r"`((?:whisper|nllb|m2m100|opus|qwen|gemma)[\w.-]+)`", written.read("docs/models.md")))
    assert named == set(manifest.catalogue()) - {"whisper-base-mirror"}


def test_the_limits_of_the_architecture() -> None:
    page = written.read("docs/architecture.md")
    rows = {row[0]: row[1] for row in written.table_after(page, "## Nothing downstream")}
    blocks_s = device.WAITING_BLOCKS * device.BLOCK_MS / 1000
    assert rows["capture device → session"] == (
        f"{blocks_s:.0f} s of blocks, then {device.WAITING_SAMPLES // SAMPLE_RATE} s"
    )
    assert push.WAITING_SAMPLES == media.WAITING_SAMPLES
    assert rows["file → session"] == f"{media.WAITING_SAMPLES // SAMPLE_RATE} s"
    assert rows["utterances → final recognition"] == f"{Policy().max_waiting_ms // 1000} s"
    assert rows["segments, translations → numbering"] == f"{OUTBOX:,}"
    assert f"that number × {IDS_PER_SEGMENT} + page" in page
    assert (PADDING_S, CAREFUL_PADDING_S) == (2.0, 15.0), "two seconds of silence, fifteen for finals"
    assert Policy().commit_ms == 1_500
    late_s, lag_s, timely = (
        pressure.LATE_MS // 1000,
        pressure.MAX_LAG_MS // 1000,
        ("one", "two", "three")[pressure.ENOUGH - 1],
    )
    time_is_short = page.partition("### When time is short")[2].partition("## ")[0]
    for fact in (
        f"{late_s} s late",
        f"{lag_s} s late",
        f"{timely} timely finals",
        f"{pressure.CATCHING_UP} s for a second",
    ):
        assert fact in time_is_short
    assert set(written.codes(time_is_short)) >= {effort.value for effort in pressure.Effort}


def test_other_limits() -> None:
    operations = written.read("docs/operations.md")
    assert f"Pings go out every {PING_INTERVAL_S:g} s" in operations
    assert DRAIN_S == 120, "two minutes at most"


def test_nothing_in_the_docs_is_of_one_machine() -> None:
    for page in written.PAGES:
        assert not re.search(r"/(?:root|work|home/\w+|Users/\w+|tmp)/", page.read_text(encoding="utf-8")), page


def test_the_parts_that_can_be_left_out_of_recognition() -> None:
    table = written.table_after(written.read("docs/benchmarks.md"), "How captions are without each part")
    assert {written.codes(row[0])[0]: row[1] for row in table} == {name: part.without for name, part in PARTS.items()}
