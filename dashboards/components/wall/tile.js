// One athlete's tile on the canvas.

import { COLOURS, SYMBOLS } from "../shared/verdicts.js";

const INK = { amber: "#000000" }; // on its colour; white on every other
const PAD = 12;
const BAND = 8;
const LEAST_SIZE = 12; // px of a name that does not fit
const WIDEST = "−10° ± 10°";
const LEAST_SLOTS = 8; // reps across the trend; more make it denser
const LEAST_SPAN = 6; // degrees to either side of zero that are always shown

const colourOf = (level) => COLOURS[level] ?? COLOURS.unknown;

export function drawTile(context, summary, box, theme) {
  const pen = new Pen(context, box, theme);
  const grey = summary.running && !summary.live;
  pen.frame(summary, grey);
  pen.head(summary);
  pen.where(summary, grey);
  pen.verdict(summary);
  pen.foot(summary);
  pen.trend(summary, grey);
}

class Pen {
  constructor(context, box, theme) {
    this.context = context;
    this.theme = theme;
    this.box = box;
    this.unit = box.scale;
    this.left = box.x + (BAND + PAD) * this.unit;
    this.right = box.x + box.width - PAD * this.unit;
    this.top = box.y + PAD * this.unit;
    this.bottom = box.y + box.height - PAD * this.unit;
  }

  font(size, weight = 400) {
    this.context.font = `${weight} ${Math.round(size * this.unit)}px ${this.theme.font}`;
  }

