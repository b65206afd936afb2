// The guided calibration: picture, sound and count-down. What stands is said by the hub's progress; the tab in
// which the athlete pressed "begin" leads through the steps, any other one only shows them.

import { SYMBOLS } from "../shared/verdicts.js";
import { pictureOf } from "./pictures.js";

const LEAD_S = 3; // from "begin" to the step, and from one step to the next
const UNANSWERED_MS = 6000;
const LATER_S = 15; // a thrust that is under way when the time is over is waited for
const FLAT_DEG = 30; // lying flat within this, not at the bottom of a lift
const FLAT_S = 1; // and still so long, whatever phase of a lift it looks like
const STILL_DEG = 2;
const LIFTING = ["concentric", "lockout", "eccentric"];
const MARKS = { passed: SYMBOLS.good, failed: SYMBOLS.red, skipped: "–", running: "●", judging: "…", none: "" };

const GUIDE_TEMPLATE = `
  <ol class="steps" aria-label="Calibration"></ol>
  <div class="step">
    <div class="picture"></div>
    <div class="told">
      <h2 class="title"></h2>
      <p class="tell"></p>
      <p class="why" role="status"></p>
      <div class="count"><output class="left"></output><span class="move"></span></div>
      <progress class="way" max="1" value="0" aria-label="Progress of this step"></progress>
      <div class="choices">
        <button type="button" class="begin"></button>
        <button type="button" class="skip" hidden>Leave this step out</button>
      </div>
    </div>
  </div>`;

export class Guide {
  // ask(request): to the page, which asks the hub; sound, words; speed: session seconds per second.
  constructor(element, words, sound, ask) {
    Object.assign(this, { element, words, sound, ask, speed: 1, lead: null, asked: null, move: -1, shownAt: "" });
    element.innerHTML = GUIDE_TEMPLATE;
    this.$(".begin").addEventListener("click", () => this.begin(this.current));
    this.$(".skip").addEventListener("click", () => this.ask({ step: this.current.step, action: "skip" }));
  }

  $(selector) {
    return this.element.querySelector(selector);
  }

  words_of(step) {
    return this.words.guide.find((one) => one.step === step);
  }

  get current() {
    return this.progress?.steps[this.progress.current ?? -1];
  }

  get leads() {
    return this.session !== undefined && sessionStorage.getItem("lumbarwatch.leads") === this.session;
  }

  // The hub's progress as it stands; null: no guided calibration.
  show(session) {
    const before = this.current && { ...this.current };
    this.progress = session.progress;
    this.session = session.id;
    this.running = session.state === "running";
    this.element.hidden = !session.guiding || !this.running;
    const now = this.current;
    if (this.element.hidden || !now) {
      this.lead = this.asked = null;
      return;
    }
    if (now.state !== before?.state || now.step !== before?.step) this.turned(before, now);
    this.steps();
    this.step();
  }

  // A step passed or failed, or another is asked for.
  turned(before, now) {
    this.asked = null;
    this.move = -1;
    if (now.state === "failed") {
      this.lead = null;
      this.sound.play("W4");
      this.sound.say(this.reasons(now));
      return;
    }
    const passed = this.progress.steps.filter((one) => one.state === "passed").length;
    if (passed > (this.passed ?? 0)) this.sound.play("good");
    this.passed = passed;
    if (before && this.leads && now.state === "none" && !this.words_of(now.step).lying) this.begin(now);
  }

  begin(step) {
    if (!step || step.state === "running" || step.state === "judging") return;
    sessionStorage.setItem("lumbarwatch.leads", this.session);
    this.lead = { step: step.step, until: performance.now() + (LEAD_S * 1000) / this.speed, left: LEAD_S + 1 };
    this.sound.say(`${this.words_of(step.step).title}. ${this.words_of(step.step).tell}`);
    this.step();
  }

  request(step, action, now) {
    if (this.asked && this.asked.action === action && now < this.asked.until) return;
    this.asked = { action, until: now + UNANSWERED_MS };
    this.ask({ step, action });
  }

  // Each frame: count down, say the moves, begin and end the step.
  tick(now, session) {
    if (this.element.hidden || !this.current) return;
    if (this.lead) this.countLead(now);
    else if (this.current.state === "running") this.countMoves(now, session);
    else if (this.waitsLying(now, session)) this.begin(this.current);
  }

