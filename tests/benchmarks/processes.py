"""A real hub process for benchmarks, and what the kernel says of processes."""

import multiprocessing
import os
import secrets
import socket
import tempfile
from contextlib import contextmanager
from pathlib import Path

from lumbarwatch.cli import processes
from lumbarwatch.cli.child import Ready
from lumbarwatch.cli.plans import DemoPlan, PageSettings
from lumbarwatch.hub.client import HubAddress
from lumbarwatch.hub.settings import HubSettings

PAGE_PORT = 8501
"""The origin that the gate lets in; nobody listens there."""

_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@contextmanager
def running_hub(plan=None, speed=1.0, page_port=PAGE_PORT, main=processes.demo_hub, more=(), key=None):
    """A hub process with a simulated athlete; yields its process id and its address."""
    key = key or secrets.token_bytes(32)
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        settings = HubSettings(Path(folder), key, page_port, simulated=True, speed=speed)
        with running(main, listener, settings, plan or DemoPlan(), *more) as pid:
            yield pid, HubAddress(listener.getsockname()[1], key)


@contextmanager
def running(main, *arguments):
    """A process of the product; yields its id once it serves."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=main, args=(theirs, *arguments), daemon=True)
    process.start()
    theirs.close()
    try:
        assert isinstance(ours.recv(), Ready)
        yield process.pid
    finally:
        ours.send("stop")
        process.join(20)
        if process.is_alive():
            process.kill()


@contextmanager
def running_both(plan=None, speed=1.0, hub_main=processes.demo_hub, page_main=processes.pages, more=()):
    """Hub and pages; yields both process ids and the page's address."""
    with tempfile.TemporaryDirectory() as data, socket.create_server(("127.0.0.1", 0)) as page:
        port = page.getsockname()[1]
        with running_hub(plan, speed, port, hub_main, more) as (hub_pid, address):
            settings = PageSettings(address.port, address.ticket_key, Path(data))
            with running(page_main, page, settings) as page_pid:
                yield hub_pid, page_pid, f"http://127.0.0.1:{port}"


def cpu_s(pid):
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def rss_mb(pid):
    """Memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6


def children(pid):
    """A process and all below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += children(int(child))
    return found


def command(pid):
    """A process' command line."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
