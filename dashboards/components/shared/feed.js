// The hub's feed: a fresh ticket before each connect, resumed from the last number seen, with back-off.

const RETRY_MS = [250, 500, 1000, 2000, 4000];

export class Feed {
  // wishes: whose frames and how many (see the hub's Subscribe); all of them without.
  constructor(urls, onFrame, onState, wishes = {}) {
    this.urls = urls;
    this.wishes = wishes;
    this.onFrame = onFrame;
    this.onState = onState;
    this.epoch = null; // which run of the hub the numbers belong to
    this.seen = null;
    this.failures = 0;
    this.closed = false;
    this.connect();
  }

  async connect() {
    this.onState("connecting");
    try {
      const ticket = await this.freshTicket();
      if (this.closed) return;
      this.socket = new WebSocket(this.urls.feed_url);
      this.socket.onopen = () =>
        this.socket.send(JSON.stringify({ ticket, after: this.seen, epoch: this.epoch, ...this.wishes }));
      this.socket.onmessage = (message) => this.take(JSON.parse(message.data));
      this.socket.onclose = () => this.retry();
    } catch {
      this.retry();
    }
  }

  async freshTicket() {
    const answer = await fetch(this.urls.ticket_url, { method: "POST", cache: "no-store" });
    if (!answer.ok) throw new Error(`ticket refused: ${answer.status}`);
    const { ticket, feed_url: feedUrl } = await answer.json();
    // Another start of the program: this page may talk to the hub of the last one only, and knows no other.
    if (feedUrl !== undefined && feedUrl !== this.urls.feed_url) location.reload();
    return ticket;
  }

  take(frame) {
    if (frame.type === "hello") {
      this.failures = 0;
      this.epoch = frame.epoch;
      this.onState("open");
    }
    // A resumed hello carries the hub's newest number; what was missed follows with its own.
    if (frame.type !== "hello" || !frame.resumed) this.seen = frame.seq;
    this.onFrame(frame);
  }

  retry() {
    if (this.closed) return;
    this.onState("lost");
    const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    this.timer = setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    if (this.socket) this.socket.close();
  }
}
