// The posture, drawn from both angles: the chain of the definitions (section 7), lengths in stature,
// x from bench to feet, z up. Readable from three metres: one figure, one colour, one symbol.

import { fitted } from "../shared/canvas.js";
import { COLOURS, SYMBOLS } from "../shared/verdicts.js";

const LYING_DEG = 40; // without a phase to tell, a pelvis beyond this lies
const THIGH = 0.245;
const SHANK = 0.246;

const radians = (deg) => (deg * Math.PI) / 180;
const cranial = (deg) => [-Math.sin(radians(deg)), Math.cos(radians(deg))];
const anterior = (deg) => [Math.cos(radians(deg)), Math.sin(radians(deg))];
const along = (from, direction, length) => [from[0] + direction[0] * length, from[1] + direction[1] * length];

function lifting(pelvis, lumbar) {
  const thorax = along([0, 0.23], anterior(lumbar), 0.035);
  const l1 = along(thorax, cranial(lumbar), -0.07);
  const sacrum = along(l1, cranial((pelvis + lumbar) / 2), -0.1);
  const hip = along(along(sacrum, cranial(pelvis), -0.06), anterior(pelvis), 0.02);
  const ankle = [0.475, 0.039];
  return {
    thorax, l1, sacrum, hip, ankle, knee: kneeOf(hip, ankle),
    bar: along(hip, anterior(pelvis), 0.08), head: along(thorax, cranial(lumbar * 0.8), 0.16),
  };
}

function standing(pelvis, lumbar) {
  const [ankle, knee, hip] = [[0.2, 0.039], [0.2, 0.285], [0.2, 0.53]];
  const sacrum = along(along(hip, cranial(pelvis), 0.06), anterior(pelvis), -0.02);
  const l1 = along(sacrum, cranial((pelvis + lumbar) / 2), 0.1);
  const thorax = along(l1, cranial(lumbar), 0.14);
  return { thorax, l1, sacrum, hip, ankle, knee, head: along(thorax, cranial(lumbar), 0.14) };
}

function kneeOf(hip, ankle) {
  const [dx, dz] = [hip[0] - ankle[0], hip[1] - ankle[1]];
  const distance = Math.min(Math.hypot(dx, dz), THIGH + SHANK - 1e-6);
  const bend = Math.acos((SHANK ** 2 + distance ** 2 - THIGH ** 2) / (2 * SHANK * distance));
  const direction = Math.atan2(dz, dx) - bend;
  return [ankle[0] + SHANK * Math.cos(direction), ankle[1] + SHANK * Math.sin(direction)];
}

export class Posture {
  constructor(canvas) {
    this.canvas = canvas;
  }

  draw(session, theme, level) {
    const { context, width, height } = fitted(this.canvas);
    const point = session.last;
    if (!point || point.pelvis === null || width === 0) return;
    const lumbar = point.lumbar ?? point.pelvis;
    const lies = point.lift || point.pelvis > LYING_DEG;
    const body = lies ? lifting(point.pelvis, lumbar) : standing(point.pelvis, lumbar);
    const view = lies ? [-0.27, 0.6, 0.47] : [-0.25, 0.65, 1.02]; // left, right, top in stature
    const scale = Math.min(width / (view[1] - view[0]), (height - 6) / view[2]);
    const left = (width - scale * (view[1] - view[0])) / 2;
    const pen = { context, theme, scale, at: ([x, z]) => [left + (x - view[0]) * scale, height - 6 - z * scale] };
    context.fillStyle = theme.grid;
    context.fillRect(0, height - 6, width, 2);
    if (lies) bench(pen);
    limbs(pen, body);
    spine(pen, body, level);
    if (lies) bar(pen, body);
  }
}

function path({ context, at }, joints) {
  context.beginPath();
  for (const joint of joints) context.lineTo(...at(joint));
  context.stroke();
}

function dot({ context, at, scale }, centre, radius) {
  context.beginPath();
  context.arc(...at(centre), radius * scale, 0, 2 * Math.PI);
}

function bench({ context, theme, scale, at }) {
  const [x, y] = at([-0.02, 0.2]);
  context.fillStyle = theme.grid;
  context.fillRect(x - 0.2 * scale, y, 0.22 * scale, 0.05 * scale);
  context.fillRect(x - 0.12 * scale, y, 0.05 * scale, 0.2 * scale);
}

function limbs(pen, body) {
  const { context, theme, scale } = pen;
  context.strokeStyle = context.fillStyle = theme.muted;
  context.lineCap = context.lineJoin = "round";
  context.lineWidth = 0.055 * scale;
  path(pen, [body.hip, body.knee, body.ankle, along(body.ankle, [1, -0.15], 0.07)]);
  context.lineWidth = 0.04 * scale;
  path(pen, [body.head, body.thorax]);
  dot(pen, body.head, 0.055);
  context.fill();
}

function spine(pen, body, level) {
  const { context, scale, at } = pen;
  const middle = [(body.l1[0] + body.sacrum[0]) / 2, (body.l1[1] + body.sacrum[1]) / 2];
  context.strokeStyle = context.fillStyle = COLOURS[level];
  context.lineWidth = 0.06 * scale;
  context.beginPath();
  context.moveTo(...at(body.thorax));
  context.quadraticCurveTo(...at(body.l1), ...at(middle));
  context.quadraticCurveTo(...at(body.sacrum), ...at(body.hip));
  context.stroke();
  dot(pen, body.hip, 0.055);
  context.fill();
  context.fillStyle = level === "amber" ? "#000" : "#fff";
  context.font = `bold ${Math.round(0.075 * scale)}px sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(SYMBOLS[level], ...at(body.hip));
}

function bar(pen, body) {
  const { context, theme, scale } = pen;
  context.strokeStyle = theme.text;
  context.lineWidth = 0.014 * scale;
  dot(pen, body.bar, 0.024);
  context.stroke();
}
