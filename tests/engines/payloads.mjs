// Every JSON payload against the target's own published types, as its vendor ships them to programmers.
//     node payloads.mjs OUT        (OUT/algolia, …; packages from the current folder)
// The payloads become typed literals and the TypeScript compiler judges them: unknown fields, wrong types and missing
// required fields are errors. flagd brings its JSON Schema, Recombee and Klaviyo their request classes.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const out = process.argv[2] ?? 'out';
const require = createRequire(process.cwd() + '/');
const files = (folder, test) => {
  const found = [], walk = path => readdirSync(path).sort().forEach(name => {
    const inside = join(path, name);
    if (statSync(inside).isDirectory()) walk(inside); else if (test.test(inside.slice(join(out, folder).length + 1))) found.push(inside);
  });
  if (existsSync(join(out, folder))) walk(join(out, folder));
  return found;
};
const read = path => JSON.parse(readFileSync(path, 'utf8'));
const lines = path => readFileSync(path, 'utf8').split('\n').filter(Boolean).map(line => JSON.parse(line));
let wrong = 0;
const said = (name, n, bad) => { wrong += bad + (n === 0); console.log(`${name}: ${n} payloads, ${bad} do not fit`); };

const algolia = "import type { Rule, SynonymHit, IndexSettings } from '@algolia/client-search';\nimport type { RecommendRule } from '@algolia/recommend';\n";
const elastic = "import type { estypes } from '@elastic/elasticsearch';\n";
const opensearch = "import type * as search from '@opensearch-project/opensearch/api/_core/search.js';\nimport type * as create from '@opensearch-project/opensearch/api/indices/create.js';\nimport type * as aliases from '@opensearch-project/opensearch/api/indices/updateAliases.js';\n";
const typed = [
  ['Algolia rules', algolia, 'Rule[]', files('algolia', /^rules-.*json$/), read],
  ['Algolia recommend rules', algolia, 'RecommendRule[]', files('algolia', /^recommend\/.*json$/), read],
  ['Algolia synonyms', algolia, 'SynonymHit[]', files('algolia', /^synonyms\.json$/), read],
  ['Algolia settings', algolia, 'IndexSettings', files('algolia', /^settings\.json$/), read],
  ['Elasticsearch index', elastic, 'estypes.IndicesCreateRequest', files('elasticsearch', /^index\.json$/), path => ({ index: 'endcap', ...read(path) })],
  ['Elasticsearch aliases', elastic, 'estypes.IndicesUpdateAliasesRequest', files('elasticsearch', /^aliases\.json$/), read],
  ['Elasticsearch queries', elastic, 'estypes.SearchRequest', files('elasticsearch', /^queries\//), read],
  ['Elasticsearch query rules', elastic, 'estypes.QueryRulesPutRulesetRequest', files('elasticsearch', /^query_rules\//), path => ({ ruleset_id: 'endcap', ...read(path) })],
  ['Elasticsearch synonyms', elastic, 'estypes.SynonymsPutSynonymRequest', files('elasticsearch', /^synonyms-set/), path => ({ id: 'endcap', ...read(path) })],
  ['OpenSearch index', opensearch, 'create.Indices_Create_RequestBody', files('opensearch', /^index\.json$/), read],
  ['OpenSearch aliases', opensearch, 'aliases.Indices_UpdateAliases_RequestBody', files('opensearch', /^aliases\.json$/), read],
  ['OpenSearch queries', opensearch, 'search.Search_RequestBody', files('opensearch', /^queries\//), read],
  ['Mailchimp members', "import type { lists } from '@mailchimp/mailchimp_marketing';\n", 'lists.BatchListMembersBody', files('mailchimp', /^members-/), read],
  ['GrowthBook features', "import type { FeatureDefinition } from '@growthbook/growthbook';\n", 'Record<string, FeatureDefinition>', files('growthbook', /growthbook\.json$/), path => read(path).features],
  // Structured labels and values of feedback are newer than the client's types.
  ['gorse items', "import type { Item } from 'gorsejs';\n", '(Omit<Item, "Labels"> & { Labels: object })[]', files('gorse', /^items-/), read],
  ['gorse users', "import type { User } from 'gorsejs';\n", '(Omit<User, "Labels"> & { Labels: object })[]', files('gorse', /^users-/), read],
  ['gorse feedback', "import type { Feedback } from 'gorsejs';\n", '(Feedback<string> & { Value: number })[]', files('gorse', /^feedback-/), read],
];
for (const [name, imports, type, paths, load] of typed) {
  let bad = 0;
  const source = 'endcap-payload.ts';
  writeFileSync(source, imports + paths.map((path, at) => `export const p${at}: ${type} = ${JSON.stringify(load(path), null, 1)};`).join('\n'));
  try {
    execFileSync('node', [require.resolve('typescript/bin/tsc'), '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext',
      '--moduleResolution', 'nodenext', '--target', 'es2022', source], { encoding: 'utf8' });
  } catch (error) {
    const faults = error.stdout.split('\n').filter(line => line.includes('error TS'));
    bad = faults.length;
    faults.slice(0, 4).forEach(fault => console.log('  ' + fault));
  }
  rmSync(source);
  said(name, paths.length, bad);
}

const schema = require('@openfeature/flagd-core');
let n = 0, bad = 0;
for (const path of files('flagd', /flagd\.json$/)) {
  n++;
  const complaints = [];
  const logger = { error: (...text) => complaints.push(text), warn: (...text) => complaints.push(text), info() {}, debug() {} };
  try { new schema.FlagdCore(undefined, logger).setConfigurations(readFileSync(path, 'utf8')); } catch (error) { complaints.push(error); }
  if (complaints.length) { bad++; console.log('  ', path, String(complaints[0])); }
}
said('flagd flags', n, bad);

const klaviyo = require('klaviyo-api').ObjectSerializer;
const inOrder = value => Array.isArray(value) ? value.map(inOrder) : value && typeof value === 'object'
  ? Object.fromEntries(Object.entries(value).filter(([, own]) => own != null).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, own]) => [key, inOrder(own)])) : value;
for (const [name, type, test] of [['Klaviyo profiles', 'ProfileImportJobCreateQuery', /^profiles-/], ['Klaviyo catalog items', 'CatalogItemCreateJobCreateQuery', /^catalog\//]]) {
  n = bad = 0;
  for (const path of files('klaviyo', test)) {
    n++;
    // What the client does not know is lost on the way through it.
    const own = inOrder(read(path)), through = inOrder(JSON.parse(JSON.stringify(klaviyo.serialize(klaviyo.deserialize(read(path), type), type))));
    if (JSON.stringify(own) !== JSON.stringify(through)) { bad++; console.log('  ', path, 'has fields the client does not know'); }
  }
  said(name, n, bad);
}

const recombee = require('recombee-api-client').requests;
n = bad = 0;
for (const path of files('recombee', /^batch-/)) {
  for (const { method, path: address, params } of read(path).requests) {
    n++;
    const [, first, id, name] = address.split('/').map(decodeURIComponent);
    let made;
    if (method === 'PUT' && id === 'properties') made = new recombee[first === 'items' ? 'AddItemProperty' : 'AddUserProperty'](name, params.type);
    else if (first === 'items') { const { '!cascadeCreate': cascadeCreate, ...values } = params; made = new recombee.SetItemValues(id, values, { cascadeCreate }); }
    else if (first === 'users') { const { '!cascadeCreate': cascadeCreate, ...values } = params; made = new recombee.SetUserValues(id, values, { cascadeCreate }); }
    else {
      const { userId, itemId, ...rest } = params;
      made = new recombee[{ purchases: 'AddPurchase', detailviews: 'AddDetailView', cartadditions: 'AddCartAddition' }[first]](userId, itemId, rest);
    }
    const wanted = { ...made.bodyParameters(), ...made.queryParameters() };
    const sorted = value => JSON.stringify(Object.entries(value).sort());
    const whole = made.path.split('?')[0];
    if (made.method !== method || (whole !== address && whole !== address.split('/').map(decodeURIComponent).join('/')) || sorted(wanted) !== sorted(params)) {
      bad++;
      if (bad <= 3) console.log('  ', method, address, params, 'the client would send', made.method, made.path, wanted);
    }
  }
}
said('Recombee requests', n, bad);
process.exit(wrong ? 1 : 0);
