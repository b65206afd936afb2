// Plays one rep: a posture picture, both angles, the tempo; play, pause, drag, step by keys.

import { Curves } from "./curves.js";
import { Posture } from "../live_view/posture.js";
import { readTheme } from "../shared/canvas.js";

const SPEEDS = [1, 0.5, 0.25];
const MARKUP = `
  <div class="rp">
    <div class="top"><strong class="label"></strong><span class="verdict"></span></div>
    <div class="pictures">
      <div class="figure">
        <canvas class="posture" role="img"></canvas>
        <div class="numbers"><span class="tilt"></span><span class="lambda"></span></div>
      </div>
      <canvas class="curves" role="img" aria-label="Both angles over the rep"></canvas>
    </div>
    <div class="bar">
      <button type="button" class="play" aria-pressed="false">Play</button>
      <input type="range" class="scrub" aria-label="Moment of the rep" step="any" />
      <output class="now"></output>
      <button type="button" class="speed" aria-label="Speed"></button>
    </div>
    <div class="tempo" role="list" aria-label="Tempo"></div>
  </div>`;

const players = new WeakMap(); // by parent element: new data end the player that was there

export default function ({ data, parentElement }) {
  players.get(parentElement)?.stop();
  const player = new Player(parentElement, data);
  players.set(parentElement, player);
  return () => player.stop();
}

class Player {
  constructor(parent, data) {
    parent.querySelector(".rp")?.remove();
    const template = document.createElement("template");
    template.innerHTML = MARKUP;
    parent.append(template.content); // the parent may be a shadow root
    this.root = parent.querySelector(".rp");
    this.data = data;
    this.find = (name) => this.root.querySelector(`.${name}`);
    this.curves = new Curves(this.find("curves"), data);
    this.posture = new Posture(this.find("posture"));
    this.now = data.marks.lockout_s;
    this.speed = 0;
    this.playing = false;
    this.fill();
    this.listen();
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.root);
    this.draw();
  }

  fill() {
    const { label, verdict, level, tempo } = this.data;
    this.root.dataset.level = level;
    this.find("label").textContent = label;
    this.find("verdict").textContent = verdict;
    const scrub = this.find("scrub");
    [scrub.min, scrub.max, scrub.value] = [this.curves.begin, this.curves.end, this.now];
    this.find("speed").textContent = `${SPEEDS[0]}×`;
    for (const part of tempo) {
      const piece = document.createElement("span");
      piece.setAttribute("role", "listitem");
      piece.className = "piece";
      piece.dataset.part = part.name;
      piece.style.flexGrow = String(Math.max(part.seconds ?? 0.3, 0.3));
      piece.textContent = part.seconds === null ? `${part.name} –` : `${part.name} ${part.seconds.toFixed(1)} s`;
      this.find("tempo").append(piece);
    }
  }

  listen() {
    this.find("play").addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    this.find("scrub").addEventListener("input", (event) => { this.pause(); this.go(Number(event.target.value)); });
    this.find("speed").addEventListener("click", (event) => {
      this.speed = (this.speed + 1) % SPEEDS.length;
      event.currentTarget.textContent = `${SPEEDS[this.speed]}×`;
    });
    const curves = this.find("curves");
    const drag = (event) => { if (event.buttons) { this.pause(); this.go(this.curves.timeAt(event.clientX)); } };
    curves.addEventListener("pointerdown", (event) => { curves.setPointerCapture(event.pointerId); drag(event); });
    curves.addEventListener("pointermove", drag);
  }

  play() {
    if (this.now >= this.curves.end - 0.02) this.now = this.curves.begin;
    this.playing = true;
    this.before = null;
    this.say();
    this.frame = requestAnimationFrame((ms) => this.step(ms));
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.frame);
    this.say();
  }

  say() {
    const button = this.find("play");
    button.textContent = this.playing ? "Pause" : "Play";
    button.setAttribute("aria-pressed", String(this.playing));
  }

  step(ms) {
    if (!this.playing || !this.root.isConnected) return;
    const passed = this.before === null ? 0 : (ms - this.before) / 1000;
    this.before = ms;
    this.go(this.now + passed * SPEEDS[this.speed]);
    if (this.now >= this.curves.end) this.pause();
    else this.frame = requestAnimationFrame((next) => this.step(next));
  }

  go(t) {
    this.now = Math.min(this.curves.end, Math.max(this.curves.begin, t));
    this.draw();
  }

  draw() {
    const theme = readTheme(this.root);
    const { t_s, pelvis_deg, lumbar_deg, tilt_deg, lambda_deg, level, marks } = this.data;
    const at = nearest(t_s, this.now);
    const point = { pelvis: pelvis_deg[at], lumbar: lumbar_deg[at], tilt: tilt_deg[at], lambda: lambda_deg[at], lift: true };
    this.posture.draw({ last: point }, theme, level);
    this.curves.draw(theme, this.now);
    this.find("tilt").textContent = `tilt ${signedDeg(point.tilt)}`;
    this.find("lambda").textContent = `lumbar ${signedDeg(point.lambda)}`;
    this.find("now").textContent = `${this.now.toFixed(2)} s`.replace("-", "−");
    this.find("scrub").value = String(this.now);
    const part = this.now < 0 ? "" : this.now < marks.lockout_s ? "up" : this.now < marks.lower_s ? "hold"
      : this.now < marks.end_s ? "down" : "";
    for (const piece of this.root.querySelectorAll(".piece")) piece.dataset.now = String(piece.dataset.part === part);
    this.find("posture").setAttribute("aria-label", `Posture: tilt ${signedDeg(point.tilt)}, lumbar ${signedDeg(point.lambda)}`);
  }

  stop() {
    this.playing = false;
    cancelAnimationFrame(this.frame);
    this.resized.disconnect();
    this.root.remove();
  }
}

function nearest(times, t) {
  let best = 0;
  for (let i = 1; i < times.length; i += 1) if (Math.abs(times[i] - t) < Math.abs(times[best] - t)) best = i;
  return best;
}

function signedDeg(value) {
  if (value === null) return "–";
  const rounded = Math.round(value);
  return `${rounded > 0 ? "+" : ""}${rounded}°`.replace("-", "−");
}
