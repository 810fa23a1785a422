// What no SDK would send, and what the server says to it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instance, raw, token, unique } from './kit.mjs';

export function wire() {
  test('frames that end a connection for good', async (t) => {
    const connect = { id: 1, connect: {} };
    for (const [what, frame, protocol] of [
      ['not JSON', 'hello'],
      ['another command first', JSON.stringify({ id: 1, ping: {} })],
      ['connect twice', [connect, { id: 2, connect: {} }].map((c) => JSON.stringify(c)).join('\n')],
      ['a command without an id', [connect, { rpc: { method: 'hotlane.time' } }].map((c) => JSON.stringify(c)).join('\n')],
      ['two requests in a command', JSON.stringify({ id: 1, connect: {}, ping: {} })],
      ['an overlong varint', Buffer.from('ffffffffffffffffffff01', 'hex'), 'centrifuge-protobuf'],
      ['a truncated message', Buffer.from('050801', 'hex'), 'centrifuge-protobuf'],
    ]) {
      const { ws, closed } = await raw(t, protocol);
      ws.send(frame);
      const end = await closed();
      assert.deepEqual([end.code, end.reason], [3501, 'bad request'], what);
    }
  });

  test('a wrong token', async (t) => {
    const c = await raw(t);
    c.send({ id: 1, connect: { token: 'abc' } });
    assert.deepEqual([(await c.closed()).code], [3500]);
  });

  test('who says nothing is not waited for', async (t) => {
    const c = await raw(t);
    assert.equal((await c.closed()).code, 3502);
  });

  test('who does not answer pings is gone', async (t) => {
    const c = await raw(t);
    c.send({ id: 1, connect: {} });
    const { connect } = await c.reply(1);
    assert.deepEqual([connect.ping, connect.pong], [3, true]);
    assert.equal((await c.closed()).code, 3012);
  });

  test('several commands in a frame are answered one by one', async (t) => {
    const c = await raw(t);
    const channel = unique('room:');
    c.send({ id: 1, connect: { token: token('u') } }, { id: 2, subscribe: { channel } }, { id: 3, subscribe: { channel } },
      { id: 4, publish: { channel, data: { op: `${instance()}:1` } } }, { id: 5, unsubscribe: { channel } }, { id: 6, ping: {} });
    assert.ok((await c.reply(1)).connect.expires);
    const { subscribe } = await c.reply(2);
    assert.deepEqual([subscribe.recoverable, subscribe.positioned, subscribe.offset ?? 0], [true, true, 0]);
    assert.equal((await c.reply(3)).error.code, 105);
    assert.deepEqual((await c.reply(4)).publish, {});
    assert.deepEqual((await c.reply(5)).unsubscribe, {});
    assert.deepEqual((await c.reply(6)).ping, {});
  });

  test('a payload with line breaks is on one line for the others', async (t) => {
    const a = await raw(t, 'centrifuge-protobuf');
    const b = await raw(t);
    const channel = unique('room:');
    const field = (n, ...parts) => { const body = Buffer.concat(parts.map((p) => Buffer.from(p))); return Buffer.concat([Buffer.from([n << 3 | 2, body.length]), body]); };
    const command = (id, ...parts) => { const body = Buffer.concat([Buffer.from([8, id]), ...parts]); return Buffer.concat([Buffer.from([body.length]), body]); };
    b.send({ id: 1, connect: {} }, { id: 2, subscribe: { channel } });
    await b.reply(2);
    a.ws.send(Buffer.concat([
      command(1, field(4)), command(2, field(5, field(1, channel))),
      command(3, field(7, field(1, channel), field(2, `{\n "op": "${instance()}:1",\n "a": [1,\n2]\n}`))),
    ]));
    const pub = await b.feed.until('the publication', (items) => items.filter((i) => i.event === 'frame').flatMap((i) => i.data.split('\n'))
      .map((l) => JSON.parse(l)).find((r) => r.push?.pub));
    assert.deepEqual(pub.push.pub.data.a, [1, 2]);
  });
}
