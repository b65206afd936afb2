"""The hub's doors: JSON both ways, refusals with reasons, a feed that begins with the whole state."""

import json

import httpx
import pytest

from asgi_socket import SocketClosed, open_socket
from hub.scripted import (
    ADDRESS,
    HUB_PORT,
    PAGE_PORT,
    http,
    rep,
    settle,
)
from lumbarwatch.hub import messages as wire
from lumbarwatch.hub.api import CLOSE_BAD_REQUEST
from lumbarwatch.hub.client import HubClient, HubRefused
from lumbarwatch.hub.messages import ApiError
from lumbarwatch.model.events import BarLoad, RepFinished, SetButton, Symptom
from lumbarwatch.model.samples import Placement

PAGE = f"http://127.0.0.1:{PAGE_PORT}"


async def _running(scripted):
    scripted.station.start()
    await settle()
    for place in Placement:
        scripted.links[-1].ready(place)
    await settle()


async def test_state_names_versions_and_stations(scripted):
    async with http(scripted) as client:
        state = wire.HubMessage.model_validate_json((await client.get("/api/state")).content)
    assert state.simulated
    assert [station.station for station in state.stations] == ["1"]
    assert state.stations[0].session_state == "none"


async def test_a_session_is_started_told_things_and_ended(scripted):
    async with http(scripted) as client:
        begun = await client.post(
            "/api/1/session/start", json={"athlete": {"name": "Anna", "stature_m": 1.7}}
        )
        assert begun.json()["athlete"]["name"] == "Anna"
        await settle()
        for place in Placement:
            scripted.links[-1].ready(place)
        await settle()
        for path, body in (
            ("load", {"bar_kg": 60, "rpe": 7}),
            ("bench", {"bench_height_m": 0.41, "contact_to_l1_m": 0.12}),
            ("set", {"start": True}),
            ("symptom", {"kind": "pain", "pain": 3}),
        ):
            assert (await client.post(f"/api/1/{path}", json=body)).status_code == 200
        await settle()
        load, bench, button, symptom = scripted.pipelines[-1].pushed
        assert (bench.bench_height_m, bench.contact_to_l1_m) == (0.41, 0.12)
        assert (load.bar_kg, load.rpe) == (60.0, 7.0)
        assert isinstance(load, BarLoad)
        assert isinstance(button, SetButton)
        assert button.start
        assert isinstance(symptom, Symptom)
        assert symptom.pain == 3
        ended = await client.post("/api/1/session/end")
    assert ended.json()["session_state"] == "saved"


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("9/load", {"bar_kg": 60}, 404, ApiError.NO_STATION),
        ("1/load", {"bar_kg": 60}, 409, ApiError.NO_SESSION),
        ("1/calibration", {"step": "stand", "action": "begin"}, 409, ApiError.NO_SESSION),
        ("1/athlete", {"contact_to_l1_m": 12}, 400, ApiError.BAD_REQUEST),
        ("1/athlete", {"stature_m": 17}, 400, ApiError.BAD_REQUEST),
        ("1/athlete", {"hat_size": 7}, 400, ApiError.BAD_REQUEST),
        ("1/session/start", "nonsense", 400, ApiError.BAD_REQUEST),
    ],
)
async def test_a_refusal_has_a_reason_and_a_sentence(scripted, path, body, status, error):
    async with http(scripted) as client:
        answer = await client.post(f"/api/{path}", json=body)
    assert answer.status_code == status
    refusal = wire.Refusal.model_validate_json(answer.content)
    assert refusal.error is error
    assert refusal.message.endswith(".")


async def test_what_needs_another_state_is_refused(scripted):
    await _running(scripted)
    async with http(scripted) as client:
        again = await client.post("/api/1/session/start", json={})
        other = await client.post("/api/1/athlete", json={"name": "Ben"})
        step = await client.post("/api/1/calibration", json={"step": "stand", "action": "end"})
    assert [answer.json()["error"] for answer in (again, other, step)] == [
        "session_running",
        "session_running",
        "step_not_begun",
    ]


def _socket(scripted, **headers):
    gate = scripted.hub.app(HUB_PORT)
    return open_socket(gate, **({"host": f"127.0.0.1:{HUB_PORT}", "origin": PAGE} | headers))


