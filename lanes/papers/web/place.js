// Where a new note goes when its author does not say: somewhere near the top where it covers nothing, else as little as may be.

/** @typedef {{ x: number, y: number, w: number, h: number }} Box by its centre, in board units */

const band = 150; // board units

/**
 * About how high a note is, in board units.
 * @param {{ text?: string, image?: string, w: number }} note
 */
export function height(note) {
  const across = Math.max(4, (note.w - 32) / 20); // letters of a line, as wide as they are high
  let lines = 0;
  for (const line of (note.text ?? "").split("\n")) {
    let wide = 0;
    for (const c of line) wide += (c.codePointAt(0) ?? 0) > 0x2e80 ? 1 : 0.55;
    lines += Math.max(1, Math.ceil(wide / across));
  }
  const [, iw, ih] = (note.image ?? "").split(".").map(Number);
  const picture = iw && ih ? ((note.w - 24) * ih) / iw + 12 : 0;
  return Math.round(72 + lines * 30 + picture);
}

/** @param {Box} a @param {Box} b how much of one covers the other */
function common(a, b) {
  const across = Math.min(a.x + a.w / 2, b.x + b.w / 2) - Math.max(a.x - a.w / 2, b.x - b.w / 2);
  const down = Math.min(a.y + a.h / 2, b.y + b.h / 2) - Math.max(a.y - a.h / 2, b.y - b.h / 2);
  return across > 0 && down > 0 ? across * down : 0;
}

/**
 * @param {Box[]} there
 * @param {{ w: number, h: number }} board
 * @param {{ w: number, h: number }} note
 * @param {() => number} random from 0 to 1: two who write at once shall not get the same place
 * @returns {{ x: number, y: number }} its centre
 */
export function free(there, board, note, random = Math.random) {
  const gap = 44;
  const [left, right] = [note.w / 2 + gap, Math.max(note.w / 2 + gap, board.w - note.w / 2 - gap)];
  const [first, last] = [note.h / 2 + gap, Math.max(note.h / 2 + gap, board.h - note.h / 2 - gap)];
  const step = Math.max(20, Math.round(board.w / 64));
  /** @type {{ x: number, y: number }[]} */
  let best = [];
  let least = Infinity;
  for (let y = first; y <= last; y += step) {
    if (least === 0 && y > (best[0]?.y ?? 0) + band) break; // one of the places in the first band that has any
    for (let x = left; x <= right; x += step) {
      const box = { x, y, w: note.w + gap, h: note.h + gap };
      let covered = 0;
      for (const b of there) covered += common(box, b);
      if (covered < least) [best, least] = [[{ x, y }], covered];
      else if (covered === least) best.push({ x, y });
    }
  }
  const chosen = best[Math.floor(random() * best.length)] ?? { x: left, y: first };
  const clamp = (/** @type {number} */ v, /** @type {number} */ most) => Math.round(Math.min(Math.max(v, 0), most));
  return { x: clamp(chosen.x, board.w), y: clamp(chosen.y, board.h) };
}

/**
 * How a note is fixed to the paper, by its id (FNV-1a): tape in the middle, left, right, or a pin. The server says the same.
 * @param {string} id
 */
export function fix(id) {
  let h = 0x811c9dc5;
  for (const c of new TextEncoder().encode(id)) h = Math.imul(h ^ c, 0x01000193) >>> 0;
  return h % 4;
}
