"""Every reason a user can do something about, as one sentence: what is wrong and what to do."""

from collections.abc import Mapping
from types import MappingProxyType

from lumbarwatch.model.errors import ErrorKind, UserError
from lumbarwatch.model.events import LinkReason

SENTENCES: Mapping[LinkReason, str] = MappingProxyType(
    {
        LinkReason.BLUETOOTH_OFF: (
            "Bluetooth is switched off: switch it on in the system's settings and try again."
        ),
        LinkReason.NO_PERMISSION: (
            "This program may not use Bluetooth: allow it in the system's privacy settings "
            "(on macOS for the terminal, on Linux add your user to the group 'bluetooth')."
        ),
        LinkReason.NO_ADAPTER: (
            "No Bluetooth adapter was found: plug one in (on Linux also check that the bluetooth service "
            "runs), or try 'lumbarwatch demo', which needs none."
        ),
        LinkReason.NOT_FOUND: (
            "{sensor} was not found: wake it (move it or press its button), charge it, "
            "bring it within two metres of this computer and close other apps or phones that may hold it."
        ),
        LinkReason.IN_USE: (
            "{sensor} did not accept the connection, it may be connected elsewhere: close other apps and "
            "phones that use it, or switch it off and on."
        ),
        LinkReason.ASLEEP: "{sensor} is connected but sends nothing: wake it, or switch it off and on.",
        LinkReason.WRONG_FIRMWARE: (
            "{sensor} has firmware that this program can't read: update it as its page in "
            "firmware_notes says."
        ),
        LinkReason.BATTERY_LOW: "{sensor} is low on battery: charge it before the next session.",
        LinkReason.WEAK_SIGNAL: (
            "{sensor} is received weakly: bring the computer closer or put its Bluetooth dongle on an "
            "extension cable, in sight of the sensor."
        ),
        LinkReason.RATE_LOW: (
            "{sensor} sends fewer samples than it was set to: move closer, close other Bluetooth programs, "
            "or set a lower rate."
        ),
        LinkReason.GARBAGE: (
            "{sensor} sends data that can't be read: switch it off and on, and check its model and firmware."
        ),
        LinkReason.CUT: "{sensor} lost its connection: it is being reconnected, keep it near.",
    }
)


def sentence(reason: LinkReason, sensor: str = "") -> str:
    """The reason's sentence with the sensor's name in it."""
    return SENTENCES[reason].format(sensor=sensor or "The sensor")


class SensorError(UserError):
    """A sensor or the radio can't do what was asked; ``reason`` says why, the sentence what to do."""

    kind = ErrorKind.BLUETOOTH

    def __init__(self, reason: LinkReason, sentence_: str = "") -> None:
        super().__init__(sentence_ or sentence(reason))
        self.reason = reason
