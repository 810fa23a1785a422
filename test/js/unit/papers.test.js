import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { apply, begin, document, overlay, sizes, stacked, top } from "../../../lanes/papers/web/fold.js";
import { fix, free, height } from "../../../lanes/papers/web/place.js";

const vectors = JSON.parse(await readFile(new URL("../../../lanes/papers/board/testdata/fold.json", import.meta.url), "utf8"));

for (const v of vectors.fold) {
  test(`fold: ${v.name}`, () => {
    const board = begin(v.from);
    for (const entry of v.entries) apply(board, entry);
    assert.deepEqual(document(board), v.want);
  });
}

for (const v of vectors.overlay) {
  test(`overlay: ${v.name}`, () => {
    const board = begin(v.from);
    assert.deepEqual(document(overlay(board, v.operations, { author: "me", now: 9000 })), v.want);
    assert.deepEqual(document(board), v.from, "the board below stays as it is");
  });
}

/** @param {number} seed a small generator (mulberry32), so that a failure comes again */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test("begun at any place of the log, all come to the same board", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const r = random(seed);
    const one = (/** @type {any[]} */ list) => list[Math.floor(r() * list.length)];
    const ids = ["nAAAAAAAA", "nBBBBBBBB", "nCCCCCCCC"];
    const from = vectors.fold[0].from;
    const whole = begin(from);
    const entries = Array.from({ length: 30 }, (_, i) => {
      const id = one(ids);
      const there = whole.notes.has(id);
      const entry = there
        ? one([{ t: "note.move", x: i, y: i }, { t: "note.put", text: `t${i}` }, { t: "note.put", color: one(["sky", "mint"]), x: i }, { t: "note.hide" }, { t: "note.delete" }])
        : { t: "note.put", new: true, name: "n", text: `new${i}`, color: "lemon", font: "sans", x: i, y: i, w: 220, rot: 0, z: i, image: "" };
      const full = { ...entry, id, by: "a1", at: i };
      apply(whole, full);
      return full;
    });
    const cut = Math.floor(r() * entries.length);
    const first = begin(from);
    for (const e of entries.slice(0, cut)) apply(first, e);
    const second = begin(JSON.parse(JSON.stringify(document(first)))); // a snapshot, over the wire
    for (const e of entries.slice(cut)) apply(second, e);
    assert.deepEqual(document(second), JSON.parse(JSON.stringify(document(whole))), `seed ${seed}, cut at ${cut}`);
  }
});

test("what lies above what: z, then id", () => {
  const note = (/** @type {string} */ id, /** @type {number} */ z) => ({ id, by: "a", x: 0, y: 0, w: 220, rot: 0, z, at: 0 });
  const board = begin({ ...vectors.fold[0].from, notes: [note("nB", 1), note("nC", 0), note("nA", 1)] });
  assert.deepEqual(stacked(board).map((n) => n.id), ["nC", "nA", "nB"]);
  assert.equal(top(board), 2);
});

test("a new note goes where nothing is, while there is room, and always on the board", () => {
  const [w = 0, h = 0] = sizes.small ?? [];
  const r = random(7);
  /** @type {{ x: number, y: number, w: number, h: number }[]} */
  const there = [];
  for (let i = 0; i < 60; i++) {
    const note = { w: 220, h: height({ text: "생일 축하해! 늘 고마워.", w: 220 }) };
    const at = free(there, { w, h }, note, r);
    assert.ok(at.x >= 0 && at.x <= w && at.y >= 0 && at.y <= h && Number.isInteger(at.x) && Number.isInteger(at.y), JSON.stringify(at));
    const covers = there.some((b) => Math.abs(b.x - at.x) < 220 && Math.abs(b.y - at.y) < Math.min(b.h, note.h) - 12);
    if (i < 9) assert.ok(!covers, `note ${i} covers another`);
    there.push({ ...at, ...note });
  }
  assert.ok(height({ text: "x".repeat(400), w: 220 }) > height({ text: "x", w: 220 }));
  assert.ok(height({ image: "i.100.200.s", w: 220 }) > 400);
});

test("a note's tape is where the server says it is", () => {
  for (const [id, want] of Object.entries({ nAAAAAAAA: 1, nCCCCCCCD: 0, nCCCCCCCE: 3, nCCCCCCCB: 2 })) assert.equal(fix(id), want, id);
});
