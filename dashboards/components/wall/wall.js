// The coach's wall: one tile per athlete, whoever needs a word first.

import { Feed } from "../shared/feed.js";
import { SYMBOLS, verdict } from "../shared/verdicts.js";

const STALE_MS = 300;
const AGE_EVERY_MS = 250;
const ORDER = ["red", "amber", "partial", "unknown", "good", "none"];

class Wall {
  constructor(parent, data) {
    this.words = data.words;
    this.root = document.createElement("section");
    this.root.className = "wall";
    this.root.setAttribute("aria-label", "Athletes who train now");
    parent.querySelector(".wall")?.remove();
    parent.appendChild(this.root);
    this.stations = new Map();
    this.root.dataset.connection = "connecting";
    this.feed = new Feed(data, (frame) => this.take(frame), (state) => this.connection(state));
    this.timer = setInterval(() => this.draw(), AGE_EVERY_MS);
  }

  close() {
    clearInterval(this.timer);
    this.feed.close();
  }

  connection(state) {
    this.root.dataset.connection = state;
    this.draw();
  }

  take(frame) {
    if (frame.type === "hello" && !frame.resumed) {
      this.stations.clear();
      for (const state of frame.hub.stations) this.stations.set(state.station, { state, heard: -Infinity });
    } else if (frame.type === "session") {
      this.stations.set(frame.state.station, { state: frame.state, heard: -Infinity });
    } else if (frame.station !== undefined) this.happened(frame);
  }

  happened(frame) {
    const station = this.stations.get(frame.station);
    if (!station) return;
    const { state } = station;
    if (frame.type === "poses") {
      station.heard = performance.now() - frame.age_ms;
      state.phase = frame.phase;
    } else if (frame.type === "rep") {
      state.reps.push(frame.rep);
      state.set_number = frame.rep.set;
    } else if (frame.type === "set_started") {
      state.set_number = frame.set;
    } else if (frame.type === "sensor") {
      state.sensors = [...state.sensors.filter((sensor) => sensor.placement !== frame.sensor.placement), frame.sensor];
    }
  }

  draw() {
    const tiles = [...this.stations.values()].map((station) => this.summary(station));
    tiles.sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level));
    this.root.replaceChildren(...tiles.map((tile) => this.tile(tile)));
    if (tiles.length === 0) this.root.textContent = this.words.before.none;
  }

  summary({ state, heard }) {
    const reps = state.reps.filter((rep) => rep.set === state.set_number);
    const last = reps[reps.length - 1];
    const running = state.session_state === "running";
    const live = this.root.dataset.connection === "open" && performance.now() - heard < STALE_MS;
    return {
      name: state.athlete.name || `Station ${state.station}`,
      level: last ? verdict(last) : "none",
      where: state.set_number ? `Set ${state.set_number}, ${reps.length} reps` : this.words.before[state.session_state] ?? "",
      phase: running ? this.words.phases[state.phase] ?? "" : this.words.session_states[state.session_state] ?? "",
      verdict: last ? this.verdictWords(last) : "",
      link: !running ? "" : live ? "live" : this.linkWords(state.sensors),
      live: live || !running,
      reps: reps.map(verdict),
    };
  }

  verdictWords(rep) {
    const titles = rep.warnings.map((warning) => this.words.warnings[warning.id].title);
    if (titles.length > 0) return titles.join(", ");
    return rep.graded ? this.words.good : this.words.ungraded;
  }

  linkWords(sensors) {
    const broken = sensors.filter((sensor) => sensor.state !== "streaming");
    const named = broken.map((sensor) => `${sensor.placement} ${this.words.links[sensor.state] ?? sensor.state}`);
    return `not live${named.length ? `: ${named.join(", ")}` : ""}`;
  }

  tile(summary) {
    const tile = document.createElement("article");
    tile.className = "tile";
    tile.dataset.level = summary.level;
    tile.dataset.live = String(summary.live);
    const lines = [
      ["h3", summary.name], ["p", [summary.where, summary.phase].filter(Boolean).join(", ")],
      ["p", summary.verdict ? `${SYMBOLS[summary.level]} ${summary.verdict}` : ""],
      ["p", summary.reps.map((level) => SYMBOLS[level]).join(" ")], ["p", summary.link],
    ];
    const classes = ["name", "where", "verdict", "reps", "link"];
    lines.forEach(([tag, text], i) => {
      const line = document.createElement(tag);
      line.className = classes[i];
      line.textContent = text;
      tile.appendChild(line);
    });
    return tile;
  }
}

const walls = new WeakMap();

export default function (component) {
  const { parentElement, data } = component;
  if (!walls.has(parentElement)) walls.set(parentElement, new Wall(parentElement, data));
  return () => {
    walls.get(parentElement)?.close();
    walls.delete(parentElement);
  };
}
