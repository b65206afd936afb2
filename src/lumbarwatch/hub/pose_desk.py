"""One sensor on a table: streamed while it is laid on its sides, until its accelerometer is calibrated."""

import asyncio
from dataclasses import dataclass, field, replace

import numpy as np

from lumbarwatch.core.accelerometer import (
    AccelerometerFit,
    PosesSoFar,
    SixPoseParams,
    fit_accelerometer,
    poses_missing,
    poses_so_far,
)
from lumbarwatch.hub.links import Links
from lumbarwatch.hub.requests import ApiError
from lumbarwatch.hub.station import ApiRefused
from lumbarwatch.hub.values import AccelerometerMessage, NotKept, PosesMessage, PosesState
from lumbarwatch.hub.visit import Parts
from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.events import LinkEvent, LinkState
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, Placement
from lumbarwatch.sensors.base import DecodeError, Driver, SensorError
from lumbarwatch.sensors.link import Target
from lumbarwatch.store.calibrations import save_accelerometer
from lumbarwatch.store.errors import StoreError

LEFT_S = 30.0
"""Real time after which nobody looks any more: the sensor is let go (convention)."""

LONGEST_S = 600.0
"""Of the sensor's stream: who has not finished by then has gone away (convention)."""

PLACE = Placement.PELVIS
"""The one link's name; on a table a sensor is worn nowhere."""

LOOK_S = 0.25
"""Between two looks at whether it has gone on for long enough (convention)."""

_NO_RAW_DATA = (
    "This sensor sends orientations that it computes itself, no raw acceleration: its accelerometer cannot "
    "be calibrated here."
)

PARAMS = SixPoseParams()
NEEDED_S = PARAMS.still.least_s + 2 * PARAMS.still.settle_s


@dataclass(frozen=True, slots=True)
class OnTheTable:
    """Which sensor is calibrated. ``serial``: as known before it is asked, may be empty."""

    sensor: str
    name: str
    station: str
    target: Target
    serial: str = ""


@dataclass(slots=True)
class Heard:
    """Everything a sensor sent, as it arrived; ``raw`` False: orientations only."""

    batches: list[ImuBatch] = field(default_factory=list[ImuBatch])
    raw: bool = True

    def take(self, batch: ImuBatch) -> None:
        """Keep a batch; the stream's end is all that is missing to it."""
        self.raw = self.raw and batch.acc_mps2 is not None
        self.batches.append(batch)

    @property
    def seconds(self) -> float:
        """How long the stream is."""
        if not self.batches:
            return 0.0
        return float(self.batches[-1].t_arrival_ns[-1] - self.batches[0].t_arrival_ns[0]) / NS_PER_S

    def samples(self) -> tuple[Integers, Floats, Floats | None]:
        """Arrival, rate and specific force of all samples; None: the sensor sends orientations only."""
        t_ns = np.concatenate([one.t_arrival_ns for one in self.batches] or [np.empty(0, np.int64)])
        gyr = np.concatenate([one.gyr_radps for one in self.batches] or [np.empty((0, 3))])
        if not self.raw:
            return t_ns, gyr, None
        acc = [one.acc_mps2 for one in self.batches if one.acc_mps2 is not None]
        return t_ns, gyr, np.concatenate(acc or [np.empty((0, 3))])


