import assert from "node:assert/strict";
import { test } from "node:test";

import { Full, Live, Refused } from "../../../web/js/channel.js";
import { comesBack, delay, rejoins } from "../../../web/js/channel-codes.js";
import { FakeWorld, settle, storage } from "./world.js";

/** @typedef {import("./world.js").FakeSocket} FakeSocket */

/** A page: what it was told, and its world. @param {FakeWorld} [world] @param {Partial<import("../../../web/js/channel.js").LiveOptions>} [options] */
function page(world = new FakeWorld(), options = {}) {
  /** @type {any[]} */
  const told = [];
  const live = new Live({ world: world.world, url: "ws://test/", state: (s, e) => told.push(e ? [s, e.code] : [s]), ...options });
  const join = (name = "paper:x", /** @type {any} */ more = {}) =>
    live.channel(name, {
      snapshot: (data, at) => told.push(["snapshot", data, at.offset]),
      entry: (p) => told.push(["entry", p.data]),
      message: (p) => told.push(["message", p.data]),
      join: (m) => told.push(["join", m.client]),
      leave: (m) => told.push(["leave", m.client]),
      state: (s, e) => told.push(e ? [s, e.message] : [s]),
      refused: (o, e) => told.push(["refused", o.t, e.reason]),
    }, more);
  return { world, live, told, join };
}

/** @param {FakeSocket} socket @param {object} [result] the answer to the subscription that waits */
async function letIn(socket, result = {}) {
  const { id, subscribe } = socket.take("subscribe");
  await socket.say({ id, subscribe: { recoverable: true, positioned: true, epoch: "e1", offset: 2, data: { notes: 2 }, ...result } });
  return subscribe;
}

/** @param {number} offset @param {unknown} [data] */
const entry = (offset, data = offset) => ({ push: { channel: "paper:x", pub: { data, offset } } });

test("connects, subscribes, begins at the snapshot and goes on in order", async () => {
  const p = page();
  p.join("paper:x", { token: async () => "sub-token", data: { hello: 1 } });
  const socket = await p.world.welcome();
  const asked = await letIn(socket);
  assert.deepEqual(asked, { channel: "paper:x", positioned: true, recoverable: true, join_leave: true, token: "sub-token", data: { hello: 1 } });
  await socket.say(entry(3), { push: { channel: "paper:x", pub: { data: "cursor" } } }, entry(3), entry(4));
  assert.deepEqual(p.told, [["live"], ["snapshot", { notes: 2 }, 2], ["in"], ["entry", 3], ["message", "cursor"], ["entry", 4]]);
  assert.equal(p.live.client, "c1");
});

test("what comes in one frame with the answer to a subscription is not lost", async () => {
  const p = page();
  p.join();
  const socket = await p.world.welcome();
  const { id } = socket.take("subscribe");
  await socket.say({ id, subscribe: { epoch: "e1", offset: 2, data: {} } }, entry(3), entry(4));
  assert.deepEqual(p.told.slice(1), [["snapshot", {}, 2], ["in"], ["entry", 3], ["entry", 4]]);
});

test("answers pings, and leaves a connection without them", async () => {
  const p = page();
  const socket = await p.world.welcome();
  await socket.say({});
  assert.deepEqual(socket.sent, [{}]);
  await p.world.pass(34_900);
  assert.equal(p.live.state, "live");
  await p.world.pass(200);
  assert.equal(p.live.state, "waiting");
});

test("comes back with what was missed, from where it was", async () => {
  const p = page();
  p.join();
  await letIn(await p.world.welcome());
  await p.world.socket.say(entry(3));
  await p.world.socket.end(1006);
  assert.equal(p.live.state, "waiting");
  await p.world.pass(400);
  const asked = await letIn(await p.world.welcome(), { recovered: true, was_recovering: true, offset: 5, data: undefined, publications: [{ data: 4, offset: 4 }, { data: 5, offset: 5 }] });
  assert.deepEqual([asked.recover, asked.epoch, asked.offset], [true, "e1", 3]);
  assert.deepEqual(p.told.filter((t) => t[0] === "entry"), [["entry", 3], ["entry", 4], ["entry", 5]]);
  assert.equal(p.told.filter((t) => t[0] === "snapshot").length, 1);
});

