"""The athlete of ``demo --guided``: waits for the page, and does what it says."""

import asyncio
import json
from types import TracebackType
from typing import Self

from lumbarwatch.cli.plans import DemoPlan
from lumbarwatch.hub.feed import ViewerGone
from lumbarwatch.hub.service import Hub
from lumbarwatch.hub.values import ProgressMessage
from lumbarwatch.model.clock import Clock
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.simulate.obedient import ObedientRadio


class ObedientAthlete:
    """Does each calibration step when it begins, lifts when the bar is loaded; an asynchronous context."""

    def __init__(self, plan: DemoPlan, clock: Clock) -> None:
        self.radio = ObedientRadio(
            clock,
            group=plan.group,
            seed=plan.seed,
            reps=plan.reps,
            cut_in_second_set=plan.cut_in_second_set,
            careless=plan.careless,
        )

    async def __aenter__(self) -> Self:
        await self.radio.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.radio.stop()

    async def train(self, hub: Hub) -> None:
        """Be at hand: listen to what the hub tells its viewers, until the end."""
        addresses = [peripheral.address for peripheral in self.radio.peripherals]
        hub.first.targets = dict(zip(Placement, addresses, strict=True))
        await asyncio.gather(self._listen(hub), asyncio.Event().wait())

    async def _listen(self, hub: Hub) -> None:
        viewer = hub.parts.feed.join(None)
        try:
            while True:
                frame = await viewer.next()
                if not frame.droppable:
                    self._heed(json.loads(frame.text))
        except ViewerGone:
            return
        finally:
            hub.parts.feed.leave(viewer)

    def _heed(self, said: dict[str, object]) -> None:
        if said["type"] == "calibration_begun":
            self.radio.director.step(CalibrationStep(str(said["step"])))
        elif said["type"] == "progress":
            self._prepare(ProgressMessage.model_validate(said["progress"]))
        elif said["type"] == "load" and said["bar_kg"] is not None and said["set"] is None:
            self.radio.director.lift()

    def _prepare(self, progress: ProgressMessage) -> None:
        if progress.current is not None:
            self.radio.director.asked(progress.steps[progress.current].step)
