// The live view: both angles over time, the posture, the reps and the warnings, fed by the hub's WebSocket.
// One ES module, no framework, nothing fetched from outside. Sound and banner fire in the message handler;
// the canvases are drawn on requestAnimationFrame.

const STALE_MS = 300; // an angle older than this is never shown as live (design)
const WINDOW_S = 20; // seconds of the session on the traces
const KEPT_S = 30;
const BANNER_MS = 5000;
const RETRY_MS = [250, 500, 1000, 2000, 4000];
const REDUCED_DRAW_MS = 200; // five redraws a second for those who ask for less motion
const TABLE_ROWS = 14;

// Okabe and Ito's palette: told apart by the colour-blind; every colour also has a symbol.
const COLOURS = { good: "#0072B2", amber: "#E69F00", red: "#D55E00", lumbar: "#009E73", unknown: "#8A8F98" };
const SYMBOLS = { good: "✓", amber: "!", red: "✕", partial: "½", unknown: "?" };

const TEMPLATE = `
<section class="lw" data-connection="connecting" aria-label="Live view of the session">
  <div class="head">
    <div class="who"><strong class="athlete"></strong> <span class="badge" hidden></span></div>
    <div class="where"><span class="set"></span><span class="phase"></span></div>
    <div class="links" aria-label="Sensors"></div>
    <div class="age" title="Age of the newest sample"></div>
    <button class="sound" type="button" aria-pressed="false">Turn sound on</button>
  </div>
  <div class="banner" data-level="none"><span class="symbol" aria-hidden="true"></span><span class="text"></span></div>
  <div class="spoken" aria-live="assertive" role="status"></div>
  <div class="now">
    <div class="figure">
      <canvas class="posture" role="img" aria-label="Posture: pelvis and spine"></canvas>
      <div class="numbers">
        <div class="number"><span class="name">Pelvic tilt</span><output class="tilt">–</output></div>
        <div class="number"><span class="name">Lumbar extension</span><output class="lambda">–</output></div>
      </div>
    </div>
    <div class="traces">
      <h3>Posterior pelvic tilt, degrees</h3><canvas class="trace-tilt" role="img" aria-label="Pelvic tilt over time"></canvas>
      <h3>Lumbar extension, degrees</h3><canvas class="trace-lambda" role="img" aria-label="Lumbar extension over time"></canvas>
    </div>
  </div>
  <ol class="ticks" aria-label="Reps of this set"></ol>
  <p class="set-line"></p>
  <table class="reps">
    <caption>Reps</caption>
    <thead><tr><th scope="col">Set</th><th scope="col">Rep</th><th scope="col">Range cm</th>
      <th scope="col">Tilt at the top</th><th scope="col">Lumbar at the top</th><th scope="col">Lumbar peak</th>
      <th scope="col">Up s</th><th scope="col">Hold s</th><th scope="col">Down s</th><th scope="col">Verdict</th></tr></thead>
    <tbody></tbody>
  </table>
</section>`;

