// Moving notes: with the mouse, with a finger (tapped first, so that the paper can still be scrolled), and with the keys.

/** @typedef {import("./fold.js").Note} Note */
/** @typedef {import("./slips.js").Place} Place */

/**
 * @typedef {object} Moves
 * @property {(id: string) => Note | undefined} note one that may be moved; undefined: not here, or not by this page
 * @property {() => { w: number, h: number }} size of the board
 * @property {() => boolean} free whether notes lie where they were put: in the list they do not
 * @property {(id: string, place: Place) => void} drags on the way
 * @property {(id: string, place: Place, keys: boolean) => void} drops there it stays
 * @property {(id: string) => void} menu
 * @property {(id: string) => void} removes
 * @property {(x: number, y: number) => void} writes a note here
 */

const slack = 5; // pixels within which a press is no drag
const step = 10; // board units of an arrow key
const far = 60; // with Shift
const turn = 3; // degrees

/** @param {number} v @param {number} low @param {number} high */
const within = (v, low, high) => Math.round(Math.min(Math.max(v, low), high));

/**
 * A place for a note such that it can be seen and held.
 * @param {number} x
 * @param {number} y
 * @param {Note} note
 * @param {{ w: number, h: number }} size
 * @returns {{ x: number, y: number }}
 */
const inside = (x, y, note, { w, h }) => ({ x: within(x, note.w * 0.4, w - note.w * 0.4), y: within(y, 40, h - 40) });

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
const slipOf = (target) => (target instanceof Element ? target.closest(".slip[data-id]") : null);

/**
 * @param {HTMLElement} board
 * @param {Moves} on
 */
export function hand(board, on) {
  drag(board, on);
  keys(board, on);
  board.addEventListener("dblclick", (event) => {
    const slip = slipOf(event.target);
    if (slip?.dataset.id) return on.menu(slip.dataset.id);
    if (!on.free()) return;
    const box = board.getBoundingClientRect();
    const { w, h } = on.size();
    on.writes(within(((event.clientX - box.left) / box.width) * w, 0, w), within(((event.clientY - box.top) / box.width) * w, 0, h));
  });
  board.addEventListener("click", (event) => {
    const more = event.target instanceof Element ? event.target.closest(".slip-more") : null;
    const id = slipOf(more)?.dataset.id;
    if (id) on.menu(id);
  });
}

/**
 * @param {HTMLElement} board
 * @param {Moves} on
 */
function drag(board, on) {
  /** @type {{ slip: HTMLElement, id: string, from: Note, x: number, y: number, pointer: number, now: Place | undefined } | undefined} */
  let held;
  const end = () => {
    held?.slip.classList.remove("held");
    held = undefined;
  };
  board.addEventListener("pointerdown", (event) => {
    const slip = slipOf(event.target);
    for (const other of board.querySelectorAll(".picked")) if (other !== slip) other.classList.remove("picked");
    const id = slip?.dataset.id;
    const from = id ? on.note(id) : undefined;
    if (!slip || !id || !from || event.button !== 0 || !on.free()) return;
    if (event.target instanceof Element && event.target.closest(".slip-more")) return;
    if (event.pointerType === "touch" && !slip.classList.contains("picked")) return;
    held = { slip, id, from, x: event.clientX, y: event.clientY, pointer: event.pointerId, now: undefined };
  });
  board.addEventListener("pointermove", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
    if (!held.now) {
      if (Math.hypot(dx, dy) < slack) return;
      held.slip.setPointerCapture(event.pointerId);
      held.slip.classList.add("held");
    }
    const scale = on.size().w / board.getBoundingClientRect().width;
    held.now = { ...inside(held.from.x + dx * scale, held.from.y + dy * scale, held.from, on.size()), rot: held.from.rot };
    on.drags(held.id, held.now);
  });
  board.addEventListener("pointerup", (event) => {
    const slip = slipOf(event.target);
    if (!held?.now && slip?.querySelector(".slip-more")) slip.classList.add("picked");
    if (held?.now && event.pointerId === held.pointer) on.drops(held.id, held.now, false);
    end();
  });
  board.addEventListener("pointercancel", () => {
    if (held?.now) on.drops(held.id, held.now, false); // what was shown is what it becomes
    end();
  });
  board.addEventListener("dragstart", (event) => event.preventDefault());
}

/**
 * @param {HTMLElement} board
 * @param {Moves} on
 */
function keys(board, on) {
  /** @type {Record<string, [number, number]>} */
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  board.addEventListener("keydown", (event) => {
    if (!(event.target instanceof Element) || !event.target.matches(".slip-more")) return;
    const id = slipOf(event.target)?.dataset.id ?? "";
    const note = on.note(id);
    if (!note || event.altKey || event.ctrlKey || event.metaKey) return;
    const way = ways[event.key];
    const by = event.shiftKey ? far : step;
    if (way && on.free()) on.drops(id, { ...inside(note.x + way[0] * by, note.y + way[1] * by, note, on.size()), rot: note.rot }, true);
    else if (event.key === "[" || event.key === "]") on.drops(id, { x: note.x, y: note.y, rot: within(note.rot + (event.key === "[" ? -turn : turn), -45, 45) }, true);
    else if (event.key === "Delete" || event.key === "Backspace") on.removes(id);
    else return;
    event.preventDefault();
  });
}
