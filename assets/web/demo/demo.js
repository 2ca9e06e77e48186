// A small storefront made from any bundle: every row is what endcap.js decides. Text goes in as text, never as markup.
import { Memory, http, load, measure, segmentFromTags } from '../endcap.js';

const query = new URLSearchParams(location.search);
const base = query.get('bundle') || '../bundle/';
const pictures = query.get('pictures') || '../pictures/';
const $ = id => document.getElementById(id);
const main = $('page');
const memory = new Memory(localStorage, 'endcap-demo');
const el = (tag, props = {}, ...children) => {
  const { dataset, ...rest } = props, node = Object.assign(document.createElement(tag), rest);
  Object.assign(node.dataset, dataset);
  node.append(...children.filter(child => child != null));
  return node;
};

let runtime, products, local = new Set(), cart = [], facets = new Map(), quiz = [];
const seen = { impression: 0, click: 0, told: '' };

function start() {
  document.title = runtime.info.store;
  $('name').textContent = runtime.info.store;
  $('segment').append(el('option', { value: '*' }, 'Everyone'),
    ...runtime.segments.segments.filter(s => !s.hidden).map(s => el('option', { value: s.id }, s.name)));
  $('segment').value = query.get('segment') || segmentFromTags((query.get('tags') || '').split(',')) || '*';
  $('date').value = new Date(runtime.info.asOf * 1000).toISOString().slice(0, 10);
  $('consent').checked = memory.consent;
  const biggest = [...runtime.catalog.collections]
    .map(c => [c, runtime.catalog.products.filter(p => p.published && (p.collections || []).includes(c.id)).length])
    .filter(([, n]) => n).sort((a, b) => b[1] - a[1]).slice(0, 8);
  $('nav').append(...biggest.map(([c]) => el('a', { href: link(`collection:${c.id}`) }, c.title)));
  for (const id of ['segment', 'date', 'scores']) $(id).addEventListener('change', show);
  $('consent').addEventListener('change', event => { event.target.checked ? memory.allow() : memory.revoke(); show(); });
  $('search').addEventListener('submit', event => {
    event.preventDefault();
    location.hash = link(`search:${new FormData(event.target).get('q')}`).slice(1);
  });
  addEventListener('hashchange', () => { facets.clear(); show(); main.focus(); scrollTo(0, 0); });
  for (const name of ['impression', 'click']) {
    addEventListener(`endcap:${name}`, () => { seen[name] += 1; say(); });
  }
  show();
}