// The feed ----------------------------------------------------------------------------------------------------
class Feed {
  constructor(urls, onFrame, onState) {
    this.urls = urls;
    this.onFrame = onFrame;
    this.onState = onState;
    this.epoch = null;
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
        this.socket.send(JSON.stringify({ ticket, after: this.seen, epoch: this.epoch }));
      this.socket.onmessage = (message) => this.take(JSON.parse(message.data));
      this.socket.onclose = () => this.retry();
    } catch {
      this.retry();
    }
  }

  async freshTicket() {
    const answer = await fetch(this.urls.ticket_url, { method: "POST", cache: "no-store" });
    if (!answer.ok) throw new Error(`ticket refused: ${answer.status}`);
    return (await answer.json()).ticket;
  }

  take(frame) {
    if (frame.type === "hello") {
      this.failures = 0;
      if (!frame.resumed) this.seen = null;
      this.epoch = frame.epoch;
      this.onState("open");
    }
    if (frame.seq !== undefined && frame.type !== "hello") this.seen = frame.seq;
    if (frame.type === "hello" && !frame.resumed) this.seen = frame.seq;
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

// Sound -------------------------------------------------------------------------------------------------------
// [frequency Hz, start s, length s, shape]: told apart by number, direction and shape, not by pitch alone.
const TONES = {
  good: [[660, 0, 0.09, "sine"], [990, 0.09, 0.14, "sine"]],
  W2: [[1320, 0, 0.07, "square"], [1320, 0.1, 0.07, "square"], [1320, 0.2, 0.12, "square"]],
  tuck: [[440, 0, 0.12, "triangle"], [440, 0.17, 0.12, "triangle"]],
  W4: [[700, 0, 0.12, "sawtooth"], [350, 0.12, 0.22, "sawtooth"]],
  other: [[520, 0, 0.16, "triangle"]],
};

class Sound {
  constructor() {
    this.context = null;
  }

  get armed() {
    return this.context !== null && this.context.state === "running";
  }

  async toggle() {
    if (this.context) {
      await this.context.close();
      this.context = null;
      if (window.speechSynthesis) speechSynthesis.cancel();
      return;
    }
    this.context = new AudioContext({ latencyHint: "interactive" });
    await this.context.resume();
    this.play("good");
  }

  play(name) {
    if (!this.armed) return;
    for (const [frequency, start, length, shape] of TONES[name] ?? TONES.other)
      this.tone(frequency, this.context.currentTime + start, length, shape);
  }

  tone(frequency, at, length, shape) {
    const oscillator = this.context.createOscillator();
    const gain = this.context.createGain();
    oscillator.type = shape;
    oscillator.frequency.value = frequency;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.35, at + 0.008);
    gain.gain.setValueAtTime(0.35, at + length - 0.02);
    gain.gain.linearRampToValueAtTime(0, at + length);
    oscillator.connect(gain).connect(this.context.destination);
    oscillator.start(at);
    oscillator.stop(at + length + 0.01);
  }

  say(text) {
    if (!this.armed || !window.speechSynthesis) return;
    const voices = speechSynthesis.getVoices().filter((voice) => voice.localService && voice.lang.startsWith("en"));
    if (voices.length === 0) return; // a remote voice would send the text away
    const line = new SpeechSynthesisUtterance(text);
    line.voice = voices[0];
    speechSynthesis.cancel();
    speechSynthesis.speak(line);
  }
}

function toneOf(warning) {
  if (warning === "W2" || warning === "W4") return warning;
  return ["W1", "W1b", "W4b"].includes(warning) ? "tuck" : "other";
}

// What is known -----------------------------------------------------------------------------------------------
class Session {
  constructor() {
    this.points = [];
    this.clear();
  }

  clear() {
    this.station = null;
    this.points.length = 0;
    this.marks = [];
    this.reps = [];
    this.sets = [];
    this.sensors = new Map();
    this.calibration = null;
    this.phase = "idle";
    this.set = 0;
    this.state = "none";
    this.newest = null;
    this.offset = Infinity;
  }

  begin(state) {
    const kept = this.session === state.session_id ? this.points.slice() : [];
    this.clear();
    this.points.push(...kept);
    this.session = state.session_id;
    this.station = state.station;
    this.athlete = state.athlete;
    this.state = state.session_state;
    this.analysing = state.analysing;
    this.phase = state.phase;
    this.set = state.set_number;
    this.calibration = state.calibration;
    this.reps = state.reps.slice();
    this.sets = state.sets.slice();
    for (const sensor of state.sensors) this.sensors.set(sensor.placement, sensor);
  }

  poses(frame, received) {
    this.offset = Math.min(this.offset + 0.02, received - frame.sent_ms);
    this.newest = { at: frame.sent_ms + this.offset - frame.age_ms };
    this.phase = frame.phase;
    for (let i = 0; i < frame.t_s.length; i++) {
      this.points.push({
        t: frame.t_s[i], tilt: frame.tilt_deg[i], lambda: frame.lambda_deg[i],
        pelvis: frame.pelvis_pitch_deg[i], lumbar: frame.lumbar_pitch_deg[i],
        tiltSigma: frame.tilt_sigma_deg[i], lambdaSigma: frame.lambda_sigma_deg[i],
        valid: frame.valid[i], lift: frame.phase !== "idle", phase: frame.phase,
      });
    }
    const oldest = this.points[this.points.length - 1].t - KEPT_S;
    let cut = 0;
    while (this.points[cut].t < oldest) cut++;
    if (cut > 200) this.points.splice(0, cut);
  }