test("begins anew where it cannot be caught up with", async () => {
  const p = page();
  p.join();
  await letIn(await p.world.welcome());
  await p.world.socket.end(3001);
  await p.world.pass(400);
  await letIn(await p.world.welcome(), { recovered: false, was_recovering: true, epoch: "e2", offset: 900, data: "all" });
  assert.deepEqual(p.told.filter((t) => t[0] === "snapshot").at(-1), ["snapshot", "all", 900]);
});

test("a gap is never passed over", async () => {
  const p = page();
  p.join();
  await letIn(await p.world.welcome());
  await p.world.socket.say(entry(4));
  assert.equal(p.live.state, "waiting");
  await p.world.pass(400);
  const asked = await letIn(await p.world.welcome(), { recovered: true, publications: [{ data: 3, offset: 3 }, { data: 4, offset: 4 }] });
  assert.equal(asked.offset, 2);
  assert.deepEqual(p.told.filter((t) => t[0] === "entry"), [["entry", 3], ["entry", 4]]);
});

test("operations go out one at a time, in order, and end when they are durable", async () => {
  const p = page();
  const room = p.join();
  const done = /** @type {string[]} */ ([]);
  room.do({ t: "a" }).then(() => done.push("a"));
  room.do({ t: "b" }).then(() => done.push("b"));
  assert.equal(room.pending.length, 2);
  const socket = await p.world.welcome();
  await letIn(socket);
  const first = socket.take("publish");
  assert.equal(socket.sent.length, 0);
  assert.match(first.publish.data.op, /^[\w-]{8,40}:1$/);
  assert.equal(first.publish.data.t, "a");
  await socket.say({ id: first.id, publish: {} });
  assert.deepEqual([done, room.pending.length], [["a"], 1]);
  const second = socket.take("publish");
  assert.match(second.publish.data.op, /:2$/);
  await socket.say({ id: second.id, publish: {} });
  assert.deepEqual([done, room.pending.length], [["a", "b"], 0]);
});

test("an operation whose answer was lost is sent again under the same name", async () => {
  const p = page();
  const room = p.join();
  const ended = room.do({ t: "a" });
  await letIn(await p.world.welcome());
  const { data } = p.world.socket.take("publish").publish;
  await p.world.socket.end(1006);
  await p.world.pass(5000);
  await letIn(await p.world.welcome(), { recovered: true });
  const again = p.world.socket.take("publish");
  assert.deepEqual(again.publish.data, data);
  await p.world.socket.say({ id: again.id, publish: {} });
  await ended;
});

test("why it cannot join yet is told, each time, and it gets in when it can", async () => {
  const p = page();
  p.join();
  const socket = await p.world.welcome();
  for (const longest of [400, 800]) {
    const { id } = socket.take("subscribe");
    await socket.say({ id, error: { code: 111, message: "live.full: As many are in this channel as can be.", temporary: true } });
    await p.world.pass(longest);
  }
  await letIn(socket);
  const full = ["joining", "live.full: As many are in this channel as can be."];
  assert.deepEqual(p.told, [["live"], full, full, ["snapshot", { notes: 2 }, 2], ["in"]]);
});

test("a refusal ends one operation and not the next; a temporary one is tried again", async () => {
  const p = page();
  const room = p.join();
  const first = room.do({ t: "a" });
  room.do({ t: "b" });
  const socket = await p.world.welcome();
  await letIn(socket);
  let command = socket.take("publish");
  await socket.say({ id: command.id, error: { code: 111, message: "too many requests", temporary: true } });
  assert.equal(socket.sent.length, 0);
  await p.world.pass(1600);
  command = socket.take("publish");
  assert.equal(command.publish.data.t, "a");
  const refused = assert.rejects(first, (/** @type {any} */ e) => e instanceof Refused && e.reason === "papers.closed" && !e.temporary);
  await socket.say({ id: command.id, error: { code: 400, message: "papers.closed: The paper is closed." } });
  await refused;
  assert.equal(socket.take("publish").publish.data.t, "b");
});

