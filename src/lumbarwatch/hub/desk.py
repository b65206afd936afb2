"""What is asked of the hub as a whole: people, stations, sensors, finished sessions."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request

from lumbarwatch.hub import requests as asked
from lumbarwatch.hub.orders import read
from lumbarwatch.hub.people import People, athlete_message
from lumbarwatch.hub.remarks import REMARKS, Remark
from lumbarwatch.hub.requests import ApiError, Done
from lumbarwatch.hub.sensor_desk import SensorDesk
from lumbarwatch.hub.station import ApiRefused, Trainee
from lumbarwatch.hub.stations import Stations
from lumbarwatch.hub.values import (
    AthleteList,
    AthleteMessage,
    FindingList,
    HubMessage,
    Message,
    PreferencesMessage,
)
from lumbarwatch.hub.visit import Parts
from lumbarwatch.model.session import Athlete
from lumbarwatch.store.housekeeping import erase_session

Door = Callable[[Request, bytes], Awaitable[Message]]


class Desk:
    """Answers for the whole hub; ``state`` returns it as it stands."""

    def __init__(
        self, parts: Parts, stations: Stations, sensors: SensorDesk, state: Callable[[], HubMessage]
    ) -> None:
        self.stations = stations
        self.state = state
        self._parts = parts
        self.sensors = sensors
        self._history = parts.archive.history
        self._people = People(self._history)

    def doors(self) -> Mapping[tuple[str, str], Door]:
        """Return who answers what, by method and path."""
        doors: dict[tuple[str, str], Door] = {
            ("GET", "/api/state"): self._state,
            ("GET", "/api/athletes"): self._athletes,
            ("POST", "/api/athletes"): self._save_athlete,
            ("POST", "/api/preferences"): self._prefer,
            ("POST", "/api/stations"): self._add_station,
            ("POST", "/api/stations/{name}"): self._change_station,
            ("DELETE", "/api/stations/{name}"): self._remove_station,
            ("GET", "/api/sensors"): self._list_sensors,
            ("POST", "/api/sensors/scan"): self._scan,
            ("POST", "/api/sensors/identify"): self._identify,
            ("POST", "/api/sensors/assign"): self._assign,
            ("POST", "/api/sensors/doctor"): self._examine,
            ("GET", "/api/sensors/poses"): self._poses,
            ("POST", "/api/sensors/poses"): self._begin_poses,
            ("POST", "/api/sensors/poses/finish"): self._finish_poses,
            ("POST", "/api/sensors/poses/cancel"): self._cancel_poses,
            ("POST", "/api/sessions/{session}/move"): self._move,
            ("POST", "/api/sessions/{session}/delete"): self._delete,
        }
        for path, write in REMARKS.items():
            doors["POST", f"/api/sessions/{{session}}/{path}"] = self._remark(write)
        return doors

    async def trainee(self, message: AthleteMessage, *, save: bool = False) -> Trainee:
        """Return who is meant by a message, with what was felt in the sessions before.

        Raises
        ------
        StoreError
            The history can't be read (or written, to ``save`` somebody who is named).
        """

        def find() -> Trainee:
            athlete = self._people.met(message) if save else self._people.chosen(message)
            return Trainee(athlete, self._people.last_symptoms(athlete.id))

        return await asyncio.to_thread(find)

    # The hub and its people --------------------------------------------------------------------------------
    async def _state(self, _: Request, __: bytes) -> Message:
        return self.state()

    async def _athletes(self, _: Request, __: bytes) -> Message:
        return AthleteList(athletes=await asyncio.to_thread(self._people.all))

    async def _save_athlete(self, _: Request, body: bytes) -> Message:
        saved = await asyncio.to_thread(self._people.save, read(AthleteMessage, body))
        for station in self.stations.values():
            if not station.running and station.trainee.athlete.id == saved.id:
                station.choose(Trainee(saved, station.trainee.earlier))
        return athlete_message(saved)

    async def _prefer(self, _: Request, body: bytes) -> Message:
        await self._parts.choices.keep(read(PreferencesMessage, body))
        self.stations.tell(self.state())
        return self.state()

    # Stations ----------------------------------------------------------------------------------------------
    async def _add_station(self, _: Request, body: bytes) -> Message:
        station = await self.stations.add(read(asked.StationRequest, body))
        self.stations.tell(self.state())
        return station.message()

    async def _change_station(self, request: Request, body: bytes) -> Message:
        name = str(request.path_params["name"])
        station = await self.stations.change(name, read(asked.StationRequest, body))
        self.stations.tell(self.state())
        return station.message()

    async def _remove_station(self, request: Request, _: bytes) -> Message:
        await self.stations.remove(str(request.path_params["name"]))
        self.stations.tell(self.state())
        return self.state()

    # Sensors -----------------------------------------------------------------------------------------------
    async def _list_sensors(self, _: Request, __: bytes) -> Message:
        return await self.sensors.listed()

    async def _scan(self, _: Request, body: bytes) -> Message:
        return await self.sensors.scan(read(asked.ScanRequest, body))

    async def _identify(self, _: Request, body: bytes) -> Message:
        await self.sensors.identify(read(asked.IdentifyRequest, body).sensor)
        return Done()

    async def _assign(self, _: Request, body: bytes) -> Message:
        answer = await self.sensors.assign(read(asked.AssignRequest, body))
        self.stations.tell(self.state())
        return answer

    async def _examine(self, _: Request, __: bytes) -> Message:
        return FindingList(findings=list(await self.sensors.examine()))

    async def _poses(self, _: Request, __: bytes) -> Message:
        return self.sensors.poses.message()

    async def _begin_poses(self, _: Request, body: bytes) -> Message:
        return await self.sensors.begin_poses(read(asked.PoseRequest, body))

    async def _finish_poses(self, _: Request, __: bytes) -> Message:
        return await self.sensors.poses.finish()

    async def _cancel_poses(self, _: Request, __: bytes) -> Message:
        await self.sensors.poses.cancel()
        return self.sensors.poses.message()

    # Finished sessions -------------------------------------------------------------------------------------
    async def _move(self, request: Request, body: bytes) -> Message:
        session_id = self._finished(request)
        athlete_id = read(asked.MoveRequest, body).athlete_id

        def move() -> Athlete:
            self._history.move_session(session_id, athlete_id)
            return self._history.athlete(athlete_id) if athlete_id else Athlete()

        athlete = await asyncio.to_thread(move)
        for station in self.stations.values():
            station.moved(session_id, athlete)
        return Done()

    async def _delete(self, request: Request, _: bytes) -> Message:
        session_id = self._finished(request)
        await asyncio.to_thread(erase_session, self._parts.folder, self._history, session_id)
        for station in self.stations.values():
            station.forget(session_id)
        return Done()

    def _remark(self, write: Remark) -> Door:
        """Something written about a finished session."""

        async def answer(request: Request, body: bytes) -> Message:
            session_id = str(request.path_params["session"])
            await asyncio.to_thread(write, self._history, session_id, body)
            return Done()

        return answer

    def _finished(self, request: Request) -> str:
        session_id = str(request.path_params["session"])
        visits = [station.visit for station in self.stations.values() if station.running]
        if any(visit is not None and visit.session.id == session_id for visit in visits):
            sentence = "The session runs: end it first."
            raise ApiRefused(ApiError.SESSION_RUNNING, sentence)
        return session_id
