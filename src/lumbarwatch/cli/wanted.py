"""Which sensors are wanted: what the options say, else what was paired."""

from pathlib import Path

from lumbarwatch.cli.plans import WantedSensors
from lumbarwatch.model.samples import Placement
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.pairing import PairedSensor, load_pairing


def wanted_sensors(data: Path, pelvis: str | None, lumbar: str | None) -> WantedSensors:
    """Return the sensors to look for.

    Raises
    ------
    StoreError
        The settings in the data folder can't be read.
    """
    pairing = load_pairing(DataFolder(data))
    wanted = {Placement.PELVIS: pelvis, Placement.LUMBAR: lumbar}
    said = [identity for identity in wanted.values() if identity is not None]
    for place, sensor in pairing.items():
        if wanted[place] is None and not any(_is(sensor, identity) for identity in said):
            wanted[place] = sensor.identity
    serials = {
        sensor.address: sensor.serial for sensor in pairing.values() if sensor.address and sensor.serial
    }
    return WantedSensors(wanted[Placement.PELVIS], wanted[Placement.LUMBAR], serials)


def _is(sensor: PairedSensor, identity: str) -> bool:
    names = (sensor.serial, sensor.address, sensor.name)
    return identity.lower() in [name.lower() for name in names if name]
