// Pictures of the guided steps: one figure seen from its right, drawn by its joints. Colours from the page.

const FIGURES = {
  stand: { head: [50, 16], thorax: [50, 34], l1: [49, 52], hip: [51, 68], knee: [51, 92], foot: [51, 116] },
  bow: { head: [84, 44], thorax: [74, 50], l1: [58, 50], hip: [46, 66], knee: [49, 91], foot: [47, 116] },
  arch: { head: [46, 16], thorax: [48, 34], l1: [56, 53], hip: [47, 68], knee: [51, 92], foot: [51, 116] },
  tuck: { head: [54, 17], thorax: [50, 34], l1: [43, 52], hip: [53, 68], knee: [54, 92], foot: [51, 116] },
  neutral: { head: [12, 106], thorax: [30, 108], l1: [47, 104], hip: [62, 109], knee: [80, 80], foot: [88, 114] },
  thrust: { head: [14, 72], thorax: [28, 76], l1: [44, 78], hip: [60, 77], knee: [88, 78], foot: [90, 112] },
};
const BENCH = '<path class="prop" d="M6 84h28v7H6z M14 91h5v24h-5z M26 91h5v24h-5z" />';
const ARROWS = {
  stand: "",
  bow: '<path class="arrow" d="M60 22 q26 2 32 22 m-9 -5 l9 6 l4 -10" />',
  arch: '<path class="arrow" d="M84 54 h-18 m7 -7 l-8 7 l8 7" />',
  tuck: '<path class="arrow" d="M84 70 h-20 m7 -7 l-8 7 l8 7" />',
  neutral: "",
  thrust: '<path class="arrow" d="M62 64 v-26 m-8 8 l8 -9 l8 9" />',
};

const point = ([x, y]) => `${x} ${y}`;

export function pictureOf(name) {
  const joints = FIGURES[name] ?? FIGURES.stand;
  const { head, thorax, l1, hip, knee, foot } = joints;
  const toe = [foot[0] + 12, foot[1] + 1];
  return `<svg viewBox="0 0 110 122" role="img" aria-hidden="true">
    ${name === "thrust" ? BENCH : ""}
    <path class="ground" d="M2 119h106" />
    <g class="body">
      <path class="limb" d="M${point(hip)} L${point(knee)} L${point(foot)} L${point(toe)}" />
      <path class="limb thin" d="M${point(head)} L${point(thorax)}" />
      <circle class="head" cx="${head[0]}" cy="${head[1]}" r="9" />
    </g>
    <path class="spine" d="M${point(thorax)} Q${point(l1)} ${point(hip)}" />
    <circle class="hip" cx="${hip[0]}" cy="${hip[1]}" r="6" />
    ${ARROWS[name] ?? ""}
  </svg>`;
}
