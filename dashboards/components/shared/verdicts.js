// How verdicts look. Okabe and Ito's palette: told apart by the colour-blind; every colour also has a symbol.

export const COLOURS = { good: "#0072B2", amber: "#E69F00", red: "#D55E00", lumbar: "#009E73", unknown: "#8A8F98" };
export const SYMBOLS = { good: "✓", amber: "!", red: "✕", partial: "½", unknown: "?" };

export function verdict(rep) {
  if (rep.warnings.some((warning) => warning.level === "red")) return "red";
  if (rep.partial) return "partial";
  if (rep.warnings.length > 0) return "amber";
  return rep.graded ? "good" : "unknown"; // unknown is never good
}

export function signed(value) {
  const size = Math.round(Math.abs(value)); // halves away from zero on both sides
  return size === 0 ? "0" : `${value > 0 ? "+" : "−"}${size}`;
}

export function inSeconds(value) {
  return `${value.toFixed(1)} s`;
}
