"""Short-lived tickets that open the hub's API and socket.

A ticket is ``claims.signature``, both base64url: JSON claims, and their HMAC-SHA256 (RFC 2104) under a key
that one start of the program makes and hands to its own processes only.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from enum import StrEnum

TICKET_LIFE_S = 60.0
"""Long enough to connect, too short to be worth stealing (convention)."""

MAX_TICKET_CHARACTERS = 1024


class TicketReason(StrEnum):
    """Why a ticket was refused."""

    MISSING = "ticket_missing"
    FORGED = "ticket_forged"
    EXPIRED = "ticket_expired"


class TicketRefused(Exception):  # noqa: N818  (a refusal, said as such)
    """The ticket doesn't open anything; ``reason`` says why."""

    def __init__(self, reason: TicketReason) -> None:
        super().__init__(_SENTENCES[reason])
        self.reason = reason


_SENTENCES = {
    TicketReason.MISSING: "A ticket is needed: open the page that lumbarwatch named at its start.",
    TicketReason.FORGED: "The ticket is not one of this start of lumbarwatch: reload the page.",
    TicketReason.EXPIRED: "The ticket is older than a minute: reload the page.",
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may see whom, and until when (seconds since 1970 UTC)."""

    user: str
    athlete: str  # "*": everybody on this hub
    expires_s: float


def issue(key: bytes, user: str, athlete: str, now_s: float, life_s: float = TICKET_LIFE_S) -> str:
    """Return a signed ticket that is valid for ``life_s`` seconds from ``now_s``."""
    claims = {"user": user, "athlete": athlete, "exp": round(now_s + life_s, 3)}
    body = _encode(json.dumps(claims, separators=(",", ":"), ensure_ascii=True).encode())
    return f"{body}.{_encode(_sign(key, body))}"


def verify(key: bytes, text: str | None, now_s: float) -> Ticket:
    """Return the claims of a valid ticket.

    Raises
    ------
    TicketRefused
        No ticket, a signature under another key, claims that can't be read, or past its time.
    """
    if not text:
        raise TicketRefused(TicketReason.MISSING)
    body, dot, signature = text.partition(".")
    if not dot or len(text) > MAX_TICKET_CHARACTERS or not text.isascii():
        raise TicketRefused(TicketReason.FORGED)
    if not hmac.compare_digest(_encode(_sign(key, body)), signature):
        raise TicketRefused(TicketReason.FORGED)
    ticket = _claims(body)
    if now_s >= ticket.expires_s:
        raise TicketRefused(TicketReason.EXPIRED)
    return ticket


def _claims(body: str) -> Ticket:
    try:
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return Ticket(
            user=str(claims["user"]), athlete=str(claims["athlete"]), expires_s=float(claims["exp"])
        )
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise TicketRefused(TicketReason.FORGED) from error


def _sign(key: bytes, body: str) -> bytes:
    return hmac.new(key, body.encode(), hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
