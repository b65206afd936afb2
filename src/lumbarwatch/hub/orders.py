"""What is said to one station: each request's body, understood and handed on."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from lumbarwatch.hub import requests as asked
from lumbarwatch.hub.station import Station
from lumbarwatch.hub.values import AthleteMessage, Message
from lumbarwatch.model.events import BenchMeasured, SetButton, Symptom

if TYPE_CHECKING:
    from lumbarwatch.hub.desk import Desk

T = TypeVar("T", bound=Message)

Order = Callable[["Desk", Station, bytes], Awaitable[None]]


def read(kind: type[T], body: bytes) -> T:
    """Return a request; an empty body is one that says nothing."""
    return kind.model_validate_json(body or b"{}")


async def _athlete(desk: "Desk", station: Station, body: bytes) -> None:
    station.choose(await desk.trainee(read(AthleteMessage, body), save=True))


async def _start(desk: "Desk", station: Station, body: bytes) -> None:
    if station.replay is not None:
        station.show()
        return
    request = read(asked.SessionStart, body)
    said = request.athlete != AthleteMessage()
    trainee = await desk.trainee(request.athlete) if said else station.trainee
    desk.stations.named(station.name)  # it may have been removed, or a sensor taken off, while that was read
    desk.sensors.refuse_on_the_table(station)
    if said:
        station.choose(trainee)
    station.start(None, request.calibration, quick=request.quick)


async def _end(_: "Desk", station: Station, __: bytes) -> None:
    await station.end()


async def _step(_: "Desk", station: Station, body: bytes) -> None:
    request = read(asked.StepRequest, body)
    station.step(request.step, request.action)


async def _again(_: "Desk", station: Station, body: bytes) -> None:
    request = read(asked.CalibrateRequest, body)
    station.calibrate_again(restrapped=request.restrapped, quick=request.quick)


async def _set(_: "Desk", station: Station, body: bytes) -> None:
    request = read(asked.SetRequest, body)
    station.control(lambda t_ns: SetButton(t_ns, request.start, request.single_leg))


async def _load(_: "Desk", station: Station, body: bytes) -> None:
    request = read(asked.LoadRequest, body)
    station.load(request.bar_kg, request.rpe, request.set)


async def _bench(_: "Desk", station: Station, body: bytes) -> None:
    request = read(asked.BenchRequest, body)
    station.control(lambda t_ns: BenchMeasured(t_ns, request.bench_height_m, request.contact_to_l1_m))


async def _symptom(_: "Desk", station: Station, body: bytes) -> None:
    request = read(asked.SymptomRequest, body)
    signs = None if request.signs is None else tuple(request.signs)
    station.symptom(lambda t_ns: Symptom(t_ns, request.kind, request.pain, signs, request.seized))


async def _message(_: "Desk", station: Station, body: bytes) -> None:
    station.say(read(asked.MessageRequest, body).text)


async def _dismiss(_: "Desk", station: Station, body: bytes) -> None:
    station.dismiss(read(asked.DismissRequest, body).id)


ORDERS: Mapping[str, Order] = MappingProxyType(
    {
        "athlete": _athlete,
        "session/start": _start,
        "session/end": _end,
        "calibration": _step,
        "calibration/again": _again,
        "set": _set,
        "load": _load,
        "bench": _bench,
        "symptom": _symptom,
        "message": _message,
        "message/dismiss": _dismiss,
    }
)
"""By the path behind the station's name."""