const link = page => `#${encodeURIComponent(page)}`;
const target = text => /^(home|collection:|product:|search:|cart)/.test(text) ? link(text) : /^(https?:\/\/|\/|#)/.test(text) ? text : '#home';
const now = () => Math.floor(Date.parse(`${$('date').value || '2025-01-01'}T12:00:00Z`) / 1000);

function visitOf(page, filters = []) {
  const person = memory.visit();
  return {
    ...person, page, now: now(), personalize: true, history: person.history || [],
    segment: $('segment').value, device: innerWidth < 700 ? 'phone' : 'desktop', filters,
  };
}

function show() {
  const asked = decodeURIComponent(location.hash.slice(1)) || 'home';
  const page = asked === 'cart' ? `cart:${cart.join(',')}` : asked;
  const [kind, id] = [page.split(':', 1)[0], page.slice(page.indexOf(':') + 1)];
  if (kind === 'product' && products.has(id)) memory.record(id, 'view');
  const began = performance.now();
  const decided = runtime.page(visitOf(page, [...facets.values()].flat()));
  const took = performance.now() - began;
  if (decided.redirect) { location.hash = target(decided.redirect).slice(1); return; }
  main.replaceChildren();
  if (kind === 'product' && products.has(id)) main.append(detail(products.get(id)));
  else if (kind === 'collection') main.append(el('h1', {}, runtime.catalog.collections.find(c => c.id === id)?.title || id));
  else if (kind === 'search') main.append(el('h1', {}, decided.found === 0 && id.trim()
    ? `Nothing found for “${id}”. You may like` : `Results for “${id}”`));
  else if (kind === 'cart') main.append(el('h1', {}, 'Your cart'), rowOf(cart.map(own => ({ product: own, badges: [] }))));
  // What can be asked does not change with the answers.
  if (kind === 'collection' || kind === 'search') main.append(finder(facets.size ? runtime.page(visitOf(page)) : decided));
  decided.blocks.forEach((block, at) => {
    main.append(section(decided, block));
    if (kind === 'home' && at === Math.min(2, decided.blocks.length - 1)) main.append(quizPanel());
  });
  document.querySelectorAll('#nav a').forEach(a => {
    if (a.toggleAttribute('aria-current', a.hash === location.hash)) $('nav').scrollTo({ left: a.offsetLeft - $('nav').offsetLeft - 40 });
  });
  $('count').textContent = cart.length;
  Object.assign(seen, { impression: 0, told: decided.fallback ? 'Fallback lists' : `Decided in ${took.toFixed(1)} ms` });
  say();
}

/** What the page took, and what a shop's own measurement would have heard of it. */
const say = () => { $('status').textContent = `${seen.told} · ${seen.impression} seen, ${seen.click} clicked`; };

function section(page, block) {
  const { kind } = block;
  if (kind.show === 'heroes' || kind.show === 'banner') {
    const hero = kind.show === 'banner' ? kind.hero : kind.heroes[0];
    if (!hero) return '';
    const node = el('section', { className: 'hero' }, el('h1', {}, hero.headline),
      hero.button ? el('a', { className: 'button', href: target(hero.link) }, hero.button) : null);
    if (hero.image) {
      node.classList.add('pictured');
      node.style.setProperty('--picture', `url("${encodeURI(address(hero.image))}")`);
    }
    return node;
  }
  if (kind.show === 'tiles') {
    return el('section', {}, el('h2', {}, block.title), el('div', { className: 'tiles' },
      ...kind.tiles.map(tile => el('a', { href: target(tile.link) }, tilePicture(tile), el('span', {}, tile.title)))));
  }
  const row = rowOf(block.slots), node = el('section', {}, el('h2', {}, block.title), row);
  if (!block.slots.length) row.replaceWith(el('p', { className: 'empty' }, 'Nothing to show here yet.'));
  else measure(row, page, block);
  return node;
}

/** A tile's own picture, else that of the best seller behind it. */
function tilePicture(tile) {
  const members = runtime.members.get(tile.link.replace(/^collection:/, ''));
  const best = members && runtime.byPopularity.find(at => members[at] && runtime.base[at] && runtime.catalog.products[at].image);
  const image = tile.image || (best === undefined || !members ? null : runtime.catalog.products[best].image);
  return image ? el('img', { src: address(image), alt: '', loading: 'lazy', onerror: event => event.target.remove() }) : null;
}

const rowOf = slots => el('ul', { className: 'row' }, ...slots.filter(s => products.has(s.product)).map(card));

function card(slot) {
  const product = products.get(slot.product), badges = slot.badges;
  const label = badges.includes('sold_out') ? 'Sold out' : badges.includes('sale') ? sale(product)
    : badges.includes('low_stock') ? 'Low stock' : badges.includes('new') ? 'New' : null;
  return el('li', { dataset: { product: product.id } }, el('a', { className: `card ${badges.join(' ')}`, href: link(`product:${product.id}`) },
    picture(product), label ? el('span', { className: `badge ${badges.includes('sale') ? 'sale' : ''}` }, label) : null,
    el('span', { className: 'title' }, product.title), price(product),
    $('scores').checked && slot.score !== undefined ? el('div', { className: 'score' }, `${(slot.score / 1e5).toFixed(1)} points`) : null));
}

const fileName = image => image.split('?')[0].split('/').pop();
const address = image => local.has(fileName(image)) ? pictures + fileName(image) : /^(https?:|\/|data:)/.test(image) ? image : pictures + image;
const sale = p => `−${Math.floor((p.compareAt - p.price) * 100 / p.compareAt)}%`;
const money = minor => new Intl.NumberFormat(undefined, { style: 'currency', currency: runtime.info.currency }).format(minor / runtime.perMajor);
const price = p => el('div', { className: 'price' }, p.price == null ? '' : money(p.price), p.compareAt > p.price ? el('s', {}, money(p.compareAt)) : null);

function picture(product) {
  const box = el('div', { className: 'picture' }), letter = el('b', {}, [...product.title][0] || '·');
  const hue = [...product.id].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 360, 7);
  box.style.background = `hsl(${hue} 26% 82% / .55)`;
  if (!product.image) box.append(letter);
  else box.append(el('img', { src: address(product.image), alt: '', loading: 'lazy', onerror: event => event.target.replaceWith(letter) }));
  return box;
}

