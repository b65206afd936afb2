// The live view. Sound and banner fire in the message handler; canvases are drawn on requestAnimationFrame.

import { readTheme } from "../shared/canvas.js";
import { Feed } from "../shared/feed.js";
import { COLOURS, SYMBOLS, signed } from "../shared/verdicts.js";
import { Guide } from "./guide.js";
import { Posture } from "./posture.js";
import { Reps } from "./reps.js";
import { Session } from "./session.js";
import { Sound } from "./sound.js";
import { Tempo } from "./tempo.js";
import { Trace } from "./trace.js";

const STALE_MS = 300; // an angle older than this is never shown as live (design)
const BANNER_MS = 6000;
const AGE_EVERY_MS = 150;
const REDUCED_DRAW_MS = 200; // five redraws a second for those who ask for less motion
const GATE = 1.64; // red only where the limit is exceeded by so many sigma (definitions 5)
const HEARD_MS = 1000; // what happened longer ago is shown, not sounded: a tab that slept must not scream

const TEMPLATE = `
<section class="lw" data-connection="connecting" aria-label="Live view of the session">
  <div class="head">
    <div class="who"><strong class="athlete"></strong> <span class="badge" hidden></span></div>
    <div class="where"><span class="set"></span><span class="phase"></span><span class="rest"></span></div>
    <div class="links" role="group" aria-label="Sensors"></div>
    <div class="age" title="Age of the newest sample"></div>
    <button class="sound" type="button" aria-pressed="false"></button>
  </div>
  <div class="banner" data-level="none"><span class="symbol" aria-hidden="true"></span><span class="text"></span></div>
  <p class="trouble" hidden></p>
  <div class="spoken" aria-live="assertive" role="status"></div>
  <ul class="messages" aria-label="Messages of the coach"></ul>
  <div class="guide" role="group" aria-label="Guided calibration" hidden></div>
  <div class="now">
    <div class="figure">
      <canvas class="posture" role="img" aria-label="Posture: pelvis and spine"></canvas>
      <div class="numbers">
        <div class="number"><span class="name">Pelvic tilt</span><output class="tilt">–</output></div>
        <div class="number"><span class="name">Lumbar extension</span><output class="lambda">–</output></div>
      </div>
    </div>
    <div class="traces">
      <h3>Posterior pelvic tilt, degrees</h3>
      <canvas class="trace-tilt" role="img" aria-label="Pelvic tilt over time"></canvas>
      <h3>Lumbar extension, degrees</h3>
      <canvas class="trace-lambda" role="img" aria-label="Lumbar extension over time"></canvas>
      <div class="tempo" role="group" aria-label="Phase and tempo"></div>
    </div>
  </div>
  <ol class="ticks" aria-label="Reps of this set"></ol>
  <p class="set-line"></p>
  <div class="table" tabindex="0" role="region" aria-label="Reps">
    <table class="reps" hidden>
      <caption>Reps, newest first</caption>
      <thead><tr><th scope="col">Set</th><th scope="col">Rep</th><th scope="col">Verdict</th>
        <th scope="col" class="range">Range (cm)</th>
        <th scope="col">Tilt at the top</th><th scope="col">Lumbar at the top</th><th scope="col">Lumbar peak</th>
        <th scope="col">Up (s)</th><th scope="col">Hold (s)</th><th scope="col">Down (s)</th></tr></thead>
      <tbody></tbody>
    </table>
  </div>
</section>`;

