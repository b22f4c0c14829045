"""Questions and answers of a real `sidecar run` that is killed in the middle: nothing is lost, nothing sent twice."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from e2e_process import Run, until
from httpx2 import Client, TransportError
from websockets.sync.client import connect

pytestmark = [pytest.mark.model, pytest.mark.network]

FAQ = "question,answer,lang\nCan I return it?,Within 30 days.,en\nHow long is shipping?,Two days.,en\n"
ANN = "key-of-ann-0123456789"


class Moderator:
    """A console over a blocking socket."""

    def __init__(self, run: Run) -> None:
        token = run.said(r"/console#token=(\S+)")
        self._socket = connect(f"{run.url.replace('http', 'ws')}/v1/console", max_size=None)
        self._socket.send(json.dumps({"type": "enter", "token": token, "lang": "en"}))
        self.groups: dict[str, dict[str, Any]] = {}

    def until(self, state: str, count: int = 1) -> list[dict[str, Any]]:
        while len(found := [group for group in self.groups.values() if group["state"] == state]) < count:
            message = json.loads(self._socket.recv(timeout=120))
            self.groups.update({group["id"]: group for group in message.get("groups", ())})
        return found

    def approve(self, group: dict[str, Any]) -> None:
        act = {"type": "act", "id": 1, "step": "approve", "group": group["id"], "revision": group["revision"]}
        self._socket.send(json.dumps(act))
        self.until("approved")


def show(folder: Path, undo_s: float = 3.0) -> Run:
    faq = folder / "faq.csv"
    faq.write_text(FAQ, encoding="utf-8")
    arguments = ("--input", "push", "--language", "en", "--to", "", "--translator", "none", "--faq", str(faq))
    return Run(*arguments, folder=folder, env={"SIDECAR_ASSISTANT__UNDO_S": str(undo_s)})


def ask(run: Run, text: str, asker: str = ANN) -> str | None:
    """The id of the question, if it was taken."""
    with Client(base_url=run.url) as http:
        response = http.post("/v1/questions", json={"text": text, "lang": "en", "asker": asker})
    return response.json()["id"] if response.status_code == 202 else None


def own(run: Run, asker: str = ANN) -> dict[str, dict[str, Any]]:
    with Client(base_url=run.url) as http:
        return {each["id"]: each for each in http.get("/v1/questions", headers={"Asker": asker}).json()["questions"]}


def steps(folder: Path, group: str) -> list[str]:
    with sqlite3.connect(folder / "sidecar.db") as database:
        rows = database.execute('select step from audit where "group" = ? order by line', (group,))
        return [step for (step,) in rows]


def test_what_was_decided_before_a_kill_goes_out_once_and_what_waits_is_there(tmp_path: Path) -> None:
    with show(tmp_path) as run:
        answered, waiting = ask(run, "can i return it"), ask(run, "do you like football?")
        moderator = Moderator(run)
        (group,) = moderator.until("drafted")
        moderator.approve(group)
        assert own(run)[str(answered)]["state"] == "received"
        run.kill()
    with show(tmp_path) as run:
        until(lambda: own(run)[str(answered)]["state"] == "answered", "the answer")
        assert own(run)[str(answered)]["answer"] == "Within 30 days."
        assert own(run)[str(waiting)]["state"] == "received"
        Moderator(run).until("abstained")
        run.kill()
    with show(tmp_path) as run:
        assert own(run)[str(answered)]["state"] == "answered"
    assert steps(tmp_path, group["id"]) == ["received", "drafted", "approved", "sending", "sent"]


def test_every_question_that_was_taken_outlives_kills_at_any_moment(tmp_path: Path) -> None:
    taken: dict[str, str] = {}
    for round_ in range(3):
        with show(tmp_path) as run:
            try:
                for number in range(12):
                    asker = f"key-of-viewer-{round_:02}-{number:02}"
                    if id := ask(run, f"do you have it in size {round_}{number}?", asker):
                        taken[id] = asker
                    if number == 4 + 3 * round_:
                        run.kill()
            except (TransportError, AssertionError):
                pass
    assert len(taken) >= 3 * 5
    with show(tmp_path) as run:
        for id, asker in taken.items():
            assert own(run, asker)[id]["state"] == "received"
        assert len(re.findall("Traceback", run.stderr)) == 0
