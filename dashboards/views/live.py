"""Live: both angles, the posture, reps and warnings of the athlete who trains now."""

from components.live_view import live_view
from controls import controls
from hub_link import link

from lumbarwatch.presenters import keys
from lumbarwatch.presenters.words import live_words

hub = link()
live_view(
    key=keys.LIVE_VIEW,
    data={"feed_url": hub.address.feed_url, "ticket_url": hub.ticket_url, "words": live_words()},
)
controls(hub)
