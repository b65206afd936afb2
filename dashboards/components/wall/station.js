// One athlete as the wall knows him or her: from the hub's state and frames to one summary.

import { signed, verdict } from "../shared/verdicts.js";

export const STALE_MS = 300; // an angle older than this is never shown as live (design)
const LOW_BATTERY = 15; // per cent (convention)
const SEVERITY = { red: 0, amber: 1, partial: 2, unknown: 3, good: 4, none: 5 };

export const severity = (level) => SEVERITY[level];

export class Station {
  constructor(state, words) {
    this.words = words;
    this.begin(state);
  }

  begin(state) {
    const same = this.state?.session_id === state.session_id;
    this.state = { ...state, reps: [...state.reps], sets: [...state.sets], sensors: [...state.sensors] };
    this.newest = null; // when the newest sample was measured, on the page's clock
    this.pose = null;
    this.during = { rep: 0, warnings: [] }; // said inside a rep that has not ended
    if (!same) this.doubts = new Map(); // sensors that are lost or may have slipped
    this.storeProblem = state.store_trouble ?? "";
    this.stop = state.stop ?? []; // "stop the set" stands for these, says the hub
  }

  named(state) {
    Object.assign(this.state, { name: state.name, athlete: state.athlete });
    return this;
  }

  take(frame, clock) {
    this[`on_${frame.type}`]?.(frame, clock);
  }

  on_poses(frame, clock) {
    this.newest = clock.here(frame.sent_ms) - frame.age_ms;
    this.state.phase = frame.phase;
    const last = frame.t_s.length - 1;
    this.pose = { valid: frame.valid[last], tilt: frame.tilt_deg[last], lambda: frame.lambda_deg[last] };
  }

  on_phase(frame) {
    this.state.phase = frame.phase;
  }

  on_calibration(frame) {
    this.state.calibration = frame.calibration;
  }

  on_set_started(frame) {
    this.state.set_number = frame.set;
    this.during = { rep: 0, warnings: [] };
    this.stop = [];
  }

  on_live_warning(frame) {
    this.said(frame.set, frame.rep, [frame.warning]);
  }

  on_lockout(frame) {
    this.said(frame.set, frame.rep, frame.warnings);
  }

  said(set, rep, warnings) {
    this.state.set_number = set;
    if (this.during.rep !== rep) this.during = { rep, warnings: [] };
    const news = new Set(warnings.map((warning) => warning.id));
    this.during.warnings = [...this.during.warnings.filter((warning) => !news.has(warning.id)), ...warnings];
  }

  on_rep(frame) {
    const { rep } = frame;
    this.state.reps = this.state.reps.filter((other) => other.set !== rep.set || other.rep !== rep.rep);
    this.state.reps.push(rep);
    this.state.set_number = rep.set;
    this.during = { rep: 0, warnings: [] }; // final verdicts replace provisional ones
    this.stop = frame.stop;
  }

  on_set(frame) {
    this.state.sets = [...this.state.sets.filter((set) => set.set !== frame.set.set), frame.set];
  }

  on_progress(frame) {
    this.state.progress = frame.progress;
  }

  on_sensor(frame) {
    const others = this.state.sensors.filter((sensor) => sensor.placement !== frame.sensor.placement);
    this.state.sensors = [...others, frame.sensor];
  }

  on_notice(frame) {
    const { notice, placement } = frame;
    if (notice === "sensor_lost" || notice === "slip_suspected") this.doubts.set(placement, notice);
    if (notice === "sensor_back" && this.doubts.get(placement) === "sensor_lost") this.doubts.delete(placement);
    if (notice === "rezeroed") this.doubts.delete(placement);
  }

  on_store(frame) {
    this.storeProblem = frame.resolved ? "" : frame.message;
  }

  get running() {
    return this.state.session_state === "running";
  }

  get reps() {
    return this.state.reps.filter((rep) => rep.set === this.state.set_number);
  }

  age(now) {
    return this.newest === null ? Infinity : Math.max(0, now - this.newest);
  }

  level() {
    const last = this.reps[this.reps.length - 1];
    const said = levelOf(this.during.warnings);
    if (said === "red" || this.stop.length > 0) return "red";
    if (said !== "none") return said;
    return last ? verdict(last) : "none";
  }

  sensor(placement) {
    return this.state.sensors.find((sensor) => sensor.placement === placement);
  }

  // Sensors first: without them no angle means anything.
  troubles() {
    const { state, words } = this;
    const found = [];
    if (state.problem) found.push(state.problem);
    if (this.running) for (const sensor of state.sensors) found.push(...this.sensorTroubles(sensor));
    if (this.running && !state.analysing) found.push(words.not_analysing);
    if (this.running && state.calibration && !state.calibration.valid) found.push(words.uncalibrated);
    if (this.storeProblem) found.push(this.storeProblem);
    return found;
  }

  sensorTroubles(sensor) {
    const { words } = this;
    const name = words.sensors[sensor.placement];
    const doubt = this.doubts.get(sensor.placement);
    if (sensor.state !== "streaming") return [`${name}: ${words.links[sensor.state] ?? sensor.state}`];
    if (doubt) return [`${name}: ${words.doubts[doubt]}`];
    const low = sensor.battery_percent !== null && sensor.battery_percent <= LOW_BATTERY;
    return low ? [`${name}: ${words.battery} ${sensor.battery_percent} %`] : [];
  }