test("what waited when the page was left is sent by the next one, before its own", async () => {
  const kept = storage();
  const before = page(new FakeWorld(kept));
  before.join().do({ t: "left" });
  await settle();
  const after = page(new FakeWorld(kept));
  const room = after.join();
  room.do({ t: "new" }).catch(() => {});
  await settle();
  assert.deepEqual(room.pending.map((o) => o.t), ["left", "new"]);
  const socket = await after.world.welcome();
  await letIn(socket);
  const left = socket.take("publish");
  await socket.say({ id: left.id, error: { code: 400, message: "papers.closed" } });
  assert.deepEqual(after.told.at(-1), ["refused", "left", "papers.closed"]);
  const own = socket.take("publish");
  assert.notEqual(own.publish.data.op.split(":")[0], left.publish.data.op.split(":")[0]);
  await socket.say({ id: own.id, publish: {} });
  assert.equal(kept.length, 0);
});

test("what another open page waits with is left to it", async () => {
  const kept = storage();
  const locks = new Set();
  page(new FakeWorld(kept, locks)).join().do({ t: "a" });
  await settle();
  const room = page(new FakeWorld(kept, locks)).join();
  await settle();
  assert.deepEqual(room.pending, []);
});

test("of one key only the newest waits, unless it may have arrived", async () => {
  const p = page();
  const room = p.join();
  const first = room.do({ t: "move", x: 1 }, "move:n1");
  const second = room.do({ t: "move", x: 2 }, "move:n1");
  assert.deepEqual(room.pending.map((o) => o.x), [2]);
  const socket = await p.world.welcome();
  await letIn(socket);
  room.do({ t: "move", x: 3 }, "move:n1");
  assert.deepEqual(room.pending.map((o) => o.x), [2, 3]);
  await socket.say({ id: socket.take("publish").id, publish: {} });
  await Promise.all([first, second]);
});

test("the queue is bounded", () => {
  const room = page().join();
  for (let i = 0; i < 500; i++) room.do({ i });
  assert.throws(() => room.do({ i: 500 }), Full);
});

test("messages beside the log are thinned: the last of each key", async () => {
  const p = page();
  const room = p.join("paper:x", { every: 60 });
  room.send({ x: 0 }, "cursor");
  await letIn(await p.world.welcome());
  room.send({ x: 1 }, "cursor");
  room.send({ x: 2 }, "cursor");
  room.send({ y: 1 }, "drag");
  room.send({ x: 3 }, "cursor");
  await p.world.pass(60);
  assert.deepEqual(p.world.socket.sent.map((c) => c.publish.data), [{ x: 1 }, { x: 3 }, { y: 1 }]);
  await p.world.pass(10_000);
  assert.equal(p.world.socket.sent.length, 3);
});

test("offline closes at once, online comes back at once", async () => {
  const p = page();
  await p.world.welcome();
  await p.world.happens("offline");
  assert.equal(p.live.state, "waiting");
  assert.equal(p.world.sockets[0]?.closed, true);
  await p.world.happens("online");
  assert.equal(p.world.sockets.length, 2);
});

test("a page that is looked at again does not wait out its time", async () => {
  const p = page();
  await p.world.welcome();
  for (let i = 0; i < 8; i++) {
    await p.world.socket.end(1006);
    await p.world.pass(20_000);
  }
  await p.world.socket.end(1006);
  const tried = p.world.sockets.length;
  await p.world.happens("visible");
  assert.equal(p.world.sockets.length, tried + 1);
});

test("a code that says no is the end", async () => {
  const p = page();
  await p.world.welcome();
  await p.world.socket.end(3500, "invalid token");
  assert.deepEqual(p.told.at(-1), ["closed", 3500]);
  await p.world.pass(60_000);
  assert.equal(p.world.sockets.length, 1);
});

test("unsubscribed: from 2500 it subscribes again, below it is out", async () => {
  const p = page();
  p.join();
  const socket = await p.world.welcome();
  await letIn(socket);
  await socket.say({ push: { channel: "paper:x", unsubscribe: { code: 2500, reason: "insufficient state" } } });
  await p.world.pass(400);
  const asked = await letIn(socket, { recovered: true });
  assert.equal(asked.recover, true);
  await socket.say({ push: { channel: "paper:x", unsubscribe: { code: 2000, reason: "papers.closed" } } });
  assert.deepEqual(p.told.at(-1), ["out", "papers.closed"]);
  assert.equal(p.live.state, "live");
});

