"""What the live view asks the page to tell the hub: steps of the calibration, messages that were read."""

from typing import cast

from lumbarwatch.hub.client import HubClient
from lumbarwatch.hub.messages import StepRequest


def obey(client: HubClient, station: str, ask: object) -> None:
    """Do what was asked for; anything else is left alone.

    Raises
    ------
    HubRefused
        The hub did not do it; the sentence says why.
    """
    if not isinstance(ask, dict):
        return
    wanted = cast("dict[str, object]", ask)
    if "dismiss" in wanted:
        client.dismiss_message(station, str(wanted["dismiss"]))
    elif "step" in wanted:
        client.calibration_step(station, StepRequest.model_validate(wanted))