  get last() {
    return this.points[this.points.length - 1];
  }

  age(now) {
    return this.newest ? Math.max(0, now - this.newest.at) : Infinity;
  }

  limit(id) {
    return this.calibration?.limits.find((limit) => limit.id === id);
  }

  finished(rep) {
    this.reps = this.reps.filter((other) => other.set !== rep.set || other.rep !== rep.rep);
    this.reps.push(rep);
    this.marks = this.marks.filter((mark) => mark.t > rep.t_end_s - KEPT_S);
    this.marks.push({ t: rep.t_lockout_s, text: String(rep.rep), level: verdict(rep) });
  }
}

function verdict(rep) {
  if (rep.warnings.some((warning) => warning.level === "red")) return "red";
  if (rep.partial) return "partial";
  if (rep.warnings.length > 0) return "amber";
  return rep.graded ? "good" : "unknown";
}

// Drawing -----------------------------------------------------------------------------------------------------
function fitted(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

class Trace {
  constructor(canvas, options) {
    this.canvas = canvas;
    Object.assign(this, options);
    this.low = this.least[0];
    this.high = this.least[1];
  }

  draw(session, theme, live) {
    const { context, width, height } = fitted(this.canvas);
    if (width === 0 || session.points.length === 0) return;
    const end = session.last.t;
    const shown = session.points.filter((point) => point.t > end - WINDOW_S);
    this.scale(shown);
    const x = (t) => 34 + ((t - end + WINDOW_S) / WINDOW_S) * (width - 40);
    const y = (value) => height - 4 - ((value - this.low) / (this.high - this.low)) * (height - 8);
    this.phases(context, shown, x, height, theme);
    this.grid(context, width, y, theme);
    this.limits(context, session, width, y);
    const colour = live ? this.colour : COLOURS.unknown;
    this.band(context, shown, x, y, colour);
    this.line(context, shown, x, y, colour);
    this.marks(context, session, x, end, theme);
  }

  scale(shown) {
    let [low, high] = this.least;
    for (const point of shown) {
      const value = point[this.value];
      if (value === null) continue;
      low = Math.min(low, value - 3);
      high = Math.max(high, value + 3);
    }
    this.low += (low - this.low) * 0.2;
    this.high += (high - this.high) * 0.2;
  }

  phases(context, shown, x, height, theme) {
    context.fillStyle = theme.shade;
    let start = null;
    for (const point of shown) {
      if (point.phase === "lockout" && start === null) start = point.t;
      if (point.phase !== "lockout" && start !== null) {
        context.fillRect(x(start), 0, x(point.t) - x(start), height);
        start = null;
      }
    }
    if (start !== null) context.fillRect(x(start), 0, x(shown[shown.length - 1].t) - x(start), height);
  }

  grid(context, width, y, theme) {
    const span = this.high - this.low;
    const step = [2, 5, 10, 20, 45].find((size) => span / size <= 6) ?? 90;
    context.font = `12px ${theme.font}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (let value = Math.ceil(this.low / step) * step; value <= this.high; value += step) {
      context.strokeStyle = value === 0 ? theme.zero : theme.grid;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(34, y(value));
      context.lineTo(width - 6, y(value));
      context.stroke();
      context.fillStyle = theme.muted;
      context.fillText(String(value), 28, y(value));
    }
  }

  limits(context, session, width, y) {
    context.textAlign = "left";
    context.textBaseline = "bottom";
    for (const id of this.warnings) {
      const limit = session.limit(id);
      if (!limit) continue;
      for (const level of ["amber", "red"]) {
        if (limit[level] === null || (level === "amber" && limit.amber === limit.red)) continue;
        const value = limit[level];
        if (value < this.low || value > this.high) continue;
        context.strokeStyle = COLOURS[level];
        context.setLineDash(level === "amber" ? [3, 4] : [9, 4]);
        context.lineWidth = 1.5;
        context.beginPath();
        context.moveTo(34, y(value));
        context.lineTo(width - 6, y(value));
        context.stroke();
        context.setLineDash([]);
        context.fillStyle = COLOURS[level];
        context.fillText(`${this.words[id]?.title ?? id} ${SYMBOLS[level]}`, 40, y(value) - 2);
      }
    }
  }

  // Stretches without a gap, an unknown angle, or a change between standing and lifting (another zero).
  *stretches(shown) {
    let stretch = [];
    for (const point of shown) {
      const previous = stretch[stretch.length - 1];
      const breaks = previous && (point.t - previous.t > 0.3 || (this.jumps && point.lift !== previous.lift));
      if (breaks || point[this.value] === null) {
        if (stretch.length > 1) yield stretch;
        stretch = [];
      }
      if (point[this.value] !== null) stretch.push(point);
    }
    if (stretch.length > 1) yield stretch;
  }

  band(context, shown, x, y, colour) {
    context.fillStyle = colour;
    context.globalAlpha = 0.18;
    for (const stretch of this.stretches(shown)) {
      context.beginPath();
      for (const point of stretch) context.lineTo(x(point.t), y(point[this.value] + (point[this.sigma] ?? 0)));
      for (const point of stretch.reverse()) context.lineTo(x(point.t), y(point[this.value] - (point[this.sigma] ?? 0)));
      context.fill();
    }
    context.globalAlpha = 1;
  }

  line(context, shown, x, y, colour) {
    context.strokeStyle = colour;
    context.lineWidth = 2.5;
    context.lineJoin = "round";
    for (const stretch of this.stretches(shown)) {
      context.beginPath();
      context.globalAlpha = stretch[0].valid ? 1 : 0.4;
      for (const point of stretch) context.lineTo(x(point.t), y(point[this.value]));
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  marks(context, session, x, end, theme) {
    context.font = `bold 12px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const mark of session.marks) {
      if (mark.t < end - WINDOW_S) continue;
      context.fillStyle = mark.level in COLOURS ? COLOURS[mark.level] : COLOURS.unknown;
      context.fillText(`${mark.text}${SYMBOLS[mark.level]}`, x(mark.t), 3);
    }
  }
}

