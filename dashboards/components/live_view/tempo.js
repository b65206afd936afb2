// Phase and tempo of the rep: how long up, held, down; the way down is to take two seconds.

import { inSeconds } from "../shared/verdicts.js";

const PARTS = ["concentric", "lockout", "eccentric"];
const FULL_S = { concentric: 3, lockout: 2, eccentric: 2 }; // the bar is full at (convention; two seconds down)

export class Tempo {
  constructor(element, words) {
    this.bars = PARTS.map((phase) => {
      const part = document.createElement("div");
      part.className = "part";
      part.dataset.phase = phase;
      part.innerHTML = '<span class="name"></span><span class="bar"><i></i></span><output></output>';
      part.querySelector(".name").textContent = words.phases[phase];
      element.appendChild(part);
      return { phase, part, fill: part.querySelector("i"), output: part.querySelector("output") };
    });
  }

  draw(session) {
    const last = session.last;
    for (const { phase, part, fill, output } of this.bars) {
      const now = session.phase === phase && last ? Math.max(0, last.t - session.phaseSince) : null;
      const seconds = now ?? session.tempo?.[phase] ?? null;
      part.dataset.now = String(now !== null);
      fill.style.width = `${Math.min(1, (seconds ?? 0) / FULL_S[phase]) * 100}%`;
      output.textContent = seconds === null ? "–" : inSeconds(seconds);
    }
  }
}
