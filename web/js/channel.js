// A client of the Centrifuge client protocol in JSON, small and for browsers: a connection, and channels in it.
//
//   import { Live } from "./channel.js";
//   const live = new Live({ state: (now) => banner(now) });
//   const paper = live.channel("paper:x", { snapshot: begin, entry: fold, message: point, pending: draw });
//   await paper.do({ t: "note.put", id: "n1", text: "…" }); // durable, or Refused; also over a reload and a lost connection
//   paper.send({ t: "cursor", x: 3, y: 4 }, "cursor");      // may be lost
//
// It comes back by itself, with what it missed, unless the server says that it shall not. web/README.md has the whole.

import { comesBack, delay, Refused, tokenExpired, untilRefresh } from "./channel-codes.js";
import { Room } from "./channel-room.js";
import { browser } from "./channel-world.js";

export { Full } from "./channel-outbox.js";
export { Refused };

/** @typedef {"connecting" | "live" | "waiting" | "closed"} State */

/**
 * @typedef {object} LiveOptions
 * @property {string} [url] of the WebSocket; /connection/websocket
 * @property {() => Promise<string>} [token] who it is; left out: nobody
 * @property {unknown} [data] for the server, with connect
 * @property {string} [name] of the program
 * @property {(state: State, error?: Refused) => void} [state] closed: for good, and error says why
 * @property {import("./channel-world.js").World} [world] the browser
 */

const patience = 10_000; // milliseconds for an answer, and for a ping that is late

export class Live {
  /** @type {State} */
  state = "connecting";
  /** The id of the connection; empty while there is none. */
  client = "";
  #options;
  #world;
  /** @type {Map<string, Room>} */
  #rooms = new Map();
  /** @type {import("./channel-world.js").Socket | undefined} */
  #socket;
  /** @type {Map<number, { done: (result: any) => void, failed: (error: Refused) => void, method: string, timer: unknown }>} */
  #calls = new Map();
  #id = 0;
  #attempt = 0;
  #ping = 0;
  #pong = false;
  /** @type {Record<"retry" | "ping" | "refresh" | "open", unknown>} */
  #timers = { retry: undefined, ping: undefined, refresh: undefined, open: undefined };
  /** @type {(() => void)[]} */
  #stop;

