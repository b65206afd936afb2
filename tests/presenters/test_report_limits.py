"""The limits of a report are those that were used."""

from hub.scripted import rep
from lumbarwatch.model.document import Section, Table
from lumbarwatch.model.session import Calibration, CalibrationSource, Limit, Limits, OwnRange, Session
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.presenters.report_data import SessionFacts
from lumbarwatch.presenters.report_rep_pages import rep_pages


def limits_of(own_range=None, limits=None, **sigmas):
    calibration = Calibration(CalibrationSource.GUIDED, valid=True, own_range=own_range)
    facts = SessionFacts(
        Session("s", "a", 1), "hip_thrust", 60.0, "1", "1", calibration, limits or Limits(), (),
        (rep(1, 10**10, **sigmas),),
    )  # fmt: skip
    (page,) = rep_pages(facts, None)
    section = next(block for block in page.blocks if isinstance(block, Section) and "limits" in block.title)
    table = next(block for block in section.blocks if isinstance(block, Table))
    rows = {row[0].text.rsplit("(", 1)[1].rstrip(")"): [cell.text for cell in row[1:]] for row in table.rows}
    return rows, table.caption


def test_sigma_is_that_by_which_red_was_gated():
    rows, _ = limits_of(tilt_sigma_deg=1.6, lambda_sigma_deg=2.1)
    assert [rows[id_][2] for id_ in ("W1", "W1b", "W2")] == ["± 1.6°", "± 2.1°", "± 2.1°"]


def test_a_range_too_small_to_grade_by_is_not_named_as_the_basis():
    rows, _ = limits_of(OwnRange(8.0, 12.0, 1.0))
    assert rows["W2"][:2] == ["+7.5°", "+10.0°"]
    assert rows["W2"][3] == "absolute: own range too small to grade by (arch +8.0°)"


def test_a_default_that_an_own_limit_replaces_is_not_told():
    _, caption = limits_of()
    assert "W3 amber below 80 %" in caption
    assert "W3b amber above 8°" in caption
    rows, caption = limits_of(limits=Limits(overrides={WarningId.W3: Limit(0.9, 0.8)}))
    assert rows["W3"][:2] == ["90 %", "80 %"]
    assert "W3 amber" not in caption


def test_the_tuck_target_is_told_in_training():
    own = OwnRange(20.0, 16.0, 1.0)
    assert "W1c" not in limits_of(own)[0]
    rows, _ = limits_of(own, Limits(tuck_training=True))
    assert rows["W1c"][0] == "+4.0°"
