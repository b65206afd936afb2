// The reps of the session: ticks that read from afar, and the table.

import { SYMBOLS, signed, verdict } from "../shared/verdicts.js";

const ROWS_WHILE_RUNNING = 14;
const KG_PER = { kg: 1, lb: 0.45359237 }; // exact by definition, as is the inch
const CM_PER = { cm: 1, in: 2.54 };

export class Reps {
  constructor(ticks, table, words) {
    this.ticks = ticks;
    this.table = table;
    this.words = words;
    this.prefer({ mass_unit: "kg", length_unit: "cm" });
  }

  // Units of display, from the Settings page.
  prefer({ mass_unit: mass, length_unit: length }) {
    Object.assign(this, { mass, length });
    const heading = this.table.querySelector(".range");
    if (heading) heading.textContent = `Range (${length})`;
  }

  show(session) {
    this.ticks.replaceChildren(...session.ownReps.map((rep) => this.tick(rep)));
    const own = session.stage === "after_set" ? session.ownReps : session.reps.slice(-ROWS_WHILE_RUNNING);
    const shown = session.state === "running" ? own : session.reps;
    const rows = shown.slice().reverse().map((rep) => this.row(rep));
    this.table.querySelector("tbody").replaceChildren(...rows);
    this.table.hidden = session.reps.length === 0;
  }

  tick(rep) {
    const tick = document.createElement("li");
    tick.dataset.level = verdict(rep);
    tick.dataset.graded = rep.graded;
    tick.textContent = `${rep.rep} ${SYMBOLS[verdict(rep)]}`;
    tick.title = this.verdictWords(rep);
    return tick;
  }

  row(rep) {
    const row = document.createElement("tr");
    row.dataset.level = verdict(rep);
    row.dataset.graded = rep.graded;
    const plusMinus = (sigma) => (sigma === null ? "" : ` ± ${Math.round(sigma)}°`);
    const angle = (value, sigma) => (value === null ? "–" : `${signed(value)}°${plusMinus(sigma)}`);
    const cells = [
      rep.set, rep.rep, this.verdictWords(rep), ((rep.rom_m * 100) / CM_PER[this.length]).toFixed(this.length === "cm" ? 0 : 1),
      angle(rep.tilt_lockout_deg, rep.tilt_sigma_deg), angle(rep.lambda_lockout_deg, rep.lambda_sigma_deg),
      angle(rep.lambda_peak_deg, rep.lambda_sigma_deg),
      rep.concentric_s.toFixed(1), rep.hold_s.toFixed(1), rep.eccentric_s.toFixed(1),
    ];
    for (const text of cells) row.appendChild(document.createElement("td")).textContent = text;
    return row;
  }

  verdictWords(rep) {
    const level = verdict(rep);
    const titles = rep.warnings.map((warning) => `${this.words.warnings[warning.id].title} (${warning.level})`);
    if (rep.partial) titles.unshift(this.words.partial);
    if (titles.length > 0) return `${SYMBOLS[level]} ${titles.join(", ")}`;
    if (level === "good") return `${SYMBOLS.good} ${this.words.good}`;
    const reasons = [...new Set(rep.not_graded.map((one) => this.words.not_graded[one.reason] ?? one.reason))];
    return `${SYMBOLS[level]} ${this.words.ungraded}${reasons.length ? `: ${reasons.slice(0, 2).join(", ")}` : ""}`;
  }

  setLine(session) {
    return session.sets.map((set) => {
      const partial = set.partial ? `, ${set.partial} ${this.words.partial}` : "";
      const bar = set.bar_kg === null ? "" : `, bar ${Number((set.bar_kg / KG_PER[this.mass]).toFixed(1))} ${this.mass}`;
      const warnings = set.warnings.map((warning) => this.words.warnings[warning.id].title).join(", ");
      return `Set ${set.set}: ${set.reps} reps${partial}${bar}${warnings ? `. ${warnings}` : ""}`;
    }).join(" · ");
  }
}