class View {
  // ask(name, value): to the page.
  constructor(parent, data, ask) {
    const host = document.createElement("div");
    host.innerHTML = TEMPLATE;
    this.root = host.firstElementChild;
    parent.querySelector(".lw")?.remove();
    parent.appendChild(this.root);
    this.words = data.words;
    this.station = data.station;
    this.ask = ask;
    this.speed = 1;
    this.session = new Session(this.words.phase_order);
    this.sound = new Sound(() => this.showSound());
    this.posture = new Posture(this.$(".posture"));
    this.reps = new Reps(this.$(".ticks"), this.$(".reps"), this.words);
    this.traces = this.makeTraces();
    this.tempo = new Tempo(this.$(".tempo"), this.words);
    this.guide = new Guide(this.$(".guide"), this.words, this.sound, (request) => this.ask("ask", request));
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.theme = readTheme(this.root);
    this.show("none", "", 0);
    this.showSound();
    this.$(".sound").addEventListener("click", () => this.sound.toggle());
    this.feed = new Feed(
      data, (frame) => this.take(frame), (state) => this.connection(state), { station: this.station },
    );
    this.drawn = this.aged = -Infinity;
    this.hide = () => document.hidden && this.unlive();
    this.freeze = () => this.unlive();
    document.addEventListener("visibilitychange", this.hide);
    document.addEventListener("freeze", this.freeze);
    this.loop = (now) => {
      this.tick(now);
      this.request = requestAnimationFrame(this.loop);
    };
    this.request = requestAnimationFrame(this.loop);
  }

  makeTraces() {
    const words = this.words.warnings;
    return [
      new Trace(this.$(".trace-tilt"), {
        value: "tilt", sigma: "tiltSigma", colour: COLOURS.good, least: [-55, 20], warnings: ["W1"], jumps: true, words,
        between: ["W1", null],
      }),
      new Trace(this.$(".trace-lambda"), {
        value: "lambda", sigma: "lambdaSigma", colour: COLOURS.lumbar, least: [-20, 20], warnings: ["W1b", "W2"],
        jumps: false, words, between: ["W2b", "W1b"],
      }),
    ];
  }

  $(selector) {
    return this.root.querySelector(selector);
  }

  close() {
    cancelAnimationFrame(this.request);
    document.removeEventListener("visibilitychange", this.hide);
    document.removeEventListener("freeze", this.freeze);
    this.feed.close();
    this.sound.close();
  }

  showSound() {
    const button = this.$(".sound");
    button.setAttribute("aria-pressed", String(this.sound.armed));
    button.textContent = this.sound.armed ? this.words.sound_on : this.words.sound_off;
  }

  connection(state) {
    this.root.dataset.connection = state;
    const said = this.banner.level === "unknown";
    if (state === "lost" && !said) this.show("unknown", this.words.connection_lost, Infinity);
    else if (state === "open" && said) this.standing();
  }

  // Message handler: sound and banner at once, the rest on the next frame.
  take(frame) {
    if ((frame.station ?? frame.state?.station ?? this.station) !== this.station) return;
    this[`on_${frame.type}`]?.(frame, performance.now());
    this.changed = true;
    this.moved();
  }

  // The page is told when it has something else to show.
  moved() {
    const { session } = this;
    const { stage, current, valid } = session.progress ?? {};
    const key = JSON.stringify([
      session.id, session.state, session.problem, session.stage, session.set, session.sets.length, session.symptoms,
      stage === "ready", valid, current === null,
    ]);
    this.root.dataset.stage = session.stage;
    if (key === this.movedTo || session.id === undefined) return;
    this.movedTo = key;
    this.ask("moved", key);
  }

  // A tab that is not looked at stops drawing: what it shows when it is looked at again is old.
  unlive() {
    this.live = false;
    this.root.dataset.live = "false";
  }

  // Happened just now, as far as can be told; else it is shown, not sounded.
  heard(frame, now) {
    if (frame.sent_ms !== undefined) return now - (frame.sent_ms + this.session.offset) < HEARD_MS;
    return this.session.age(now) < HEARD_MS;
  }

  on_hello(frame, now) {
    this.session.greeted(frame.sent_ms, now, frame.resumed);
    const { speed, simulated, stations, preferences } = frame.hub;
    this.prefer(preferences);
    this.speed = this.guide.speed = speed;
    this.simulated = simulated ? `simulated${speed === 1 ? "" : `, up to ${speed} times as fast`}` : "";
    this.places(stations, frame.resumed);
  }

  prefer(preferences) {
    this.sound.prefer(preferences);
    this.reps.prefer(preferences);
  }

