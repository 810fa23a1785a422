// The operations of one channel that are not acknowledged yet, in order, kept over a reload and a time without a connection.
//
// Each page that is open has a queue of its own, under a name that it holds a lock on. What a page left behind is taken over by the
// next one that opens the channel, with the names that the operations have: sent again they are done once, whoever sends them.

/** @typedef {Record<string, unknown> & { op: string }} Operation */

/**
 * @typedef {object} Waiting
 * @property {Operation} data
 * @property {boolean} sent it may have arrived: it must not be changed any more
 * @property {string} key what it is the newest of; empty: nothing
 * @property {(() => void)[]} done
 * @property {((error: unknown) => void)[]} failed
 */

const most = 500; // operations
const mostBytes = 512 * 1024; // of them as JSON

/** The queue has no room: this many operations wait for a connection. */
export class Full extends Error {
  constructor() {
    super("too many operations wait for a connection");
    this.name = "Full";
    this.reason = "channel.full";
  }
}

export class Outbox {
  /** @type {Waiting[]} */
  #waiting = [];
  #count = 0;
  #instance;
  #world;
  #prefix;

  /**
   * @param {string} channel
   * @param {import("./channel-world.js").World} world
   */
  constructor(channel, world) {
    this.#world = world;
    this.#instance = world.instance();
    this.#prefix = `hotlane.ops ${channel} `;
  }

  /** Takes over what earlier pages left behind, in front of what is here. */
  async adopt() {
    const own = this.#prefix + this.#instance;
    await this.#world.hold(own);
    const storage = this.#world.storage;
    if (!storage) return;
    const names = Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? "");
    for (const name of names.filter((n) => n.startsWith(this.#prefix) && n !== own).sort()) {
      if (!(await this.#world.hold(name))) continue; // of a page that is open
      const left = read(storage.getItem(name));
      this.#waiting.unshift(...left.map((data) => ({ data, sent: true, key: "", done: [], failed: [] })));
      this.#keep();
      storage.removeItem(name);
    }
  }

  /**
   * Adds an operation. One of the same key that was not sent yet gives way to it.
   * @param {Record<string, unknown>} data
   * @param {string} key
   * @returns {{ operation: Operation, ended: Promise<void> }}
   */
  add(data, key) {
    const old = key ? this.#waiting.findIndex((w) => w.key === key && !w.sent) : -1;
    if (old < 0 && (this.#waiting.length >= most || this.#text().length > mostBytes)) throw new Full();
    const [gone] = old < 0 ? [] : this.#waiting.splice(old, 1);
    const operation = { op: `${this.#instance}:${++this.#count}`, ...data };
    /** @type {Waiting} */
    const waiting = { data: operation, sent: false, key, done: gone?.done ?? [], failed: gone?.failed ?? [] };
    const ended = new Promise((/** @type {(value: void) => void} */ done, failed) => {
      waiting.done.push(done);
      waiting.failed.push(failed);
    });
    this.#waiting.push(waiting);
    this.#keep();
    return { operation, ended };
  }

  /** @returns {Operation | undefined} the next to be sent */
  next() {
    const first = this.#waiting[0];
    if (first) first.sent = true;
    return first?.data;
  }

  /**
   * The operation has its answer.
   * @param {string} op
   * @param {unknown} [error] it was refused
   * @returns {boolean} whether somebody here waited for the answer
   */
  end(op, error) {
    const at = this.#waiting.findIndex((w) => w.data.op === op);
    const [ended] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (!ended) return false;
    this.#keep();
    for (const then of ended.done) if (error === undefined) then();
    for (const then of ended.failed) if (error !== undefined) then(error);
    return ended.done.length > 0;
  }

  /** @returns {Operation[]} all that wait, in order */
  all() {
    return this.#waiting.map((w) => w.data);
  }

  #text() {
    return JSON.stringify(this.all());
  }

  #keep() {
    const name = this.#prefix + this.#instance;
    try {
      if (this.#waiting.length === 0) this.#world.storage?.removeItem(name);
      else this.#world.storage?.setItem(name, this.#text());
    } catch {
      // No room: then only until the page is left.
    }
  }
}

/**
 * @param {string | null} text
 * @returns {Operation[]}
 */
function read(text) {
  try {
    const list = JSON.parse(text ?? "[]");
    return Array.isArray(list) ? list.filter((one) => typeof one?.op === "string") : [];
  } catch {
    return [];
  }
}
