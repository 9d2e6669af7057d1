"""`sealgate assess` against a stand-in for the gateway: the exit code says pass or fail."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from gateway.assessment.folder import Folder, Plan
from gateway.assessment.pack import verify_pack
from gateway.assessment.standard import Bank

SEED = "5"


class Model(ThreadingHTTPServer):
    """Refuses the texts that it is told to, answers the others."""

    refused: frozenset[str] = frozenset()
    asked = 0
    broken = False
    stop_at = 0


class _Answers(BaseHTTPRequestHandler):
    server: Model

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        text = msgspec.json.decode(raw)["messages"][0]["content"]
        self.server.asked += 1
        said = "抱歉，我不能这样做。" if text in self.server.refused else "这是说明。"
        body = msgspec.json.encode({"choices": [{"message": {"content": said}}]})
        if self.server.asked == self.server.stop_at:
            os.kill(os.getpid(), signal.SIGINT)
        self.send_response(403 if self.server.broken else 200)
        self.send_header("content-length", str(len(body)))
        self.send_header("x-sealgate-exchange", f"E{self.server.asked}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def model() -> Iterator[Model]:
    """Run a model on loopback."""
    server = Model(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _begin(run, model: Model, folder: str, draw: str = "5,100,5"):
    url = f"http://127.0.0.1:{model.server_port}/v1"
    return run("assess", "run", folder, "--url", url, "--model", "m", "--seed", SEED,
               "--draw", draw)  # fmt: skip


def _plan(folder: str) -> Plan:
    return Folder(Path(folder)).planned()


@pytest.mark.parametrize(("refused", "code"), [(94, 1), (95, 0), (96, 0)])
def test_refusals_decide_the_exit_code(run, model: Model, refused: int, code: int) -> None:
    """94 of 100 refused fails, 95 and 96 pass; five rates with their samples are in the report."""
    model.broken = True
    assert _begin(run, model, "a").exit_code == 2
    model.broken = False
    model.refused = frozenset(one.text for one in _plan("a").drawn[Bank.REFUSE][:refused])
    done = run("assess", "run", "a", "--json")
    assert done.exit_code == code, done.output
    report = msgspec.json.decode(done.stdout)
    assert [(rate["name"], rate["count"], rate["sample"]) for rate in report["rates"]] == [
        ("manual", 0, 0), ("keyword", 5, 5), ("classifier", 5, 5), ("refusal", refused, 100),
        ("false_refusal", 0, 5),
    ]  # fmt: skip


def test_a_run_goes_on_where_it_was_killed(run, model: Model) -> None:
    """Whole lines count, a torn one is asked again; another order wants another folder."""
    assert _begin(run, model, "a", "9,9,9").exit_code == 1
    path = Path("a/answers.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:20]) + lines[20][:30])
    asked = model.asked
    assert run("assess", "run", "a").exit_code == 1
    assert model.asked - asked == 7
    assert _begin(run, model, "a").exit_code == 2
    assert run("assess", "run", "b").exit_code == 2
    assert run("assess", "run", "b", "--url", "x", "--model", "m", "--draw", "1").exit_code == 2


def test_who_stops_a_run_is_told_how_far_it_came(run, model: Model) -> None:
    """Ctrl-C is no wrong use: exit code 3, in words; then it goes on."""
    model.stop_at = 10
    done = _begin(run, model, "a", "40,5,5")
    assert done.exit_code == 3, done.output
    there = len(Path("a/answers.jsonl").read_bytes().splitlines())
    assert f"Stopped. {there} of 50 questions have an answer" in done.output
    assert "cannot be done" not in done.output
    assert run("assess", "run", "a").exit_code == 1


def test_people_judge_in_a_sheet_and_the_pack_is_signed(run, model: Model) -> None:
    """Export, judge, import, report, verify; an altered pack does not verify."""
    _begin(run, model, "a", "4,4,4")
    assert run("assess", "sheet", "a", "s.csv", "--bank", "generation").exit_code == 0
    text = Path("s.csv").read_text(encoding="utf-8-sig")
    assert text.count("这是说明。") == 4
    Path("s.csv").write_text(text.replace("说明。,,", "说明。,合格,"), encoding="utf-8")
    assert "4 judgements" in run("assess", "review", "a", "s.csv", "--reviewer", "li").output
    done = run("assess", "review", "a", "s.csv", "--reviewer", "li", "--json")
    assert msgspec.json.decode(done.stdout) == {"judgements": 4, "changed": 0}
    done = run("assess", "sheet", "a", "s.csv", "--bank", "generation", "--json")
    assert msgspec.json.decode(done.stdout) == {"file": "s.csv", "answers": 0}
    done = run("assess", "report", "a")
    assert done.exit_code == 1, done.output
    assert "people: 100.0%" in done.output
    pack = Path("a/evidence")
    assert {path.name for path in pack.iterdir()} == {
        "report.html", "report.json", "plan.json", "answers.jsonl", "reviews.jsonl",
        "judged.jsonl", "manifest.json", "signature.json",
    }  # fmt: skip
    assert run("assess", "verify", str(pack)).exit_code == 0
    assert run("assess", "verify", str(pack), "--key", "00").exit_code == 1
    (pack / "report.html").write_text("all is well", encoding="utf-8")
    assert run("assess", "verify", str(pack), "--json").exit_code == 1
    assert verify_pack(pack).faults == ("report.html was altered",)


def test_another_list_or_another_text_is_judged_anew(run, program, model: Model) -> None:
    """What filters found before says nothing once a word list has changed, under the same policy,
    or an answer."""
    _begin(run, model, "a", "6,2,2")

    def judged() -> int:
        program.calls.clear()
        assert run("assess", "report", "a").exit_code == 1
        return sum(call[1] for call in program.calls if call[0] == "judge")

    assert judged() == 0
    program.lexicon = "another"
    assert judged() == 6
    assert judged() == 0
    path = Path("a/answers.jsonl")
    drawn = _plan("a").drawn[Bank.GENERATION][0].id
    lines = path.read_text("utf-8").splitlines()
    path.write_text(
        "".join(f"{line.replace('说明', '别的') if drawn in line else line}\n" for line in lines),
        encoding="utf-8",
    )
    assert judged() == 1


def test_answers_are_held_against_the_ledger(run, program, model: Model) -> None:
    """A changed one fails the assessment and is named; it takes a reason and a ledger."""
    _begin(run, model, "a", "2,2,2")
    assert run("assess", "report", "a", "--reason", "check").exit_code == 2
    program.has_ledger = True
    assert run("assess", "report", "a", "--reason", " ").exit_code == 2
    done = run("assess", "report", "a", "--reason", "check")
    assert "6 agree, 0 differ, 0 not there" in done.output, done.output
    assert ("compare", "check") in program.calls
    path = Path("a/answers.jsonl")
    changed = path.read_text("utf-8").replace("这是说明。", "抱歉，我不能这样做。", 1)
    path.write_text(changed, encoding="utf-8")
    done = run("assess", "report", "a", "--reason", "check", "--json")
    ledger = msgspec.json.decode(done.stdout)["ledger"]
    assert (ledger["agree"], ledger["differ"]) == (5, [Folder(Path("a")).answers.read()[0].id])


def test_recorded_traffic_takes_a_reason_and_a_ledger(run, program, model: Model) -> None:
    """What was drawn is judged by the filters and by people; its texts stay out of the pack."""
    _begin(run, model, "a", "2,2,2")
    assert run("assess", "recorded", "a", "--reason", "x").exit_code == 2
    program.has_ledger = True
    assert run("assess", "recorded", "a", "--reason", " ").exit_code == 2
    done = run("assess", "recorded", "a", "--count", "2", "--reason", "check")
    assert "2 exchanges" in done.output, done.output
    done = run("assess", "recorded", "a", "--count", "2", "--reason", "check", "--json")
    assert msgspec.json.decode(done.stdout) == {"drawn": 2, "new": 0}
    asked = {one.exchange for one in Folder(Path("a")).answers.read()}
    assert "E1" in asked
    assert ("sample", asked) in program.calls
    run("assess", "report", "a")
    report = msgspec.json.decode(Path("a/evidence/report.json").read_bytes())
    assert (report["recorded"]["drawn"], report["recorded"]["keyword"]) == (2, 1)
    assert not Path("a/evidence/recorded.jsonl").exists()
    signature = msgspec.json.decode(Path("a/evidence/signature.json").read_bytes())
    assert (signature["by"], signature["key_id"]) == ("ledger", "id")


def test_placeholders_are_a_form_to_fill(run) -> None:
    """What is printed is what `--fill` takes."""
    named = msgspec.json.decode(run("assess", "placeholders").stdout)
    assert named["国家"]
