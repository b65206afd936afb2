// Both angles of one rep over time: two panels over one time axis, each with its one-sigma band.

import { fitted, label } from "../shared/canvas.js";
import { COLOURS } from "../shared/verdicts.js";

const PANELS = [
  { name: "Posterior pelvic tilt", values: "tilt_deg", sigma: "tilt_sigma_deg", angle: "tilt", colour: "#3B8FD0" },
  { name: "Lumbar extension", values: "lambda_deg", sigma: "lambda_sigma_deg", angle: "lambda", colour: COLOURS.lumbar },
];
const LEAST_SPAN_DEG = 20;
const MARGIN = { left: 46, right: 12, top: 18, gap: 30, bottom: 24 };

export class Curves {
  constructor(canvas, data) {
    this.canvas = canvas;
    this.data = data;
    this.begin = data.t_s[0];
    this.end = data.t_s[data.t_s.length - 1];
    this.ranges = PANELS.map((panel) => rangeOf(data, panel));
  }

  timeAt(clientX) {
    const box = this.canvas.getBoundingClientRect();
    const share = (clientX - box.left - MARGIN.left) / (box.width - MARGIN.left - MARGIN.right);
    return this.begin + Math.min(1, Math.max(0, share)) * (this.end - this.begin);
  }

  draw(theme, now) {
    const { context, width, height } = fitted(this.canvas);
    if (width === 0) return;
    const room = (height - MARGIN.top - MARGIN.gap - MARGIN.bottom) / 2;
    const x = (t) => MARGIN.left + ((t - this.begin) / (this.end - this.begin)) * (width - MARGIN.left - MARGIN.right);
    PANELS.forEach((panel, at) => {
      const top = MARGIN.top + at * (room + MARGIN.gap);
      const [low, high] = this.ranges[at];
      const y = (deg) => top + ((high - deg) / (high - low)) * room;
      const frame = { context, theme, x, y, top, room, width, low, high };
      this.grid(frame, panel);
      this.phases(frame, at === 0);
      this.band(frame, panel);
      this.curve(frame, panel);
      this.limits(frame, panel);
    });
    this.seconds({ context, theme, x, height, width });
    context.strokeStyle = theme.text;
    context.lineWidth = 1.5;
    line(context, x(now), MARGIN.top - 6, x(now), height - MARGIN.bottom + 4);
  }

  grid({ context, theme, y, width, top, low, high }, panel) {
    context.font = `12px ${theme.font}`;
    context.textBaseline = "middle";
    context.textAlign = "right";
    const step = high - low > 70 ? 30 : high - low > 30 ? 15 : 10;
    for (let deg = Math.ceil(low / step) * step; deg <= high; deg += step) {
      context.strokeStyle = deg === 0 ? theme.zero : theme.grid;
      context.lineWidth = 1;
      line(context, MARGIN.left, y(deg), width - MARGIN.right, y(deg));
      context.fillStyle = theme.muted;
      context.fillText(`${deg}°`.replace("-", "−"), MARGIN.left - 6, y(deg));
    }
    context.textAlign = "left";
    context.textBaseline = "bottom";
    context.font = `bold 12px ${theme.font}`;
    context.fillStyle = panel.colour;
    context.fillText(panel.name, MARGIN.left, top - 3);
  }

  phases({ context, theme, x, top, room }, named) {
    const { lockout_s, lower_s, end_s } = this.data.marks;
    context.fillStyle = theme.shade;
    context.fillRect(x(lockout_s), top, Math.max(2, x(lower_s) - x(lockout_s)), room);
    context.setLineDash([3, 4]);
    context.strokeStyle = theme.muted;
    for (const t of [0, lockout_s, lower_s, end_s]) line(context, x(t), top, x(t), top + room);
    context.setLineDash([]);
    if (!named) return;
    context.font = `12px ${theme.font}`;
    context.textBaseline = "bottom";
    context.textAlign = "right";
    label(context, "top", x(lower_s) - 3, top + room - 3, theme.muted, theme);
  }

  band({ context, x, y }, panel) {
    context.fillStyle = panel.colour;
    context.globalAlpha = 0.18;
    for (const [from, to] of runs(this.data[panel.values])) {
      context.beginPath();
      for (let i = from; i < to; i += 1) context.lineTo(x(this.data.t_s[i]), y(this.edge(panel, i, 1)));
      for (let i = to - 1; i >= from; i -= 1) context.lineTo(x(this.data.t_s[i]), y(this.edge(panel, i, -1)));
      context.fill();
    }
    context.globalAlpha = 1;
  }

  edge(panel, i, sign) {
    return this.data[panel.values][i] + sign * (this.data[panel.sigma][i] ?? 0);
  }

  curve({ context, x, y }, panel) {
    context.strokeStyle = panel.colour;
    context.lineWidth = 2;
    context.lineJoin = "round";
    for (const [from, to] of runs(this.data[panel.values])) {
      context.beginPath();
      for (let i = from; i < to; i += 1) context.lineTo(x(this.data.t_s[i]), y(this.data[panel.values][i]));
      context.stroke();
    }
  }

  limits({ context, theme, x, y, width, low, high }, panel) {
    for (const found of this.data.limits.filter((one) => one.angle === panel.angle)) {
      if (found.limit < low || found.limit > high) continue;
      const colour = COLOURS[found.level];
      context.strokeStyle = colour;
      context.lineWidth = 1.5;
      context.setLineDash([6, 4]);
      line(context, MARGIN.left, y(found.limit), width - MARGIN.right, y(found.limit));
      context.setLineDash([]);
      context.textAlign = "right";
      context.textBaseline = "bottom";
      context.font = `12px ${theme.font}`;
      label(context, `limit ${found.limit}°: ${found.title}`, width - MARGIN.right, y(found.limit) - 2, colour, theme);
    }
  }

  seconds({ context, theme, x, height }) {
    context.font = `12px ${theme.font}`;
    context.fillStyle = theme.muted;
    context.textBaseline = "top";
    context.textAlign = "center";
    const step = this.end - this.begin > 8 ? 2 : 1;
    for (let t = Math.ceil(this.begin / step) * step; t <= this.end; t += step) {
      context.fillText(`${t} s`.replace("-", "−"), x(t), height - MARGIN.bottom + 6);
    }
  }
}

function rangeOf(data, panel) {
  const known = data[panel.values].flatMap((value, i) =>
    value === null ? [] : [value - (data[panel.sigma][i] ?? 0), value + (data[panel.sigma][i] ?? 0)]);
  const limits = data.limits.filter((one) => one.angle === panel.angle).map((one) => one.limit);
  const all = [...known, ...limits];
  if (all.length === 0) return [-LEAST_SPAN_DEG / 2, LEAST_SPAN_DEG / 2];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const missing = Math.max(0, LEAST_SPAN_DEG - (high - low)) / 2 + 2;
  return [low - missing, high + missing];
}

// Stretches without a gap: from, to (exclusive).
function runs(values) {
  const found = [];
  let from = -1;
  values.forEach((value, i) => {
    if (value !== null && from < 0) from = i;
    if (value === null && from >= 0) { found.push([from, i]); from = -1; }
  });
  if (from >= 0) found.push([from, values.length]);
  return found;
}

function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}