function detail(product) {
  const add = el('button', { className: 'button', onclick: () => { cart = [...new Set([...cart, product.id])]; memory.record(product.id, 'cart'); show(); } }, 'Add to cart');
  return el('article', { className: 'product' }, picture(product), el('div', {}, el('h1', {}, product.title), price(product),
    el('p', { className: 'empty' }, [product.productType, product.vendor].filter(Boolean).join(' · ')),
    ...(product.attributes || []).slice(0, 6).map(([name, value]) => el('div', {}, `${name}: ${value}`)), el('p', {}, add)));
}

function choices(title, options, chosen, pick) {
  return [el('small', {}, title), el('div', { className: 'choices' }, ...options.map(([label, value]) => {
    const button = el('button', { type: 'button', onclick: () => pick(value) }, label);
    button.setAttribute('aria-pressed', String(JSON.stringify(chosen) === JSON.stringify(value)));
    return button;
  }))];
}

const common = (list, valueOf, most = 6) => {
  const counts = new Map();
  for (const product of list) for (const value of valueOf(product)) counts.set(value, (counts.get(value) || 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, most).map(([value]) => value);
};
const prices = list => {
  const sorted = list.map(p => p.price).filter(p => p != null).sort((a, b) => a - b), at = share => sorted[Math.floor((sorted.length - 1) * share)];
  return sorted.length < 3 ? [] : [...new Set([at(0.25), at(0.5), at(0.75)])].map(bound => [`Up to ${money(bound)}`, [['price_max', String(bound)]]]);
};
const attributeNames = list => common(list, p => [...new Set((p.attributes || []).map(([name]) => name))], 2);

/** Questions that fit these products, each with its choices as filters. */
function questions(list) {
  const types = common(list, p => p.productType ? [p.productType] : []);
  return [
    ['What are you looking for?', 'type', types.length > 1 ? types.map(t => [t, [['product_type', t]]]) : []],
    ...attributeNames(list).map(name => [name, `a:${name}`,
      common(list, p => (p.attributes || []).filter(([n]) => n === name).map(([, v]) => v)).map(v => [v, [[name, v]]])]),
    ['How much may it cost?', 'price', prices(list)],
  ].filter(([, , options]) => options.length > 1);
}

/** The guided finder: facets of the page's products; every choice decides the page again. */
function finder(page) {
  const list = page.blocks.flatMap(block => block.slots).map(slot => products.get(slot.product)).filter(Boolean);
  const pick = key => value => {
    if (JSON.stringify(facets.get(key)) === JSON.stringify(value)) facets.delete(key); else facets.set(key, value);
    show();
  };
  return el('section', { className: 'panel' }, el('h2', {}, 'Find the right one'),
    ...questions(list).flatMap(([title, key, options]) => choices(title, options, facets.get(key), pick(key))),
    facets.size ? el('button', { className: 'quiet', onclick: () => { facets.clear(); show(); } }, 'Start over') : null);
}

/** The quiz: one question at a time, then the row that the answers lead to. */
function quizPanel() {
  const panel = el('section', { className: 'panel' }), all = [...products.values()].filter(p => p.published && p.price != null);
  const draw = () => {
    const left = all.filter(p => quiz.flat().every(([name, value]) => name === 'product_type' ? p.productType === value
      : name === 'price_max' ? p.price <= Number(value) : (p.attributes || []).some(([n, v]) => n === name && v === value)));
    const asked = questions(quiz.length ? left : all).filter(([, , options]) => !options.some(([, value]) => quiz.some(q => q[0][0] === value[0][0])));
    panel.replaceChildren(el('h2', {}, 'Not sure? Answer three questions'));
    if (quiz.length < 3 && asked.length) {
      const [title, , options] = asked[0];
      panel.append(...choices(title, options, null, value => { quiz.push(value); draw(); }));
      panel.append(el('small', {}, `Question ${quiz.length + 1} of 3`));
    } else {
      const page = runtime.page(visitOf('home', quiz.flat())), block = page.blocks.find(b => b.slots.length);
      panel.append(block ? rowOf(block.slots) : el('p', { className: 'empty' }, 'Nothing fits all of that.'));
    }
    if (quiz.length) panel.append(el('p', {}, el('button', { className: 'quiet', onclick: () => { quiz = []; draw(); } }, 'Start again')));
  };
  draw();
  return panel;
}

try {
  // Pictures that came with the export, by name; the others are loaded from where the shop keeps them.
  local = new Set(await fetch(`${pictures}index.json`).then(answer => answer.ok ? answer.json() : []).catch(() => []));
  runtime = await load(http(base));
  products = new Map(runtime.catalog.products.map(product => [product.id, product]));
  start();
} catch (error) {
  main.append(el('p', { className: 'empty' }, `The bundle at ${base} cannot be shown: ${error.message}`));
}
