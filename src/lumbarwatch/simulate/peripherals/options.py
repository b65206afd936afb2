"""What can be wrong with a virtual sensor and its radio."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RadioOptions:
    """One virtual sensor's name, state and troubles. Times are seconds of the session (``t_true_s``).

    The clock's error is in the signals (``t_device_s``) already.
    """

    name: str = ""  # advertised; empty: the family's usual name
    serial: str = ""  # empty: made from the sensor's place in the radio
    battery_percent: int = 90
    firmware: str = ""  # empty: a version that is understood
    rssi_dbm: int = -55
    connection_interval_ms: float = 0.0  # packets wait for events this far apart; 0: sent at once
    event_loss: float = 0.0  # chance that an event fails; its packets go at a later one
    buffer_s: float = 2.0  # packets older than this are dropped from the sensor's ring while they wait
    cut_at_s: tuple[float, ...] = ()  # the link breaks, as soon as data flow
    away_s: float = 0.0  # not advertising for this long after a cut
    holds_s: float = 0.0  # a stream that has begun is cut no sooner than this, overdue cuts one at a time
    restart_at_s: tuple[float, ...] = ()  # the sensor reboots: link, counter and clock begin anew
    dies_at_s: float | None = None  # never heard again
    mute_at_s: tuple[tuple[float, float], ...] = ()  # from, to: connected, but sends nothing
    garbage_every: int = 0  # after every n-th packet comes one of random bytes (0: never)
    taciturn: bool = False  # Movesense: HELLO is answered by a mere word, (un)subscribing not at all
    ragged: bool = False  # WitMotion: frames split and glued across notifications
    claimed_rate_hz: float | None = None  # what the sensor says its rate is; None: the truth
    asleep: bool = False  # answers, but never starts to stream
    refuses: bool = False  # advertises, but is in use elsewhere
    seed: int = 0
