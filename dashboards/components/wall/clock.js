// The hub's clock on the page's: the fastest frame tells how far apart they are.

const DRIFT = 0.001; // the clocks may drift apart by so much of the time that passes

export class Clock {
  constructor() {
    this.offset = Infinity;
    this.at = 0;
  }

  heard(sentMs, now) {
    this.offset = Math.min(this.offset + DRIFT * (now - this.at), now - sentMs);
    this.at = now;
  }

  here(hubMs) {
    return hubMs + this.offset;
  }
}
