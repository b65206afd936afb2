"""Pairing as a talk on the terminal."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from lumbarwatch.cli.finding import find_sensors
from lumbarwatch.cli.sensor_words import WORN
from lumbarwatch.jobs import pair
from lumbarwatch.jobs.pair import PairError, PairReason, TapStep
from lumbarwatch.model.clock import Clock
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.base import FoundSensor
from lumbarwatch.sensors.link import Backend
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.pairing import Pairing, save_pairing

_ANSWERS = {"p": Placement.PELVIS, "l": Placement.LUMBAR}


def _typed(question: str) -> str:
    try:
        return input(question)
    except EOFError:
        return ""  # nobody is there to answer


@dataclass(frozen=True, slots=True)
class Talk:
    """Where the talk goes on, and where its result is kept. ``answer`` reads a line."""

    console: Console
    clock: Clock
    folder: DataFolder
    backend: Backend | None = None
    answer: Callable[[str], str] = _typed


async def as_named(talk: Talk, pelvis: str, lumbar: str) -> None:
    """Pair the sensors that the options name."""
    wanted = {Placement.PELVIS: pelvis, Placement.LUMBAR: lumbar}
    talk.console.print(f"Looking for {pelvis} and {lumbar} ...", markup=False)
    found = await find_sensors(talk.clock, wanted, talk.backend)
    _keep(talk, await pair.pair_as_named(talk.clock, found, backend=talk.backend))


async def by_tap(talk: Talk) -> None:
    """Pair by tapping one."""

    def tell(step: TapStep, sensors: Sequence[FoundSensor]) -> None:
        talk.console.print(Text(_step(step, sensors)))

    _keep(talk, await pair.pair_by_tap(talk.clock, on_step=tell, backend=talk.backend))


async def by_light(talk: Talk) -> None:
    """Pair by the sensors' lights; where they have none, by tapping if the user agrees."""

    async def choose(sensor: FoundSensor, open_places: Sequence[Placement]) -> Placement | None:
        keys = ", ".join(f"{key} = {WORN[place]}" for key, place in _ANSWERS.items() if place in open_places)
        question = f"{sensor.label} shows its light. Where is it worn? [{keys}, Enter = nowhere] "
        answer = await _answered(talk.answer, question)
        return _ANSWERS.get(answer.strip().lower()[:1])

    talk.console.print("Looking for sensors ...")
    try:
        pairing = await pair.pair_by_light(talk.clock, choose, backend=talk.backend)
    except PairError as error:
        if error.reason is not PairReason.NO_LIGHT:
            raise
        talk.console.print(Text(error.sentence, "yellow"))
        answer = await _answered(talk.answer, "Tap one of them now? [Enter = yes, n = no] ")
        if answer.strip().lower().startswith("n"):
            raise
        await by_tap(talk)
    else:
        _keep(talk, pairing)


async def _answered(answer: Callable[[str], str], question: str) -> str:
    """Wait for a line in a thread of its own, which does not hold up an end by Ctrl-C."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def wait() -> None:
        text = answer(question)
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(lambda: None if line.done() else line.set_result(text))

    threading.Thread(target=wait, daemon=True).start()
    return await line


def _step(step: TapStep, sensors: Sequence[FoundSensor]) -> str:
    names = " and ".join(sensor.label for sensor in sensors)
    return {
        TapStep.SEARCHING: "Looking for sensors: lay both near this computer, a hand's breadth apart ...",
        TapStep.CONNECTING: f"Connecting {names} ...",
        TapStep.TAP_PELVIS: f"Tap the sensor for the {WORN[Placement.PELVIS]} three times with a fingertip.",
        TapStep.ALIKE: "Both felt that alike: lay them further apart and tap the one again, three times.",
    }[step]


def _keep(talk: Talk, pairing: Pairing) -> None:
    """Store the pairing and say what was stored."""
    save_pairing(talk.folder.create(), pairing)
    for place, sensor in pairing.items():
        number = f"serial number {sensor.serial}" if sensor.serial else f"address {sensor.address}"
        talk.console.print(Text(f"{WORN[place]}: {sensor.name or sensor.family}, {number}"))
    talk.console.print(Text("Paired: 'lumbarwatch run' and 'record' use these from now on.", "green"))