  // A sensor that is not there makes stillness impossible to tell: its athlete is never shown as still.
  get blind() {
    const cut = this.state.sensors.some((sensor) => sensor.state !== "streaming");
    return cut || [...this.doubts.values()].includes("sensor_lost");
  }

  summary(now, connected) {
    const { state, words } = this;
    const age = this.age(now);
    const live = connected && this.running && age <= STALE_MS;
    const level = this.level();
    const faults = this.faults();
    return {
      station: state.station, name: state.athlete.name || state.name || `${words.station} ${state.station}`, level,
      live, running: this.running, blind: this.blind, calibrated: state.calibration?.valid ?? false,
      set: state.set_number, repCount: this.reps.length,
      where: this.where(), phase: this.phaseWords(live), verdict: this.verdictWords(level, faults),
      short: faults.length > 1 ? `${this.verdictWords(level, faults.slice(0, 1))} +${faults.length - 1}` : "",
      link: this.linkWords(live, age, connected), troubles: this.troubles(),
      trend: this.trend(), stop: this.stop.length > 0,
    };
  }

  where() {
    const { set_number: set } = this.state;
    if (!this.running) return "";
    if (!set) return this.beforeSets();
    const reps = this.during.rep || this.reps.length;
    if (this.setDone) return `${this.words.set} ${set} ${this.words.done} · ${this.reps.length} ${this.words.reps}`;
    return reps ? `${this.words.set} ${set} · ${this.words.rep} ${reps}` : `${this.words.set} ${set}`;
  }

  get setDone() {
    return this.state.sets.some((set) => set.set === this.state.set_number);
  }

  // Which step of the calibration; else the phase says more than "getting ready".
  beforeSets() {
    const { progress, phase } = this.state;
    const step = progress && !progress.valid && progress.current !== null ? progress.steps[progress.current].step : null;
    if (step) return this.words.steps[step] ?? step;
    return phase !== "idle" && !this.blind ? "" : this.words.getting_ready;
  }

  phaseWords(live) {
    if (!this.running) return this.words.session_states[this.state.session_state] ?? "";
    return live && !this.blind && !this.setDone ? this.words.phases[this.state.phase] ?? "" : "";
  }

  // Titles of what stands, the most urgent first; empty: nothing does.
  faults() {
    if (this.stop.length > 0) return this.titles(this.stop);
    const rep = this.reps[this.reps.length - 1];
    const warnings = this.during.warnings.length > 0 ? this.during.warnings : rep?.warnings ?? [];
    return this.titles(this.worstFirst(warnings).map((warning) => warning.id));
  }

  verdictWords(level, faults) {
    const stop = this.stop.length > 0 ? `${this.words.stop} ` : "";
    if (faults.length > 0) return `${stop}${faults.join(", ")}`;
    const rep = this.reps[this.reps.length - 1];
    if (!rep) return "";
    if (rep.partial) return this.words.partial;
    if (level === "good") return this.words.good;
    const reason = rep.not_graded.map((one) => this.words.not_graded[one.reason] ?? one.reason)[0];
    return reason ? `${this.words.ungraded}: ${reason}` : this.words.ungraded;
  }

  worstFirst(warnings) {
    const urgency = (warning) => SEVERITY[warning.level] * 100 + this.words.priority.indexOf(warning.id);
    return [...warnings].sort((a, b) => urgency(a) - urgency(b));
  }

  titles(ids) {
    return [...new Set(ids)].map((id) => this.words.warnings[id].title);
  }

  linkWords(live, age, connected) {
    if (!this.running) return "";
    if (age === Infinity) return this.words.no_samples;
    if (live) return this.words.live;
    const old = age < 1000 ? `${Math.round(age)} ms` : age < 60_000 ? `${(age / 1000).toFixed(1)} s` : `${Math.floor(age / 60_000)} min`;
    return connected ? `${this.words.stale}, ${old}` : `${this.words.cut_off}, ${old}`;
  }

  // Lumbar extension at the top of each rep of the set; tilt where there is no lumbar angle.
  trend() {
    const lumbar = this.reps.some((rep) => rep.lambda_lockout_deg !== null);
    const [value, sigma, id] = lumbar
      ? ["lambda_lockout_deg", "lambda_sigma_deg", "W1b"] : ["tilt_lockout_deg", "tilt_sigma_deg", "W1"];
    const points = this.reps.map((rep) => ({
      rep: rep.rep, value: rep[value], level: verdict(rep), graded: rep.graded,
    }));
    const known = this.reps.filter((rep) => rep[value] !== null);
    const last = known[known.length - 1];
    const number = last ? `${signed(last[value])}° ± ${Math.round(last[sigma] ?? 0)}°` : "";
    const limit = this.state.calibration?.limits.find((one) => one.id === id) ?? null;
    return { points, number, limit, title: lumbar ? this.words.lumbar_top : this.words.tilt_top };
  }
}

function levelOf(warnings) {
  if (warnings.length === 0) return "none";
  return warnings.some((warning) => warning.level === "red") ? "red" : "amber";
}
