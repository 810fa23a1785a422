// A board as its log makes it, and as it looks with what this page has done and not heard of yet. The rule is that of lanes/papers/board:
// the last writer wins, field by field, in the order of the log. lanes/papers/board/testdata/fold.json holds both to it.

/** @typedef {{ id: string, by: string, name?: string, text?: string, color?: string, font?: string, x: number, y: number, w: number, rot: number, z: number, image?: string, at: number, edited?: number, hidden?: boolean, waits?: boolean }} Note waits: not acknowledged yet */
/** @typedef {{ title: string, recipient: string, theme: string, size: string, w: number, h: number, deadline?: number, zone: string, writers: string, state: "open" | "closed" | "delivered" }} Paper */
/** @typedef {{ v: number, paper: Paper, notes: Note[] }} Document */
/** @typedef {{ paper: Paper, notes: Map<string, Note> }} Board notes in the order in which they were made */
/** @typedef {Record<string, any> & { t: string }} Change an entry, or an operation */

const words = /** @type {const} */ (["name", "text", "color", "font", "w", "image"]); // what makes a note an edited one
const place = /** @type {const} */ (["x", "y", "rot", "z"]);
const about = /** @type {const} */ (["title", "recipient", "theme", "size", "deadline", "zone", "writers"]);

/** @type {Record<string, [number, number]>} */
export const sizes = { small: [1200, 1600], medium: [1600, 2400], large: [2400, 3600], huge: [4800, 7200] };

/**
 * @param {Document} document
 * @returns {Board}
 */
export function begin(document) {
  return { paper: { ...document.paper }, notes: new Map(document.notes.map((n) => [n.id, { ...n }])) };
}

/**
 * @param {Board} board
 * @returns {Document}
 */
export const document = (board) => ({ v: 1, paper: board.paper, notes: [...board.notes.values()] });

/**
 * Folds an entry in. What it does not know it leaves alone.
 * @param {Board} board is changed; its notes are replaced, never changed
 * @param {Change} entry
 */
export function apply(board, entry) {
  if (entry.t.startsWith("paper.")) return changePaper(board, entry);
  if (board.paper.state !== "open") return;
  const note = board.notes.get(entry.id);
  switch (entry.t) {
    case "note.put":
      if (note) board.notes.set(note.id, changed(note, entry, [...words, ...place]));
      else if (entry.new) board.notes.set(entry.id, made(entry));
      return;
    case "note.move":
      if (note) board.notes.set(note.id, changed(note, entry, place));
      return;
    case "note.delete":
      board.notes.delete(entry.id);
      return;
    case "note.hide":
      if (note) board.notes.set(note.id, veiled(note));
      return;
    case "note.unhide":
      if (note && entry.note) board.notes.set(note.id, { ...entry.note });
  }
}

/**
 * @param {Board} board
 * @param {Change} entry
 */
function changePaper(board, entry) {
  const paper = { ...board.paper };
  if (entry.t === "paper.close" && paper.state === "open") paper.state = "closed";
  if (entry.t === "paper.deliver") paper.state = "delivered";
  if (entry.t === "paper.edit") {
    Object.assign(paper, picked(entry, about));
    if (!paper.deadline) delete paper.deadline;
    [paper.w, paper.h] = sizes[paper.size] ?? [paper.w, paper.h];
  }
  board.paper = paper;
}

/** @param {Change} entry @returns {Note} */
function made(entry) {
  const { id, by, at, name, text, color = "lemon", font = "sans", x, y, w = 220, rot = 0, z = 0, image } = entry;
  return { id, by, name, text, color, font, x, y, w, rot, z, at, ...(image ? { image } : {}) };
}

/**
 * @param {Note} note
 * @param {Change} entry
 * @param {readonly string[]} fields
 */
function changed(note, entry, fields) {
  if (note.hidden) return { ...note, ...picked(entry, [...place, "w"]) }; // the rest nobody is shown
  const next = { ...note, ...picked(entry, fields) };
  if (entry.t === "note.put" && words.some((f) => entry[f] !== undefined)) next.edited = entry.at;
  if (!next.image) delete next.image;
  return next;
}

/** @param {Note} note @returns {Note} as everybody sees it that is hidden */
function veiled({ id, by, x, y, w, rot, z, at }) {
  return { id, by, x, y, w, rot, z, at, hidden: true };
}

/**
 * @param {Change} from
 * @param {readonly string[]} fields
 */
function picked(from, fields) {
  return Object.fromEntries(fields.filter((f) => from[f] !== undefined).map((f) => [f, from[f]]));
}

/**
 * The board with operations on top that have no entry yet. What they change waits.
 * @param {Board} board stays as it is
 * @param {Change[]} operations in order
 * @param {{ author: string, now: number }} by
 * @returns {Board}
 */
export function overlay(board, operations, by) {
  if (operations.length === 0) return board;
  const over = { paper: board.paper, notes: new Map(board.notes) };
  for (const op of operations) {
    const fresh = op.t === "note.put" && op.new !== false && !over.notes.has(op.id);
    if (op.t === "note.unhide") continue; // what was hidden comes with the entry
    apply(over, { ...op, new: fresh, by: by.author, at: by.now });
    const note = over.notes.get(op.id ?? "");
    if (note) over.notes.set(note.id, { ...note, waits: true });
  }
  return over;
}

/**
 * Notes from the lowest to the highest.
 * @param {Board} board
 */
export function stacked(board) {
  return [...board.notes.values()].sort((a, b) => a.z - b.z || (a.id < b.id ? -1 : 1));
}

/**
 * The place above all others.
 * @param {Board} board
 */
export function top(board) {
  let z = 0;
  for (const n of board.notes.values()) z = Math.max(z, n.z);
  return Math.min(z + 1, 1_000_000_000);
}
