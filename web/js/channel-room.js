// One channel of a connection: its place in the log, its operations, its messages beside the log.

import { delay, Refused, rejoins, tokenExpired, untilRefresh } from "./channel-codes.js";
import { Outbox } from "./channel-outbox.js";

/** @typedef {import("./channel-outbox.js").Operation} Operation */
/** @typedef {{ epoch: string, offset: number }} Position */
/** @typedef {{ client: string, user?: string, conn_info?: any, chan_info?: any }} Member */
/** @typedef {{ data: any, offset?: number, info?: Member, time?: number }} Publication */

/**
 * @typedef {object} Handlers what a channel tells; each may be left out
 * @property {(data: any, at: Position) => void} [snapshot] begin anew: this is the channel at this place
 * @property {(entry: Publication) => void} [entry] the next entry of the log
 * @property {(message: Publication) => void} [message] beside the log
 * @property {(member: Member) => void} [join]
 * @property {(member: Member) => void} [leave]
 * @property {(state: "joining" | "in" | "out", error?: Refused) => void} [state] error says why: out, it was ended; joining, the server cannot let it in yet
 * @property {() => void} [pending] the operations that wait have changed
 * @property {(operation: Operation, error: Refused) => void} [refused] one that an earlier page left behind
 */

/**
 * @typedef {object} Options
 * @property {(() => Promise<string>) | undefined} [token] of the subscription
 * @property {unknown} [data] whatever the lane is told by who subscribes
 * @property {number} [every] milliseconds between two messages beside the log; 60
 */

/**
 * @typedef {object} Link the connection, as a channel sees it
 * @property {(method: string, params: object) => Promise<any>} call
 * @property {() => boolean} live
 * @property {() => void} restart the connection is of no use: another, with all its channels
 * @property {import("./channel-world.js").World} world
 */

const mostEarly = 2000; // more than that is missing, and asked for anew

export class Room {
  /** @type {"joining" | "in" | "out"} */
  state = "joining";
  /** @type {Position | undefined} */
  position;
  name;
  #link;
  #options;
  /** @type {Handlers} */
  #on;
  #outbox;
  #adopted = false;
  #busy = false; // an operation is on its way
  #tries = 0;
  #round = 0; // of subscriptions: what comes of an older one is nobody's
  /** @type {Publication[]} that came with the answer to the subscription, before it was read */
  #early = [];
  /** @type {unknown} */
  #timer;
  /** @type {unknown} */
  #refresh;
  /** @type {Map<string, unknown>} */
  #messages = new Map();
  /** @type {unknown} */
  #beat;

