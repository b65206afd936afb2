"""Finds the two sensors of ``lumbarwatch run`` and says which is worn where."""

from collections.abc import Mapping, Sequence

from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import LinkReason
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.base import FoundSensor, SensorError
from lumbarwatch.sensors.link import Backend, LinkManager, Target

SCAN_S = 8.0
_WORDS = {Placement.PELVIS: ("sacrum", "pelvis"), Placement.LUMBAR: ("l1", "lumbar")}
"""Parts of a sensor's name that tell where it is worn (reference profile: LM-SACRUM-xxxx)."""


async def find_sensors(
    clock: Clock, wanted: Mapping[Placement, str | None], backend: Backend | None = None
) -> Mapping[Placement, Target]:
    """Scan, and return a sensor for each place.

    Raises
    ------
    SensorError
        No adapter, Bluetooth off, no permission, or not two sensors in range.
    """
    links = LinkManager(clock, on_notification=lambda _: None, on_link=lambda _: None, backend=backend)
    expected = 2 if not any(wanted.values()) else None
    return assign(await links.scan(SCAN_S, expected=expected), wanted)


def assign(
    found: Sequence[FoundSensor], wanted: Mapping[Placement, str | None]
) -> Mapping[Placement, Target]:
    """Give each place a sensor: the wanted one, else by name, else whichever is left.

    Sensors worn the other way round are found and put right by the calibration's bows.

    Raises
    ------
    SensorError
        A wanted one is not there, or too few are.
    """
    left = list(found)
    chosen: dict[Placement, FoundSensor] = {}
    for place, identity in wanted.items():
        if identity is not None:
            chosen[place] = _take(left, identity)
    open_places = [place for place in wanted if place not in chosen]
    for place in list(open_places):
        named = [sensor for sensor in left if any(word in sensor.name.lower() for word in _WORDS[place])]
        if named:
            chosen[place] = named[0]
            left.remove(named[0])
            open_places.remove(place)
    for place in open_places:
        if not left:
            raise SensorError(LinkReason.NOT_FOUND, _too_few(found))
        chosen[place] = left.pop(0)
    return {place: chosen[place] for place in wanted}


def _take(left: list[FoundSensor], identity: str) -> FoundSensor:
    for sensor in left:
        if _is(sensor, identity):
            left.remove(sensor)
            return sensor
    names = ", ".join(sensor.label for sensor in left) or "none"
    raise SensorError(
        LinkReason.NOT_FOUND,
        f"The sensor {identity} was not found (in range: {names}): wake it, bring it nearer and try again.",
    )


def _is(sensor: FoundSensor, identity: str) -> bool:
    return identity.lower() in (sensor.address.lower(), sensor.serial.lower(), sensor.name.lower())


def _too_few(found: Sequence[FoundSensor]) -> str:
    if not found:
        return "No sensor was found: wake both, charge them, bring them within two metres and try again."
    return f"Only {found[0].label} was found, two sensors are needed: wake the other one and try again."
