// Coming back: nothing is missed, nothing comes twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, client, connected, gate, instance, live, subscribed, subscription, token, unique } from './kit.mjs';

export function recovery(build) {
  const { dec } = build;
  const ns = (items) => items.filter((i) => i.event === 'publication').map((i) => dec(i.data).n);
  const upTo = (n) => Array.from({ length: n }, (_, i) => i + 1);

  // away gives a client that is in a channel and loses its connection in a way, with what is published meanwhile.
  for (const [how, lose] of [
    ['the server disconnects', (user) => live('disconnect', { user, code: 3011 })],
    ['the network breaks', (_, socket) => socket().terminate()],
  ]) {
    test(`${how}: what was missed comes, in order, once`, async (t) => {
      const user = unique('u');
      const channel = unique('room:');
      const door = gate();
      const { c, feed, socket } = await connected(t, build, { token: token(user), getData: door.getData });
      const s = await subscribed(c, channel, { recoverable: true, positioned: true });
      const first = await s.feed.event('subscribed');
      assert.deepEqual([first.recoverable, first.positioned, first.wasRecovering, first.recovered], [true, true, false, false]);
      const op = instance();
      const publish = (n) => live('publish', { channel, data: { n }, op: `${op}:${n}` });
      for (const n of upTo(3)) await publish(n);
      await s.feed.event('publication', 3);

      door.close();
      await lose(user, socket);
      await feed.event('connecting', 2);
      for (const n of [4, 5, 6]) await publish(n);
      door.open();

      const back = await s.feed.event('subscribed', 2);
      assert.deepEqual([back.wasRecovering, back.recovered, back.hasRecoveredPublications], [true, true, true]);
      await publish(7);
      await s.feed.until('the last', (items) => ns(items).includes(7));
      assert.deepEqual(ns(s.feed.items), upTo(7));
      assert.deepEqual(s.feed.items.filter((i) => i.event === 'publication').map((i) => Number(i.offset)), upTo(7));
    });
  }

  test('who missed nothing recovers nothing', async (t) => {
    const { c, feed, socket } = await connected(t, build);
    const s = await subscribed(c, unique('room:'));
    socket().terminate();
    await feed.event('connected', 2);
    const back = await s.feed.event('subscribed', 2);
    assert.deepEqual([back.wasRecovering, back.recovered, back.hasRecoveredPublications], [true, true, false]);
  });

  test('many disconnects in a stream of publications', async (t) => {
    const { c, feed, socket } = await connected(t, build);
    const channel = unique('room:');
    const s = await subscribed(c, channel);
    const op = instance();
    for (const n of upTo(40)) {
      if (n % 8 === 0) socket()?.terminate();
      await live('publish', { channel, data: { n }, op: `${op}:${n}` });
    }
    await s.feed.until('the last', (items) => ns(items).includes(40));
    assert.deepEqual(ns(s.feed.items), upTo(40));
    assert.ok(feed.count('connected') >= 2);
  });

  test('an operation whose acknowledgement was lost is sent again, and done once', async (t) => {
    const { c, feed, socket } = await connected(t, build);
    const s = await subscribed(c, unique('room:'));
    const op = instance();
    const sent = s.sub.publish(build.enc({ op: `${op}:1`, n: 1 })).then(() => true, () => false);
    socket().terminate();
    await sent;
    await feed.event('connected', 2);
    await s.feed.event('subscribed', 2);
    await s.sub.publish(build.enc({ op: `${op}:1`, n: 1 }));
    const h = await s.sub.history({ limit: -1 });
    assert.equal(h.publications.length, 1);
  });

  test('a position of another log is not recovered', async (t) => {
    const { c } = await connected(t, build);
    const channel = unique('room:');
    await live('publish', { channel, data: { n: 1 }, op: `${instance()}:1` });
    const s = await subscribed(c, channel, { since: { offset: 0, epoch: 'another' } });
    const ctx = await s.feed.event('subscribed');
    assert.deepEqual([ctx.wasRecovering, ctx.recovered], [true, false]);
    assert.equal(Number(ctx.streamPosition.offset), 1);
    const own = await subscribed((await connected(t, build)).c, channel, { since: { offset: 0, epoch: ctx.streamPosition.epoch } });
    assert.equal((await own.feed.event('subscribed')).recovered, true);
    await own.feed.event('publication');
    assert.deepEqual(ns(own.feed.items), [1]);
  });

  test('a user is in its own channel without asking, and recovers there too', async (t) => {
    const user = unique('u');
    const channel = `user:${user}`;
    const op = instance();
    const publish = (n) => live('publish', { channel, data: { n }, op: `${op}:${n}` });
    await publish(1);
    const door = gate();
    const { c, feed, socket } = client(t, build, { token: token(user), getData: door.getData });
    c.connect();
    const first = await feed.event('subscribed');
    assert.deepEqual([first.channel, first.recoverable, Number(first.streamPosition.offset)], [channel, true, 1]);
    await publish(2);
    await feed.event('publication');
    door.close();
    socket().terminate();
    await feed.event('connecting', 2);
    await publish(3);
    door.open();
    const back = await feed.event('subscribed', 2);
    assert.deepEqual([back.wasRecovering, back.recovered], [true, true]);
    await publish(4);
    await feed.event('publication', 3);
    assert.deepEqual(ns(feed.items), [2, 3, 4]);
    assert.ok(feed.items.filter((i) => i.event === 'publication').every((i) => i.channel === channel));
  });

  test('a paper: the answer has the document, at exactly the position that the stream goes on from', async (t) => {
    const { links } = await api('POST', '/v1/papers', { title: 'For Minji', recipient: 'Minji' }, '');
    const { c } = await connected(t, build);
    const pass = () => api('POST', `/v1/papers/${links.write}/live`, { name: 'Mina' }, '');
    const { channel, token: pass1 } = await pass();
    const s = await subscribed(c, channel, { token: pass1 });
    const before = dec((await s.feed.event('subscribed')).data);
    assert.deepEqual([before.paper.title, before.notes], ['For Minji', []]);
    const op = instance();
    const note = (n) => ({ op: `${op}:${n}`, t: 'note.put', id: `nConformance${n}`, name: 'Mina', text: `Congratulations ${n}`, x: 300, y: 200 });
    await s.sub.publish(build.enc(note(1)));
    await s.sub.publish(build.enc(note(1)));
    const entry = dec((await s.feed.event('publication')).data);
    assert.deepEqual([entry.t, entry.id, entry.new], ['note.put', 'nConformance1', true]);
    const e = await s.sub.publish(build.enc({ op: `${op}:9`, t: 'note.put', id: 'nConformance9', name: 'Mina', text: '', x: 1, y: 1 })).then(() => null, (x) => x);
    assert.equal(e.code, 422);

    const other = subscription((await connected(t, build)).c, channel, { token: (await pass()).token });
    other.sub.subscribe();
    const ctx = await other.feed.event('subscribed');
    assert.deepEqual([Number(ctx.streamPosition.offset), dec(ctx.data).notes.map((x) => x.id)], [1, ['nConformance1']]);
    await s.sub.publish(build.enc(note(2)));
    const next = await other.feed.event('publication');
    assert.deepEqual([Number(next.offset), dec(next.data).id], [2, 'nConformance2']);
  });
}
