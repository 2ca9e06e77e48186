// Load on a running server from a second process: node benches/serve.mjs X.bundle http://127.0.0.1:8737 [requests/s] [seconds]
// Sends at a fixed rate whatever the answers do, so that waiting counts (no coordinated omission).
import { Agent, request } from 'node:http';
import { readFileSync } from 'node:fs';

const [bundle, address, rate = '2000', seconds = '10'] = process.argv.slice(2);
const visits = readFileSync(`${bundle}/cases.jsonl`, 'utf8').split('\n').filter(Boolean)
  .map(line => JSON.parse(line).visit);
// Visits of one moment, as a server gets them.
const bodies = visits.map(visit => JSON.stringify({ ...visit, now: visits[0].now }));
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const { hostname, port } = new URL(address);
const took = [];
let sent = 0, failed = 0, open = 0;

function send(due) {
  open += 1;
  const body = bodies[sent++ % bodies.length];
  const done = ok => { open -= 1; if (ok) took.push(performance.now() - due); else failed += 1; };
  const call = request({ agent, hostname, port, path: '/v1/page', method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, answer => {
    answer.resume();
    answer.on('end', () => done(answer.statusCode === 200));
  });
  call.on('error', () => done(false));
  call.end(body);
}

const began = performance.now();
const total = rate * seconds;
const timer = setInterval(() => {
  while (sent < total && performance.now() - began >= sent * 1000 / rate) send(began + sent * 1000 / rate);
  if (sent >= total && open === 0) {
    clearInterval(timer);
    took.sort((a, b) => a - b);
    const at = share => Number(took[Math.min(took.length - 1, Math.floor(took.length * share))]?.toFixed(2));
    console.log(JSON.stringify({ rate: Number(rate), answered: took.length, failed,
      per_second: Math.round(took.length * 1000 / (performance.now() - began)), ms: { p50: at(0.5), p99: at(0.99), max: at(1) } }));
    process.exit(0);
  }
}, 1);
