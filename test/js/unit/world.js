// A world for channel.js in which time goes on when a test says so, and the server is the test.

/** @typedef {import("../../../web/js/channel-world.js").World} World */

/** Lets all promises that are settled have their say. */
export async function settle() {
  for (let i = 0; i < 30; i++) await Promise.resolve();
}

export class FakeSocket {
  /** @type {((event: any) => void) | null} */
  onopen = null;
  /** @type {((event: any) => void) | null} */
  onmessage = null;
  /** @type {((event: any) => void) | null} */
  onclose = null;
  /** @type {any[]} what the client sent and no expectation took */
  sent = [];
  closed = false;

  /** @param {string} data */
  send(data) {
    if (this.closed) throw new Error("closed");
    for (const line of data.split("\n")) this.sent.push(JSON.parse(line));
  }

  close() {
    this.closed = true;
  }

  /** @param {...any} replies in one frame */
  async say(...replies) {
    this.onmessage?.({ data: replies.map((r) => JSON.stringify(r)).join("\n") });
    await settle();
  }

  /**
   * The server closes.
   * @param {number} code
   * @param {string} [reason]
   */
  async end(code, reason = "") {
    this.closed = true;
    this.onclose?.({ code, reason });
    await settle();
  }

  /** @param {string} method @returns {any} the next command, which must be this one */
  take(method) {
    const command = this.sent.shift();
    if (!command || !(method in command)) throw new Error(`the client sent ${JSON.stringify(command)}, not ${method}`);
    return command;
  }
}

/** @returns {Storage} */
export function storage() {
  /** @type {Map<string, string>} */
  const all = new Map();
  return {
    get length() {
      return all.size;
    },
    clear: () => all.clear(),
    getItem: (key) => all.get(key) ?? null,
    key: (i) => [...all.keys()][i] ?? null,
    removeItem: (key) => void all.delete(key),
    setItem: (key, value) => void all.set(key, value),
  };
}

export class FakeWorld {
  /** @type {FakeSocket[]} */
  sockets = [];
  now = 0;
  up = true;
  /** @type {{ at: number, then: () => void }[]} */
  timers = [];
  /** @type {Record<string, (() => void)[]>} */
  heard = {};
  #made = 0;

  /**
   * @param {Storage} [kept]
   * @param {Set<string>} [locks] held by pages that are open
   */
  constructor(kept = storage(), locks = new Set()) {
    this.kept = kept;
    this.locks = locks;
  }

  /** @returns {World} */
  get world() {
    return {
      socket: () => {
        const s = new FakeSocket();
        this.sockets.push(s);
        return s;
      },
      after: (then, milliseconds) => {
        const timer = { at: this.now + milliseconds, then };
        this.timers.push(timer);
        return timer;
      },
      cancel: (timer) => {
        this.timers = this.timers.filter((t) => t !== timer);
      },
      random: () => 1, // the longest wait
      instance: () => `instance-${process.pid}-${Math.random().toString(36).slice(2, 10)}-${++this.#made}`,
      online: () => this.up,
      on: (event, then) => {
        (this.heard[event] ??= []).push(then);
        return () => {
          this.heard[event] = (this.heard[event] ?? []).filter((t) => t !== then);
        };
      },
      storage: this.kept,
      hold: async (name) => !this.locks.has(name) && Boolean(this.locks.add(name)),
    };
  }

  /** @returns {FakeSocket} the newest */
  get socket() {
    const s = this.sockets.at(-1);
    if (!s) throw new Error("no socket was opened");
    return s;
  }

  /** @param {number} milliseconds */
  async pass(milliseconds) {
    const until = this.now + milliseconds;
    for (;;) {
      const next = this.timers.filter((t) => t.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.now = Math.max(this.now, next.at);
      this.timers = this.timers.filter((t) => t !== next);
      next.then();
      await settle();
    }
    this.now = until;
  }

  /** @param {"online" | "offline" | "visible"} event */
  async happens(event) {
    if (event !== "visible") this.up = event === "online";
    for (const then of [...(this.heard[event] ?? [])]) then();
    await settle();
  }

  /** The socket opens and the server says welcome. @param {object} [more] */
  async welcome(more = {}) {
    this.socket.onopen?.({});
    await settle();
    const { id } = this.socket.take("connect");
    await this.socket.say({ id, connect: { client: `c${this.sockets.length}`, version: "test", ping: 25, pong: true, ...more } });
    return this.socket;
  }
}