// Posture: the chain of the definitions (section 7), lengths in stature, x from bench to feet, z up.
const cranial = (deg) => [-Math.sin((deg * Math.PI) / 180), Math.cos((deg * Math.PI) / 180)];
const anterior = (deg) => [Math.cos((deg * Math.PI) / 180), Math.sin((deg * Math.PI) / 180)];
const along = (from, direction, length) => [from[0] + direction[0] * length, from[1] + direction[1] * length];

function lifting(pelvis, lumbar) {
  const middle = (pelvis + lumbar) / 2;
  const bench = [0, 0.23];
  const thorax = along(bench, anterior(lumbar), 0.035);
  const l1 = along(thorax, cranial(lumbar), -0.07);
  const sacrum = along(l1, cranial(middle), -0.1);
  const hip = along(along(sacrum, cranial(pelvis), -0.06), anterior(pelvis), 0.02);
  const ankle = [0.475, 0.039];
  return {
    bench, thorax, l1, sacrum, hip, ankle,
    knee: kneeOf(hip, ankle), bar: along(hip, anterior(pelvis), 0.06),
    head: along(thorax, cranial(lumbar * 0.75), 0.15),
  };
}

function standing(pelvis, lumbar) {
  const middle = (pelvis + lumbar) / 2;
  const ankle = [0.2, 0.039];
  const knee = [0.2, 0.285];
  const hip = [0.2, 0.53];
  const sacrum = along(along(hip, cranial(pelvis), 0.06), anterior(pelvis), -0.02);
  const l1 = along(sacrum, cranial(middle), 0.1);
  const thorax = along(l1, cranial(lumbar), 0.14);
  return { thorax, l1, sacrum, hip, ankle, knee, head: along(thorax, cranial(lumbar), 0.12) };
}

