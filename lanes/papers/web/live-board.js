// A paper that is open: its channel, what this page does in it, and what it shows of the others.

import { api, Refusal } from "./api.js";
import { composer, savedName } from "./composer.js";
import { apply, begin, overlay, top } from "./fold.js";
import { hand } from "./hand.js";
import { acts, menu, report } from "./menu.js";
import { owner } from "./owner.js";
import { People } from "./people.js";
import { free, height } from "./place.js";
import { Slips } from "./slips.js";
import { status } from "./status.js";
import { t, why } from "./words.js";

/** @typedef {import("./fold.js").Note} Note */
/** @typedef {import("./slips.js").Place} Place */

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const dragFor = 3000; // milliseconds that another's drag is shown without its end

/** @param {string} before @param {number} length a name that nobody else has */
const named = (before, length) => before + [...crypto.getRandomValues(new Uint8Array(length))].map((b) => letters[b % letters.length]).join("");

/** @returns {Promise<{ Live: typeof import("../../../web/js/channel.js").Live, say: typeof import("../../../web/js/live.js").say, toast: typeof import("../../../web/js/live.js").toast }>} */
async function shared() { // their paths have a version in them, which the page knows
  const script = /** @type {HTMLScriptElement} */ (document.querySelector('script[src$="/js/channel.js"]'));
  const [{ Live }, { say, toast }] = await Promise.all([import(script.src), import(new URL("./live.js", script.src).href)]);
  return { Live, say, toast };
}

/**
 * @param {{ link: string, role: string, document: import("./fold.js").Document, page: HTMLElement, sheet: HTMLElement, list: HTMLElement, look: ReturnType<typeof import("./look.js").look> }} given
 */
