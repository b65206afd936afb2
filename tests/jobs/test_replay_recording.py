import numpy as np
import pytest

from jobs.fake_pipeline import scripted
from jobs.recordings import lived
from lumbarwatch.core.findings import joined
from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.jobs.analyze import analyze, read_replay
from lumbarwatch.model.events import BarLoad, CalibrationClosed, LinkEvent, SessionEnd
from lumbarwatch.model.motion import PoseBatch
from lumbarwatch.model.samples import ClockReading, ImuBatch, OrientationSource, Placement
from lumbarwatch.model.session import CalibrationSource


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    return lived(tmp_path_factory.mktemp("session"))


def test_analysing_a_recording_gives_what_the_session_said_bit_for_bit(session):
    path, said = session
    result = analyze(path)
    live = joined([event for event in said if isinstance(event, PoseBatch)])
    assert len(live) > 1900
    for name in PoseBatch.__slots__:
        np.testing.assert_array_equal(getattr(result.poses, name), getattr(live, name), err_msg=name)
    closed = [event.calibration for event in said if isinstance(event, CalibrationClosed)]
    assert result.calibration.valid == (bool(closed) and closed[-1].valid)
    assert result.calibration.source is CalibrationSource.GUIDED
    assert np.isfinite(result.poses.lumbar_extension_deg[-100:]).all()


def test_every_packet_button_and_link_event_is_pushed_in_order(session):
    make_pipeline, made = scripted([])
    analyze(session[0], make_pipeline=make_pipeline)
    (only,) = made
    assert only.setup.calibration_source is CalibrationSource.GUIDED
    assert sum(isinstance(item, BarLoad | LinkEvent | SessionEnd) for item in only.pushed) == 3
    for place in Placement:
        batches = [item for item in only.pushed if isinstance(item, ImuBatch) and item.placement is place]
        seq = np.concatenate([batch.seq for batch in batches])
        np.testing.assert_array_equal(seq, np.delete(np.arange(2000), [600, 601, 900, 901]))
        readings = [
            item for item in only.pushed if isinstance(item, ClockReading) and item.placement is place
        ]
        assert [reading.t_device_ns for reading in readings] == [k * 10**9 for k in range(1, 20)]
        assert {reading.t_arrival_ns - reading.t_device_ns for reading in readings} == {100_000_500_000}
    times = [_time(item) for item in only.pushed]
    assert times == sorted(times)


def test_a_recording_cut_off_in_mid_session_is_analysed_up_to_there(session, tmp_path):
    whole = session[0].read_bytes()
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(whole[: len(whole) // 2])
    result = analyze(cut)
    assert 5.0 < result.duration_s < 15.0
    assert "cut off" in result.notices[0]


def test_orientation_may_be_chosen_anew(session):
    assert read_replay(session[0]).setup.orientation is OrientationSource.RAW
    replay = read_replay(session[0], orientation=OrientationSource.SENSOR)
    assert replay.setup.orientation is OrientationSource.SENSOR


def test_an_unknown_sensor_family_is_bad_input(session, tmp_path):
    other = tmp_path / "other.mcap"
    other.write_bytes(session[0].read_bytes().replace(b'"family":"lm1"', b'"family":"xx9"'))
    with pytest.raises(InputError) as caught:
        analyze(other)
    assert caught.value.reason is InputReason.UNREADABLE


def _time(item):
    if isinstance(item, ImuBatch):
        return item.t_arrival_ns[-1]
    return item.t_arrival_ns if isinstance(item, ClockReading) else item.t_ns
