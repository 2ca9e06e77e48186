// flagd's and GrowthBook's own evaluators against slots.csv: every row, every group, every period.
//     node flags.mjs OUT        (OUT/flagd, OUT/growthbook, OUT/csv; packages from the current folder)
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const out = process.argv[2] ?? 'out';
const require = createRequire(process.cwd() + '/');
const { FlagdCore } = require('@openfeature/flagd-core');
const { GrowthBook } = require('@growthbook/growthbook');

/** RFC 4180. */
function table(text) {
  const rows = [[]];
  let cell = '', quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') { cell += '"'; i++; } else if (c === '"') quoted = false; else cell += c;
    } else if (c === '"') quoted = true;
    else if (c === ',' || c === '\n') { rows.at(-1).push(cell); cell = ''; if (c === '\n') rows.push([]); } else if (c !== '\r') cell += c;
  }
  const [header, ...body] = rows.filter((row) => row.length > 0);
  return body.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at]])));
}

const slug = (id) => [...new TextEncoder().encode(id)]
  .map((b) => (/[A-Za-z0-9-]/.test(String.fromCharCode(b)) && b < 128 ? String.fromCharCode(b) : '_' + b.toString(16).padStart(2, '0'))).join('');

const lists = new Map();
for (const row of table(readFileSync(`${out}/csv/slots.csv`, 'utf8'))) {
  const key = JSON.stringify([row.page, row.row, row.group, row.from, row.until]);
  if (!lists.has(key)) lists.set(key, []);
  lists.get(key).push(row.product_id.replace(/^'(?=[=+\-@])/, ''));
}

const core = new FlagdCore();
core.setConfigurations(readFileSync(`${out}/flagd/flags.flagd.json`, 'utf8'));
const { features } = JSON.parse(readFileSync(`${out}/growthbook/features.growthbook.json`, 'utf8'));
const realNow = Date.now;
let asked = 0, wrong = 0;
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
for (const [key, expected] of lists) {
  const [page, row, group, from, until] = JSON.parse(key);
  const moments = [Date.parse(from) / 1000];
  if (until) moments.push(Date.parse(until) / 1000 - 1);
  for (const now of moments) {
    const flag = `row.${slug(page)}.${slug(row)}`;
    Date.now = () => now * 1000;
    const flagd = core.resolveObjectEvaluation(flag, {}, { segment: group, targetingKey: 'x' }, { error() {}, warn() {}, info() {}, debug() {} });
    Date.now = realNow;
    const growthbook = new GrowthBook({ features, attributes: { id: 'x', segment: group, now } }).getFeatureValue(flag, {});
    for (const answer of [flagd.value, growthbook]) {
      asked += 1;
      if (!same(answer.products, expected)) {
        wrong += 1;
        if (wrong <= 3) console.error('differs', key, now, answer, expected);
      }
    }
  }
}
console.log(`${asked} answers of flagd and GrowthBook at every boundary, ${wrong} differ`);

// And at random: any row, any group, known or not, any moment from the first period on.
const rows = new Map();
for (const [key, products] of lists) {
  const [page, row, group, from, until] = JSON.parse(key), name = JSON.stringify([page, row]);
  if (!rows.has(name)) rows.set(name, []);
  rows.get(name).push({ group, from: Date.parse(from) / 1000, until: until ? Date.parse(until) / 1000 : Infinity, products });
}
const names = [...rows.keys()], groups = [...new Set([...rows.values()].flat().map(one => one.group)), 'nobody-knows-this'];
const first = Math.min(...[...rows.values()].flat().map(one => one.from));
const last = Math.max(...[...rows.values()].flat().map(one => Number.isFinite(one.until) ? one.until : one.from));
let seed = 1;
const random = below => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return (seed >>> 8) % below; };
const before = [asked, wrong];
while (asked - before[0] < 40_000) {
  const name = names[random(names.length)], group = groups[random(groups.length)], now = first + random(Math.max(1, (last - first) * 2));
  const holds = one => one.from <= now && now < one.until;
  const expected = (rows.get(name).find(one => one.group === group && holds(one)) ?? rows.get(name).find(one => one.group === '*' && holds(one)))?.products;
  if (!expected) continue;
  const [page, row] = JSON.parse(name), flag = `row.${slug(page)}.${slug(row)}`;
  Date.now = () => now * 1000;
  const flagd = core.resolveObjectEvaluation(flag, {}, { segment: group, targetingKey: 'x' }, { error() {}, warn() {}, info() {}, debug() {} });
  Date.now = realNow;
  const growthbook = new GrowthBook({ features, attributes: { id: 'x', segment: group, now } }).getFeatureValue(flag, {});
  for (const answer of [flagd.value, growthbook]) {
    asked += 1;
    if (!same(answer.products, expected)) { wrong += 1; if (wrong <= 3) console.error('differs', name, group, now, answer, expected); }
  }
}
console.log(`${(asked - before[0]) / 2} random inputs to each, ${wrong - before[1]} differ`);
process.exit(wrong === 0 && asked > 0 ? 0 : 1);