export async function live({ link, role, document: document_, page, sheet, list, look }) {
  const { Live, say, toast } = await shared();
  const ask = api(link);
  let log = begin(document_); // as the log has it
  let board = log; // with what this page did on top
  let me = "";
  /** @type {import("../../../web/js/channel-room.js").Room | undefined} */
  let room;
  /** @type {Set<string>} */
  const arrived = new Set(); // refs of operations whose entry has come
  /** @type {Map<string, Place & { timer?: ReturnType<typeof setTimeout> }>} */
  const held = new Map();
  let drawing = false;
  let leaving = false;

  const size = () => ({ w: board.paper.w, h: board.paper.h });
  const own = (/** @type {Note} */ n) => n.by === me;
  const list_ = (/** @type {Note} */ n) => acts(n, role, own(n), look.free());
  const slips = new Slips(list, { images: `/v1/papers/${link}/images/`, own, menu: (n) => list_(n).length > 0 });
  const people = new People(/** @type {HTMLElement} */ (page.querySelector("[data-people]")), /** @type {HTMLElement} */ (page.querySelector("[data-pointers]")), (author) =>
    [...log.notes.values()].findLast((n) => n.by === author && n.name)?.name ?? "");
  const bar = status(page);

  const draw = () => {
    if (drawing) return;
    drawing = true;
    queueMicrotask(() => {
      drawing = false;
      const waiting = room?.pending ?? [];
      board = overlay(log, /** @type {any[]} */ (waiting.filter((o) => !arrived.has(String(o.ref)))), { author: me, now: Date.now() });
      look.paper(board, 700);
      slips.draw(board, held);
      page.querySelector("[data-blank]")?.toggleAttribute("hidden", board.notes.size > 0);
      bar.waits(waiting.length);
    });
  };

  /**
   * @param {Record<string, unknown> & { t: string }} operation
   * @param {string} [key]
   */
  const act = async (operation, key) => {
    if (!room) throw new Refusal(0, "offline");
    const ref = named("r", 12);
    const done = room.do({ ...operation, ref }, key);
    try {
      await done;
    } catch (error) {
      toast(t("refused", { why: why(error) }), { kind: "bad" });
    } finally {
      arrived.delete(ref);
    }
  };

  /** @param {any} entry */
  const fold = (entry) => {
    if (entry.ref) arrived.add(entry.ref);
    if (entry.id) release(entry.id);
    apply(log, entry);
    if (entry.t === "note.put" && entry.new && entry.by !== me) say(t("newNote", { name: entry.name ?? "" }));
    if (entry.t === "paper.close" || entry.t === "paper.deliver") return leave();
    draw();
    if (entry.t === "note.put" && entry.new) queueMicrotask(() => slips.get(entry.id)?.classList.add("fresh"));
  };

  const release = (/** @type {string} */ id) => {
    clearTimeout(held.get(id)?.timer);
    held.delete(id);
  };

  /** The paper was closed: what it is now, the server says. */
  const leave = () => {
    if (leaving) return;
    leaving = true;
    location.reload();
  };

  /** @param {any} m */
  const heard = (m) => {
    if (m.client === connection.client) return;
    if (m.t === "cursor") people.points(m.client, m.x, m.y);
    if (m.t === "writing") people.writes(m.client, m.on !== false);
    if (m.t !== "drag" || !log.notes.has(m.id)) return;
    release(m.id);
    held.set(m.id, { x: m.x, y: m.y, rot: m.rot ?? log.notes.get(m.id)?.rot ?? 0, timer: setTimeout(() => (release(m.id), draw()), dragFor) });
    draw();
  };

  draw();
  const connection = new Live({ state: (now, error) => bar.connection(now, error) });

  /** Gets in, however often it takes. */
  const enter = async () => {
    for (let tries = 0; ; tries++) {
      try {
        return await ask.live(savedName());
      } catch (error) {
        if (error instanceof Refusal && [403, 404, 409, 410].includes(error.status)) throw error;
        await new Promise((then) => setTimeout(then, Math.min(15_000, 800 * 2 ** tries) * (0.5 + Math.random() / 2)));
      }
    }
  };
  let pass = await enter().catch((error) => {
    bar.out(why(error));
    return undefined;
  });
  if (!pass) return connection.close();
  me = pass.author.id;

  room = connection.channel(pass.channel, {
    snapshot: (data) => {
      log = begin(data);
      arrived.clear();
      if (log.paper.state !== "open") return leave();
      draw();
    },
    entry: (e) => fold(e.data),
    message: (m) => heard(m.data),
    join: (m) => people.comes(m, connection.client),
    leave: (m) => people.goes(m),
    pending: draw,
    refused: (_, error) => toast(t("refused", { why: why(error) }), { kind: "bad" }),
    state: async (now, error) => {
      page.dataset.live = now;
      if (now === "joining") people.nobody();
      if (now === "joining" && error?.reason === "live.full") bar.crowded();
      if (now === "out") {
        if (error?.reason === "papers.closed") leave();
        else bar.out(why(error));
      }
      if (now !== "in" || !room) return;
      bar.back();
      try {
        people.are(await room.presence(), connection.client);
      } catch {
        // It is asked again with the next connection.
      }
    },
  }, {
    token: async () => {
      try {
        const fresh = pass ?? (await enter());
        pass = undefined; // the next connection asks for another
        me = fresh.author.id;
        return fresh.token;
      } catch (error) { // it was closed, or erased, while this page was away
        if (error instanceof Refusal && error.reason === "papers.closed") leave();
        else bar.out(why(error));
        connection.close();
        throw error;
      }
    },
  });

  const write = composer({
    link,
    upload: ask.upload,
    writing: (on, id) => room?.send({ t: "writing", on, ...(id ? { id } : {}) }, "writing"),
    put: (fields, note, at) => {
      if (note) {
        const change = Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== (note[/** @type {keyof Note} */ (name)] ?? "")));
        if (Object.keys(change).length > 0) act({ t: "note.put", new: false, id: note.id, ...change });
        return;
      }
      const there = [...board.notes.values()].map((n) => ({ x: n.x, y: n.y, w: n.w, h: height(n) }));
      const place = at ?? free(there, size(), { w: fields.w, h: height(fields) });
      const id = named("n", 14);
      act({ t: "note.put", new: true, id, ...fields, ...place, z: top(board) });
      say(t(connection.state === "live" ? "put.done" : "put.waits"));
      queueMicrotask(() => slips.get(id)?.scrollIntoView({ block: "center", inline: "center" }));
    },
  });
  page.querySelector("[data-write]")?.addEventListener("click", () => write());

  /** @param {string} id */
  const movable = (id) => {
    const note = board.notes.get(id);
    return note && (own(note) || role === "owner") ? note : undefined;
  };
  const remove = (/** @type {string} */ id) => {
    const note = movable(id);
    if (!note) return;
    act({ t: "note.delete", id });
    const back = own(note) && !note.hidden;
    bar.undo(t("deleted"), !back ? undefined : () => {
      const { name, text = "", color, font, x, y, w, rot, z, image = "" } = note;
      act({ t: "note.put", new: true, id: named("n", 14), name, text, color, font, x, y, w, rot, z, image }); // an id never comes back
    });
  };
  const move = (/** @type {string} */ id, /** @type {Partial<Place> & { z?: number }} */ to) => act({ t: "note.move", id, ...to }, `move ${id}`);

  const send = report(async (id, reason) => {
    try {
      await ask.report(id, reason);
      toast(t("reported"));
    } catch (error) {
      toast(t("refused", { why: why(error) }), { kind: "bad" });
    }
  });
  const does = menu((what, id) => {
    const note = board.notes.get(id);
    if (!note) return;
    if (what === "edit") write(note);
    if (what === "front") {
      move(id, { x: note.x, y: note.y, rot: note.rot, z: top(board) });
      say(t("atFront"));
    }
    if (what === "left" || what === "right") {
      const rot = Math.min(45, Math.max(-45, note.rot + (what === "left" ? -3 : 3)));
      move(id, { x: note.x, y: note.y, rot, z: note.z });
      say(t("turned", { n: rot }));
    }
    if (what === "hide" || what === "unhide") act({ t: `note.${what}`, id });
    if (what === "report") send(id);
    if (what === "delete") remove(id);
  });

  page.addEventListener("click", (event) => {
    const id = event.target instanceof HTMLElement ? event.target.dataset.reported : undefined;
    if (!id) return;
    const more = slips.get(id)?.querySelector(".slip-more");
    if (more instanceof HTMLElement) more.scrollIntoView({ block: "center" }), more.click();
  });

  hand(list, {
    note: movable,
    size,
    free: look.free,
    menu: (id) => {
      const note = board.notes.get(id);
      const can = note ? list_(note) : [];
      if (note && can.length > 0) does(note, can, own(note));
    },
    removes: remove,
    writes: (x, y) => write(undefined, { x, y }),
    drags: (id, place) => {
      held.set(id, place);
      if (own(/** @type {Note} */ (board.notes.get(id)))) room?.send({ t: "drag", id, ...place }, `drag ${id}`);
      draw();
    },
    drops: (id, place, keys) => {
      const note = board.notes.get(id);
      if (!note) return release(id);
      const turned = place.rot !== note.rot;
      move(id, { ...place, z: keys ? note.z : top(board) });
      release(id);
      draw();
      if (!keys) return;
      const { w, h } = size();
      say(turned ? t("turned", { n: place.rot }) : t("moved", { x: Math.round((place.x / w) * 100), y: Math.round((place.y / h) * 100) }));
    },
  });

  list.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || !look.free()) return;
    const box = list.getBoundingClientRect();
    const { w, h } = size();
    const [x, y] = [Math.round(((event.clientX - box.left) / box.width) * w), Math.round(((event.clientY - box.top) / box.width) * w)];
    if (x >= 0 && y >= 0 && x <= w && y <= h) room?.send({ t: "cursor", x, y }, "cursor");
  });

  if (role === "owner") {
    owner(link, ask, {
      paper: () => board.paper,
      edit: (fields) => act({ t: "paper.edit", ...fields }),
      settled: async () => {
        for (let i = 0; room && room.pending.length > 0 && i < 100; i++) await new Promise((then) => setTimeout(then, 100));
      },
    });
  }
  sheet.dataset.ready = "";
  draw();
}
