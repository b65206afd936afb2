"""Where a station's session stands, by what the hub says of it."""

from lumbarwatch.core.life_calibration import CalibrationStage
from lumbarwatch.hub.messages import StationMessage
from lumbarwatch.model.events import LinkState
from lumbarwatch.presenters.train import Facts, Stage, stage_of

_GUIDING = (CalibrationStage.ASKING, CalibrationStage.UNDER_WAY, CalibrationStage.JUDGING)


def stage_of_station(station: StationMessage) -> Stage:
    """Return what the page is for now."""
    progress = station.progress
    states = [sensor.state for sensor in station.sensors]
    return stage_of(
        Facts(
            session=station.session_state.value,
            streaming=bool(states) and all(state is LinkState.STREAMING for state in states),
            calibrating=progress is not None and progress.stage in _GUIDING,
            lifting=station.set_open or station.set_number > len(station.sets),
            sets_done=len(station.sets),
        )
    )
