// Where the tiles go: as large as the window allows, never smaller than can be read.

const GAP = 12;
const LEAST = { width: 206, height: 152 };
const MOST = { width: 640, height: 380 };

export function layout(count, width, height) {
  const most = Math.max(1, Math.floor((width + GAP) / (LEAST.width + GAP)));
  let best = null;
  for (let columns = 1; columns <= Math.min(most, Math.max(count, 1)); columns += 1) {
    const grid = gridOf(count, columns, width, height);
    if (best === null || grid.fits > best.fits || (grid.fits === best.fits && grid.area > best.area)) best = grid;
  }
  return best;
}

function gridOf(count, columns, width, height) {
  const rows = Math.max(1, Math.ceil(count / columns));
  const tileWidth = Math.min(MOST.width, (width - GAP * (columns - 1)) / columns);
  const room = (height - GAP * (rows - 1)) / rows;
  const tileHeight = Math.min(MOST.height, Math.max(LEAST.height, Math.min(room, tileWidth * 0.62)));
  const scale = Math.max(1, Math.min(tileWidth / 280, tileHeight / 180, 1.8));
  const whole = rows * (tileHeight + GAP) - GAP;
  return {
    columns, tileWidth, tileHeight, scale, height: whole,
    fits: whole <= height ? 1 : -whole, // what does not fit the window is at least as short as can be
    area: tileWidth * tileHeight,
  };
}

export function place(grid, i) {
  const column = i % grid.columns;
  const row = Math.floor(i / grid.columns);
  return {
    x: column * (grid.tileWidth + GAP), y: row * (grid.tileHeight + GAP),
    width: grid.tileWidth, height: grid.tileHeight, scale: grid.scale,
  };
}
