// What the suites share: where the server is, tokens as an app's backend makes them, the HTTP API, and waiting for what happens.
import { createHmac, randomBytes } from 'node:crypto';
import { Centrifuge as JSONClient } from 'centrifuge';
import { Centrifuge as ProtobufClient } from 'centrifuge/build/protobuf';
import WebSocket from 'ws';

const env = (/** @type {string} */ name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

// Nodes of one app, in turn: each connection and each question goes to another.
const nodes = env('HOTLANE_URL').split(',');
export const howMany = nodes.length;
let turn = 0;
const base = () => nodes[turn++ % nodes.length];

export const socketURL = (at = base()) => at.replace(/^http/, 'ws') + '/connection/websocket';

// The two builds of the SDK. In the Protobuf one payloads are bytes.
export const builds = [
  { name: 'json', Client: JSONClient, protobuf: false, enc: (/** @type {any} */ v) => v, dec: (/** @type {any} */ v) => v },
  {
    name: 'protobuf', Client: ProtobufClient, protobuf: true,
    enc: (/** @type {any} */ v) => new TextEncoder().encode(JSON.stringify(v)),
    dec: (/** @type {any} */ v) => JSON.parse(new TextDecoder().decode(v)),
  },
];

const part = (/** @type {object} */ v) => Buffer.from(JSON.stringify(v)).toString('base64url');

// token is a JSON Web Token, good for seconds from now.
export function token(user, seconds = 300, claims = {}, secret = env('HOTLANE_TOKEN_SECRET')) {
  const now = Date.now() / 1000;
  const text = part({ alg: 'HS256', typ: 'JWT' }) + '.' + part({ sub: user, iat: Math.floor(now) - 60, exp: Math.ceil(now + seconds), ...claims });
  return text + '.' + createHmac('sha256', secret).update(text).digest('base64url');
}

// api is what the app's backend asks.
export async function api(method, path, body, key = env('HOTLANE_SERVICE_KEY')) {
  const res = await fetch(base() + path, {
    method, body: body === undefined ? undefined : JSON.stringify(body),
    headers: { ...(key ? { Authorization: `Bearer ${key}` } : {}), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
  });
  const text = await res.text();
  if (!res.ok) throw new Error(`${method} ${path}: ${res.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

export const live = (what, body) => api('POST', `/_hotlane/live/${what}`, body);

// instance names a client for its operations.
export const instance = () => randomBytes(9).toString('base64url');

let made = 0;
export const unique = (prefix) => `${prefix}${randomBytes(4).toString('hex')}-${++made}`;

// Feed keeps what happened, and waits for what is to happen. 15 s without it is a failure.
export class Feed {
  items = [];
  #waiting = new Set();

  push(item) {
    this.items.push(item);
    for (const look of [...this.#waiting]) look();
  }

  until(what, ok) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`not within 15 s: ${what}; the last of ${this.items.length}: ${JSON.stringify(this.items.slice(-5))}`));
      }, 15_000);
      const look = () => {
        const found = ok(this.items);
        if (!found) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  // the nth event of a name
  event(name, nth = 1) {
    return this.until(`${nth}× ${name}`, (items) => items.filter((i) => i.event === name)[nth - 1]);
  }

  count(name) { return this.items.filter((i) => i.event === name).length; }
}

function record(emitter, names) {
  const feed = new Feed();
  for (const event of names) emitter.on(event, (ctx) => feed.push({ event, ...ctx }));
  return feed;
}

// sockets is a WebSocket constructor that keeps what it made, what went out and what came in.
function sockets() {
  const all = [];
  class Recorded extends WebSocket {
    out = [];
    in = new Feed();

    constructor(_, protocols) {
      super(socketURL(), protocols && protocols.length ? protocols : undefined);
      all.push(this);
      this.on('message', (data) => this.in.push(data));
    }

    send(data, ...rest) {
      this.out.push(data);
      return super.send(data, ...rest);
    }
  }
  return { Recorded, all };
}

// client is an SDK's client that has not connected yet. It ends with the test.
export function client(t, build, options = {}) {
  const { Recorded, all } = sockets();
  const c = new build.Client(socketURL(), { websocket: Recorded, minReconnectDelay: 1, maxReconnectDelay: 50, timeout: 10_000, ...options });
  const feed = record(c, ['connecting', 'connected', 'disconnected', 'error', 'subscribed', 'subscribing', 'unsubscribed', 'publication', 'join', 'leave', 'message']);
  t.after(() => c.disconnect());
  return { c, feed, sockets: all, socket: () => all.at(-1) };
}

export async function connected(t, build, options = {}) {
  const at = client(t, build, options);
  at.c.connect();
  await at.feed.event('connected');
  return at;
}

// subscription is one that has not been asked for yet.
export function subscription(c, channel, options = {}) {
  const sub = c.newSubscription(channel, { minResubscribeDelay: 1, maxResubscribeDelay: 50, ...options });
  return { sub, feed: record(sub, ['subscribing', 'subscribed', 'unsubscribed', 'publication', 'join', 'leave', 'error']) };
}

export async function subscribed(c, channel, options = {}) {
  const at = subscription(c, channel, options);
  at.sub.subscribe();
  await at.feed.event('subscribed');
  return at;
}

// gate holds a client's reconnects back: give its getData to the client.
export function gate() {
  let open = () => {};
  let closed = Promise.resolve();
  return {
    getData: async () => { await closed; return null; },
    close() { closed = new Promise((resolve) => { open = () => resolve(undefined); }); },
    open: () => open(),
  };
}

// raw is a connection without an SDK.
export async function raw(t, protocol = 'centrifuge-json') {
  const ws = new WebSocket(socketURL(), protocol);
  const feed = new Feed();
  ws.on('message', (data, binary) => feed.push({ event: 'frame', data: binary ? data : data.toString(), binary }));
  ws.on('close', (code, reason) => feed.push({ event: 'close', code, reason: reason.toString() }));
  ws.on('error', (error) => feed.push({ event: 'error', error: String(error) }));
  t.after(() => ws.terminate());
  await new Promise((resolve, reject) => { ws.once('open', resolve); ws.once('error', reject); });
  // The replies so far, pings apart.
  const replies = (items) => items.filter((i) => i.event === 'frame').flatMap((i) => i.data.split('\n')).filter((l) => l && l !== '{}').map((l) => JSON.parse(l));
  return {
    ws, feed,
    send: (...commands) => ws.send(commands.map((c) => JSON.stringify(c)).join('\n')),
    reply: (id) => feed.until(`reply ${id}`, (items) => replies(items).find((r) => r.id === id)),
    closed: () => feed.event('close'),
  };
}

// eventually asks again until it is so: what other nodes have to say takes a moment. 15 s without it is a failure.
export async function eventually(what, ask) {
  for (const end = Date.now() + 15_000; ;) {
    const got = await ask();
    if (got) return got;
    if (Date.now() > end) throw new Error(`not within 15 s: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

// refused is the error that a promise ends with.
export async function refused(promise) {
  try {
    await promise;
  } catch (e) {
    return e;
  }
  throw new Error('it was not refused');
}
