// The coach's wall: every athlete on one canvas, whoever is red first.
// Over each tile lies a button without a look of its own: mouse, touch, keyboard and screen reader use that.

import { fitted, readTheme } from "../shared/canvas.js";
import { Feed } from "../shared/feed.js";
import { Clock } from "./clock.js";
import { layout, place } from "./layout.js";
import { Station } from "./station.js";
import { drawTile } from "./tile.js";

const DRAW_EVERY_MS = 100; // phases and ages; what is said in a rep is drawn on the next frame
const POSES_EVERY_MS = 90; // a little less, so that each drawing has a new one
const TELL_EVERY_MS = 1000; // labels for screen readers
const STILL_MS = 1500; // nothing changes its place under a finger
const BELOW = 60; // px of the page under the wall
const LEAST_HEIGHT = 360;

const WALL = `
<section class="wall" data-connection="connecting" aria-label="Athletes who train now">
  <div class="tools">
    <input class="find" type="search" autocomplete="off">
    <button class="only red" type="button" aria-pressed="false"></button>
    <button class="only trouble" type="button" aria-pressed="false"></button>
    <span class="count"></span>
  </div>
  <p class="note" hidden></p>
  <p class="legend"></p>
  <div class="field">
    <canvas class="tiles" aria-hidden="true"></canvas>
    <ul class="list"></ul>
  </div>
  <p class="told" role="status" aria-live="polite"></p>
</section>`;

const chosen = { name: "", red: false, trouble: false }; // kept while the coach looks at one athlete

class Wall {
  constructor(parent, component) {
    const host = document.createElement("div");
    host.innerHTML = WALL;
    this.root = host.firstElementChild;
    parent.querySelector(".wall")?.remove();
    parent.appendChild(this.root);
    this.component = component;
    this.words = component.data.words;
    this.stations = new Map();
    this.clock = new Clock();
    this.buttons = new Map();
    this.shown = [];
    this.reds = new Set();
    this.waiting = []; // events that are not on the canvas yet
    this.drawn = this.told = this.moved = -Infinity;
    this.prepare();
    this.feed = new Feed(
      component.data, (frame) => this.take(frame), (state) => this.connection(state), { poses_ms: POSES_EVERY_MS },
    );
    this.watch();
  }

  prepare() {
    const { words } = this;
    this.$(".find").placeholder = words.find;
    this.$(".find").setAttribute("aria-label", words.find);
    this.$(".find").value = chosen.name;
    this.$(".find").addEventListener("input", () => this.choose({ name: this.$(".find").value }));
    for (const kind of ["red", "trouble"])
      this.$(`.${kind}`).addEventListener("click", () => this.choose({ [kind]: !chosen[kind] }));
    this.$(".list").addEventListener("keydown", (event) => this.step(event));
    this.$(".list").addEventListener("pointerdown", () => (this.moved = performance.now()));
    this.$(".list").addEventListener("pointermove", () => (this.moved = performance.now()));
  }