test("tokens are renewed before they end", async () => {
  let n = 0;
  const p = page(new FakeWorld(), { token: async () => `t${++n}` });
  p.join("paper:x", { token: async () => `s${++n}` });
  await settle();
  const socket = p.world.socket;
  socket.onopen?.({});
  await settle();
  const hello = socket.take("connect");
  assert.equal(hello.connect.token, "t1");
  await socket.say({ id: hello.id, connect: { client: "c", expires: true, ttl: 100 } });
  await letIn(socket, { expires: true, ttl: 200 });
  await p.world.pass(90_000);
  const refresh = socket.take("refresh");
  assert.equal(refresh.refresh.token, "t3");
  await socket.say({ id: refresh.id, refresh: { expires: false } });
  await p.world.pass(90_000);
  assert.deepEqual(socket.take("sub_refresh").sub_refresh, { channel: "paper:x", token: "s4" });
});

test("a token that is over is replaced, and nothing else ends", async () => {
  const p = page(new FakeWorld(), { token: async () => "t" });
  await settle();
  p.world.socket.onopen?.({});
  await settle();
  const { id } = p.world.socket.take("connect");
  await p.world.socket.say({ id, error: { code: 109, message: "token expired" } });
  assert.equal(p.live.state, "waiting");
  await p.world.pass(400);
  assert.equal(p.world.sockets.length, 2);
});

test("rpc, presence and history ask and answer; what is lost is told as temporary", async () => {
  const p = page();
  const room = p.join();
  const socket = await p.world.welcome();
  await letIn(socket);
  const [called, who, past] = [p.live.rpc("hotlane.x", { a: 1 }), room.presence(), room.history({ limit: 3, reverse: true })];
  await socket.say({ id: socket.take("rpc").id, rpc: { data: 7 } }, { id: socket.take("presence").id, presence: { presence: { c1: { client: "c1" } } } });
  assert.deepEqual([await called, await who], [7, [{ client: "c1" }]]);
  assert.deepEqual(socket.take("history").history, { channel: "paper:x", limit: 3, reverse: true });
  const lost = assert.rejects(past, (/** @type {any} */ e) => e.temporary && e.code === 0);
  await socket.end(1006);
  await lost;
});

test("leaving ends a channel and keeps what waits", async () => {
  const p = page();
  const room = p.join();
  const socket = await p.world.welcome();
  await letIn(socket);
  p.live.leave(room);
  assert.equal(socket.take("unsubscribe").unsubscribe.channel, "paper:x");
  room.do({ t: "later" });
  await settle();
  assert.equal(socket.sent.length, 0);
  assert.equal(p.world.kept.length, 1);
  await socket.say(entry(3));
  assert.ok(!p.told.some((t) => t[0] === "entry"));
});

test("no answer to a command is a lost connection", async () => {
  const p = page();
  await assert.rejects(p.live.rpc("early"), (/** @type {any} */ e) => e.temporary);
  await p.world.welcome({ ping: 0 });
  const failed = assert.rejects(p.live.rpc("slow"));
  await p.world.pass(10_000);
  await failed;
  assert.equal(p.live.state, "waiting");
});

test("codes", () => {
  for (const [code, back] of [[1000, true], [1006, true], [1009, false], [3000, true], [3499, true], [3500, false], [3999, false], [4000, true], [4500, false], [4999, false]]) {
    assert.equal(comesBack(Number(code)), back, `disconnect ${code}`);
  }
  assert.deepEqual([2000, 2499, 2500, 2501].map(rejoins), [false, false, true, true]);
});

test("waits are spread from nothing to a bound that grows", () => {
  assert.deepEqual([0, 1, 2, 5, 6, 99].map((n) => delay(n, () => 1)), [400, 800, 1600, 12_800, 20_000, 20_000]);
  assert.equal(delay(5, () => 0), 0);
});