class PoseDesk:
    """Calibrates one accelerometer at a time."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._told = PosesMessage(needed_s=NEEDED_S, wanted=PARAMS.least_poses)
        self._table: OnTheTable | None = None
        self._links: Links | None = None
        self._driver: Driver | None = None
        self._heard = Heard()
        self._task: asyncio.Task[None] | None = None
        self._asked_ns = 0

    @property
    def watching(self) -> bool:
        """Whether a sensor is connected for it."""
        return self._links is not None

    def watches(self, serial: str, address: str) -> bool:
        """Whether it is this sensor."""
        return self.watching and self._told.sensor in {serial, address} - {""}

    def watches_other_than(self, sensor: str) -> bool:
        """Whether another sensor is being calibrated."""
        return self.watching and self._told.sensor != sensor

    def message(self) -> PosesMessage:
        """Return the calibration as it stands, for somebody who looks."""
        self._asked_ns = self._parts.real_ns()
        if self._told.state not in (PosesState.CONNECTING, PosesState.WATCHING):
            return self._told
        return self._told.model_copy(update={"problem": self._link_problem()} | _so_far(self._heard))

    async def begin(self, table: OnTheTable) -> PosesMessage:
        """Connect a sensor and watch it; what was found before is forgotten."""
        await self._let_go()
        self._table = table
        self._heard = Heard()
        self._driver = None
        self._told = PosesMessage(
            state=PosesState.CONNECTING,
            sensor=table.sensor,
            name=table.name,
            station=table.station,
            needed_s=NEEDED_S,
            wanted=PARAMS.least_poses,
        )
        self._links = self._parts.make_links(
            self._parts.clock,
            on_notification=self._take,
            on_link=_ignore,
            on_ready=self._ready,
            backend=self._parts.backend,
            adapter=self._parts.adapter,
        )
        self._asked_ns = self._parts.real_ns()
        self._task = asyncio.create_task(self._watch(self._links, table.target))
        return self.message()

    async def finish(self) -> PosesMessage:
        """Let go of the sensor, fit, and store by serial number what is good.

        Raises
        ------
        ApiRefused
            None is being calibrated.
        """
        table, driver = self._table, self._driver
        if not self.watching or table is None:
            sentence = "No sensor is being calibrated: choose one on the page Sensors."
            raise ApiRefused(ApiError.NOT_CALIBRATING, sentence)
        known = self._links.status().get(PLACE) if self._links is not None else None
        await self._let_go()
        fit = await asyncio.to_thread(fit_accelerometer, *self._heard.samples(), PARAMS)
        family = driver.info.family or driver.family if driver is not None else ""
        serial = (driver.info.serial if driver is not None else "") or (known.serial if known else "") or ""
        result, problem = await self._kept(fit, family, serial or table.serial)
        here = {"state": PosesState.DONE, "result": result, "problem": problem, "poses": fit.poses}
        self._told = self._told.model_copy(update=here)
        return self._told

    async def cancel(self) -> None:
        """Let go of the sensor, forget everything."""
        await self._let_go()
        self._told = PosesMessage(needed_s=NEEDED_S, wanted=PARAMS.least_poses)

    # The stream --------------------------------------------------------------------------------------------
    def _ready(self, _: Placement, driver: Driver) -> None:
        self._driver = driver

    def _take(self, notification: RawNotification) -> None:
        if self._driver is None or self._links is None:
            return
        try:
            read = self._driver.read(notification)
        except DecodeError as error:
            self._links.heard_garbage(PLACE, str(error))
            return
        for batch in read:
            if isinstance(batch, ImuBatch) and len(batch.t_arrival_ns):
                self._heard.take(batch)
                self._told = self._told.model_copy(update={"state": PosesState.WATCHING})

    async def _watch(self, links: Links, target: Target) -> None:
        """Keep the link up while somebody looks."""
        running = asyncio.create_task(links.run({PLACE: target}))
        try:
            while not running.done() and self._problem() is None:
                await asyncio.wait({running}, timeout=LOOK_S)
            problem = self._problem() or ""
            if running.done():
                running.result()
        except SensorError as error:
            problem = error.sentence
        finally:
            await links.stop()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        self._links = None
        self._told = self._told.model_copy(update={"state": PosesState.FAILED, "problem": problem})

    def _problem(self) -> str | None:
        """Why it has gone on for long enough."""
        if not self._heard.raw:
            return _NO_RAW_DATA
        if self._heard.seconds > LONGEST_S:
            return f"It went on for {LONGEST_S / 60:.0f} minutes: start again, finish after the last side."
        if self._parts.real_ns() - self._asked_ns > LEFT_S * NS_PER_S:
            return "Nobody looked at this page any more, so that the sensor was let go: start again."
        return None

    def _link_problem(self) -> str:
        status = self._links.status().get(PLACE) if self._links is not None else None
        return status.sentence if status is not None and status.state is not LinkState.STREAMING else ""

    async def _let_go(self) -> None:
        task, self._task, self._links = self._task, None, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    # The result --------------------------------------------------------------------------------------------
    async def _kept(
        self, fit: AccelerometerFit, family: str, serial: str
    ) -> tuple[AccelerometerMessage, str]:
        if fit.calibration is None:
            return _told(fit, serial, None), ""
        if not serial:
            return _told(fit, serial, NotKept.NO_SERIAL), ""
        calibration = replace(fit.calibration, when_utc_ns=self._parts.clock.utc_ns())
        history = self._parts.archive.history
        try:
            await asyncio.to_thread(save_accelerometer, history, family, serial, calibration)
        except StoreError as error:
            return _told(fit, serial, NotKept.STORE), error.sentence
        return _told(fit, serial, None), ""


def _so_far(heard: Heard) -> dict[str, object]:
    t_ns, gyr_radps, acc_mps2 = heard.samples()
    if acc_mps2 is None:
        return {"problem": _NO_RAW_DATA}
    found: PosesSoFar = poses_so_far(t_ns, gyr_radps, acc_mps2, PARAMS)
    return {
        "poses": found.poses,
        "still_s": round(found.lying_s, 2),
        "counts": found.counts,
        "again": found.again,
    }


def _told(fit: AccelerometerFit, serial: str, not_kept: NotKept | None) -> AccelerometerMessage:
    one = fit.calibration
    return AccelerometerMessage(
        reasons=list(fit.reasons),
        offset_mps2=one.offset_mps2 if one else None,
        scale=one.scale if one else None,
        offset_sigma_mps2=one.offset_sigma_mps2 if one else None,
        scale_sigma=one.scale_sigma if one else None,
        residual_mps2=one.residual_mps2 if one else None,
        before_mps2=fit.before_mps2,
        after_mps2=fit.after_mps2,
        poses=fit.poses,
        rests=len(fit.windows),
        missing=list(poses_missing(fit.windows)),
        not_kept=not_kept,
        serial=serial,
    )


def _ignore(_: LinkEvent) -> None:
    """How the link does is asked for."""
