"""Hub and pages start together, stop together, and a page server that dies comes back."""

import errno
import os
import signal
import socket
import threading

import pytest

from cli import parts
from lumbarwatch.cli import supervise
from lumbarwatch.cli.supervise import Part, PartDied, PortTakenError, StoreRefusedError, bind


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


def _lines(log):
    return log.read_text(encoding="utf-8").split() if log.exists() else []


def _part(main, log, *, restart=False):
    return Part("part", main, (log,), restart)


def _ctrl_c_soon(number=signal.SIGINT, after_s=0.0):
    threading.Timer(after_s, os.kill, (os.getpid(), number)).start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_all_parts_start_and_an_interrupt_stops_them_in_good_order(log, number):
    said = []

    def ready():
        said.append(_lines(log))
        _ctrl_c_soon(number)

    supervise.supervise([_part(parts.good, log), _part(parts.good, log)], ready)
    assert said == [["ready", "ready"]]
    assert _lines(log)[2:] == ["stopped", "stopped"]


def test_a_part_that_cannot_start_says_why_and_the_others_stop(log):
    with pytest.raises(StoreRefusedError, match="disk is full"):
        supervise.supervise([_part(parts.good, log), _part(parts.refusing, log)], lambda: None)
    assert _lines(log) == ["ready", "stopped"]


def test_a_part_that_ends_before_it_is_ready_is_named(log):
    with pytest.raises(PartDied, match="part process ended before it was ready"):
        supervise.supervise([_part(parts.crashing, log)], lambda: None)


def test_a_part_that_dies_is_started_again(log, monkeypatch):
    monkeypatch.setattr(supervise, "RESTART_AFTER_S", (0.0,))
    deaths = threading.Event()

    def watch():
        while _lines(log).count("ready") < 3:
            deaths.wait(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    said = []
    dying = _part(parts.dying, log, restart=True)
    supervise.supervise([dying], threading.Thread(target=watch).start, said.append)
    assert _lines(log).count("ready") >= 3
    assert said[0] == "The part process ended and is started again."


def test_a_part_that_may_not_be_restarted_ends_the_whole(log):
    with pytest.raises(PartDied, match="ended unexpectedly"):
        supervise.supervise([_part(parts.good, log), _part(parts.dying, log)], lambda: None)
    assert "stopped" in _lines(log)


def test_a_part_that_does_not_stop_is_ended(log, monkeypatch):
    monkeypatch.setattr(supervise, "START_WITHIN_S", 0.3)
    monkeypatch.setattr(supervise, "STOP_WITHIN_S", 0.2)
    with pytest.raises(PartDied):
        supervise.supervise([_part(parts.deaf, log)], lambda: None)


def test_an_interrupt_before_all_is_ready_is_an_interrupt(log, monkeypatch):
    monkeypatch.setattr(supervise, "STOP_WITHIN_S", 0.2)
    _ctrl_c_soon(after_s=0.3)
    with pytest.raises(KeyboardInterrupt):
        supervise.supervise([_part(parts.deaf, log)], lambda: None)


def test_a_taken_port_is_one_sentence_and_listening_is_on_loopback_only():
    with bind(0) as first:
        address, port = first.getsockname()
        assert address == "127.0.0.1"
        with pytest.raises(PortTakenError, match=f"Port {port} is taken"):
            bind(port)
    assert first.family == socket.AF_INET


def test_a_port_that_the_system_keeps_is_not_called_taken(monkeypatch):
    class Kept(socket.socket):
        def bind(self, address):
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "socket", Kept)
    with pytest.raises(PortTakenError, match="Port 80 is kept by the system for others: take one above 1023"):
        bind(80)
