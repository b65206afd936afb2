"""Decoded samples of ours (Parquet) for the pipeline: like a plain table, but exact and in order already."""

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from lumbarwatch.exchange import arrow
from lumbarwatch.exchange.arrow import pa
from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.plain import PlainRecording, PlainSensor
from lumbarwatch.exchange.plain.order import sample_period_ns
from lumbarwatch.exchange.plain.recording import RowCounts
from lumbarwatch.model.samples import ImuBatch, Placement
from lumbarwatch.store.errors import StoreError
from lumbarwatch.store.samples import read_samples

METADATA_KEY = b"lumbarwatch"


def holds_samples(path: Path) -> bool:
    """Whether a Parquet file is one of ours; damaged ones are not, and are refused as tables."""
    try:
        return METADATA_KEY in (arrow.parquet.read_schema(path).metadata or {})
    except (pa.ArrowException, OSError):
        return False


def read_samples_as_table(path: Path) -> PlainRecording:
    """Read our Parquet file of decoded samples.

    Raises
    ------
    InputError
        The file is damaged, from a newer version, or lacks a sensor.
    """
    try:
        batches = read_samples(path).batches
    except StoreError as error:
        raise InputError(InputReason.UNREADABLE, str(error)) from error
    for place in Placement:
        if not batches.get(place):
            raise InputError(
                InputReason.ONE_SENSOR, f"{path} holds no samples of the sensor {place}; both are needed."
            )
    sensors = {place: _sensor(place, batches[place]) for place in Placement}
    return PlainRecording(path, MappingProxyType(sensors))


def _sensor(place: Placement, batches: Sequence[ImuBatch]) -> PlainSensor:
    def joined(name: str) -> Any:
        parts = [getattr(batch, name) for batch in batches]
        return None if parts[0] is None else np.concatenate(parts)

    t_arrival_ns = joined("t_arrival_ns")
    lengths = np.array([len(batch) for batch in batches], dtype=np.int64)
    return PlainSensor(
        placement=place,
        t_arrival_ns=np.maximum.accumulate(t_arrival_ns),
        gyr_radps=joined("gyr_radps"),
        acc_mps2=joined("acc_mps2"),
        quat_wxyz=joined("quat_wxyz"),
        t_device_ns=joined("t_device_ns"),
        seq=joined("seq"),
        starts=np.cumsum(lengths) - lengths,
        counts=RowCounts(rows=int(lengths.sum())),
        rate_hz=1e9 / sample_period_ns(t_arrival_ns),
    )