  on_stations(frame) {
    this.prefer(frame.hub.preferences);
    this.showReps();
    this.places(frame.hub.stations, true);
  }

  places(stations, known) {
    const own = stations.find((one) => one.station === this.station);
    if (own && (!known || own.session_id !== this.session.id)) this.begin(own);
    this.showBadge();
  }

  on_session(frame) {
    this.begin(frame.state);
  }

  showBadge() {
    const text = this.session.replay ? this.words.replay : this.simulated;
    this.$(".badge").hidden = !text;
    this.$(".badge").textContent = text ?? "";
  }

  begin(state) {
    this.session.begin(state);
    this.root.dataset.session = state.session_state;
    this.$(".athlete").textContent = state.athlete.name || "Athlete";
    this.standing();
    this.showBadge();
    this.showLinks();
    this.showReps();
    this.showMessages();
    this.showTrouble();
    this.guide.show(this.session);
  }

  // What stands whenever nothing newer is to be said.
  standing() {
    const { problem, analysing, stop, stage } = this.session;
    if (problem) this.show("amber", problem, Infinity);
    else if (!analysing) this.show("amber", this.words.not_analysing, Infinity);
    else if (stop.length > 0 && stage === "lift") this.showStop(stop);
    else this.show("none", "", 0);
  }

  on_progress(frame) {
    this.session.progress = frame.progress;
    this.guide.show(this.session);
    this.showReps();
  }

  on_load(frame) {
    this.session.bar = frame.bar_kg;
    if (frame.set) this.session.sets = this.session.sets.map((set) => (set.set === frame.set.set ? frame.set : set));
    this.showReps();
  }

  on_symptom() {
    this.session.symptoms += 1;
  }

  on_message(frame) {
    const news = frame.messages.some((one) => !this.session.messages.some((known) => known.id === one.id));
    this.session.messages = frame.messages;
    this.showMessages();
    if (!news) return;
    this.sound.play("other");
    this.sound.say(frame.messages[frame.messages.length - 1].text);
    this.tell(`${this.words.coach} ${frame.messages[frame.messages.length - 1].text}`);
  }