  waitsLying(now, session) {
    const { state, step } = this.current;
    if (this.asked && now < this.asked.until) return false; // it has been asked for
    const { lying, flat } = this.words_of(step);
    if (!this.leads || state !== "none" || !lying) return false;
    return flat ? liesFlat(session) : session.phase === "armed";
  }

  countLead(now) {
    const left = Math.ceil(((this.lead.until - now) / 1000) * this.speed);
    if (left > 0) {
      if (left < this.lead.left) this.sound.play("tick");
      this.lead.left = left;
      this.count(left, this.words.guide_lead, 0);
      return;
    }
    const { step } = this.lead;
    this.lead = null;
    this.count("", this.words.guide_wait, 0);
    this.request(step, "begin", now);
  }

  countMoves(now, session) {
    const { step, begun_s: begun } = this.current;
    const { moves } = this.words_of(step);
    const elapsed = session.time(now, this.speed) - (begun ?? 0);
    let start = 0;
    const index = moves.findIndex((move) => (start += move.seconds) > elapsed);
    const whole = moves.reduce((sum, move) => sum + move.seconds, 0);
    if (index < 0) {
      const lifting = elapsed < whole + LATER_S && LIFTING.includes(session.phase);
      this.count("", lifting ? this.words.guide_down : this.words.guide_wait, 1);
      if (this.leads && !lifting) this.request(step, "end", now);
      return;
    }
    const move = moves[index];
    if (index !== this.move) {
      this.move = index;
      if (move.tone) this.sound.play(move.tone);
      this.sound.say(move.say);
    }
    this.count(Math.ceil(start - elapsed), move.say, elapsed / whole);
  }

  count(left, move, share) {
    const shown = `${left}|${move}|${share.toFixed(2)}`;
    if (shown === this.shownAt) return;
    this.shownAt = shown;
    this.$(".left").textContent = left;
    this.$(".move").textContent = move;
    this.$(".way").value = share;
  }

  reasons(step) {
    return step.reasons.map((reason) => this.words.calibration[reason] ?? reason).join(" ");
  }

  steps() {
    const items = this.progress.steps.map((one, index) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `${MARKS[one.state]} ${this.words_of(one.step).title}`.trim();
      button.title = one.reasons.length ? this.reasons(one) : this.words.guide_repeat;
      button.disabled = one.state === "none" || this.current.state === "running" || this.current.state === "judging";
      button.addEventListener("click", () => this.begin(one));
      item.dataset.state = one.state;
      item.hidden = one.state === "skipped" && this.words_of(one.step).unasked;
      if (index === this.progress.current) item.setAttribute("aria-current", "step");
      item.appendChild(button);
      return item;
    });
    this.$(".steps").replaceChildren(...items);
  }

  step() {
    const step = this.current;
    const { title, tell, picture } = this.words_of(step.step);
    const failed = step.state === "failed" && !this.lead;
    const quiet = !this.lead && step.state !== "running" && step.state !== "judging";
    this.element.dataset.state = this.lead ? "lead" : step.state;
    if (this.picture !== picture) this.$(".picture").innerHTML = pictureOf((this.picture = picture));
    this.$(".title").textContent = title;
    this.$(".tell").textContent = tell;
    this.$(".why").textContent = failed ? `${SYMBOLS.red} ${this.reasons(step) || this.words.guide_late}` : "";
    this.$(".begin").hidden = !quiet || !this.words.guide_leads;
    this.$(".begin").textContent = failed ? this.words.guide_again : this.words.guide_begin;
    this.$(".skip").hidden = !quiet || !step.optional || !this.words.guide_leads;
    if (step.state === "judging") this.count("", this.words.guide_wait, 1);
    else if (quiet) this.count("", "", 0);
  }
}

function liesFlat({ last, points }) {
  if (!last) return false;
  const pitches = points.filter((point) => point.t > last.t - FLAT_S).map((point) => point.pelvis);
  const [least, most] = [Math.min(...pitches), Math.max(...pitches)];
  return least > 90 - FLAT_DEG && most < 90 + FLAT_DEG && most - least < STILL_DEG;
}
