// A server that stops and starts again under clients that go on writing: node drain.mjs. It says "ready" when the server may be stopped,
// and reads the address of the one that runs then from its input. Nothing acknowledged is lost, nothing is there twice.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Feed, builds, instance, socketURL, unique } from './kit.mjs';
import WebSocket from 'ws';

const channel = unique('room:');
const input = createInterface({ input: process.stdin });

async function start(build, url) {
  const c = new build.Client(url, { websocket: WebSocket, minReconnectDelay: 50, maxReconnectDelay: 100 });
  const feed = new Feed();
  for (const event of ['connecting', 'connected']) c.on(event, (ctx) => feed.push({ event, ...ctx }));
  const sub = c.newSubscription(channel);
  sub.on('subscribed', () => feed.push({ event: 'subscribed' }));
  sub.subscribe();
  c.connect();
  await feed.event('subscribed');
  return { build, c, sub, feed, op: instance(), acked: new Set(), sent: 0 };
}

// write goes on until the server tells the client to come back, at most 8 operations ahead of the acknowledgements.
async function write(w) {
  let over = false;
  w.c.once('connecting', () => { over = true; });
  while (!over) {
    const wave = Array.from({ length: 8 }, () => ++w.sent);
    await Promise.all(wave.map((n) => w.sub.publish(w.build.enc({ op: `${w.op}:${n}`, n })).then(() => w.acked.add(n), () => {})));
    if (w.acked.size > 100) w.feed.push({ event: 'busy' });
  }
}

const writers = await Promise.all(builds.map((build) => start(build, socketURL())));
const writing = Promise.all(writers.map(write));
await Promise.all(writers.map((w) => w.feed.event('busy')));
console.log('ready');
await writing;
for (const w of writers) {
  assert.equal((await w.feed.event('connecting', 2)).code, 3001);
  w.c.disconnect();
}

const [url] = await once(input, 'line');
const again = await Promise.all(builds.map((build) => start(build, socketURL(url))));
for (const [i, w] of writers.entries()) {
  for (let n = w.sent - 63; n <= w.sent; n++) { // whatever the client does not know of, it sends again
    if (n > 0) await again[i].sub.publish(w.build.enc({ op: `${w.op}:${n}`, n }));
  }
}
const log = [];
let { epoch } = await again[0].sub.history({ limit: 0 });
for (let offset = 0; ;) {
  const page = await again[0].sub.history({ limit: 100, since: { offset, epoch } });
  if (page.publications.length === 0) break;
  for (const p of page.publications) log.push({ offset: Number(p.offset), op: builds[0].dec(p.data).op });
  offset = log.at(-1).offset;
}
assert.deepEqual(log.map((e) => e.offset), log.map((_, i) => i + 1));
for (const w of writers) {
  for (const n of w.acked) assert.equal(log.filter((e) => e.op === `${w.op}:${n}`).length, 1, `${w.op}:${n}`);
  assert.equal(new Set(log.map((e) => e.op)).size, log.length);
}
console.log(`acknowledged: ${writers.map((w) => w.acked.size)} of ${writers.map((w) => w.sent)}, logged: ${log.length}`);
for (const w of again) w.c.disconnect();
input.close();
