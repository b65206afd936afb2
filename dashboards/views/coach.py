"""Coach: who trains now and who needs a word."""

from components.wall import wall
from hub_link import link

from lumbarwatch.presenters import keys
from lumbarwatch.presenters.words import live_words

hub = link()
wall(
    key=keys.COACH_WALL,
    data={"feed_url": hub.address.feed_url, "ticket_url": hub.ticket_url, "words": live_words()},
)
