"""Who trains here: the history's athletes, their limits, what they felt in their last sessions. Blocks."""

from dataclasses import replace

from lumbarwatch.core.referral import LAST_SESSIONS
from lumbarwatch.hub.values import AthleteMessage, OwnLimit
from lumbarwatch.model.events import Symptom
from lumbarwatch.model.session import Athlete, Limit, Limits
from lumbarwatch.store.course import symptom_of
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.history import History
from lumbarwatch.store.ids import new_id


class People:
    """Athletes of one history."""

    def __init__(self, history: History) -> None:
        self._history = history

    def all(self) -> list[AthleteMessage]:
        """Everybody, by name."""
        return [athlete_message(athlete) for athlete in self._history.athletes()]

    def save(self, message: AthleteMessage) -> Athlete:
        """Add an athlete, or change a known one; limits that are not said stay.

        Raises
        ------
        StoreError
            It can't be written.
        """
        if not message.id:
            return self._history.add_athlete(athlete_of(message))
        return self._history.change_athlete(message.id, lambda known: athlete_of(message, known))

    def chosen(self, message: AthleteMessage) -> Athlete:
        """Return who is meant: what is not said is as known; somebody new gets an id.

        Raises
        ------
        StoreError
            The history can't be read.
        """
        return _chosen(_with_id(message), self._known(message.id))

    def met(self, message: AthleteMessage) -> Athlete:
        """Return who is meant, and save it; somebody without a name and an id is nobody.

        Raises
        ------
        StoreError
            It can't be written.
        """
        named = _with_id(message)
        if not named.id:
            return _chosen(named, None)
        return self._history.change_athlete(named.id, lambda known: _chosen(named, known))

    def last_symptoms(self, athlete_id: str, but: str = "") -> tuple[tuple[Symptom, ...], ...]:
        """Symptoms of the last sessions beside one, the newest session first.

        Raises
        ------
        StoreError
            The history can't be read.
        """
        if not athlete_id:
            return ()
        sessions = [
            one.id for one in self._history.sessions(athlete_id, limit=LAST_SESSIONS) if one.id != but
        ]
        return tuple(tuple(map(symptom_of, self._history.symptoms(one))) for one in sessions)

    def _known(self, athlete_id: str) -> Athlete | None:
        if not athlete_id:
            return None
        try:
            return self._history.athlete(athlete_id)
        except StoreError as error:
            if error.reason is StoreReason.UNKNOWN_ATHLETE:
                return None
            raise


def _with_id(message: AthleteMessage) -> AthleteMessage:
    new = not message.id and bool(message.name)
    return message.model_copy(update={"id": new_id()}) if new else message


def _chosen(message: AthleteMessage, known: Athlete | None) -> Athlete:
    athlete = athlete_of(message, known)
    if known is None:
        return athlete
    return replace(
        athlete,
        name=athlete.name or known.name,
        mass_kg=known.mass_kg if athlete.mass_kg is None else athlete.mass_kg,
        stature_m=known.stature_m if athlete.stature_m is None else athlete.stature_m,
        bench_height_m=known.bench_height_m if athlete.bench_height_m is None else athlete.bench_height_m,
        contact_to_l1_m=known.contact_to_l1_m if athlete.contact_to_l1_m is None else athlete.contact_to_l1_m,
    )


def athlete_message(athlete: Athlete) -> AthleteMessage:
    """Return an athlete's message."""
    own = athlete.limits.overrides
    return AthleteMessage(
        id=athlete.id,
        name=athlete.name,
        mass_kg=athlete.mass_kg,
        stature_m=athlete.stature_m,
        bench_height_m=athlete.bench_height_m,
        contact_to_l1_m=athlete.contact_to_l1_m,
        limits={id_: OwnLimit(amber=limit.amber, red=limit.red) for id_, limit in own.items()},
        tuck_training=athlete.limits.tuck_training,
    )


def athlete_of(message: AthleteMessage, known: Athlete | None = None) -> Athlete:
    """Return the athlete of a message; limits that are not said are those known."""
    before = Limits() if known is None else known.limits
    limits = before.overrides
    if message.limits is not None:
        limits = {id_: Limit(amber=own.amber, red=own.red) for id_, own in message.limits.items()}
    training = before.tuck_training if message.tuck_training is None else message.tuck_training
    return Athlete(
        id=message.id,
        name=message.name,
        mass_kg=message.mass_kg,
        stature_m=message.stature_m,
        limits=Limits(overrides=limits, tuck_training=training),
        bench_height_m=message.bench_height_m,
        contact_to_l1_m=message.contact_to_l1_m,
    )