  watch() {
    this.loop = (now) => {
      if (this.changed || now - this.drawn >= DRAW_EVERY_MS) this.draw(now);
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
  }

  choose(change) {
    Object.assign(chosen, change);
    this.changed = true;
  }

  connection(state) {
    this.root.dataset.connection = state;
    this.changed = true;
  }

  take(frame) {
    const now = performance.now();
    if (frame.type === "hello") this.greet(frame, now);
    else if (frame.type === "session") this.stands(frame.state);
    else if (frame.type === "stations") this.changes(frame.hub);
    else if (frame.station !== undefined) this.happened(frame, now);
  }

  greet(frame, now) {
    this.simulated = frame.hub.simulated;
    if (!frame.resumed) {
      this.clock = new Clock();
      this.stations = new Map(frame.hub.stations.map((state) => [state.station, new Station(state, this.words)]));
      this.reds.clear();
    }
    this.clock.heard(frame.sent_ms, now);
    this.changed = true;
  }

  stands(state) {
    const known = this.stations.get(state.station);
    if (known) known.begin(state);
    else this.stations.set(state.station, new Station(state, this.words));
    this.changed = true;
  }

  // Stations came, went or have another name; what is known of those that stay is kept.
  changes(hub) {
    const before = this.stations;
    this.stations = new Map(hub.stations.map((state) => [state.station, before.get(state.station)?.named(state)
      ?? new Station(state, this.words)]));
    this.changed = true;
  }

  happened(frame, now) {
    const station = this.stations.get(frame.station);
    if (!station) return;
    if (frame.sent_ms !== undefined) this.clock.heard(frame.sent_ms, now);
    const before = station.level();
    station.take(frame, this.clock);
    if (frame.type === "poses") return; // on the wall ten times a second is enough
    this.changed = true;
    const red = before !== "red" && station.level() === "red";
    if (red) this.waiting.push({ station: frame.station, type: frame.type, sent_ms: frame.sent_ms ?? null, received_ms: now });
  }

  // Drawing -------------------------------------------------------------------------------------------------
  draw(now) {
    this.changed = false;
    this.drawn = now;
    const connected = this.root.dataset.connection === "open";
    const all = [...this.stations.values()].map((station) => station.summary(now, connected));
    this.order(all, now);
    this.paint();
    this.count(all);
    this.announce(all);
    if (now - this.told >= TELL_EVERY_MS) this.label(now);
    this.report();
  }

  // Red first; else everyone keeps the own place, and nothing moves away under a finger.
  order(all, now) {
    const wanted = all.filter((one) => this.isWanted(one));
    const held = now - this.moved < STILL_MS;
    const rank = held ? new Map(this.shown.map((one, i) => [one.station, i])) : new Map();
    const first = (one) => rank.get(one.station) ?? (one.level === "red" ? -1 : all.length);
    this.shown = wanted.map((one, i) => [one, i]).sort(([a, i], [b, j]) => first(a) - first(b) || i - j).map(([one]) => one);
  }

  isWanted(one) {
    const found = one.name.toLowerCase().includes(chosen.name.trim().toLowerCase());
    if (!chosen.red && !chosen.trouble) return found;
    return found && ((chosen.red && one.level === "red") || (chosen.trouble && this.inTrouble(one)));
  }

  inTrouble(one) {
    return one.troubles.length > 0 || (one.running && !one.live);
  }

  paint() {
    const canvas = this.$(".tiles");
    const top = canvas.getBoundingClientRect().top + window.scrollY;
    const room = Math.max(LEAST_HEIGHT, window.innerHeight - top - BELOW);
    const grid = layout(this.shown.length, canvas.clientWidth, room);
    canvas.style.height = `${this.shown.length > 0 ? grid.height : 0}px`;
    const { context, width } = fitted(canvas);
    if (width === 0) return;
    const theme = readTheme(this.root);
    this.shown.forEach((summary, i) => {
      const box = place(grid, i);
      drawTile(context, summary, box, theme);
      this.lay(summary, box);
    });
    this.arrange();
  }

  // Buttons -------------------------------------------------------------------------------------------------
  lay(summary, box) {
    if (!this.buttons.has(summary.station)) this.buttons.set(summary.station, this.makeButton(summary.station));
    const { button } = this.buttons.get(summary.station);
    button.style.cssText = `left:${box.x}px;top:${box.y}px;width:${box.width}px;height:${box.height}px`;
    Object.assign(button.dataset, {
      level: summary.level, live: String(summary.live), trouble: summary.troubles.join(", "), phase: summary.phase,
    });
  }

  makeButton(station) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tile";
    button.dataset.station = station;
    button.addEventListener("click", () => this.component.setTriggerValue("opened", station));
    item.appendChild(button);
    this.told = -Infinity; // a new one is labelled at once
    return { item, button };
  }

  // In the order that is seen; focus stays with its athlete.
  arrange() {
    const list = this.$(".list");
    const items = this.shown.map((one) => this.buttons.get(one.station).item);
    const same = items.length === list.children.length && items.every((item, i) => item === list.children[i]);
    if (same) return;
    const focused = this.focused();
    list.replaceChildren(...items);
    for (const item of items) item.firstChild.tabIndex = -1;
    const next = items.find((item) => item.firstChild === focused) ?? items[0];
    if (next) next.firstChild.tabIndex = 0;
    if (focused && focused.isConnected) focused.focus({ preventScroll: true });
  }

