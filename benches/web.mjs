// Time to decide one block in JavaScript: node benches/web.mjs path/to/endcap.js X.bundle [rounds]
// After a round to warm up, every golden visit is decided once a round: all at one moment, as a shop's visitors come, and
// each at a moment of its own, where every rule about age is worked out anew. Per visit the fastest round counts (on a
// shared machine the others measure the neighbours), shared by its rows of products, as in benches/decide.rs; `all` is
// every answer.
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [module, bundle, rounds = '5'] = process.argv.slice(2);
const { load } = await import(pathToFileURL(resolve(module)));
const started = performance.now();
const runtime = await load(path => readFile(join(bundle, path)));
const loaded = performance.now() - started;
const visits = (await readFile(join(bundle, 'cases.jsonl'), 'utf8')).split('\n').filter(Boolean)
  .map(line => JSON.parse(line).visit);

function measure(moment) {
  const all = [], fastest = visits.map(() => Infinity);
  for (let round = 0; round <= Number(rounds); round++) {
    visits.forEach((visit, at) => {
      const asked = { ...visit, now: moment(visit, round * visits.length + at) };
      const start = performance.now();
      const page = runtime.decide(asked);
      const took = (performance.now() - start) / Math.max(page.blocks.filter(block => block.total > 0).length, 1);
      if (round === 0) return;
      all.push(took);
      fastest[at] = Math.min(fastest[at], took);
    });
  }
  const shares = list => {
    list.sort((a, b) => a - b);
    const at = share => Number(list[Math.min(list.length - 1, Math.floor(list.length * share))].toFixed(3));
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  };
  return { ...shares(fastest), all: shares(all) };
}

const moment = visits[0].now;
console.log(JSON.stringify({
  products: runtime.n, rules: runtime.rules.length, load_ms: Math.round(loaded),
  one_moment_ms_per_block: measure(() => moment),
  other_moments_ms_per_block: measure((visit, nth) => visit.now + nth),
}));
