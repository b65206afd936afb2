"""A ticket opens what it says, for a minute, and only if it was issued here."""

import base64
import json

import pytest

from lumbarwatch.access import tickets
from lumbarwatch.access.tickets import Ticket, TicketReason, TicketRefused

KEY = b"k" * 32
NOW_S = 1_700_000_000.0


def test_a_fresh_ticket_says_who_may_see_whom():
    text = tickets.issue(KEY, "coach", "anna", NOW_S)
    assert tickets.verify(KEY, text, NOW_S + 59.9) == Ticket("coach", "anna", NOW_S + 60)


def test_a_ticket_ends_after_a_minute():
    text = tickets.issue(KEY, "coach", "anna", NOW_S)
    with pytest.raises(TicketRefused) as refused:
        tickets.verify(KEY, text, NOW_S + 60)
    assert refused.value.reason is TicketReason.EXPIRED


@pytest.mark.parametrize("text", [None, ""])
def test_no_ticket_is_named_as_such(text):
    with pytest.raises(TicketRefused) as refused:
        tickets.verify(KEY, text, NOW_S)
    assert refused.value.reason is TicketReason.MISSING


def _with_other_claims(text: str) -> str:
    body, signature = text.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["athlete"] = "*"
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{changed}.{signature}"


@pytest.mark.parametrize(
    "forge",
    [
        _with_other_claims,
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.split(".")[0],
        lambda text: text.split(".")[0] + ".",
        lambda text: "." + text.split(".")[1],
        lambda text: "x" * 2000,
        lambda text: "é.é",
        lambda text: tickets.issue(b"another key", "coach", "anna", NOW_S),
    ],
)
def test_a_forged_ticket_is_refused(forge):
    with pytest.raises(TicketRefused) as refused:
        tickets.verify(KEY, forge(tickets.issue(KEY, "coach", "anna", NOW_S)), NOW_S)
    assert refused.value.reason is TicketReason.FORGED


def test_signed_nonsense_is_refused_too():
    body = base64.urlsafe_b64encode(b"[1]").rstrip(b"=").decode()
    signed = f"{body}.{tickets._encode(tickets._sign(KEY, body))}"
    with pytest.raises(TicketRefused) as refused:
        tickets.verify(KEY, signed, NOW_S)
    assert refused.value.reason is TicketReason.FORGED
