"""Finds the two sensors to measure with and says which is worn where."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import LinkReason
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.base import FoundSensor, SensorError
from lumbarwatch.sensors.link import Backend, LinkManager

SCAN_S = 8.0
_WORDS = {Placement.PELVIS: ("sacrum", "pelvis"), Placement.LUMBAR: ("l1", "lumbar")}
"""Parts of a sensor's name that tell where it is worn (reference profile: LM-SACRUM-xxxx)."""


async def find_sensors(
    clock: Clock,
    wanted: Mapping[Placement, str | None],
    backend: Backend | None = None,
    *,
    serials: Mapping[str, str] = MappingProxyType({}),
) -> Mapping[Placement, FoundSensor]:
    """Scan, and return a sensor for each place.

    ``serials`` are known serial numbers by address. Sensors that advertise none are asked, if need be.

    Raises
    ------
    SensorError
        No adapter, Bluetooth off, no permission, or not two sensors in range.
    """
    links = LinkManager(clock, on_notification=lambda _: None, on_link=lambda _: None, backend=backend)

    def named(found: Sequence[FoundSensor]) -> list[FoundSensor]:
        return [replace(one, serial=one.serial or serials.get(one.address, "")) for one in found]

    def complete(found: list[FoundSensor]) -> bool:
        return all(wanted.values()) and not _missing(named(found), wanted)

    expected = 2 if not any(wanted.values()) else None
    found = named(await links.scan(SCAN_S, expected=expected, enough=complete))
    return assign(await _asked(links, found, wanted), wanted)


async def _asked(
    links: LinkManager, found: Sequence[FoundSensor], wanted: Mapping[Placement, str | None]
) -> list[FoundSensor]:
    """Ask those that advertise no serial number for it, until every wanted sensor is known."""
    known = list(found)
    for index, sensor in enumerate(known):
        if not _missing(known, wanted):
            break
        if not sensor.serial:
            with contextlib.suppress(SensorError):  # whoever does not answer is not found
                known[index] = replace(sensor, serial=(await links.inspect(sensor)).serial or "")
    return known


def _missing(found: Sequence[FoundSensor], wanted: Mapping[Placement, str | None]) -> bool:
    identities = [identity for identity in wanted.values() if identity is not None]
    return not all(any(_is(sensor, identity) for sensor in found) for identity in identities)


def assign(
    found: Sequence[FoundSensor], wanted: Mapping[Placement, str | None]
) -> Mapping[Placement, FoundSensor]:
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
    fitting = [sensor for sensor in left if _is(sensor, identity)]
    if len(fitting) == 1:
        left.remove(fitting[0])
        return fitting[0]
    if fitting:
        raise SensorError(LinkReason.NOT_FOUND, _too_many(fitting, identity))
    names = ", ".join(sensor.label for sensor in left) or "none"
    raise SensorError(
        LinkReason.NOT_FOUND,
        f"The sensor {identity} was not found (in range: {names}): wake it, bring it nearer and try again, "
        "or pair others by 'lumbarwatch pair'.",
    )


def _is(sensor: FoundSensor, identity: str) -> bool:
    return identity.lower() in (sensor.address.lower(), sensor.serial.lower(), sensor.name.lower())


def _too_few(found: Sequence[FoundSensor]) -> str:
    if not found:
        return "No sensor was found: wake both, charge them, bring them within two metres and try again."
    return f"Only {found[0].label} was found, two sensors are needed: wake the other one and try again."


def _too_many(fitting: Sequence[FoundSensor], identity: str) -> str:
    labels = ", ".join(sensor.label for sensor in fitting)
    return f"Several sensors are called {identity}: say which by serial number or address ({labels})."
