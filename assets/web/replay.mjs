// Replays the golden cases of bundles through endcap.js: node replay.mjs path/to/endcap.js X.bundle [Y.bundle …]
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [module, ...bundles] = process.argv.slice(2);
const { load } = await import(pathToFileURL(resolve(module)));
let cases = 0, wrong = 0, blocks = 0;
const perBlock = [];
for (const bundle of bundles) {
  const runtime = await load(path => readFile(join(bundle, path)));
  const lines = (await readFile(join(bundle, 'cases.jsonl'), 'utf8')).split('\n').filter(Boolean);
  for (const line of lines) {
    const { visit, page: expected } = JSON.parse(line);
    const start = performance.now();
    const page = runtime.decide(visit);
    const n = Math.max(page.blocks.length, 1);
    perBlock.push((performance.now() - start) / n);
    blocks += n;
    const answer = JSON.stringify([page.segment, page.layout, page.redirect, page.found,
      page.blocks.map(block => [block.id, block.total, block.slots.map(slot => [slot.position, slot.product, slot.score])])]);
    const wanted = JSON.stringify([expected.segment, expected.layout, expected.redirect, expected.found,
      expected.blocks.map(block => [block.id, block.total, block.slots])]);
    cases += 1;
    if (answer !== wanted) {
      wrong += 1;
      if (wrong <= 3) console.error(`${bundle}\n  visit    ${JSON.stringify(visit)}\n  answered ${answer}\n  expected ${wanted}`);
    }
  }
}
perBlock.sort((a, b) => a - b);
const at = share => perBlock[Math.min(perBlock.length - 1, Math.floor(perBlock.length * share))]?.toFixed(3);
console.log(JSON.stringify({ cases, wrong, blocks, ms_per_block: { p50: at(0.5), p95: at(0.95), p99: at(0.99) } }));
process.exit(wrong ? 1 : 0);
