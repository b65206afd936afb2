"""The real processes: one dies while a set is recorded, the other goes on, who watched comes back right."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="finds processes by /proc"),
]
WITHIN_S = 120
COMMAND = "from lumbarwatch.cli.main import main; main()"


def _target(descriptor):
    try:
        return str(descriptor.readlink())
    except OSError:
        return ""  # closed meanwhile


class Program:
    """A running command with its two processes."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments, "--no-browser", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = []
        self.url = ""
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.until(lambda: self.url)
        policy = httpx.get(self.url, trust_env=False).headers["content-security-policy"]
        self.hub_port = int(re.search(r"ws://127\.0\.0\.1:(\d+)", policy)[1])

    def _listen(self):
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.search(r"ready at (http://\S+)", line):
                self.url = found[1]

    def until(self, true):
        """Wait for something, as long as the program lives."""
        end_s = time.monotonic() + WITHIN_S
        while not (found := true()):
            assert self.process.poll() is None, "".join(self.said)
            assert time.monotonic() < end_s, "".join(self.said)
            time.sleep(0.2)
        return found

    def child_at(self, port):
        """The child process that listens on a port."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        inodes = {row[9] for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"}
        pid = self.process.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            held = {_target(descriptor) for descriptor in Path(f"/proc/{child}/fd").glob("*")}
            if held & {f"socket:[{inode}]" for inode in inodes}:
                return int(child)
        raise AssertionError(f"nobody listens on {port}")

    @property
    def page_port(self):
        return int(self.url.rpartition(":")[2])

    def ticket(self):
        answer = httpx.post(f"{self.url}/lumbarwatch/ticket", headers={"origin": self.url}, trust_env=False)
        return answer.json()["ticket"]

    def feed(self):
        url = f"ws://127.0.0.1:{self.hub_port}/feed"
        return connect(url, origin=self.url, compression=None, proxy=None)

    def hello(self, after=None, epoch=None):
        """The first frame that a viewer gets."""
        with self.feed() as feed:
            feed.send(json.dumps({"ticket": self.ticket(), "after": after, "epoch": epoch}))
            return json.loads(feed.recv(20))

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
        self._listener.join(10)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo whose athlete is being recorded."""
    data = tmp_path_factory.mktemp("demo")
    program = Program("demo", "--data", str(data))
    program.folder = DataFolder(data)
    program.until(lambda: list(program.folder.live.glob("*.mcap")))
    yield program
    program.stop()


def _live_bytes(folder):
    (live,) = folder.live.glob("*.mcap")
    return live.stat().st_size


# Who may come in -------------------------------------------------------------------------------------------
def test_a_wrong_host_is_refused_on_page_ticket_and_api(demo):
    evil = {"host": "evil.example"}
    for url in (demo.url, f"http://127.0.0.1:{demo.hub_port}/api/state"):
        assert httpx.get(url, headers=evil, trust_env=False).status_code == 403
    ticket = f"{demo.url}/lumbarwatch/ticket"
    assert httpx.post(ticket, headers={**evil, "origin": demo.url}, trust_env=False).status_code == 403


def test_a_foreign_origin_is_refused_on_page_ticket_api_and_streamlits_socket(demo):
    evil = {"origin": "http://evil.example"}
    ticket = demo.ticket()
    assert httpx.get(demo.url, headers=evil, trust_env=False).status_code == 403
    assert httpx.post(f"{demo.url}/lumbarwatch/ticket", headers=evil, trust_env=False).status_code == 403
    headers = {**evil, "authorization": f"Bearer {ticket}"}
    state = f"http://127.0.0.1:{demo.hub_port}/api/state"
    assert httpx.get(state, headers=headers, trust_env=False).status_code == 403
    for url in (f"ws://127.0.0.1:{demo.page_port}/_stcore/stream", f"ws://127.0.0.1:{demo.hub_port}/feed"):
        with pytest.raises(Exception, match="403"), connect(url, origin="http://evil.example", proxy=None):
            pass


def test_a_ticket_route_wants_an_origin(demo):
    assert httpx.post(f"{demo.url}/lumbarwatch/ticket", trust_env=False).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer forged.ticket"}])
def test_without_a_ticket_or_with_a_forged_one_the_api_stays_shut(demo, headers):
    state = f"http://127.0.0.1:{demo.hub_port}/api/state"
    assert httpx.get(state, headers=headers, trust_env=False).status_code == 401


@pytest.mark.parametrize("first", [{}, {"ticket": "forged.ticket"}])
def test_without_a_ticket_or_with_a_forged_one_the_socket_is_closed(demo, first):
    with demo.feed() as feed:
        feed.send(json.dumps(first))
        with pytest.raises(ConnectionClosed):
            feed.recv(20)


def test_a_wrong_host_gets_no_socket(demo):
    wire = socket.create_connection(("127.0.0.1", demo.hub_port))
    evil = f"ws://evil.example:{demo.hub_port}/feed"
    with wire, pytest.raises(Exception, match="403"), connect(evil, sock=wire, origin=demo.url):
        pass


# Who goes on ------------------------------------------------------------------------------------------------
def test_pages_that_die_return_while_the_recording_goes_on(demo):
    before = demo.hello()
    os.kill(demo.child_at(demo.page_port), signal.SIGKILL)
    at_death = _live_bytes(demo.folder)
    demo.until(lambda: any("pages process ended" in line for line in demo.said))
    demo.until(lambda: httpx.get(demo.url, trust_env=False, timeout=60).status_code == 200)
    after = demo.hello(before["seq"], before["epoch"])
    assert after["epoch"] == before["epoch"]
    assert after["resumed"]  # nothing was missed in between
    sessions = [state["hub"]["stations"][0]["session_id"] for state in (before, after)]
    assert sessions[0] == sessions[1] != ""
    assert after["hub"]["stations"][0]["session_state"] == "running"
    demo.until(lambda: _live_bytes(demo.folder) > at_death + 50_000)


def test_a_hub_that_dies_returns_with_a_new_run_and_the_whole_state(tmp_path):
    table = tmp_path / "session.csv"
    made = [sys.executable, "-c", COMMAND, "simulate", str(table), "--scenario", "setup_only", "--seed", "1"]
    subprocess.run(made, check=True, capture_output=True, timeout=WITHIN_S)
    data = tmp_path / "data"
    program = Program("run", "--replay", str(table), "--speed", "0.25", "--data", str(data))
    try:
        before = program.hello()
        assert before["hub"]["replay"]
        os.kill(program.child_at(program.hub_port), signal.SIGKILL)
        program.until(lambda: any("measuring process ended" in line for line in program.said))

        def back():
            try:
                return program.hello(before["seq"], before["epoch"])
            except (OSError, ConnectionClosed, TimeoutError):
                return None

        after = program.until(back)
        assert after["epoch"] != before["epoch"]
        assert not after["resumed"]  # numbers of another run mean nothing: the whole state came
        assert after["hub"]["stations"][0]["replay"]
    finally:
        program.stop()
    with History.open(DataFolder(data).history) as history:
        assert history.sessions() == ()