  /** @param {LiveOptions} [options] */
  constructor(options = {}) {
    this.#options = options;
    this.#world = options.world ?? browser();
    const soon = () => {
      if (this.state === "waiting") this.#open();
    };
    this.#stop = [
      this.#world.on("online", soon),
      this.#world.on("visible", soon),
      this.#world.on("offline", () => this.#lost(0, "offline")), // the socket would notice minutes later
    ];
    this.#open();
  }

  /**
   * Gets into a channel, and stays in it.
   * @param {string} name
   * @param {import("./channel-room.js").Handlers} on
   * @param {import("./channel-room.js").Options} [options]
   */
  channel(name, on, options = {}) {
    const link = {
      call: this.#call.bind(this), live: () => this.state === "live", restart: () => this.#lost(0, "out of step"), world: this.#world,
    };
    const room = new Room(link, name, on, options);
    this.#rooms.set(name, room);
    if (this.state === "live") room.join();
    return room;
  }

  /**
   * Leaves a channel. Operations that wait are kept for the next time.
   * @param {Room} room
   */
  leave(room) {
    if (this.#rooms.get(room.name) !== room) return;
    this.#rooms.delete(room.name);
    room.lost();
    room.state = "out";
    if (this.state === "live") this.#call("unsubscribe", { channel: room.name }).catch(() => {}); // it ends with the connection
  }

  /**
   * Asks the server.
   * @param {string} method
   * @param {unknown} [data]
   */
  async rpc(method, data = null) {
    return (await this.#call("rpc", { method, data })).data;
  }

  /** Ends it for good. */
  close() {
    this.#drop();
    for (const stop of this.#stop) stop();
    this.#become("closed");
  }

  async #open() {
    this.#drop();
    this.#become("connecting");
    let token = "";
    try {
      token = this.#options.token ? await this.#options.token() : "";
    } catch {
      return this.#later();
    }
    if (this.state !== "connecting" || this.#socket) return;
    const socket = this.#world.socket(this.#url());
    this.#socket = socket;
    const mine = () => this.#socket === socket;
    this.#timers.open = this.#world.after(() => mine() && this.#lost(0, "no answer"), patience);
    socket.onopen = () => mine() && this.#greet(token);
    socket.onmessage = (event) => mine() && this.#read(String(event.data));
    socket.onclose = (event) => mine() && this.#lost(event.code, event.reason);
  }

  #url() {
    const url = this.#options.url ?? "/connection/websocket";
    if (/^wss?:/.test(url)) return url;
    const at = new URL(url, location.href);
    at.protocol = at.protocol === "https:" ? "wss:" : "ws:";
    return at.href;
  }

  /** @param {string} token */
  async #greet(token) {
    const { data, name = "web" } = this.#options;
    try {
      this.#welcome(await this.#call("connect", { name, ...(token ? { token } : {}), ...(data === undefined ? {} : { data }) }));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.code === 0) return; // lost, which is dealt with
      if (error.temporary || error.code === tokenExpired) this.#lost(error.code, error.message);
      else this.#end(error);
    }
  }

  /** @param {any} result of connect */
  #welcome(result) {
    this.#world.cancel(this.#timers.open);
    this.#attempt = 0;
    this.client = result.client ?? "";
    this.#ping = (result.ping ?? 0) * 1000;
    this.#pong = Boolean(result.pong);
    this.#awaitPing();
    if (result.expires) this.#refreshIn(result.ttl ?? 60);
    this.#become("live");
    for (const room of this.#rooms.values()) if (room.state !== "out") room.join();
  }

  #awaitPing() {
    this.#world.cancel(this.#timers.ping);
    if (this.#ping > 0) this.#timers.ping = this.#world.after(() => this.#lost(0, "no ping"), this.#ping + patience);
  }

  /** @param {number} seconds until the connection ends unless a new token is shown */
  #refreshIn(seconds) {
    this.#world.cancel(this.#timers.refresh);
    this.#timers.refresh = this.#world.after(async () => {
      const socket = this.#socket;
      try {
        const token = (await this.#options.token?.()) ?? "";
        if (socket !== this.#socket) return;
        const result = await this.#call("refresh", { token });
        if (result.expires) this.#refreshIn(result.ttl ?? 60);
      } catch (error) {
        if (socket !== this.#socket) return;
        if (error instanceof Refused && !error.temporary && error.code !== tokenExpired) this.#end(error);
        else this.#refreshIn(5);
      }
    }, untilRefresh(seconds));
  }

  /**
   * @param {string} method
   * @param {object} params
   * @returns {Promise<any>} the result
   */
  #call(method, params) {
    const socket = this.#socket;
    if (!socket || (this.state !== "live" && method !== "connect")) return Promise.reject(new Refused(0, "no connection", true));
    const id = ++this.#id;
    return new Promise((done, failed) => {
      const timer = this.#world.after(() => this.#socket === socket && this.#lost(0, "no answer"), patience);
      this.#calls.set(id, { done, failed, method, timer });
      try {
        socket.send(JSON.stringify({ id, [method]: params }));
      } catch {
        this.#lost(0, "not sent"); // it was closing
      }
    });
  }

  /** @param {string} frame replies, one a line */
  #read(frame) {
    const socket = this.#socket;
    for (const line of frame.split("\n")) {
      if (line === "" || socket !== this.#socket) continue;
      const reply = JSON.parse(line);
      if (reply.id) this.#answer(reply);
      else if (reply.push) this.#push(reply.push);
      else {
        this.#awaitPing();
        if (this.#pong) socket?.send("{}");
      }
    }
  }

  /** @param {any} reply */
  #answer(reply) {
    const call = this.#calls.get(reply.id);
    if (!call) return;
    this.#calls.delete(reply.id);
    this.#world.cancel(call.timer);
    const { error } = reply;
    if (error) call.failed(new Refused(error.code, error.message ?? "", Boolean(error.temporary)));
    else call.done(reply[call.method] ?? {});
  }

  /** @param {any} push */
  #push(push) {
    if (push.channel) this.#rooms.get(push.channel)?.heard(push);
    else if (push.disconnect) this.#lost(push.disconnect.code ?? 0, push.disconnect.reason ?? "");
    else if (push.refresh?.expires) this.#refreshIn(push.refresh.ttl ?? 60);
  }

  /** Lets go of the socket and of all that waits for it. */
  #drop() {
    const socket = this.#socket;
    this.#socket = undefined;
    this.client = "";
    for (const timer of Object.values(this.#timers)) this.#world.cancel(timer);
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) {
      this.#world.cancel(call.timer);
      call.failed(new Refused(0, "the connection was lost", true));
    }
    for (const room of this.#rooms.values()) if (room.state !== "out") room.lost();
  }

  /**
   * The connection is gone: comes back, unless the code says no.
   * @param {number} code
   * @param {string} reason
   */
  #lost(code, reason) {
    if (this.state === "closed") return;
    if (comesBack(code)) this.#later();
    else this.#end(new Refused(code, reason, false));
  }

  #later() {
    this.#drop();
    this.#become("waiting");
    const wait = delay(this.#attempt++, this.#world.random);
    this.#timers.retry = this.#world.after(() => {
      if (this.state === "waiting") this.#open();
    }, this.#world.online() ? wait : Math.max(wait, 5000)); // offline: "online" will say it sooner
  }

  /** @param {Refused} error */
  #end(error) {
    this.#drop();
    for (const stop of this.#stop) stop();
    this.#become("closed", error);
  }

  /**
   * @param {State} state
   * @param {Refused} [error]
   */
  #become(state, error) {
    if (state === this.state && !error) return;
    this.state = state;
    this.#options.state?.(state, error);
  }
}
