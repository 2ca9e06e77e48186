// The golden cases in a real headless Chromium, and pictures of the demo storefront.
//     node browser.mjs FOLDER [SHOTS]
// FOLDER holds endcap.js, demo/ and *.bundle folders. With SHOTS, FOLDER/bundle is opened in demo/ at three widths.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, normalize, resolve } from 'node:path';

const [folder = '.', shots] = process.argv.slice(2);
const bundles = readdirSync(folder).filter(name => name.endsWith('.bundle')).sort();
const kinds = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.html': 'text/html', '.css': 'text/css', '.json': 'application/json', '.webp': 'image/webp' };
const page = `<!doctype html><meta charset="utf-8"><script type="module">
import { http, load } from '/endcap.js';
const said = { cases: 0, wrong: 0, agent: navigator.userAgent, errors: [] };
for (const name of ${JSON.stringify(bundles)}) {
  try {
    const read = http('/' + name + '/'), runtime = await load(read);
    for (const line of new TextDecoder().decode(await read('cases.jsonl')).split('\\n').filter(Boolean)) {
      const { visit, page } = JSON.parse(line), own = runtime.decide(visit);
      const answer = [own.segment, own.layout, own.redirect, own.found,
        own.blocks.map(block => [block.id, block.total, block.slots.map(slot => [slot.position, slot.product, slot.score])])];
      const wanted = [page.segment, page.layout, page.redirect, page.found, page.blocks.map(block => [block.id, block.total, block.slots])];
      said.cases += 1;
      if (JSON.stringify(answer) !== JSON.stringify(wanted)) said.wrong += 1;
    }
  } catch (error) { said.errors.push(name + ': ' + error); }
}
await fetch('/said', { method: 'POST', body: JSON.stringify(said) });
</script>`;

let told;
const saying = new Promise(done => { told = done; });
const server = createServer((request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://x').pathname));
  if (path === '/said') {
    let body = '';
    request.on('data', part => { body += part; });
    request.on('end', () => { response.end(); told(JSON.parse(body)); });
    return;
  }
  if (path === '/run') { response.setHeader('content-type', 'text/html'); response.end(page); return; }
  let file = join(resolve(folder), path);
  if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html');
  if (!existsSync(file)) { response.statusCode = 404; response.end(); return; }
  response.setHeader('content-type', kinds[extname(file)] ?? 'application/octet-stream');
  response.end(readFileSync(file));
});
await new Promise(done => server.listen(0, '127.0.0.1', done));
const base = `http://127.0.0.1:${server.address().port}`;
const profile = mkdtempSync(join(tmpdir(), 'endcap-browser-'));
const browse = (...more) => spawn('chromium', ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
  '--no-first-run', `--user-data-dir=${profile}`, ...more], { stdio: 'ignore' });
let failed = false;
if (bundles.length) {
  const browser = browse('--remote-debugging-port=0', `${base}/run`);
  const timer = setTimeout(() => told({ cases: 0, wrong: 0, errors: ['no answer within five minutes'] }), 300_000);
  const said = await saying;
  clearTimeout(timer);
  browser.kill();
  await new Promise(done => browser.on('exit', done));
  console.log(JSON.stringify(said));
  failed = said.wrong > 0 || said.errors.length > 0 || said.cases < 600;
}
if (shots) {
  mkdirSync(shots, { recursive: true });
  for (const [name, width, height] of [['phone', 390, 1800], ['tablet', 820, 1600], ['desktop', 1440, 1600]]) {
    const target = join(shots, `${name}.png`);
    const browser = browse('--hide-scrollbars', `--window-size=${width},${height}`, '--virtual-time-budget=15000',
      `--screenshot=${resolve(target)}`, `${base}/demo/index.html`);
    await new Promise(done => browser.on('exit', done));
    console.log(target, existsSync(target) ? statSync(target).size : 'missing');
    failed ||= !existsSync(target);
  }
}
server.close();
rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
process.exit(failed ? 1 : 0);
