"""Wire: messages survive the way, and docs/wire.md says what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sidecar.assistant.approval import Reason
from sidecar.captions.caption import Caption, Removal
from sidecar.delivery import conduct, console_wire, server, sockets, wire
from sidecar.delivery.describe import describe

DOCS = (Path(__file__).parents[2] / "docs" / "wire.md").read_text(encoding="utf-8")

messages = st.one_of(
    st.builds(wire.Hello),
    st.builds(wire.CaptionMessage),
    st.builds(wire.Remove),
    st.builds(wire.StatusMessage),
    st.builds(wire.End),
    st.builds(wire.ErrorMessage),
)


@given(messages)
def test_a_message_survives_the_way(message: wire.ServerMessage):
    text = message.encode()
    assert wire.SERVER_MESSAGE.validate_json(text) == message
    assert json.loads(text)["v"] == 1
    assert None not in json.loads(text).values()
    assert "\n" not in text


@given(st.builds(Caption, text=st.text(min_size=1)), st.builds(Removal))
def test_a_caption_loses_nothing(caption: Caption, removal: Removal):
    message = wire.caption_message(caption)
    for name in ("seq", "id", "revision", "final", "lang", "text", "lines", "start_ms", "end_ms", "speaker", "stable"):
        assert getattr(message, name) == getattr(caption, name)
    assert (message.untranslated is True) is not caption.translated
    removed = wire.remove_message(removal)
    assert (removed.id, removed.lang, removed.seq) == (removal.id, removal.lang, removal.seq)


def test_unknown_fields_are_ignored_and_unknown_types_are_not():
    assert wire.SERVER_MESSAGE.validate_json('{"type":"end","future":[1]}') == wire.End()
    with pytest.raises(ValidationError):
        wire.SERVER_MESSAGE.validate_json('{"type":"future"}')


def test_the_tables_in_the_docs_are_those_of_the_code():
    between = DOCS.partition("<!-- messages -->")[2].partition("<!-- /messages -->")[0]
    assert between.strip() == describe().strip(), "run python -m sidecar.delivery.describe and put it into docs/wire.md"


def test_the_close_codes_in_the_docs_are_those_of_the_code():
    rows = dict(re.findall(r"^\| (\d{4}) \| ([a-z ]+) \|", DOCS, re.M))
    assert rows.pop("1009") == "message too big"
    assert rows == {str(code.value): code.name.lower().replace("_", " ") for code in wire.CloseCode}


def test_the_error_codes_in_the_docs_are_those_of_the_code():
    room = Path(conduct.__file__).parent
    source = "".join((room / name).read_text(encoding="utf-8") for name in ("conduct.py", "hub.py", "sockets.py"))
    codes = set(re.findall(r'ErrorMessage\(\s*code="(\w+)"', source))
    table = DOCS.partition("| error code |")[2].partition("### Close codes")[0]
    assert codes == set(re.findall(r"^\| `(\w+)` \| [^|]+ \|$", table, re.M))


def test_the_steps_of_a_moderator_in_the_docs_are_those_of_the_code():
    table = DOCS.partition("| step | fields |")[2].partition("| refused | |")[0]
    steps = [name for row in re.findall(r"^\| (`.+?`) \|", table, re.M) for name in re.findall(r"`(\w+)`", row)]
    schema = console_wire.REQUEST.json_schema()
    assert sorted(steps) == sorted(
        shape["properties"]["step"]["const"]
        for shape in schema["$defs"].values()
        if "step" in shape.get("properties", {})
    )
    assert all(f"`{reason.value}`" in table for reason in Reason)


def test_the_limits_in_the_docs_are_those_of_the_code():
    assert f"{wire.MAX_MESSAGE_BYTES:,} bytes" in DOCS
    assert f"{sockets.MAX_FRAME_BYTES:,} bytes" in DOCS
    assert f"{sockets.RATES[0]:,} to {sockets.RATES[-1]:,}" in DOCS
    assert f"every {server.PING_INTERVAL_S:.0f} s" in DOCS
    assert f"within {server.PING_TIMEOUT_S:.0f} s" in DOCS
    assert (conduct.STRIKES, conduct.BURST, conduct.RATE_PER_S) == (5, 20, 5.0)


def test_the_examples_in_the_docs_are_messages():
    block = DOCS.partition("```json\n")[2].partition("```")[0].strip().splitlines()
    for line in block:
        assert wire.SERVER_MESSAGE.validate_json(line).encode() == line
    assert [json.loads(line)["type"] for line in block] == ["hello", "status", "caption", "caption", "remove", "end"]
