// Canvases in the page's own colours, sharp on any display.

export function fitted(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

export function readTheme(element) {
  const style = getComputedStyle(element);
  const variable = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const text = variable("--st-text-color", "#31333f");
  const paper = variable("--st-background-color", "#ffffff");
  const mixed = (percent) => `color-mix(in srgb, ${text} ${percent}%, ${paper})`;
  return {
    text, paper, font: variable("--st-font", "sans-serif"),
    muted: mixed(55), soft: mixed(75), grid: mixed(15), zero: mixed(45), shade: mixed(8),
  };
}

// Text that stays legible on top of lines.
export function label(context, text, x, y, colour, theme) {
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = theme.paper;
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}
