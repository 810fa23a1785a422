// The story of a paper, with k6's own WebSocket client: the owner makes papers; people open them, write notes and drag them, and see
// what the others do; when all have seen all, the owner delivers, and what is kept has every note.
//
//	go run go.k6.io/k6@v1.8.1 run -e URL=http://127.0.0.1:8080 bench/k6/paper.js
//
// PAPERS, PEOPLE (on each) and NOTES (of each person) by -e. Nothing but URL is talked to.
import { check, fail } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter, Trend } from 'k6/metrics';
import { WebSocket } from 'k6/websockets';

const url = __ENV.URL || 'http://127.0.0.1:8080';
const papers = Number(__ENV.PAPERS || 5);
const people = Number(__ENV.PEOPLE || 10);
const notes = Number(__ENV.NOTES || 5);
const drags = 5; // of each note, before it is put down
const patience = 60_000; // milliseconds

const acked = new Counter('paper_acknowledged');
const shown = new Counter('paper_shown');
const ack = new Trend('paper_ack', true);
const all = new Trend('paper_all_seen', true);

export const options = {
  scenarios: { people: { executor: 'per-vu-iterations', vus: papers * people, iterations: 1, maxDuration: '2m' } },
  thresholds: { checks: ['rate==1'] },
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
};

const json = { headers: { 'Content-Type': 'application/json' } };

function ask(path, body, want) {
  const r = http.post(url + path, JSON.stringify(body), json);
  if (r.status !== want) fail(`${path}: ${r.status} ${r.body}`);
  return r.json();
}

export function setup() {
  const made = [];
  for (let i = 0; i < papers; i++) {
    made.push(ask('/v1/papers', { title: `For Minji, ${i}`, recipient: 'Minji', size: 'large' }, 201).links);
  }
  return made;
}

function random(n) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let s = '';
  while (s.length < n) s += letters[Math.floor(Math.random() * letters.length)];
  return s;
}

export default function (made) {
  const me = exec.vu.idInTest - 1;
  const link = made[me % papers].write;
  const pass = ask(`/v1/papers/${link}/live`, { name: `Person ${me}` }, 200);
  new Person(pass, `Person ${me}`).come();
}

// Person is one who writes: a connection, a subscription, and a note at a time.
class Person {
  constructor(pass, name) {
    Object.assign(this, { pass, name, instance: random(20), ops: 0, ids: 10, left: notes, waiting: {}, seen: {}, count: 0, came: Date.now() });
  }

  come() {
    this.socket = new WebSocket(url.replace(/^http/, 'ws') + '/connection/websocket', 'centrifuge-json');
    this.socket.onmessage = (m) => m.data.split('\n').forEach((line) => this.told(JSON.parse(line)));
    this.socket.onerror = (e) => check(e, { 'no error of the connection': () => false });
    this.socket.onopen = () => this.say({ id: 1, connect: { name: 'k6' } });
    this.timer = setTimeout(() => {
      check(this, { 'all notes are seen in time': () => false });
      this.socket.close();
    }, patience);
  }

  say(command) { this.socket.send(JSON.stringify(command)); }

  told(reply) {
    if (Object.keys(reply).length === 0) return this.say({});
    if (reply.error) {
      check(reply, { 'nothing is refused': () => false });
      console.error(JSON.stringify(reply));
    }
    if (reply.connect) return this.say({ id: 2, subscribe: { channel: this.pass.channel, token: this.pass.token, recoverable: true } });
    if (reply.subscribe) {
      reply.subscribe.data.notes.forEach((n) => this.see(n.id));
      return this.write();
    }
    if (reply.publish) return this.acknowledged(reply.id);
    if (reply.push && reply.push.pub) this.published(reply.push.pub.data);
  }

  // durable sends an operation; then is called when it is acknowledged.
  durable(op, then) {
    const id = ++this.ids;
    this.waiting[id] = { then, at: Date.now() };
    this.say({ id, publish: { channel: this.pass.channel, data: Object.assign({ op: `${this.instance}:${++this.ops}` }, op) } });
  }

  acknowledged(id) {
    const w = this.waiting[id];
    delete this.waiting[id];
    if (!w) return; // of a message beside the log
    acked.add(1);
    ack.add(Date.now() - w.at);
    w.then();
  }

  write() {
    if (this.left-- === 0) return this.leaveIfAllSeen();
    const id = 'n' + random(16);
    const x = 200 + Math.floor(Math.random() * 1900);
    const note = { t: 'note.put', id, name: this.name, text: '새 출발을 축하해요! All the best.', color: 'lemon', x, y: 300 };
    this.durable(note, () => this.drag(id, x, 1));
  }

  // drag moves a note a little at a time, beside the log, and then puts it down.
  drag(id, x, step) {
    if (step > drags) return this.durable({ t: 'note.move', id, x, y: 300 + 10 * step }, () => this.write());
    this.say({ id: ++this.ids, publish: { channel: this.pass.channel, data: { t: 'drag', id, x, y: 300 + 10 * step } } });
    setTimeout(() => this.drag(id, x, step + 1), 50);
  }

  published(entry) {
    shown.add(1);
    if (entry.t === 'note.put') this.see(entry.id);
    this.leaveIfAllSeen();
  }

  see(id) {
    if (!this.seen[id]) this.count++;
    this.seen[id] = true;
  }

  leaveIfAllSeen() {
    if (this.left >= 0 || this.count < people * notes) return;
    clearTimeout(this.timer);
    all.add(Date.now() - this.came);
    check(this, { 'all notes are seen in time': () => true, 'nobody sees more than was written': () => this.count === people * notes });
    this.socket.close();
  }
}

export function teardown(made) {
  for (const links of made) {
    ask(`/v1/papers/${links.own}/deliver`, {}, 200);
    const kept = http.get(`${url}/v1/papers/${links.read}`).json();
    check(kept, {
      'it is delivered': (p) => p.state === 'delivered',
      'every note is kept': (p) => p.document.notes.length === people * notes,
      'every note is where it was put down': (p) => p.document.notes.every((n) => n.y === 300 + 10 * (drags + 1)),
    });
  }
}