function kneeOf(hip, ankle) {
  const [thigh, shank] = [0.245, 0.246];
  const [dx, dz] = [hip[0] - ankle[0], hip[1] - ankle[1]];
  const distance = Math.min(Math.hypot(dx, dz), thigh + shank - 1e-6);
  const bend = Math.acos((shank ** 2 + distance ** 2 - thigh ** 2) / (2 * shank * distance));
  const direction = Math.atan2(dz, dx) - bend;
  return [ankle[0] + shank * Math.cos(direction), ankle[1] + shank * Math.sin(direction)];
}

class Posture {
  constructor(canvas) {
    this.canvas = canvas;
  }

  draw(session, theme, level) {
    const { context, width, height } = fitted(this.canvas);
    const point = session.last;
    if (!point || point.pelvis === null || width === 0) return;
    const lumbar = point.lumbar ?? point.pelvis;
    const lies = session.phase !== "idle" || point.pelvis > 40;
    const body = lies ? lifting(point.pelvis, lumbar) : standing(point.pelvis, lumbar);
    const view = lies ? [-0.25, 0.6, 0, 0.45] : [-0.25, 0.65, 0, 1.0];
    const scale = Math.min(width / (view[1] - view[0]), height / (view[3] - view[2]) / 1.05);
    const left = (width - scale * (view[1] - view[0])) / 2;
    const at = ([x, z]) => [left + (x - view[0]) * scale, height - 6 - (z - view[2]) * scale];
    this.floor(context, width, height, theme);
    if (lies) this.bench(context, at, scale, theme);
    this.body(context, at, scale, body, theme);
    this.spine(context, at, scale, body, level);
    if (lies) this.bar(context, at, scale, body, theme);
  }

  floor(context, width, height, theme) {
    context.fillStyle = theme.grid;
    context.fillRect(0, height - 6, width, 2);
  }

  bench(context, at, scale, theme) {
    const [x, y] = at([-0.02, 0.215]);
    context.fillStyle = theme.grid;
    context.fillRect(x - 0.2 * scale, y, 0.22 * scale, 0.05 * scale);
    context.fillRect(x - 0.12 * scale, y, 0.05 * scale, 0.215 * scale);
  }

  body(context, at, scale, body, theme) {
    context.strokeStyle = theme.muted;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.lineWidth = 0.055 * scale;
    context.beginPath();
    for (const joint of [body.hip, body.knee, body.ankle, along(body.ankle, [1, -0.15], 0.07)]) context.lineTo(...at(joint));
    context.stroke();
    context.fillStyle = theme.muted;
    context.beginPath();
    context.arc(...at(body.head), 0.055 * scale, 0, 2 * Math.PI);
    context.fill();
    context.lineWidth = 0.045 * scale;
    context.beginPath();
    context.moveTo(...at(body.head));
    context.lineTo(...at(body.thorax));
    context.stroke();
  }