  showMessages() {
    const items = this.session.messages.map((message) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      item.appendChild(document.createElement("strong")).textContent = this.words.coach;
      item.appendChild(document.createElement("span")).textContent = message.text;
      button.type = "button";
      button.textContent = this.words.read;
      button.addEventListener("click", () => this.ask("ask", { dismiss: message.id }));
      item.appendChild(button);
      return item;
    });
    this.$(".messages").replaceChildren(...items);
  }

  on_poses(frame, now) {
    this.session.poses(frame, now);
  }

  on_phase(frame) {
    this.session.turn(frame.phase, frame.t_s);
  }

  on_sensor(frame) {
    this.session.sensors.set(frame.sensor.placement, frame.sensor);
    this.showLinks();
  }

  on_calibration(frame) {
    this.session.calibration = frame.calibration;
    if (frame.calibration.valid || this.session.guiding) return; // the guide says it better
    const reasons = frame.calibration.reasons.map((reason) => this.words.calibration[reason] ?? reason);
    this.show("amber", `${this.words.not_calibrated} ${reasons.join(" ")}`, Infinity);
  }

  on_calibration_begun(frame) {
    if (this.session.guiding) return;
    this.show("step", `${this.words.steps[frame.step] ?? frame.step} …`, BANNER_MS * 10);
  }

  on_calibration_step(frame) {
    if (this.session.guiding) return;
    const step = this.words.steps[frame.step] ?? frame.step;
    const reasons = frame.reasons.map((reason) => this.words.calibration[reason] ?? reason).join(" ");
    if (frame.reasons.length > 0) this.show("amber", `${step}: ${reasons}`, BANNER_MS * 2);
    else this.show("good", `${step}: done`, BANNER_MS);
  }

  on_set_started(frame) {
    this.session.set = frame.set;
    this.session.open = true;
    this.session.restSince = null;
    this.session.stop = [];
    this.show("none", "", 0);
    this.showReps();
  }

  on_lockout(frame, now) {
    if (!frame.graded || frame.warnings.length > 0) return;
    if (this.heard(frame, now)) this.sound.cue("good");
    if (this.banner.level === "red" && !this.banner.stays) this.show("none", "", 0); // the next rep is better
  }

  on_live_warning(frame, now) {
    if (frame.warning.level !== "red") return;
    if (this.heard(frame, now)) this.sound.cue(frame.warning.id);
    this.warn(frame.rep, this.words.warnings[frame.warning.id].cue);
  }

  on_cue(frame, now) {
    if (this.heard(frame, now)) {
      if (frame.warning !== "W2") this.sound.cue(frame.warning); // W2 sounded inside the rep
      if (!this.sound.muted.has(frame.warning)) this.sound.say(frame.text);
    }
    this.warn(frame.rep, frame.text);
  }

  on_rep(frame) {
    this.session.finished(frame.rep);
    this.session.stop = frame.stop;
    if (frame.stop.length > 0) this.showStop(frame.stop);
    else if (this.banner.stays) this.standing();
    this.showReps();
  }

  showStop(stop) {
    this.show("red", `${this.words.stop} ${stop.map((id) => this.words.warnings[id].title).join(", ")}`, Infinity);
  }

  on_set(frame) {
    this.session.sets = [...this.session.sets.filter((set) => set.set !== frame.set.set), frame.set];
    this.session.open = false;
    this.session.restSince = frame.set.t_end_s;
    this.show("none", "", 0);
    this.showReps();
  }

  on_notice(frame) {
    const sentence = this.words.notices[frame.notice];
    const good = ["sensor_back", "rezeroed"].includes(frame.notice);
    this.show(good ? "good" : "amber", sentence.replace("{place}", frame.placement), BANNER_MS);
  }

  // It stands by itself until it is over: no banner of a rep or a set may hide it.
  on_store(frame) {
    this.session.trouble = frame.resolved ? "" : frame.message;
    this.showTrouble();
    if (frame.resolved) this.show("good", frame.message, BANNER_MS);
    else this.tell(frame.message);
  }

  showTrouble() {
    const { trouble } = this.session;
    this.$(".trouble").hidden = !trouble;
    this.$(".trouble").textContent = trouble ? `${SYMBOLS.amber} ${trouble}` : "";
  }

  // Read aloud by a screen reader, at once.
  tell(text) {
    this.$(".spoken").textContent = text;
  }

  warn(rep, text) {
    if (!this.banner.stays) this.show("red", `Rep ${rep}: ${text}`, BANNER_MS);
  }

  show(level, text, life) {
    this.banner = { level, until: performance.now() + life, stays: level === "red" && life === Infinity };
    const element = this.$(".banner");
    element.dataset.level = level;
    element.querySelector(".symbol").textContent = SYMBOLS[level] ?? "";
    element.querySelector(".text").textContent = text;
    this.tell(text);
  }

  showLinks() {
    const chips = [...this.session.sensors.values()].map((sensor) => {
      const chip = document.createElement("span");
      const place = sensor.placement === "pelvis" ? "Pelvis" : "Lumbar";
      const battery = sensor.battery_percent === null ? "" : `, battery ${sensor.battery_percent} %`;
      chip.className = "chip";
      chip.dataset.place = sensor.placement;
      chip.dataset.state = sensor.state;
      chip.textContent = `${place}: ${this.words.links[sensor.state] ?? sensor.state}${battery}`;
      chip.title = sensor.detail || sensor.device;
      return chip;
    });
    this.$(".links").replaceChildren(...chips);
  }

  showReps() {
    const { session } = this;
    const reps = session.ownReps.length;
    Object.assign(this.root.dataset, { set: session.set, reps, allReps: session.reps.length });
    this.reps.show(session);
    const counted = `${reps} ${reps === 1 ? "rep" : "reps"}`;
    const where = session.setFinished ? `Set ${session.set} done, ${counted}` : `Set ${session.set}, ${counted}`;
    const lifting = session.set && ["lift", "after_set"].includes(session.stage);
    this.$(".set").textContent = lifting ? where : this.words.before[session.stage] ?? "";
    const state = this.words.session_states[session.state] ?? "";
    this.$(".set-line").textContent = [this.reps.setLine(session), state].filter(Boolean).join(" · ");
  }

  tick(now) {
    this.guide.tick(now, this.session);
    if (now > this.banner.until && this.banner.level !== "none") this.standing();
    const age = this.session.age(now);
    const live = age <= STALE_MS && this.root.dataset.connection === "open";
    const turned = live !== this.live;
    this.live = live;
    if (turned || now - this.aged > AGE_EVERY_MS) this.showAge(now, age);
    if (turned) this.changed = true;
    if (!this.changed || now - this.drawn < (this.calm.matches ? REDUCED_DRAW_MS : 0)) return;
    this.changed = false;
    this.drawn = now;
    this.draw();
  }

  showAge(now, age) {
    this.aged = now;
    this.root.dataset.live = String(this.live);
    this.$(".age").textContent = this.ageWords(age);
    this.$(".rest").textContent = this.restWords(now);
    const theme = readTheme(this.root);
    if (JSON.stringify(theme) !== JSON.stringify(this.theme)) this.changed = true;
    this.theme = theme;
  }

  // Rest since the last rep, in life's own seconds.
  restWords(now) {
    const { restSince, stage } = this.session;
    if (restSince === null || stage !== "after_set") return "";
    const seconds = Math.max(0, Math.floor(this.session.time(now, this.speed) - restSince));
    return `${this.words.rest} ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  ageWords(age) {
    if (this.session.state !== "running") return this.words.session_states[this.session.state] ?? "";
    if (age === Infinity) return this.words.no_samples;
    const text = age < 1000 ? `${Math.round(age)} ms` : `${(age / 1000).toFixed(1)} s`;
    return this.live ? `live, ${text}` : `not live, ${text} old`;
  }

  // Verdict of this moment: unknown when stale or not calibrated, never "good" then.
  level(point) {
    if (!this.live || !point || point.lambda === null || !point.valid) return "unknown";
    if (!this.session.calibration?.valid) return "unknown";
    if (this.banner.level === "red" && point.lift) return "red"; // what was said stays on the figure as long
    const past = (limit, level, value = point.lambda) => limit && limit[level] !== null && value > limit[level];
    const back = this.session.limit("W2");
    if (point.lift && past(back, "red", point.lambda - GATE * (point.lambdaSigma ?? Infinity))) return "red";
    if (point.lift && past(back, "amber")) return "amber";
    if (point.phase !== "lockout") return "good";
    const tilt = this.session.limit("W1");
    const short = tilt && tilt.amber !== null && point.tilt < tilt.amber;
    return short || past(this.session.limit("W1b"), "amber") ? "amber" : "good";
  }

  draw() {
    const point = this.session.last;
    const level = this.level(point);
    this.posture.draw(this.session, this.theme, level);
    this.tempo.draw(this.session);
    for (const trace of this.traces) trace.draw(this.session, this.theme, this.live);
    const moves = ["ready", "lift"].includes(this.session.stage);
    this.$(".phase").textContent = moves ? this.words.phases[this.session.phase] ?? "" : "";
    this.$(".numbers").dataset.level = level;
    this.$(".tilt").textContent = point && point.tilt !== null ? `${signed(point.tilt)}°` : "–";
    this.$(".lambda").textContent = point && point.lambda !== null ? `${signed(point.lambda)}°` : "–";
  }
}

const views = new WeakMap(); // one view per element: changed data runs this again on the same one

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  let view = views.get(parentElement);
  if (view && view.station !== data.station) {
    view.close();
    view = undefined;
  }
  if (view) {
    view.ask = setTriggerValue;
    Object.assign(view.words, data.words);
  }
  else views.set(parentElement, new View(parentElement, data, setTriggerValue));
  return () => {
    views.get(parentElement)?.close();
    views.delete(parentElement);
  };
}
