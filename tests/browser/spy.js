// What a page plays, says, tells a screen reader and draws, noted for a test; injected ahead of its own scripts.
(() => {
  const spy = (window.spy = { tones: [], lines: [], told: [], frames: [], draws: [], stale: [], sockets: [] });

  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...given) {
    spy.tones.push({ hz: this.frequency.value, shape: this.type, ms: performance.now() });
    return start.apply(this, given);
  };

  window.SpeechSynthesisUtterance = class {
    constructor(text) {
      this.text = text;
    }
  };
  const voices = [{ localService: false, lang: "en-GB" }, { localService: true, lang: "en-US" }];
  const speech = {
    getVoices: () => voices,
    cancel: () => {},
    speak: (line) => spy.lines.push({ text: line.text, own: line.voice.localService, ms: performance.now() }),
  };
  Object.defineProperty(window, "speechSynthesis", { value: speech, configurable: true });

  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...given) {
    if (this.canvas.className === "posture") spy.draws.push(document.timeline.currentTime); // its picture's own time
    return clear.apply(this, given);
  };

  // The age of the newest angle by the hub's clock alone; the fastest frame tells the clocks apart.
  let offset = Infinity;
  let newest = -Infinity;
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      if (!this.url.endsWith("/feed")) return;
      spy.sockets.push(this);
      this.addEventListener("message", (message) => {
        const frame = JSON.parse(message.data);
        const ms = performance.now();
        spy.seq = frame.seq;
        if (frame.type !== "poses") spy.frames.push({ ...frame, ms });
        else {
          offset = Math.min(offset, ms - frame.sent_ms);
          newest = frame.sent_ms + offset - frame.age_ms;
        }
      });
    }
  };
  spy.hear = (frame) => spy.sockets.at(-1).onmessage({ data: JSON.stringify({ seq: spy.seq, station: "1", ...frame }) });

  const find = (selector) => {
    const roots = [...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean);
    return roots.map((root) => root.querySelector(selector)).find(Boolean);
  };
  let view;
  const note = (element) => element.textContent && spy.told.push({ text: element.textContent, ms: performance.now() });
  const watch = () => {
    view = find(".lw");
    for (const selector of [".spoken", ".why"]) {
      const element = view.querySelector(selector);
      const observer = new MutationObserver(() => note(element));
      observer.observe(element, { childList: true, characterData: true, subtree: true });
    }
  };
  // After each picture, by the time at which it was begun: what is called live there, and how old it is.
  const after = new MessageChannel();
  after.port1.onmessage = ({ data: ms }) => {
    const age = ms - newest;
    spy.oldest = Math.max(spy.oldest ?? 0, view?.dataset.live === "true" ? age : 0);
  };
  const frame = (ms) => {
    if (!view?.isConnected && find(".lw .spoken")) watch();
    if (view) {
      const [age, drawn] = [ms - newest, ms];
      after.port2.postMessage(drawn);
      spy.age = age;
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})();
