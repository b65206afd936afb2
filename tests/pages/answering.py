"""A hub that answers the pages from a fixed state and notes what it is asked for."""

import json

import httpx

from lumbarwatch.cli.page_process import dashboards_folder
from lumbarwatch.hub import messages as wire
from lumbarwatch.hub.client import HubAddress, HubClient
from lumbarwatch.model.motion import Phase


def station(number="1", **changes):
    """A station's state, without a session."""
    values = {
        "station": number,
        "athlete": wire.AthleteMessage(),
        "session_id": "",
        "session_state": wire.SessionState.NONE,
        "problem": "",
        "analysing": True,
        "phase": Phase.IDLE,
        "set_number": 0,
        "t_s": 0.0,
        "sensors": [],
        "calibration": None,
        "reps": [],
        "sets": [],
        "session_warnings": [],
    }
    return wire.StationMessage(**(values | changes))


class AnsweringHub:
    """``asked``: every request but those for the state, as (path, body)."""

    def __init__(self, *stations, **changes):
        found = list(stations) or [station()]
        self.state = wire.HubMessage(
            version="1", pipeline_version="1", simulated=False, speed=1.0, stations=found, **changes
        )
        self.asked = []
        self.answers = {}
        self.refuses = None
        self.adds = None  # the athlete that the next one who is added becomes
        self.gone = False

    def __call__(self, request):
        if self.gone:
            raise httpx.ConnectError("refused", request=request)
        path = request.url.path
        if path == "/api/state":
            return self._say(self.state)
        if request.method in ("POST", "DELETE"):
            self.asked.append((path, json.loads(request.content or b"null")))
            if self.refuses is not None:
                return self._say(self.refuses, 409)
            if path == "/api/athletes" and self.adds is not None:
                known = self.answers[path].athletes
                self.answers[path] = wire.AthleteList(athletes=[*known, self.adds])
                return self._say(self.adds)
        return self._say(self.answers.get(path, self.state.stations[0]))

    def _say(self, message, status=200):
        return httpx.Response(status, content=message.model_dump_json())

    def behind(self, monkeypatch):
        """Let the pages find this hub."""
        monkeypatch.syspath_prepend(dashboards_folder())
        import hub_link

        transport = httpx.MockTransport(self)
        monkeypatch.setattr(hub_link.Link, "client", lambda _: HubClient(HubAddress(9, b"k" * 32), transport))
        return self
