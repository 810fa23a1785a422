// The SDK as a page has it, in both builds: what a browser's WebSocket, timers and network events make of it. The page's title says how
// far it is: "take the network", then "give it back", then "done", or "failed: …". test/e2e serves it, does what the title asks for, and
// publishes what it missed meanwhile.
import { Centrifuge as JSONClient } from '/centrifuge/index.mjs';
import { Centrifuge as ProtobufClient } from '/centrifuge/protobuf/index.mjs';

const settings = await (await fetch('/settings')).json();
const text = async (path, body) => {
  const res = await fetch(path, { method: 'POST', body: body && JSON.stringify(body) });
  if (!res.ok) throw new Error(`${path}: ${res.status} ${await res.text()}`);
  return res.text();
};
const token = (user, seconds) => text(`/token?user=${user}&seconds=${seconds}`);
const live = (what, body) => text(`/live/${what}`, body);
const instance = () => crypto.randomUUID().replaceAll('-', '');
const same = (got, want, what) => {
  if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(`${what}: ${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
};

function once(emitter, event, ok = () => true) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no ${event} within 20 s`)), 20_000);
    const look = (ctx) => {
      if (!ok(ctx)) return;
      clearTimeout(late);
      emitter.off(event, look);
      resolve(ctx);
    };
    emitter.on(event, look);
  });
}

async function check(name, Client, enc, dec) {
  const user = `browser-${name}`;
  const channel = `room:browser-${name}`;
  const client = new Client(settings.socket, {
    token: await token(user, 2), getToken: () => token(user, 300), minReconnectDelay: 50, maxReconnectDelay: 200,
  });
  const own = once(client, 'subscribed', (ctx) => ctx.channel === `user:${user}`);
  const sub = client.newSubscription(channel, { joinLeave: true });
  const seen = [];
  sub.on('publication', (ctx) => seen.push(dec(ctx.data).n));
  const inside = once(sub, 'subscribed');
  sub.subscribe();
  client.connect();
  await Promise.all([own, inside]);

  const op = instance();
  const second = once(sub, 'publication', (ctx) => dec(ctx.data).n === 2);
  for (const n of [1, 1, 2]) await sub.publish(enc({ op: `${op}:${n}`, n }));
  await second;
  same(seen, [1, 2], 'publications');
  same((await sub.history({ limit: 10, reverse: true })).publications.map((p) => dec(p.data).n), [2, 1], 'history');
  same((await sub.presenceStats()).numClients, 1, 'presence');
  same(typeof dec((await client.rpc('hotlane.time', enc({}))).data).time, 'number', 'rpc');

  const back = once(sub, 'subscribed');
  await live('disconnect', { user, code: 3011 });
  await live('publish', { channel, data: { n: 3 }, op: `${op}:3` });
  same((await back).recovered, true, 'recovered');

  document.title = `take the network: ${name}`;
  await once(client, 'connecting');
  const again = once(sub, 'subscribed');
  document.title = `give it back: ${name}`;
  same((await again).recovered, true, 'recovered');
  const last = once(sub, 'publication', (ctx) => dec(ctx.data).n === 5);
  await sub.publish(enc({ op: `${op}:5`, n: 5 }));
  await last;
  same(seen, [1, 2, 3, 4, 5], 'publications');
  client.disconnect();
}

try {
  await check('json', JSONClient, (v) => v, (v) => v);
  await check('protobuf', ProtobufClient, (v) => new TextEncoder().encode(JSON.stringify(v)), (v) => JSON.parse(new TextDecoder().decode(v)));
  document.title = 'done';
} catch (e) {
  document.title = `failed: ${e}`;
}
