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
    this.offset = Infinity;
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
    for (const sensor of state.sensors) this.sensors.set(sensor.placement, sensor);
  }

  poses(frame, received) {
    this.offset = Math.min(this.offset + DRIFT_MS, received - frame.sent_ms); // the fastest frame tells the clocks apart
    this.newest = frame.sent_ms + this.offset - frame.age_ms;
    this.phase = frame.phase;
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
    this.set = rep.set;
    this.marks = this.marks.filter((mark) => mark.t > rep.t_end_s - KEPT_S);
    this.marks.push({ t: rep.t_lockout_s, text: String(rep.rep), level: verdict(rep) });
  }
}
