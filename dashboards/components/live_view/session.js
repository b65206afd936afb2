// What is known of the session: the last seconds of both angles, reps, sets, sensors, calibration.

import { verdict } from "../shared/verdicts.js";

export const WINDOW_S = 20; // seconds of the session on the traces
const KEPT_S = 30;
const CUT_AT_ONCE = 200; // old points are dropped in lots, a shift per point would be slow
const DRIFT_MS = 0.02; // the hub's clock against ours may drift by so much a frame (1 ms a second)

export class Session {
  constructor(phases) {
    this.phases = phases; // in the order of their codes
    this.points = [];
    this.offset = Infinity; // the hub's clock on ours; no session's own
    this.clear();
  }

  clear() {
    this.points.length = 0;
    this.marks = [];
    this.reps = [];
    this.sets = [];
    this.sensors = new Map();
    this.calibration = null;
    this.phase = "idle";
    this.set = 0;
    this.state = "none";
    this.problem = "";
    this.analysing = true;
    this.newest = null;
    this.received = null;
    this.progress = null;
    this.messages = [];
    this.bar = null;
    this.restSince = null;
    this.open = false;
    this.replay = false;
    this.stop = [];
    this.trouble = "";
    this.symptoms = 0;
    this.phaseSince = null;
  }

  begin(state) {
    const kept = this.id === state.session_id ? this.points.slice() : [];
    const marks = this.id === state.session_id ? this.marks : [];
    this.clear();
    this.points.push(...kept);
    this.marks = marks;
    this.id = state.session_id;
    this.athlete = state.athlete;
    this.state = state.session_state;
    this.problem = state.problem;
    this.analysing = state.analysing;
    this.phase = state.phase;
    this.set = state.set_number;
    this.calibration = state.calibration;
    this.reps = state.reps.slice();
    this.sets = state.sets.slice();
    this.progress = state.progress;
    this.messages = state.messages;
    this.bar = state.bar_kg;
    this.restSince = state.rest_since_s;
    this.open = state.set_open;
    this.replay = state.replay;
    this.stop = state.stop;
    this.trouble = state.store_trouble;
    this.symptoms = state.symptoms.length;
    this.told = state.t_s;
    for (const sensor of state.sensors) this.sensors.set(sensor.placement, sensor);
  }

  // What the page is for now; as presenters/train.py says it.
  get stage() {
    if (this.state === "none") return "start";
    if (this.state === "saving") return "saving";
    if (this.state !== "running") return "summary";
    if (this.open || this.set > this.sets.length) return "lift";
    if (this.guiding) return "calibrate";
    if (this.sets.length > 0) return "after_set";
    return this.streaming ? "ready" : "connect";
  }

  get guiding() {
    return this.progress !== null && ["asking", "under_way", "judging"].includes(this.progress.stage);
  }

  get streaming() {
    const sensors = [...this.sensors.values()];
    return this.last !== undefined || (sensors.length > 0 && sensors.every((sensor) => sensor.state === "streaming"));
  }

  // The greeting tells the clocks apart, so that nothing missed is taken for new; another run's are others.
  greeted(sentMs, now, resumed) {
    this.offset = Math.min(resumed ? this.offset : Infinity, now - sentMs);
  }

  // Session time now: of the newest sample, run on for as long as samples may be on their way.
  time(now, speed) {
    if (!this.last) return this.told;
    return this.last.t + (Math.min(Math.max(now - this.received, 0), 300) / 1000) * speed;
  }

  poses(frame, received) {
    this.received = received;
    this.offset = Math.min(this.offset + DRIFT_MS, received - frame.sent_ms); // the fastest frame tells the clocks apart
    this.newest = frame.sent_ms + this.offset - frame.age_ms;
    this.turn(frame.phase, frame.t_s[0] ?? 0);
    frame.t_s.forEach((t, i) => {
      const phase = this.phases[frame.phase_code[i]];
      this.points.push({
        t, phase, lift: phase !== "idle", valid: frame.valid[i],
        tilt: frame.tilt_deg[i], tiltSigma: frame.tilt_sigma_deg[i],
        lambda: frame.lambda_deg[i], lambdaSigma: frame.lambda_sigma_deg[i],
        pelvis: frame.pelvis_pitch_deg[i], lumbar: frame.lumbar_pitch_deg[i],
      });
    });
    this.forget();
  }

  // A new phase: remember when it began, for the tempo.
  turn(phase, t) {
    if (phase === this.phase && this.phaseSince !== null) return;
    if (phase === "concentric") this.tempo = {};
    if (this.tempo && this.phaseSince !== null && this.phase !== phase) this.tempo[this.phase] = t - this.phaseSince;
    this.phase = phase;
    this.phaseSince = t;
  }

  forget() {
    const oldest = this.last.t - KEPT_S;
    const cut = this.points.findIndex((point) => point.t >= oldest);
    if (cut > CUT_AT_ONCE) this.points.splice(0, cut);
  }

  get last() {
    return this.points[this.points.length - 1];
  }

  // Age of the newest sample in ms of real time, however late its frame was handled.
  age(now) {
    return this.newest === null ? Infinity : Math.max(0, now - this.newest);
  }

  limit(id) {
    return this.calibration?.limits.find((limit) => limit.id === id);
  }

  get ownReps() {
    return this.reps.filter((rep) => rep.set === this.set);
  }

  get setFinished() {
    return this.sets.find((set) => set.set === this.set);
  }

  finished(rep) {
    this.reps = this.reps.filter((other) => other.set !== rep.set || other.rep !== rep.rep);
    this.reps.push(rep);
    this.set = Math.max(this.set, rep.set);
    this.marks = this.marks.filter((mark) => mark.t > rep.t_end_s - KEPT_S);
    this.marks.push({ t: rep.t_lockout_s, text: String(rep.rep), level: verdict(rep) });
  }
}
