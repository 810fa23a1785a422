// Connections: who may connect, for how long, and how it ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, client, connected, eventually, howMany, live, refused, token, unique } from './kit.mjs';

export function connections(build) {
  test('who shows no token is in as nobody', async (t) => {
    const { feed, c } = await connected(t, build);
    const ctx = await feed.event('connected');
    assert.match(ctx.client, /./);
    assert.equal(ctx.transport, 'websocket');
    assert.equal(c.state, 'connected');
  });

  test('a token says who it is', async (t) => {
    const user = unique('u');
    const { feed } = await connected(t, build, { token: token(user) });
    const { client: id } = await feed.event('connected');
    // It is listed by the node that it is connected to.
    const connections = await eventually('it is listed', async () => {
      const all = (await api('GET', `/_hotlane/live/connections?user=${user}`)).connections;
      return all.length > 0 && all;
    });
    assert.deepEqual(connections.map((x) => x.id), [id]);
    assert.equal(connections[0].name, 'js');
  });

  test('a wrong token is refused for good', async (t) => {
    for (const wrong of [token('u', 300, {}, 'x'.repeat(40)), 'abc', token('', 300)]) {
      const { c, feed, sockets } = client(t, build, { token: wrong });
      c.connect();
      const end = await feed.event('disconnected');
      assert.deepEqual([end.code, end.reason], [3500, 'invalid token']);
      assert.equal(sockets.length, 1);
      assert.equal(feed.count('connected'), 0);
    }
  });

  test('an expired token has the client get another', async (t) => {
    const user = unique('u');
    let asked = 0;
    const { feed } = await connected(t, build, { token: token(user, -60), getToken: async () => { asked++; return token(user); } });
    assert.equal(asked, 1);
    assert.equal((await feed.event('error')).error.code, 109);
  });

  test('without another token, an expired one ends it', async (t) => {
    const { c, feed } = client(t, build, { token: token('u', -60) });
    c.connect();
    assert.equal((await feed.event('disconnected')).code, 1); // the SDK's own "unauthorized"
  });

  test('a token is renewed while the connection is open', async (t) => {
    const user = unique('u');
    const asked = [];
    const { c, feed, sockets } = client(t, build, {
      token: token(user, 2),
      getToken: async () => { asked.push(1); feed.push({ event: 'asked' }); return token(user, asked.length < 3 ? 2 : 300); },
    });
    c.connect();
    await feed.event('asked', 3);
    await c.rpc('hotlane.time', build.enc({}));
    assert.equal(feed.count('connected'), 1);
    assert.equal(sockets.length, 1);
  });

  test('who does not renew it is told to come back, and asks for a token then', async (t) => {
    const user = unique('u');
    let asked = 0;
    const { c, feed } = client(t, build, {
      token: token(user, 2),
      getToken: () => (++asked === 1 ? new Promise(() => {}) : Promise.resolve(token(user))),
    });
    c.connect();
    assert.equal((await feed.event('connecting', 2)).code, 3005);
    await feed.event('connected', 2);
    assert.equal(asked, 2);
  });

  test("another user's token does not renew a connection", async (t) => {
    const { c, feed } = client(t, build, { token: token(unique('u'), 2), getToken: async () => token(unique('u')) });
    c.connect();
    assert.equal((await feed.event('disconnected')).code, 3500);
  });

  test('pings are answered, and the connection stays', async (t) => {
    const { c, feed, socket } = await connected(t, build);
    const ping = build.protobuf ? Buffer.from([0]) : Buffer.from('{}');
    await socket().in.until('2 pings', (frames) => frames.filter((f) => Buffer.compare(Buffer.from(f), ping) === 0).length >= 2);
    await c.rpc('hotlane.time', build.enc({}));
    const pongs = socket().out.filter((f) => Buffer.compare(Buffer.from(f), ping) === 0);
    assert.ok(pongs.length >= 2, `${pongs.length} pongs`);
    assert.equal(feed.count('connected'), 1);
  });

  test('rpc', async (t) => {
    const { c } = await connected(t, build);
    const { time } = build.dec((await c.rpc('hotlane.time', build.enc({}))).data);
    assert.ok(Math.abs(time - Date.now()) < 60_000);
    const e = await refused(c.rpc('hotlane.nothing', build.enc({})));
    assert.equal(e.code, 104);
    assert.match(e.message, /^live\.method: /);
  });

  test('a message that nobody awaits is taken', async (t) => {
    const { c, feed } = await connected(t, build);
    await c.send(build.enc({ hello: 1 }));
    await c.rpc('hotlane.time', build.enc({}));
    assert.equal(feed.count('disconnected'), 0);
  });

  test('commands of a batch go out in one frame', async (t) => {
    const { c, socket } = await connected(t, build);
    const before = socket().out.length;
    c.startBatching();
    const all = [1, 2, 3, 4, 5].map(() => c.rpc('hotlane.time', build.enc({})));
    c.stopBatching();
    await Promise.all(all);
    const sent = socket().out.slice(before).filter((f) => f.length > 2); // pongs apart
    assert.equal(sent.length, 1);
  });

  test('the server ends a connection: for good, or to come back', async (t) => {
    for (const [code, stays] of [[undefined, true], [3011, false], [3500, true], [4000, false], [4500, true]]) {
      const user = unique('u');
      const { feed } = await connected(t, build, { token: token(user) });
      await live('disconnect', { user, code, reason: 'because' });
      if (stays) {
        assert.equal((await feed.event('disconnected')).code, code ?? 3503);
      } else {
        assert.equal((await feed.event('connecting', 2)).code, code);
        await feed.event('connected', 2);
      }
    }
  });

  test('a revoked token is good for nothing more', async (t) => {
    const user = unique('u');
    const old = token(user);
    const { feed } = await connected(t, build, { token: old });
    await live('revoke', { user });
    assert.equal((await feed.event('disconnected')).code, 3500);
    const again = async () => {
      const { c, feed } = client(t, build, { token: old });
      c.connect();
      return (await feed.until('an answer', (items) => items.find((i) => i.event === 'connected' || i.event === 'disconnected'))).code === 3500;
    };
    const everywhere = async () => (await Promise.all(Array.from({ length: howMany }, again))).every((refused) => refused);
    if (howMany > 1) await eventually('all nodes know', everywhere);
    assert.ok(await everywhere());
    await connected(t, build, { token: token(unique('u')) });
  });

  test('too many commands are refused, and may be sent again', async (t) => {
    const { c, feed } = await connected(t, build);
    c.startBatching();
    const all = Array.from({ length: 500 }, () => c.rpc('hotlane.time', build.enc({})).then(() => 0, (e) => e.code));
    c.stopBatching();
    const codes = await Promise.all(all);
    assert.ok(codes.filter((x) => x === 0).length >= 300);
    assert.ok(codes.includes(111));
    assert.ok(codes.every((x) => x === 0 || x === 111));
    assert.equal(feed.count('disconnected'), 0);
  });

  test('a message that is too large ends the connection for good', async (t) => {
    const { c, feed } = await connected(t, build);
    c.rpc('hotlane.time', build.enc({ x: 'x'.repeat(70_000) })).catch(() => {});
    assert.equal((await feed.event('disconnected')).code, 3); // the SDK's own, for the close code 1009
  });
}