  focused() {
    const { activeElement } = this.root.getRootNode();
    return activeElement?.classList.contains("tile") ? activeElement : null;
  }

  // Arrows go from tile to tile; Enter opens, as on any button.
  step(event) {
    const tiles = this.shown.map((one) => this.buttons.get(one.station).button);
    const at = tiles.indexOf(this.focused());
    const columns = tiles.filter((tile) => tile.style.top === tiles[0].style.top).length;
    const moves = {
      ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + columns, ArrowUp: at - columns, Home: 0, End: tiles.length - 1,
    };
    const next = tiles[moves[event.key]];
    if (!next) return;
    event.preventDefault();
    if (at >= 0) tiles[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  // Words ---------------------------------------------------------------------------------------------------
  label(now) {
    this.told = now;
    for (const summary of this.shown) {
      const { button } = this.buttons.get(summary.station);
      const words = this.aloud(summary);
      if (button.title === words) continue;
      button.setAttribute("aria-label", words);
      button.title = words;
    }
  }

  aloud(summary) {
    const link = summary.running && !summary.live ? summary.link.replace(/,.*/, "") : "";
    const parts = [
      summary.name, this.words.levels[summary.level], summary.verdict, summary.where, summary.phase,
      summary.trend.number && `${summary.trend.title} ${summary.trend.number}`, ...summary.troubles, link,
    ];
    return parts.filter(Boolean).join(". ");
  }

  announce(all) {
    for (const one of all) {
      if (one.level === "red" && !this.reds.has(one.station)) {
        this.reds.add(one.station);
        this.$(".told").textContent = `${one.name}: ${one.verdict}`;
      } else if (one.level !== "red") this.reds.delete(one.station);
    }
  }

  count(all) {
    const { words } = this;
    const red = all.filter((one) => one.level === "red").length;
    const trouble = all.filter((one) => this.inTrouble(one)).length;
    const live = all.filter((one) => one.live).length;
    this.write(".only.red", `${words.only_red} (${red})`);
    this.write(".only.trouble", `${words.only_trouble} (${trouble})`);
    this.$(".only.red").setAttribute("aria-pressed", String(chosen.red));
    this.$(".only.trouble").setAttribute("aria-pressed", String(chosen.trouble));
    const who = `${all.length} ${all.length === 1 ? words.athlete : words.athletes}`;
    this.write(".count", `${who}, ${live} ${words.live}${this.simulated ? `, ${words.simulated}` : ""}`);
    const note = this.noteWords(all);
    this.$(".note").hidden = note === "";
    this.write(".note", note);
    this.write(".legend", this.shown.length > 0 ? words.legend : "");
  }

  noteWords(all) {
    const open = this.root.dataset.connection === "open";
    if (all.length === 0) return open ? this.words.nobody : this.words.connecting;
    if (!open) return this.words.connection_lost; // also while it tries again
    return this.shown.length === 0 ? this.words.nobody_found : "";
  }

  write(selector, text) {
    const element = this.$(selector);
    if (element.textContent !== text) element.textContent = text;
  }

  // What has just been drawn, for whoever measures how late it was.
  report() {
    for (const event of this.waiting.splice(0)) {
      const detail = { ...event, shown_ms: performance.timeOrigin + performance.now() };
      this.root.dispatchEvent(new CustomEvent("lumbarwatch:red", { detail, bubbles: true, composed: true }));
    }
  }
}

const walls = new WeakMap(); // one wall per element: changed data runs this again on the same one

export default function (component) {
  const { parentElement } = component;
  if (!walls.has(parentElement)) walls.set(parentElement, new Wall(parentElement, component));
  else walls.get(parentElement).component = component;
  return () => {
    walls.get(parentElement)?.close();
    walls.delete(parentElement);
  };
}