  /**
   * @param {Link} link
   * @param {string} name
   * @param {Handlers} on
   * @param {Options} options
   */
  constructor(link, name, on, options) {
    this.name = name;
    this.#link = link;
    this.#on = on;
    this.#options = options;
    this.#outbox = new Outbox(name, link.world);
    this.#outbox.adopt().finally(() => {
      this.#adopted = true;
      on.pending?.();
      this.#pump();
    });
  }

  /** @returns {Operation[]} that are not acknowledged yet, in order */
  get pending() {
    return this.#outbox.all();
  }

  /**
   * Does an operation: now, or when there is a connection again. The promise ends when it is durable, or with Refused. A key names
   * what it is the newest of: an earlier one that was not sent yet gives way. Throws Full where too many wait.
   * @param {Record<string, unknown>} data
   * @param {string} [key]
   */
  do(data, key = "") {
    const { ended } = this.#outbox.add(data, key);
    this.#on.pending?.();
    this.#pump();
    return ended;
  }

  /**
   * Sends a message beside the log. It may be lost; of one key only the last goes out, every so often.
   * @param {unknown} data
   * @param {string} key
   */
  send(data, key) {
    if (this.state !== "in" || !this.#link.live()) return;
    this.#messages.set(key, data);
    if (this.#beat !== undefined) return;
    this.#flush();
  }

  #flush() {
    this.#beat = undefined;
    if (this.#messages.size === 0 || this.state !== "in") return;
    for (const data of this.#messages.values()) {
      this.#link.call("publish", { channel: this.name, data }).catch(() => {}); // the next one says it anew
    }
    this.#messages.clear();
    this.#beat = this.#link.world.after(() => this.#flush(), this.#options.every ?? 60);
  }

  /** @returns {Promise<Member[]>} who is in */
  async presence() {
    const result = await this.#link.call("presence", { channel: this.name });
    return Object.values(result.presence ?? {});
  }

  /**
   * What the log has.
   * @param {{ since?: Position, limit?: number, reverse?: boolean }} [asked]
   * @returns {Promise<{ publications: Publication[], epoch: string, offset: number }>}
   */
  async history(asked = {}) {
    const { publications = [], epoch = "", offset = 0 } = await this.#link.call("history", { channel: this.name, limit: -1, ...asked });
    return { publications, epoch, offset };
  }

  /** The connection is there: subscribes, from where it was. */
  async join() {
    const round = ++this.#round;
    this.#early = [];
    this.#become("joining");
    const at = this.position;
    try {
      const token = this.#options.token ? await this.#options.token() : undefined;
      if (round !== this.#round) return;
      const result = await this.#link.call("subscribe", {
        channel: this.name, positioned: true, recoverable: true, join_leave: true,
        ...(token ? { token } : {}),
        ...(this.#options.data === undefined ? {} : { data: this.#options.data }),
        ...(at ? { recover: true, ...at } : {}),
      });
      if (round === this.#round) this.#joined(result);
    } catch (error) {
      if (round === this.#round) this.#notJoined(error);
    }
  }

  /** @param {any} result of a subscription */
  #joined(result) {
    this.#tries = 0;
    const at = { epoch: result.epoch ?? "", offset: result.offset ?? 0 };
    if (!result.recovered) {
      this.position = at;
      this.#on.snapshot?.(result.data, at);
    }
    this.#become("in");
    for (const p of [...(result.publications ?? []), ...this.#early]) this.take(p);
    this.#early = [];
    if (result.expires) this.#refreshIn(result.ttl ?? 60);
    this.#pump();
  }

  /** @param {unknown} error */
  #notJoined(error) {
    const refused = error instanceof Refused ? error : new Refused(0, String(error), true);
    if (!refused.temporary && refused.code !== tokenExpired) return this.#end(refused);
    if (this.#link.live()) this.#again(refused);
  }

  /**
   * Subscribes again, a while later.
   * @param {Refused} [error] why not now
   */
  #again(error) {
    const round = ++this.#round;
    const { world } = this.#link;
    world.cancel(this.#timer);
    this.#become("joining", error);
    this.#timer = world.after(() => {
      if (round === this.#round && this.#link.live()) this.join();
    }, delay(this.#tries++, world.random));
  }

  /** The connection is gone. */
  lost() {
    this.#round++;
    const { world } = this.#link;
    for (const timer of [this.#timer, this.#refresh, this.#beat]) world.cancel(timer);
    this.#beat = undefined;
    this.#messages.clear();
    if (this.state === "in") this.#become("joining");
  }

  /** @param {Refused} error */
  #end(error) {
    this.lost();
    this.#become("out", error);
  }

  /**
   * @param {"joining" | "in" | "out"} state
   * @param {Refused} [error]
   */
  #become(state, error) {
    if (state === this.state && !error) return;
    this.state = state;
    this.#on.state?.(state, error);
  }

  /** @param {any} push of the server, for this channel */
  heard(push) {
    if (push.pub) this.take(push.pub);
    if (push.join?.info) this.#on.join?.(push.join.info);
    if (push.leave?.info) this.#on.leave?.(push.leave.info);
    if (push.unsubscribe) {
      const { code = 0, reason = "" } = push.unsubscribe;
      if (rejoins(code)) this.#again();
      else this.#end(new Refused(code, reason, false));
    }
  }

  /** @param {Publication} publication */
  take(publication) {
    if (this.state !== "in" || !this.position) {
      if (this.state === "joining" && publication.offset && this.#early.length < mostEarly) this.#early.push(publication);
      return;
    }
    if (!publication.offset) return this.#on.message?.(publication);
    if (publication.offset <= this.position.offset) return; // was there before
    if (publication.offset > this.position.offset + 1) return this.#link.restart(); // one is missing: the log has it
    this.position = { epoch: this.position.epoch, offset: publication.offset };
    this.#on.entry?.(publication);
  }

  /**
   * Sends the next operation, and when it has its answer the one behind it. One at a time is what keeps their order whatever fails.
   * @returns {Promise<void>}
   */
  async #pump() {
    if (this.#busy || !this.#adopted || this.state !== "in" || !this.#link.live()) return;
    const operation = this.#outbox.next();
    if (!operation) return;
    this.#busy = true;
    const round = this.#round;
    let wait = false;
    try {
      await this.#link.call("publish", { channel: this.name, data: operation });
      this.#settle(operation);
    } catch (error) {
      wait = round !== this.#round || (error instanceof Refused && error.temporary); // of a subscription that is over it says nothing
      if (!wait) this.#settle(operation, error);
    }
    this.#busy = false;
    if (!wait) {
      this.#tries = 0;
      return this.#pump();
    }
    const { world } = this.#link; // tried again, also after the connection was lost, which asks by itself when it is back
    world.after(() => this.#pump(), delay(2 + this.#tries++, world.random));
  }

  /**
   * @param {Operation} operation
   * @param {unknown} [error]
   */
  #settle(operation, error) {
    const awaited = this.#outbox.end(operation.op, error);
    if (error instanceof Refused && !awaited) this.#on.refused?.(operation, error);
    this.#on.pending?.();
  }

  /** @param {number} seconds until the subscription ends unless a new token is shown */
  #refreshIn(seconds) {
    const { world } = this.#link;
    world.cancel(this.#refresh);
    this.#refresh = world.after(async () => {
      const round = this.#round;
      try {
        const token = (await this.#options.token?.()) ?? "";
        const result = await this.#link.call("sub_refresh", { channel: this.name, token });
        if (round === this.#round && result.expires) this.#refreshIn(result.ttl ?? 60);
      } catch (error) {
        if (round !== this.#round) return;
        if (error instanceof Refused && !error.temporary) this.#end(error);
        else this.#refreshIn(5);
      }
    }, untilRefresh(seconds));
  }
}