async def test_the_feed_begins_with_the_whole_state_and_goes_on_from_there(scripted):
    await _running(scripted)
    now = scripted.clock.monotonic_ns()
    scripted.pipelines[-1].next = [RepFinished(now, rep(1, now))]
    scripted.links[-1].packet(Placement.PELVIS)
    await settle()
    async with _socket(scripted) as socket:
        await socket.say({"ticket": ADDRESS.ticket()})
        hello = await socket.hear()
        assert hello["type"] == "hello"
        assert not hello["resumed"]
        assert [found["rep"] for found in hello["hub"]["stations"][0]["reps"]] == [1]
        scripted.pipelines[-1].next = [RepFinished(now, rep(2, now))]
        scripted.links[-1].packet(Placement.PELVIS)
        following = await socket.hear()
    assert following["type"] == "rep"
    assert following["seq"] == hello["seq"] + 1


async def test_a_viewer_that_comes_back_gets_what_it_missed_and_no_more(scripted):
    await _running(scripted)
    now = scripted.clock.monotonic_ns()
    async with _socket(scripted) as socket:
        await socket.say({"ticket": ADDRESS.ticket()})
        hello = await socket.hear()
    assert scripted.feed.viewers == 0
    scripted.pipelines[-1].next = [RepFinished(now, rep(1, now))]
    scripted.links[-1].packet(Placement.PELVIS)
    await settle()
    async with _socket(scripted) as socket:
        await socket.say({"ticket": ADDRESS.ticket(), "after": hello["seq"], "epoch": hello["epoch"]})
        assert (await socket.hear())["resumed"]
        missed = await socket.hear()
    assert (missed["seq"], missed["type"]) == (hello["seq"] + 1, "rep")


async def test_a_viewer_of_another_run_gets_the_whole_state(scripted):
    async with _socket(scripted) as socket:
        await socket.say({"ticket": ADDRESS.ticket(), "after": 0, "epoch": "another run"})
        assert not (await socket.hear())["resumed"]


async def test_a_request_that_is_none_closes_the_socket(scripted):
    async with _socket(scripted) as socket:
        await socket.say({"ticket": ADDRESS.ticket(), "after": "yesterday"})
        with pytest.raises(SocketClosed) as closed:
            await socket.hear()
    assert closed.value.code == CLOSE_BAD_REQUEST


async def test_api_and_feed_stand_behind_the_gate(scripted):
    async with http(scripted) as client:
        assert (await client.get("/api/state", headers={"authorization": ""})).status_code == 401
        assert (await client.get("/api/state", headers={"origin": "http://evil.example"})).status_code == 403
        assert (await client.get("/api/state", headers={"host": "evil.example"})).status_code == 403
    async with _socket(scripted) as socket:
        await socket.say({"ticket": "forged"})
        with pytest.raises(SocketClosed):
            await socket.hear()
    with pytest.raises(SocketClosed):
        async with _socket(scripted, origin="http://evil.example"):
            pass


def _client(answer):
    def handle(request):
        handle.request = request
        return answer

    return HubClient(ADDRESS, httpx.MockTransport(handle)), handle


def test_the_client_sends_a_fresh_ticket_and_reads_refusals():
    refusal = wire.Refusal(error=ApiError.NO_SESSION, message="No session runs: start one first.")
    client, handle = _client(httpx.Response(409, content=refusal.model_dump_json()))
    with client, pytest.raises(HubRefused) as refused:
        client.load("1", wire.LoadRequest(bar_kg=60))
    assert refused.value.error is ApiError.NO_SESSION
    assert str(refused.value) == "No session runs: start one first."
    assert handle.request.url.path == "/api/1/load"
    assert json.loads(handle.request.content) == {"bar_kg": 60.0}
    assert handle.request.headers["authorization"].startswith("Bearer ")


def test_a_hub_that_does_not_answer_is_one_sentence():
    def handle(request):
        raise httpx.ConnectError("refused", request=request)

    with HubClient(ADDRESS, httpx.MockTransport(handle)) as client, pytest.raises(HubRefused) as refused:
        client.state()
    assert refused.value.error is None
    assert str(refused.value).endswith(".")


def test_a_gates_refusal_keeps_its_sentence():
    answer = httpx.Response(401, json={"error": "ticket_expired", "message": "Reload the page."})
    client, _ = _client(answer)
    with client, pytest.raises(HubRefused, match="Reload the page"):
        client.state()
