// Channels: getting in and out, publishing, who is in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, connected, eventually, instance, live, refused, subscribed, subscription, token, unique } from './kit.mjs';

export function channels(build) {
  const { enc, dec } = build;
  const data = (items) => items.filter((i) => i.event === 'publication').map((i) => dec(i.data));

  test('what is published comes to all who are in, with its offset and its author', async (t) => {
    const channel = unique('room:');
    const user = unique('u');
    const a = await connected(t, build, { token: token(user) });
    const b = await connected(t, build);
    const sa = await subscribed(a.c, channel);
    const sb = await subscribed(b.c, channel);
    const op = instance();
    await sa.sub.publish(enc({ op: `${op}:1`, n: 1 }));
    await sb.sub.publish(enc({ op: `${instance()}:1`, n: 2, text: '안녕 "\n" \u2028 😀' }));
    const { client: id } = await a.feed.event('connected');
    for (const s of [sa, sb]) {
      const first = await s.feed.event('publication', 1);
      const second = await s.feed.event('publication', 2);
      assert.deepEqual([Number(first.offset), Number(second.offset)], [1, 2]);
      assert.deepEqual(dec(first.data), { op: `${op}:1`, n: 1 });
      assert.equal(dec(second.data).text, '안녕 "\n" \u2028 😀');
      assert.deepEqual([first.info.user, first.info.client], [user, id]);
      assert.equal(second.info.user ?? '', '');
    }
  });

  test('an operation that is sent again is acknowledged again, and done once', async (t) => {
    const { c } = await connected(t, build);
    const s = await subscribed(c, unique('room:'));
    const op = instance();
    for (let i = 0; i < 3; i++) await s.sub.publish(enc({ op: `${op}:1`, n: 1 }));
    await s.sub.publish(enc({ op: `${op}:2`, n: 2 }));
    await s.feed.until('the second', (items) => data(items).some((d) => d.n === 2));
    assert.deepEqual(data(s.feed.items).map((d) => d.n), [1, 2]);
    assert.equal(Number((await s.sub.history({ limit: 0 })).offset), 2);
  });

  test('many operations in one frame are done in their order', async (t) => {
    const { c } = await connected(t, build);
    const s = await subscribed(c, unique('room:'));
    const op = instance();
    c.startBatching();
    const all = Array.from({ length: 40 }, (_, i) => s.sub.publish(enc({ op: `${op}:${i + 1}`, n: i })));
    c.stopBatching();
    await Promise.all(all);
    await s.feed.event('publication', 40);
    assert.deepEqual(data(s.feed.items).map((d) => d.n), Array.from({ length: 40 }, (_, i) => i));
    assert.deepEqual(s.feed.items.filter((i) => i.event === 'publication').map((i) => Number(i.offset)), Array.from({ length: 40 }, (_, i) => i + 1));
  });

  test('a message without a name goes beside the log', async (t) => {
    const { c } = await connected(t, build);
    const s = await subscribed(c, unique('room:'));
    await s.sub.publish(enc({ typing: true }));
    const p = await s.feed.event('publication');
    assert.deepEqual(dec(p.data), { typing: true });
    assert.equal(Number(p.offset ?? 0), 0);
    assert.equal(Number((await s.sub.history({ limit: 0 })).offset), 0);
  });

  test('what the backend pushes comes', async (t) => {
    const { c } = await connected(t, build);
    const channel = unique('room:');
    const s = await subscribed(c, channel);
    const op = instance();
    const at = await live('publish', { channel, data: { n: 1 }, op: `${op}:1` });
    const again = await live('publish', { channel, data: { n: 1 }, op: `${op}:1` });
    assert.deepEqual([at.offset, again.offset], [1, 1]);
    const p = await s.feed.event('publication');
    assert.deepEqual([Number(p.offset), dec(p.data)], [1, { n: 1 }]);
    assert.equal(p.info?.client ?? '', '');
    await live('publish', { channel, data: { n: 2 } }); // without a name it is new each time
    assert.equal((await live('publish', { channel, data: { n: 2 } })).offset, 3);
    const { results } = await live('broadcast', { channels: [channel, 'nothing:1'], data: { n: 3 }, op: `${op}:2` });
    assert.deepEqual([results[0].published.offset, results[1].code], [4, 'live.unknown_channel']);
    await s.feed.event('publication', 4);
    assert.deepEqual(data(s.feed.items).map((d) => d.n), [1, 2, 2, 3]);
  });

  test('history: from the start, behind a position, backwards, the position alone', async (t) => {
    const { c } = await connected(t, build);
    const s = await subscribed(c, unique('room:'));
    const op = instance();
    for (let i = 1; i <= 5; i++) await s.sub.publish(enc({ op: `${op}:${i}`, n: i }));
    const get = async (options) => {
      const h = await s.sub.history(options);
      return { ns: h.publications.map((p) => dec(p.data).n), offsets: h.publications.map((p) => Number(p.offset)), offset: Number(h.offset), epoch: h.epoch };
    };
    const all = await get({ limit: -1 });
    assert.deepEqual([all.ns, all.offsets, all.offset], [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5], 5]);
    const { epoch } = all;
    assert.match(epoch, /./);
    assert.deepEqual((await get({ limit: 2 })).ns, [1, 2]);
    assert.deepEqual((await get({ limit: 2, since: { offset: 2, epoch } })).ns, [3, 4]);
    assert.deepEqual((await get({ limit: 2, reverse: true })).ns, [5, 4]);
    assert.deepEqual((await get({ limit: 10, since: { offset: 3, epoch }, reverse: true })).ns, [2, 1]);
    assert.deepEqual((await get({ limit: 10, since: { offset: 5, epoch } })).ns, []);
    assert.deepEqual(await get({ limit: 0 }), { ns: [], offsets: [], offset: 5, epoch });
    assert.equal((await refused(s.sub.history({ limit: 1, since: { offset: 1, epoch: 'another' } }))).code, 112);
  });

  test('presence, its numbers, coming and going', async (t) => {
    const channel = unique('room:');
    const user = unique('u');
    const a = await connected(t, build, { token: token(user) });
    const b = await connected(t, build, { token: token(user) });
    const sa = await subscribed(a.c, channel, { joinLeave: true });
    const sb = await subscribed(b.c, channel);
    const ids = [(await a.feed.event('connected')).client, (await b.feed.event('connected')).client];
    const join = await sa.feed.until('the other comes', (items) => items.find((i) => i.event === 'join' && i.info.client === ids[1]));
    assert.equal(join.info.user, user);
    const clients = await eventually('both are in', async () => {
      const all = (await sa.sub.presence()).clients;
      return Object.keys(all).length === 2 && all;
    });
    assert.deepEqual(Object.keys(clients).sort(), [...ids].sort());
    assert.deepEqual([clients[ids[0]].user, clients[ids[0]].client], [user, ids[0]]);
    assert.deepEqual(await sa.sub.presenceStats(), { numClients: 2, numUsers: 1 });
    sb.sub.unsubscribe();
    await sa.feed.until('the other goes', (items) => items.find((i) => i.event === 'leave' && i.info.client === ids[1]));
    await eventually('one is left', async () => (await sa.sub.presenceStats()).numClients === 1);
  });

  test('what may not be', async (t) => {
    const { c } = await connected(t, build, { token: token(unique('u')) });
    for (const [channel, code] of [['nothing:1', 102], [unique('user:'), 103], [unique('team:'), 103]]) {
      const { sub, feed } = subscription(c, channel);
      sub.subscribe();
      assert.equal((await feed.event('unsubscribed')).code, code, channel);
    }
    const news = await subscribed(c, unique('news:'));
    assert.equal((await refused(news.sub.publish(enc({ op: `${instance()}:1` })))).code, 103);
    assert.equal((await refused(news.sub.presence())).code, 103);
    const room = await subscribed(c, unique('room:'));
    assert.equal((await refused(room.sub.publish(enc([1])))).code, 422);
    assert.equal((await refused(room.sub.publish(enc({ op: 'x' })))).code, 422);
    assert.equal((await refused(c.publish(unique('room:'), enc({ op: `${instance()}:1` })))).code, 103);
    assert.equal((await refused(c.history(unique('room:'), { limit: 1 }))).code, 103);
  });

  test('who shows no token is only where the anonymous may be', async (t) => {
    const { c } = await connected(t, build);
    const { sub, feed } = subscription(c, unique('members:'));
    sub.subscribe();
    assert.equal((await feed.event('unsubscribed')).code, 103);
  });

  test('a subscription ends when the client says so, and can begin again', async (t) => {
    const { c } = await connected(t, build);
    const channel = unique('room:');
    const s = await subscribed(c, channel);
    s.sub.unsubscribe();
    await s.feed.event('unsubscribed');
    await live('publish', { channel, data: { n: 1 }, op: `${instance()}:1` });
    s.sub.subscribe();
    await s.feed.event('subscribed', 2);
    await live('publish', { channel, data: { n: 2 }, op: `${instance()}:1` });
    await s.feed.until('the second', (items) => data(items).some((d) => d.n === 2));
  });

  test('the server ends a subscription', async (t) => {
    const user = unique('u');
    const { c, feed } = await connected(t, build, { token: token(user) });
    const channel = unique('room:');
    const s = await subscribed(c, channel);
    await live('unsubscribe', { user, channel });
    const end = await s.feed.event('unsubscribed');
    assert.deepEqual([end.code, end.reason], [2000, 'server unsubscribe']);
    assert.equal(feed.count('disconnected'), 0);
    await eventually('nobody is in', async () => (await api('GET', `/_hotlane/live/presence?channel=${channel}`)).presence.length === 0);
  });

  test('a token of a subscription: needed, renewed, replaced when it has expired', async (t) => {
    const user = unique('u');
    const channel = unique('team:');
    const { c } = await connected(t, build, { token: token(user) });
    const seconds = [-60, 2, 2, 300];
    const asked = [];
    const s = subscription(c, channel, { getToken: async (ctx) => {
      asked.push(ctx.channel);
      s.feed.push({ event: 'asked' });
      return token(user, seconds[asked.length - 1] ?? 300, { channel });
    } });
    s.sub.subscribe();
    assert.equal((await s.feed.event('error')).error.code, 109);
    await s.feed.event('subscribed');
    await s.feed.event('asked', 4);
    await s.sub.history({ limit: 0 });
    assert.equal(s.feed.count('subscribed'), 1);
    assert.ok(asked.every((x) => x === channel));
  });

  test("another channel's token, another user's token", async (t) => {
    const user = unique('u');
    const { c } = await connected(t, build, { token: token(user) });
    for (const wrong of [token(user, 300, { channel: 'team:other' }), token('someone', 300, { channel: 'team:mine' }), token(user), 'abc']) {
      const s = subscription(c, 'team:mine', { token: wrong });
      s.sub.subscribe();
      const { code } = await s.feed.event('unsubscribed');
      assert.ok(code === 101 || code === 103, String(code));
      c.removeSubscription(s.sub);
    }
  });

  test('a token that names nobody is good for anybody', async (t) => {
    const channel = unique('team:');
    const { c } = await connected(t, build, { token: token(unique('u')) });
    await subscribed(c, channel, { token: token(undefined, 300, { channel }) });
  });

  test('a subscription whose token is not renewed ends, and begins anew with another', async (t) => {
    const user = unique('u');
    const channel = unique('team:');
    const { c } = await connected(t, build, { token: token(user) });
    let asked = 0;
    const s = subscription(c, channel, {
      token: token(user, 2, { channel }),
      getToken: () => (++asked === 1 ? new Promise(() => {}) : Promise.resolve(token(user, 300, { channel }))),
    });
    s.sub.subscribe();
    await s.feed.until('2501', (items) => items.find((i) => i.event === 'subscribing' && i.code === 2501));
    await s.feed.event('subscribed', 2);
  });
}
