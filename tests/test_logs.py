"""Logging: human or JSON, on stderr, never what was said."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from sidecar import logs
from sidecar.errors import UsageError


@pytest.fixture(autouse=True)
def as_before():
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    structlog.reset_defaults()


def test_machines_get_a_json_object_a_line_on_stderr(capsys):
    logs.configure("info", "auto")
    structlog.get_logger("test").info("store.failing", unsaved=3)
    logging.getLogger("some.library").warning("it is %s", "late")
    out, err = capsys.readouterr()
    assert out == ""
    first, second = (json.loads(line) for line in err.splitlines())
    assert (first["event"], first["unsaved"], first["level"]) == ("store.failing", 3, "info")
    assert (second["event"], second["logger"], second["level"]) == ("it is late", "some.library", "warning")


def test_people_get_a_line_without_json(capsys):
    logs.configure("info", "human")
    structlog.get_logger("test").info("serving", url="http://127.0.0.1:1")
    err = capsys.readouterr().err
    assert "serving" in err
    assert "url=http://127.0.0.1:1" in err
    assert "{" not in err


def test_what_was_said_is_never_logged_above_debug(capsys):
    logs.configure("debug", "json")
    log = structlog.get_logger("test")
    for field in logs.CONTENT:
        log.warning("a line failed", **{field: "the secret"})
        log.error("a line failed", **{field: "the secret"})
    assert "the secret" not in capsys.readouterr().err
    log.debug("a line", text="the secret")
    assert "the secret" in capsys.readouterr().err


def test_the_level_holds(capsys):
    logs.configure("warning", "json")
    structlog.get_logger("test").info("not this")
    structlog.get_logger("test").warning("this")
    err = capsys.readouterr().err
    assert "not this" not in err
    assert "this" in err


def test_libraries_that_talk_much_are_heard_from_warnings_up(capsys):
    logs.configure("debug", "json")
    logging.getLogger("websockets.server").info("= connection is OPEN")
    logging.getLogger("uvicorn.error").warning("hm")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["hm"]


def test_an_exception_is_logged_with_its_trace(capsys):
    logs.configure("info", "json")
    try:
        raise KeyError("gone")
    except KeyError as exc:
        structlog.get_logger("test").error("failed", exc_info=exc)
    assert "KeyError" in json.loads(capsys.readouterr().err)["exception"]


def test_an_unknown_level_is_a_usage_error():
    with pytest.raises(UsageError, match="loud"):
        logs.configure("loud")