  spine(context, at, scale, body, level) {
    context.strokeStyle = context.fillStyle = COLOURS[level];
    context.lineWidth = 0.06 * scale;
    context.beginPath();
    context.moveTo(...at(body.thorax));
    context.quadraticCurveTo(...at(body.l1), ...at([(body.l1[0] + body.sacrum[0]) / 2, (body.l1[1] + body.sacrum[1]) / 2]));
    context.quadraticCurveTo(...at(body.sacrum), ...at(body.hip));
    context.stroke();
    context.beginPath();
    context.arc(...at(body.hip), 0.05 * scale, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = "#fff";
    context.font = `bold ${Math.round(0.07 * scale)}px sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(SYMBOLS[level], ...at(body.hip));
  }

  bar(context, at, scale, body, theme) {
    context.strokeStyle = theme.text;
    context.lineWidth = 0.012 * scale;
    context.beginPath();
    context.arc(...at(along(body.bar, [0, 1], 0.02)), 0.022 * scale, 0, 2 * Math.PI);
    context.stroke();
  }
}

// The view ----------------------------------------------------------------------------------------------------
class View {
  constructor(parent, data) {
    const host = document.createElement("div");
    host.innerHTML = TEMPLATE;
    this.root = host.firstElementChild;
    parent.querySelector(".lw")?.remove();
    parent.appendChild(this.root);
    this.words = data.words;
    this.session = new Session();
    this.sound = new Sound();
    this.posture = new Posture(this.$(".posture"));
    this.traces = [
      new Trace(this.$(".trace-tilt"), {
        value: "tilt", sigma: "tiltSigma", colour: COLOURS.good, least: [-50, 20], warnings: ["W1"], jumps: true, words: this.words.warnings,
      }),
      new Trace(this.$(".trace-lambda"), {
        value: "lambda", sigma: "lambdaSigma", colour: COLOURS.lumbar, least: [-20, 20], warnings: ["W1b", "W2"], jumps: false, words: this.words.warnings,
      }),
    ];
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.$(".sound").addEventListener("click", () => this.toggleSound());
    this.feed = new Feed(data, (frame) => this.take(frame), (state) => this.connection(state));
    this.drawn = 0;
    this.loop = (now) => {
      this.tick(now);
      this.request = requestAnimationFrame(this.loop);
    };
    this.request = requestAnimationFrame(this.loop);
  }

  $(selector) {
    return this.root.querySelector(selector);
  }

  close() {
    cancelAnimationFrame(this.request);
    this.feed.close();
    if (this.sound.context) this.sound.context.close();
  }

  async toggleSound() {
    await this.sound.toggle();
    const button = this.$(".sound");
    button.setAttribute("aria-pressed", String(this.sound.armed));
    button.textContent = this.sound.armed ? "Sound is on" : "Turn sound on";
  }

  connection(state) {
    this.root.dataset.connection = state;
    if (state === "lost") this.show("unknown", this.words.connection_lost, Infinity);
    else if (state === "open" && this.bannerLevel === "unknown") this.show("none", "", 0);
  }

  // Message handler: sound and banner at once, the rest on the next frame.
  take(frame) {
    const handler = this[`on_${frame.type}`];
    if (handler) handler.call(this, frame, performance.now());
    this.changed = true;
  }

  on_hello(frame) {
    this.speed = frame.hub.speed;
    this.$(".badge").hidden = !frame.hub.simulated;
    this.$(".badge").textContent = `simulated athlete${frame.hub.speed === 1 ? "" : `, ${frame.hub.speed} times as fast`}`;
    if (!frame.resumed && frame.hub.stations.length > 0) this.begin(frame.hub.stations[0]);
  }

  on_session(frame) {
    this.begin(frame.state);
  }

  begin(state) {
    this.session.begin(state);
    this.root.dataset.session = state.session_state;
    this.$(".athlete").textContent = state.athlete.name || "Athlete";
    this.showLinks();
    this.showReps();
  }

  on_poses(frame, now) {
    this.session.poses(frame, now);
  }

  on_phase(frame) {
    this.session.phase = frame.phase;
  }

  on_sensor(frame) {
    this.session.sensors.set(frame.sensor.placement, frame.sensor);
    this.showLinks();
  }

  on_calibration(frame) {
    this.session.calibration = frame.calibration;
    if (!frame.calibration.valid) {
      const reasons = frame.calibration.reasons.map((reason) => this.words.calibration[reason] ?? reason);
      this.show("amber", `${this.words.not_calibrated} ${reasons.join(" ")}`, Infinity);
    } else if (this.bannerLevel !== "red") this.show("good", this.words.calibrated, BANNER_MS);
  }

  on_calibration_step(frame) {
    const step = this.words.steps[frame.step] ?? frame.step;
    const reasons = frame.reasons.map((reason) => this.words.calibration[reason] ?? reason).join(" ");
    if (frame.reasons.length > 0) this.show("amber", `${step}: ${reasons}`, BANNER_MS * 2);
    else this.show("good", `${step}: done.`, BANNER_MS);
  }

  on_set_started(frame) {
    this.session.set = frame.set;
    this.show("none", "", 0);
    this.showReps();
  }

  on_lockout(frame) {
    if (frame.graded && frame.warnings.length === 0) this.sound.play("good");
  }

  on_live_warning(frame) {
    if (frame.warning.level !== "red") return;
    this.sound.play(toneOf(frame.warning.id));
    this.show("red", this.words.warnings[frame.warning.id].cue, BANNER_MS);
  }

  on_cue(frame) {
    if (frame.warning !== "W2") this.sound.play(toneOf(frame.warning)); // W2 sounded inside the rep
    this.sound.say(frame.text);
    this.show("red", frame.text, BANNER_MS);
  }

  on_rep(frame) {
    this.session.finished(frame.rep);
    this.session.set = frame.rep.set;
    if (frame.stop.length > 0) {
      const titles = frame.stop.map((id) => this.words.warnings[id].title).join(", ");
      this.show("red", `${this.words.stop} ${titles}.`, Infinity);
    }
    this.showReps();
  }

  on_set(frame) {
    this.session.sets.push(frame.set);
    this.showReps();
  }

  on_notice(frame) {
    const sentence = this.words.notices[frame.notice];
    const level = ["sensor_back", "rezeroed"].includes(frame.notice) ? "good" : "amber";
    if (sentence) this.show(level, sentence.replace("{place}", frame.placement), BANNER_MS);
  }

  show(level, text, life) {
    const banner = this.$(".banner");
    this.bannerLevel = level;
    this.bannerUntil = performance.now() + life;
    banner.dataset.level = level;
    banner.querySelector(".symbol").textContent = SYMBOLS[level] ?? "";
    banner.querySelector(".text").textContent = text;
    this.$(".spoken").textContent = text;
  }

  showLinks() {
    const chips = [...this.session.sensors.values()].map((sensor) => {
      const chip = document.createElement("span");
      const place = sensor.placement === "pelvis" ? "Pelvis" : "Lumbar";
      const battery = sensor.battery_percent === null ? "" : `, ${sensor.battery_percent} %`;
      chip.className = "chip";
      chip.dataset.state = sensor.state;
      chip.textContent = `${place}: ${this.words.links[sensor.state] ?? sensor.state}${battery}`;
      chip.title = sensor.detail || sensor.device;
      return chip;
    });
    this.$(".links").replaceChildren(...chips);
  }

  showReps() {
    const { session } = this;
    const own = session.reps.filter((rep) => rep.set === session.set);
    this.root.dataset.set = session.set;
    this.root.dataset.reps = own.length;
    this.root.dataset.allReps = session.reps.length;
    this.$(".set").textContent = session.set ? `Set ${session.set}, rep ${own.length}` : this.waitingWords();
    this.$(".ticks").replaceChildren(...own.map((rep) => this.tick_of(rep)));
    this.$(".reps tbody").replaceChildren(...session.reps.slice(-TABLE_ROWS).reverse().map((rep) => this.row(rep)));
    this.$(".reps").hidden = session.reps.length === 0;
    this.$(".set-line").textContent = this.setLine();
  }

  waitingWords() {
    return this.session.state === "running" ? this.words.before_first_set : this.words.no_session;
  }

  setLine() {
    const { session } = this;
    const parts = session.sets.map((set) => {
      const partial = set.partial ? `, ${set.partial} partial` : "";
      const warnings = set.warnings.map((warning) => this.words.warnings[warning.id].title).join(", ");
      return `Set ${set.set}: ${set.reps} reps${partial}${warnings ? ` (${warnings})` : ""}`;
    });
    const saved = this.words.session_states[session.state] ?? "";
    return [...parts, saved].filter(Boolean).join(" · ");
  }

  tick_of(rep) {
    const tick = document.createElement("li");
    tick.dataset.level = verdict(rep);
    tick.textContent = `${rep.rep} ${SYMBOLS[verdict(rep)]}`;
    tick.title = this.verdictWords(rep);
    return tick;
  }

  row(rep) {
    const row = document.createElement("tr");
    row.dataset.level = verdict(rep);
    const angle = (value, sigma) => (value === null ? "–" : `${signed(value)}° ± ${(sigma ?? 0).toFixed(0)}`);
    const cells = [
      rep.set, rep.rep, (rep.rom_m * 100).toFixed(0),
      angle(rep.tilt_lockout_deg, rep.tilt_sigma_deg), angle(rep.lambda_lockout_deg, rep.lambda_sigma_deg),
      rep.lambda_peak_deg === null ? "–" : `${signed(rep.lambda_peak_deg)}°`,
      rep.concentric_s.toFixed(1), rep.hold_s.toFixed(1), rep.eccentric_s.toFixed(1), this.verdictWords(rep),
    ];
    for (const text of cells) row.appendChild(document.createElement("td")).textContent = text;
    return row;
  }

  verdictWords(rep) {
    const level = verdict(rep);
    const titles = rep.warnings.map((warning) => `${this.words.warnings[warning.id].title} (${warning.level})`);
    if (titles.length > 0) return `${SYMBOLS[level]} ${titles.join(", ")}`;
    if (level === "good") return `${SYMBOLS.good} ${this.words.good}`;
    const reasons = [...new Set(rep.not_graded.map((one) => this.words.not_graded[one.reason] ?? one.reason))];
    return `${SYMBOLS[level]} ${this.words.ungraded}${reasons.length ? `: ${reasons.slice(0, 2).join(", ")}` : ""}`;
  }

  tick(now) {
    if (this.bannerUntil !== undefined && now > this.bannerUntil && this.bannerLevel !== "none") this.show("none", "", 0);
    const age = this.session.age(now);
    const live = age <= STALE_MS && this.root.dataset.connection === "open";
    if (live !== this.wasLive) this.changed = true;
    this.wasLive = live;
    const rest = this.calm.matches ? REDUCED_DRAW_MS : 0;
    if (now - (this.aged ?? -1000) > 150) this.showAge(now, age, live);
    if (!this.changed || now - this.drawn < rest) return;
    this.changed = false;
    this.drawn = now;
    this.draw(live);
  }

  showAge(now, age, live) {
    this.aged = now;
    this.root.dataset.live = String(live);
    const running = this.session.state === "running";
    const text = age < 1000 ? `${Math.round(age)} ms` : `${(age / 1000).toFixed(1)} s`;
    this.$(".age").textContent = !running ? this.words.session_states[this.session.state] ?? ""
      : age === Infinity ? this.words.no_samples : live ? `live, ${text}` : `not live: ${text} old`;
    this.theme = this.readTheme();
    if (this.themeKey !== (this.themeKey = JSON.stringify(this.theme))) this.changed = true;
  }

  readTheme() {
    const style = getComputedStyle(this.root);
    const variable = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
    const text = variable("--st-text-color", "#31333f");
    return {
      text, font: variable("--st-font", "sans-serif"),
      muted: `color-mix(in srgb, ${text} 55%, transparent)`, grid: `color-mix(in srgb, ${text} 15%, transparent)`,
      zero: `color-mix(in srgb, ${text} 40%, transparent)`, shade: `color-mix(in srgb, ${text} 7%, transparent)`,
    };
  }

  level(point, live) {
    if (!live || !point || point.lambda === null || !point.valid || !this.session.calibration?.valid) return "unknown";
    const back = this.session.limit("W2");
    if (back && back.red !== null && point.lambda > back.red) return "red";
    if (back && back.amber !== null && point.lambda > back.amber) return "amber";
    if (this.session.phase !== "lockout") return "good";
    const tilt = this.session.limit("W1");
    return tilt && tilt.amber !== null && point.tilt < tilt.amber ? "amber" : "good";
  }

  draw(live) {
    const point = this.session.last;
    const level = this.level(point, live);
    this.posture.draw(this.session, this.theme ?? this.readTheme(), level);
    for (const trace of this.traces) trace.draw(this.session, this.theme ?? this.readTheme(), live);
    this.$(".phase").textContent = this.words.phases[this.session.phase] ?? "";
    this.$(".numbers").dataset.level = level;
    this.$(".tilt").textContent = point && point.tilt !== null ? `${signed(point.tilt)}°` : "–";
    this.$(".lambda").textContent = point && point.lambda !== null ? `${signed(point.lambda)}°` : "–";
  }
}

function signed(value) {
  const rounded = Math.round(value);
  return rounded > 0 ? `+${rounded}` : rounded < 0 ? `−${-rounded}` : "0";
}

const views = new WeakMap();

export default function (component) {
  const { parentElement, data } = component;
  if (!views.has(parentElement)) views.set(parentElement, new View(parentElement, data));
  return () => {
    views.get(parentElement)?.close();
    views.delete(parentElement);
  };
}
