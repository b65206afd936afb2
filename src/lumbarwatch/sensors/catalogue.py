"""Which sensor families there are, and how an advertisement tells them.

A family from elsewhere registers a :class:`Family` under the entry point group ``lumbarwatch.sensors``.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import cast

from lumbarwatch.model.events import LinkReason
from lumbarwatch.sensors.base import JSON, Decoder, Driver, SensorError
from lumbarwatch.sensors.lm1 import Lm1Decoder, Lm1Driver
from lumbarwatch.sensors.movella import MovellaDecoder, MovellaDriver
from lumbarwatch.sensors.movesense import MovesenseDecoder, MovesenseDriver
from lumbarwatch.sensors.witmotion import WitMotionDecoder, WitMotionDriver
from lumbarwatch.wire import lm1, movella, movesense, witmotion

_LOG = logging.getLogger(__name__)

ENTRY_POINTS = "lumbarwatch.sensors"


@dataclass(frozen=True, slots=True)
class Family:
    """One sensor family.

    ``services``: service UUIDs in its advertisement (also used to find sensors the system holds connected);
    ``name_prefixes`` and ``company_ids`` tell it where it does not advertise its service. ``serial_in_name``
    takes the serial number out of the advertised name ("" if it is not there). ``raw``: it sends specific
    force and rate; else orientations that it computes itself.
    """

    name: str
    label: str
    driver: Callable[[], Driver]
    decoder: Callable[[Mapping[str, JSON]], Decoder]
    services: frozenset[str]
    name_prefixes: tuple[str, ...] = ()
    company_ids: frozenset[int] = frozenset()
    serial_in_name: Callable[[str], str] = lambda _: ""
    raw: bool = True

    def matches(self, name: str, services: frozenset[str], company_ids: frozenset[int]) -> bool:
        """Whether an advertisement is one of this family's."""
        if self.services & services or self.company_ids & company_ids:
            return True
        return bool(name) and name.startswith(self.name_prefixes) if self.name_prefixes else False


def _last_word(name: str) -> str:
    """Serial number of a name such as "Movesense 174630000192"."""
    word = name.rpartition(" ")[2]
    return word if word.isdigit() else ""


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "lm1": Family(
            name="lm1",
            label="LM-1 (reference profile)",
            driver=Lm1Driver,
            decoder=Lm1Decoder,
            services=frozenset({lm1.SERVICE}),
        ),
        "witmotion": Family(
            name="witmotion",
            label="WitMotion BLE 5.0",
            driver=WitMotionDriver,
            decoder=WitMotionDecoder,
            services=frozenset({witmotion.SERVICE}),
            name_prefixes=("WT901", "WT9011", "BWT901"),
        ),
        "movesense": Family(
            name="movesense",
            label="Movesense",
            driver=MovesenseDriver,
            decoder=MovesenseDecoder,
            services=frozenset({movesense.ADVERTISED_SERVICE, movesense.SERVICE}),
            name_prefixes=("Movesense",),
            serial_in_name=_last_word,
        ),
        "movella": Family(
            name="movella",
            label="Movella DOT",
            driver=MovellaDriver,
            decoder=MovellaDecoder,
            services=frozenset({movella.CONFIGURATION_SERVICE, movella.MEASUREMENT_SERVICE}),
            name_prefixes=("Movella DOT", "Xsens DOT"),
            company_ids=frozenset({movella.COMPANY_ID}),
            raw=False,
        ),
    }
)
"""The families that come with the package, by name."""


def families() -> Mapping[str, Family]:
    """All families: the built-in ones and those that other installed packages register.

    One that can't be loaded is left out and named in the log.
    """
    found = dict(FAMILIES)
    for point in entry_points(group=ENTRY_POINTS):
        try:
            family = cast("Family", point.load())
        except Exception:  # noqa: BLE001  (another package's fault must not cost the sensors there are)
            _LOG.warning("The sensor family %s could not be loaded.", point.name, exc_info=True)
            continue
        found.setdefault(family.name, family)
    return found


def recognise(
    name: str | None, services: list[str], company_ids: list[int], known: Mapping[str, Family] = FAMILIES
) -> Family | None:
    """The family that an advertisement belongs to, None for other devices."""
    uuids = frozenset(uuid.lower() for uuid in services)
    ids = frozenset(company_ids)
    return next((family for family in known.values() if family.matches(name or "", uuids, ids)), None)


def get(family: str) -> Family:
    """The family of a name.

    Raises
    ------
    SensorError
        No such family.
    """
    known = families()
    if family not in known:
        raise SensorError(
            LinkReason.NOT_FOUND, f"No sensor family is called '{family}': choose one of {', '.join(known)}."
        )
    return known[family]


def driver(family: str) -> Driver:
    """A new driver of a family."""
    return get(family).driver()


def decoder(family: str, description: Mapping[str, JSON]) -> Decoder:
    """The decoder that a driver described (``driver.describe()``), with a fresh state.

    Fed with the same notifications, it gives the same batches as the driver's own did.
    """
    return get(family).decoder(description)
