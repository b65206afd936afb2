// One angle over time: limits, uncertainty, phases, rep marks.

import { fitted, label } from "../shared/canvas.js";
import { COLOURS, SYMBOLS } from "../shared/verdicts.js";
import { WINDOW_S } from "./session.js";

const LEFT = 34;
const RIGHT = 6;
const GAP_S = 0.3; // a line is not drawn over longer gaps

export class Trace {
  // value, sigma: names of a point's fields; least: range always shown; jumps: its zero changes with lying down.
  constructor(canvas, options) {
    this.canvas = canvas;
    Object.assign(this, options);
    [this.low, this.high] = this.least;
  }

  draw(session, theme, live) {
    const { context, width, height } = fitted(this.canvas);
    if (width === 0 || session.points.length === 0) return;
    const end = session.last.t;
    const shown = session.points.filter((point) => point.t > end - WINDOW_S);
    this.scale(shown);
    const x = (t) => LEFT + ((t - end + WINDOW_S) / WINDOW_S) * (width - LEFT - RIGHT);
    const y = (value) => height - 8 - ((value - this.low) / (this.high - this.low)) * (height - 16);
    this.lockouts(context, shown, x, height, theme);
    this.target(context, session, width, y);
    this.grid(context, width, y, theme);
    const colour = live ? this.colour : COLOURS.unknown;
    this.band(context, shown, x, y, colour);
    this.line(context, shown, x, y, colour);
    this.limits(context, session, width, y, theme);
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

  lockouts(context, shown, x, height, theme) {
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

  // Where the angle is to be at the top: between the amber limits on its two sides.
  target(context, session, width, y) {
    const [least, most] = this.between.map((id) => (id ? session.limit(id)?.amber ?? null : null));
    if (least === null && most === null) return;
    const [low, high] = [least ?? this.low, most ?? this.high].map((value) => Math.min(Math.max(value, this.low), this.high));
    context.fillStyle = COLOURS.good;
    context.globalAlpha = 0.1;
    context.fillRect(LEFT, y(high), width - LEFT - RIGHT, y(low) - y(high));
    context.globalAlpha = 1;
  }

  grid(context, width, y, theme) {
    const span = this.high - this.low;
    const step = [2, 5, 10, 20, 45].find((size) => span / size <= 6) ?? 90;
    context.font = `12px ${theme.font}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (let value = Math.ceil(this.low / step) * step; value <= this.high; value += step) {
      this.level(context, width, y(value), value === 0 ? theme.zero : theme.grid, []);
      context.fillStyle = theme.muted;
      context.fillText(value < 0 ? `−${-value}` : String(value), LEFT - 6, y(value));
    }
  }

  level(context, width, y, colour, dash) {
    context.strokeStyle = colour;
    context.lineWidth = dash.length ? 1.5 : 1;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(LEFT, y);
    context.lineTo(width - RIGHT, y);
    context.stroke();
    context.setLineDash([]);
  }

  limits(context, session, width, y, theme) {
    context.font = `12px ${theme.font}`;
    context.textAlign = "left";
    context.textBaseline = "bottom";
    for (const id of this.warnings) {
      const limit = session.limit(id) ?? { amber: null, red: null };
      for (const level of limit.amber === limit.red ? ["red"] : ["amber", "red"]) {
        const value = limit[level];
        if (value === null || value < this.low || value > this.high) continue;
        this.level(context, width, y(value), COLOURS[level], level === "amber" ? [3, 4] : [9, 4]);
        label(context, `${this.words[id].title} ${SYMBOLS[level]}`, LEFT + 6, y(value) - 2, COLOURS[level], theme);
      }
    }
  }

  // Stretches without a gap, an unknown angle, or a change between standing and lifting.
  stretches(shown) {
    const found = [];
    let stretch = [];
    for (const point of shown) {
      const previous = stretch[stretch.length - 1];
      const breaks = previous && (point.t - previous.t > GAP_S || (this.jumps && point.lift !== previous.lift)
        || point.valid !== previous.valid);
      if (breaks || point[this.value] === null) {
        if (stretch.length > 1) found.push(stretch);
        stretch = [];
      }
      if (point[this.value] !== null) stretch.push(point);
    }
    if (stretch.length > 1) found.push(stretch);
    return found;
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
      context.globalAlpha = stretch[0].valid ? 1 : 0.4; // an angle that is not trusted
      for (const point of stretch) context.lineTo(x(point.t), y(point[this.value]));
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  marks(context, session, x, end, theme) {
    context.font = `bold 13px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const mark of session.marks) {
      if (mark.t < end - WINDOW_S + 0.5) continue;
      label(context, `${mark.text} ${SYMBOLS[mark.level]}`, x(mark.t), 2, COLOURS[mark.level] ?? COLOURS.unknown, theme);
    }
  }
}