  frame(summary, grey) {
    const { context, box, theme, unit } = this;
    const colour = summary.level === "none" ? theme.grid : colourOf(summary.level);
    const radius = 8 * unit;
    context.save();
    context.beginPath();
    context.roundRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1, radius);
    context.clip();
    context.fillStyle = theme.paper;
    context.fill();
    if (summary.level === "red") {
      context.globalAlpha = grey ? 0.1 : 0.2;
      context.fillStyle = colour;
      context.fill();
    }
    context.globalAlpha = 1;
    context.fillStyle = colour;
    context.fillRect(box.x, box.y, BAND * unit, box.height);
    context.restore();
    context.beginPath();
    context.roundRect(box.x + 1, box.y + 1, box.width - 2, box.height - 2, radius);
    context.lineWidth = summary.level === "red" ? 3 : 1;
    context.strokeStyle = summary.level === "red" ? colour : theme.zero;
    context.stroke();
  }

  head(summary) {
    const size = 22 * this.unit;
    let right = this.right;
    if (summary.level !== "none") {
      this.symbol(summary.level, this.right - size / 2, this.top + size / 2, size / 2);
      right -= size + 8 * this.unit;
    }
    this.fit(summary.name, right - this.left, 18, 700);
    this.text(summary.name, this.left, this.top + size / 2, right - this.left, this.theme.text);
    this.y = this.top + size + 5 * this.unit;
  }

  // A long name is written smaller before it is cut.
  fit(text, width, size, weight) {
    this.font(size, weight);
    while (size > LEAST_SIZE && this.context.measureText(text).width > width) {
      size -= 1;
      this.font(size, weight);
    }
  }

  symbol(level, x, y, radius) {
    const { context } = this;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = colourOf(level);
    context.fill();
    context.font = `700 ${Math.round(radius * 1.25)}px ${this.theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = INK[level] ?? "#ffffff";
    context.fillText(SYMBOLS[level], x, y + radius * 0.08);
  }

  where(summary, grey) {
    const { theme, unit } = this;
    const line = 19 * unit;
    const words = [summary.where, summary.phase].filter(Boolean).join(" · ");
    this.fit(words, this.right - this.left, 15, 600);
    this.text(words, this.left, this.y + line / 2, this.right - this.left, grey ? theme.soft : theme.text);
    this.y += line + 2 * unit;
  }

  verdict(summary) {
    const { theme, unit } = this;
    const strong = summary.level === "red" || summary.level === "amber";
    this.font(15, strong ? 700 : 400);
    const line = 18 * unit;
    const width = this.right - this.left;
    this.wrapped(summary.short || summary.verdict, width, 2).forEach((text) => {
      this.text(text, this.left, this.y + line / 2, width, strong ? theme.text : theme.soft);
      this.y += line;
    });
    this.y += 3 * unit;
  }

  foot(summary) {
    const { theme, unit } = this;
    const trouble = summary.troubles.length > 0;
    const [text, colour, mark] = footWords(summary);
    const line = 16 * unit;
    const left = this.left + 16 * unit;
    this.font(13, trouble ? 700 : 400);
    const lines = text ? this.wrapped(text, this.right - left, 2) : [""];
    this.footTop = this.bottom - line * lines.length;
    if (!text) return;
    this.mark(mark, colour, this.left + 5 * unit, this.footTop + line / 2);
    lines.forEach((words, i) => {
      this.text(words, left, this.footTop + line * (i + 0.5), this.right - left, trouble ? theme.text : theme.soft);
    });
  }

  // A full dot: live. A ring: not live. A triangle: trouble. Told apart without their colours.
  mark(mark, colour, x, y) {
    const { context, unit } = this;
    const r = 5 * unit;
    context.beginPath();
    if (mark === "trouble") {
      context.moveTo(x, y - r);
      context.lineTo(x + r, y + r * 0.8);
      context.lineTo(x - r, y + r * 0.8);
      context.closePath();
    } else context.arc(x, y, r * 0.8, 0, 2 * Math.PI);
    context.fillStyle = context.strokeStyle = colour;
    context.lineWidth = 2;
    if (mark === "stale") context.stroke();
    else context.fill();
  }

  trend(summary, grey) {
    const { context, theme, unit } = this;
    const { points, number, limit, title } = summary.trend;
    let top = this.y;
    const bottom = this.footTop - 6 * unit;
    if (points.length === 0 || bottom - top < 16 * unit) return;
    if (bottom - top > 54 * unit) {
      this.font(12);
      this.text(title, this.left, top + 7 * unit, this.right - this.left, theme.soft);
      top += 16 * unit;
    }
    this.font(13, 600);
    const room = context.measureText(WIDEST).width + 10 * unit;
    this.ending(number, (top + bottom) / 2);
    const scale = this.scale(points, limit, top, bottom);
    const end = this.right - room;
    this.levels(scale, limit, end);
    this.line(points, this.across(points, end), scale, grey);
  }

  ending(text, y) {
    const { context } = this;
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillStyle = this.theme.text;
    context.fillText(text, this.right, y);
  }

  scale(points, limit, top, bottom) {
    const values = points.map((point) => point.value).filter((value) => value !== null);
    if (limit) values.push(...[limit.amber, limit.red].filter((value) => value !== null));
    const low = Math.min(-LEAST_SPAN, ...values) - 2;
    const high = Math.max(LEAST_SPAN, ...values) + 2;
    return (value) => bottom - ((value - low) / (high - low)) * (bottom - top);
  }

  across(points, end) {
    const slots = Math.max(LEAST_SLOTS, points.length);
    const step = (end - this.left - 8 * this.unit) / (slots - 1);
    return (i) => this.left + 4 * this.unit + i * step;
  }

  levels(y, limit, end) {
    this.level(y(0), end, this.theme.zero, []);
    if (!limit) return;
    if (limit.amber !== null && limit.amber !== limit.red) this.level(y(limit.amber), end, COLOURS.amber, [2, 3]);
    if (limit.red !== null) this.level(y(limit.red), end, COLOURS.red, [6, 3]);
  }

  level(y, end, colour, dash) {
    const { context } = this;
    context.setLineDash(dash);
    context.lineWidth = 1;
    context.strokeStyle = colour;
    context.beginPath();
    context.moveTo(this.left, y);
    context.lineTo(end, y);
    context.stroke();
    context.setLineDash([]);
  }

  line(points, x, y, grey) {
    const { context, theme, unit } = this;
    context.strokeStyle = theme.soft;
    context.lineWidth = 1.5 * unit;
    context.beginPath();
    let joined = false;
    points.forEach((point, i) => {
      if (point.value === null) joined = false;
      else {
        if (joined) context.lineTo(x(i), y(point.value));
        else context.moveTo(x(i), y(point.value));
        joined = true;
      }
    });
    context.stroke();
    points.forEach((point, i) => {
      if (point.value !== null) this.point(point, x(i), y(point.value), grey);
    });
  }

  point(point, x, y, grey) {
    const { context, unit, theme } = this;
    const red = point.level === "red";
    const r = (red ? 4.5 : 3.5) * unit;
    context.globalAlpha = point.graded && !grey ? 1 : 0.5;
    context.beginPath();
    if (red) context.rect(x - r, y - r, 2 * r, 2 * r); // another shape than the good ones'
    else context.arc(x, y, r, 0, 2 * Math.PI);
    context.fillStyle = point.graded ? colourOf(point.level) : theme.paper;
    context.fill();
    context.lineWidth = 1.5 * unit;
    context.strokeStyle = colourOf(point.level);
    context.stroke();
    context.globalAlpha = 1;
  }

  text(text, x, y, width, colour) {
    const { context } = this;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillStyle = colour;
    context.fillText(this.cut(text, width), x, y);
  }

  cut(text, width) {
    const { context } = this;
    if (context.measureText(text).width <= width) return text;
    let end = text.length;
    while (end > 1 && context.measureText(`${text.slice(0, end).trimEnd()}…`).width > width) end -= 1;
    return `${text.slice(0, end).trimEnd()}…`;
  }

  wrapped(text, width, room) {
    const lines = [];
    let line = "";
    for (const word of text.split(" ")) {
      const longer = line ? `${line} ${word}` : word;
      if (line && lines.length < room - 1 && this.context.measureText(longer).width > width) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    return [...lines, line];
  }
}

function footWords(summary) {
  if (summary.troubles.length > 0) {
    const age = summary.running && !summary.live && summary.link ? ` (${summary.link})` : "";
    return [`${summary.troubles.join(", ")}${age}`, COLOURS.red, "trouble"];
  }
  if (!summary.running) return ["", "", ""];
  return summary.live ? [summary.link, COLOURS.good, "live"] : [summary.link, COLOURS.unknown, "stale"];
}
