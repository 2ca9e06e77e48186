// Endcap web runtime: decides pages from a bundle exactly as the studio does (decide-1, docs/decide-1.md).
// One dependency-free ES module for browsers, edge workers and Node. Integers only; ids compare by code point because
// the catalog is already in that order and every comparison below is between places in it.

const UNKNOWN = -1, STRONG = 2e6, MOST_POINTS = 1e12;
const SIGNALS = ['popularity', 'newness', 'margin', 'stock'];
const WEIGHTS = ['relevance', ...SIGNALS];
const LISTS = { bought_together: 1, similar: 1, also_viewed: 1, viewed_then_bought: 1, complete_the_set: 1 };
const HISTORY_LISTS = ['bought_together', 'also_viewed', 'viewed_then_bought', 'similar'];
const RANKED = { trending: 1, best_sellers: 1, new: 1, back_in_stock: 1 };
const FACETS = ['product_type', 'vendor', 'tag', 'collection'];
const KINDS = ['view', 'cart', 'purchase'];
const DAY = 86400;

// ---- text

const lower = text => [...text].map(letter => letter.toLowerCase()).join('');
const unmarked = text => text.replace(/\p{M}/gu, '');
export const fold = text => unmarked(lower(unmarked(text.normalize('NFD'))));
const wordsOf = text => fold(text).split(/[^\p{Alphabetic}\p{N}]+/u).filter(Boolean);
const normalised = (query, ignored) => {
  const left = new Set((ignored || []).map(fold));
  return wordsOf(query).filter(word => !left.has(word)).join(' ');
};
const integer = text => /^-?[0-9]{1,15}$/.test(text) ? Number(text) : null;

// ---- facts and conditions

const discount = p => p.price != null && p.compareAt != null && p.compareAt > p.price && p.compareAt > 0
  ? Math.floor((p.compareAt - p.price) * 100 / p.compareAt) : 0;
const sellable = p => p.stock == null || p.stock > 0 || p.sellWhenEmpty;
const range = (operator, b) => ({
  equals: [b, b], less: [-Infinity, b - 1], less_or_equal: [-Infinity, b],
  greater: [b + 1, Infinity], greater_or_equal: [b, Infinity],
})[operator] || [1, 0];
const compare = (a, operator, b) => { const [low, high] = range(operator, b); return low <= a && a <= high; };

function factOf(field, p, at, signals) {
  if (typeof field === 'object') {
    return (p.attributes || []).filter(([name]) => name === field.attribute).map(([, value]) => value);
  }
  switch (field) {
    case 'product_type': return p.productType == null ? [] : [p.productType];
    case 'vendor': return p.vendor == null ? [] : [p.vendor];
    case 'collection': return p.collections || [];
    case 'tag': return p.tags || [];
    case 'title': return [p.title];
    case 'price': return p.price ?? null;
    case 'discount_percent': return discount(p);
    case 'stock': return p.stock ?? null;
    case 'created_at': return p.createdAt ?? null;
    case 'margin': case 'popularity': return signals[field][at] ?? null;
    default: throw new Error(`unknown field ${field}`);
  }
}

const partsOf = c => c.all || c.any || (c.not && [c.not]);
const moves = c => (partsOf(c) || []).some(moves) || c.is?.field === 'age_days';
/** Ages in seconds at which a product may begin or cease to hold a condition. */
const bounds = c => partsOf(c)?.flatMap(bounds) ?? (moves(c) ? [0, 1].map(more => (integer(c.is.value) + more) * DAY) : []);

/** A set of products, a byte each; whole words, so that sets meet four products at a time. */
function setOf(n, has) {
  const set = new Uint8Array((n + 3) & ~3);
  for (let i = 0; i < n; i++) set[i] = has(i);
  return set;
}
/** Products in all of the sets; what is no set does not count. */
function meet(...sets) {
  const [met, ...others] = sets.filter(Boolean).map((set, at) => new Uint32Array(at ? set.buffer : set.slice().buffer));
  for (const other of others) for (let i = 0; i < met.length; i++) met[i] &= other[i];
  return new Uint8Array(met.buffer);
}

/** Which products hold a condition. What no day changes is worked out once. */
function holders(c, bundle, now) {
  return moves(c) ? holdersOf(c, bundle, now) : cached(bundle.held, JSON.stringify(c), () => holdersOf(c, bundle));
}

function holdersOf(c, bundle, now) {
  const parts = partsOf(c), { n, created } = bundle;
  if (parts) {
    const own = parts.map(part => holders(part, bundle, now));
    return c.all ? meet(bundle.every, ...own) : setOf(n, i => own.some(one => one[i]) !== !!c.not);
  }
  if (!c.is) throw new Error('unknown condition');
  const { field, operator, value } = c.is, wanted = integer(value), [low, high] = range(operator, wanted ?? NaN);
  if (field === 'age_days') {
    const oldest = high < 0 ? Infinity : now - (high + 1) * DAY, newest = low > 0 ? now - low * DAY : Infinity;
    return setOf(n, i => created[i] > oldest && created[i] <= newest);
  }
  return setOf(n, at => {
    const fact = factOf(field, bundle.catalog.products[at], at, bundle.signals);
    return Array.isArray(fact) ? fact.some(text => operator === 'equals' ? text === value
      : operator === 'contains' && lower(text).includes(lower(value))) : fact !== null && low <= fact && fact <= high;
  });
}
const listOf = held => {
  const list = new Int32Array(held.length);
  let count = 0;
  for (let i = 0; i < held.length; i++) if (held[i]) list[count++] = i;
  return list.slice(0, count);
};

// ---- who a visit is

/** FNV-1a 64 of `experiment:visitor`, mod 10 000. */
export function bucket(experiment, visitor) {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(`${experiment}:${visitor}`)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return Number(hash % 10000n);
}

function coordinate(feature, observed) {
  if (feature.scale === 0) return 0;
  const q = observed ?? feature.missing;
  const bin = feature.bins.find(([bound]) => q < bound) || feature.bins[feature.bins.length - 1];
  const x = bin ? bin[1] : q / Math.max(feature.quantum, 1);
  return (x - feature.mean) / feature.scale;
}

/** Rule groups, cluster model, lifecycle stages, everyone. `facts` are [name, integer] pairs. */
export function assign(segments, facts) {
  const fact = name => facts.find(([known]) => known === name)?.[1];
  const byRule = rules => (rules || []).find(rule => rule.any_of.some(all => all.every(c =>
    fact(c.feature) !== undefined && compare(fact(c.feature), c.operator, c.value))))?.segment;
  const nearest = model => {
    const seen = model.features.filter(feature => fact(feature.source) !== undefined).length;
    if (!seen || seen * 2 < model.features.length) return undefined;
    const z = model.features.map(feature => coordinate(feature, fact(feature.source)));
    let best = Infinity, label;
    model.centroids.forEach((centroid, cluster) => {
      let distance = 0;
      for (let i = 0; i < Math.min(z.length, centroid.length); i++) {
        const difference = z[i] - centroid[i];
        distance += difference * difference;
      }
      if (label === undefined || distance < best) { best = distance; label = model.labels[cluster]; }
    });
    return label;
  };
  return byRule(segments.rules) ?? (segments.model ? nearest(segments.model) : undefined)
    ?? byRule(segments.lifecycle) ?? '*';
}

function visitorOf(bundle, visit) {
  const personal = visit.personalize !== false;
  const arms = [];
  if (personal && visit.visitor != null) {
    const taken = new Set();
    for (const test of bundle.experiments) {
      if ((test.from != null && visit.now < test.from) || (test.until != null && visit.now >= test.until)
        || taken.has(test.layer)) continue;
      const at = bucket(test.id, visit.visitor);
      const arm = test.arms.find(arm => arm.start <= at && at < arm.end);
      if (arm) { taken.add(test.layer); arms.push([test.id, arm.id]); }
    }
  }
  const holdout = arms.some(([, arm]) => arm === 'holdout');
  let segment = '*';
  if (personal && !holdout) {
    segment = visit.segment == null ? assign(bundle.segments, visit.facts || [])
      : bundle.segments.segments.some(s => s.id === visit.segment) ? visit.segment : '*';
  }
  return { segment, arms, holdout, device: visit.device, source: visit.source };
}

function isIn(visitor, audience = {}) {
  const oneOf = (wanted, own) => !wanted || !wanted.length || wanted.includes(own);
  return oneOf(audience.segments, visitor.segment) && oneOf(audience.sources, visitor.source)
    && oneOf(audience.devices, visitor.device)
    && (!audience.arm || visitor.arms.some(([test, arm]) => test === audience.arm[0] && arm === audience.arm[1]));
}

// ---- search

const AT_MOST = ['under', 'below', 'less than', 'cheaper than', 'up to'];
const AT_LEAST = ['over', 'above', 'more than', 'from'];
const SHARE = [0, 1000, 500, 333, 250, 200, 166, 142, 125];

function amount(word, perMajor) {
  const match = word && /^([0-9]{1,9})(?:[.,]([0-9]{1,2}))?$/.exec(word);
  if (!match) return null;
  return Number(match[1]) * perMajor + Math.floor(Number((match[2] || '').padEnd(2, '0')) * perMajor / 100);
}

function phrasesOf(query, perMajor) {
  const raw = fold(query).split(/\p{White_Space}+/u)
    .map(word => word.replace(/^[^\p{Alphabetic}\p{N}]+|[^\p{Alphabetic}\p{N}]+$/gu, '')).filter(Boolean);
  const found = { least: -Infinity, most: Infinity, sale: false }, rest = [];
  const lead = (list, at) => {
    for (const phrase of list) {
      const parts = phrase.split(' ');
      if (parts.every((part, i) => raw[at + i] === part)) return parts.length;
    }
    return 0;
  };
  const bounded = (list, at) => {
    const n = lead(list, at), bound = n ? amount(raw[at + n], perMajor) : null;
    return bound === null ? null : [n, bound];
  };
  let hit;
  for (let at = 0; at < raw.length;) {
    const low = amount(raw[at + 1], perMajor), high = amount(raw[at + 3], perMajor);
    if (raw[at] === 'between' && raw[at + 2] === 'and' && low !== null && high !== null) {
      found.least = Math.min(low, high); found.most = Math.max(low, high); at += 4;
    } else if ((hit = bounded(AT_MOST, at))) { found.most = hit[1]; at += hit[0] + 1;
    } else if ((hit = bounded(AT_LEAST, at))) { found.least = hit[1]; at += hit[0] + 1;
    } else if (lead(['on sale'], at)) { found.sale = true; at += 2;
    } else rest.push(raw[at++]);
  }
  return [found, rest.join(' ')];
}

function distance(a, b, most) {
  if (!most || Math.abs(a.length - b.length) > most) return null;
  let before = [], last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      let best = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2] + 1);
      row.push(best);
    }
    before = last; last = row;
  }
  return last[b.length] <= most ? last[b.length] : null;
}

/** Products by value, largest first, then id; below 0 is left out. */
function sorted(n, value) {
  const keys = new Float64Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) { const own = value(i); if (own >= 0) keys[count++] = (1e10 - own) * n + i; }
  return Int32Array.from(keys.subarray(0, count).sort(), key => key % n);
}

function hitsOf(bundle, query) {
  const [phrases, rest] = phrasesOf(query, bundle.perMajor);
  const ignored = new Set((bundle.search.ignored_words || []).map(fold));
  const tokens = wordsOf(rest).filter(word => !ignored.has(word));
  const groups = (bundle.search.synonyms || []).map(synonym =>
    [synonym.words.map(wordsOf).filter(phrase => phrase.length), synonym.one_way]);
  const same = (a, b) => a.length === b.length && a.every((word, i) => word === b[i]);
  const keysOf = ([phrases, oneWay]) => oneWay ? phrases.slice(0, 1) : phrases;
  const units = [];
  for (let at = 0; at < tokens.length;) {
    let length = 0;
    for (const group of groups) {
      for (const phrase of keysOf(group)) {
        if (phrase.every((word, i) => tokens[at + i] === word)) length = Math.max(length, phrase.length);
      }
    }
    const own = tokens.slice(at, at + (length || 1)), ways = [[own, 1000]];
    for (const group of groups) {
      if (keysOf(group).some(key => same(key, own))) {
        for (const phrase of group[0]) if (!same(phrase, own)) ways.push([phrase, 900]);
      }
    }
    units.push(ways);
    at += own.length;
  }
  units.length = Math.min(units.length, 8);
  const { n, prices } = bundle, { least, most, sale } = phrases, any = sale || least > -Infinity || most < Infinity;
  const within = any ? setOf(n, i => (!sale || bundle.sale[i]) && prices[i] >= least && prices[i] <= most) : bundle.every;
  if (!units.length) return bundle.nothing.map((_, i) => any && within[i] ? 5000 : -1);
  // Points by product; below 0 is no hit.
  const none = () => bundle.nothing.slice();
  const take = (best, postings, permille, share = 1000) => {
    for (const [product, points] of postings) {
      const value = Math.floor(Math.floor(Math.min(points, 10000) * permille / 1000) * share / 1000);
      if (best[product] < value) best[product] = value;
    }
  };
  const oneWord = (best, word, slips, share) => {
    const letters = [...word], alike = bundle.words.get(letters[0]) || [];
    const exact = alike.find(([known]) => known === word);
    if (exact) take(best, exact[2], 1000, share);
    else if (slips) {
      const allowed = letters.length < 4 ? 0 : letters.length < 8 ? 1 : 2;
      for (const [, known, postings] of alike) {
        const far = distance(letters, known, allowed);
        if (far === 1 || far === 2) take(best, postings, far === 1 ? 600 : 400);
      }
    }
    return best;
  };
  /** The weakest word of a way, as a share of its points. */
  const addWay = (best, way, slips, share) => {
    if (way.length < 2) return oneWord(best, way[0], slips, share);
    const weakest = way.map(word => oneWord(none(), word, slips)).reduce((found, here) => found.map((points, i) => Math.min(points, here[i])));
    for (let i = 0; i < n; i++) best[i] = Math.max(best[i], Math.floor(weakest[i] * share / 1000));
  };
  const matched = new Uint8Array(n), points = new Int32Array(n);
  let alive = 0, top = 0;
  units.forEach((ways, at) => {
    const best = none(), own = ways[0][0];
    const isHit = () => best.some(value => value >= 0);
    for (const [way, permille] of ways) addWay(best, way, false, permille);
    if (at === units.length - 1 && own.length === 1 && [...own[0]].length >= 2) {
      for (const [known, , postings] of bundle.words.get([...own[0]][0]) || []) {
        if (known !== own[0] && known.startsWith(own[0])) take(best, postings, 800);
      }
    }
    if (!isHit()) addWay(best, own, true, 1000);
    if (isHit()) alive++;
    for (let i = 0; i < n; i++) if (best[i] >= 0) { matched[i]++; points[i] += best[i]; }
  });
  for (let i = 0; i < n; i++) if (matched[i] > top && within[i]) top = matched[i];
  for (let i = 0; i < n; i++) {
    points[i] = top && matched[i] === top && within[i] ? Math.min(10000, Math.floor(points[i] * SHARE[alive] / 1000)) : -1;
  }
  return points;
}

// ---- rules

const pageHolds = (scope, page) => scope === page
  || (['collection', 'product', 'email'].includes(scope) && (page === scope || page.startsWith(scope + ':')));

function compile(rule, at, bundle) {
  const action = rule.action.do;
  if (!['pin', 'boost', 'bury', 'hide', 'only_show'].includes(action)) throw new Error(`unknown rule kind ${action}`);
  const scope = rule.scope || {};
  const page = !!(scope.pages?.length || scope.block != null || scope.queries?.length), segment = scope.segments != null;
  const listed = rule.target.by === 'products';
  const compiled = {
    at, rule, action, scope, schedule: rule.schedule || {},
    breadth: page ? (segment ? (listed ? 0 : 1) : 2) : segment ? 3 : 4,
    queries: (scope.queries || []).map(query => normalised(query, bundle.search.ignored_words)),
    points: action === 'boost' ? Math.max(-MOST_POINTS, Math.min(MOST_POINTS, rule.action.points))
      : action === 'bury' ? -Math.max(-MOST_POINTS, Math.min(MOST_POINTS, rule.action.points)) : 0,
  };
  if (listed) {
    compiled.order = rule.target.of.map(id => bundle.indexOf.get(id));
    compiled.list = [...new Set(compiled.order.filter(product => product !== undefined))];
  } else if (rule.target.by === 'where') {
    const c = rule.target.of, matching = now => listOf(holders(c, bundle, now));
    if (moves(c)) {
      // Its products change only when one of them comes of age.
      const flips = Float64Array.from(bounds(c).flatMap(age => [...bundle.created].map(at => at + age))).sort();
      compiled.era = now => {
        let from = 0, to = flips.length;
        while (from < to) { const at = (from + to) >> 1; if (flips[at] <= now) from = at + 1; else to = at; }
        return from;
      };
      compiled.moving = matching;
    } else compiled.list = matching(0);
  } else throw new Error(`unknown target ${rule.target.by}`);
  return compiled;
}

/** Whatever the block. */
const isActive = (rule, place) => rule.rule.enabled
  && (rule.schedule.from == null || rule.schedule.from <= place.now)
  && (rule.schedule.until == null || place.now < rule.schedule.until)
  && (!rule.scope.pages?.length || rule.scope.pages.some(page => pageHolds(page, place.page)))
  && (rule.scope.segments == null || rule.scope.segments.includes(place.segment))
  && (!rule.queries.length || (place.query !== null && rule.queries.includes(place.query)));

function effectsOf(active, n, now) {
  let open = null, allowed = null, points = null, uncapped = null;
  for (const rule of active) {
    const era = rule.era?.(now);
    if (rule.seen !== era) { rule.seen = era; rule.list = rule.moving(now); }
    const { list } = rule;
    if (rule.action === 'hide') { open ||= setOf(n, () => 1); for (const i of list) open[i] = 0;
    } else if (rule.action === 'only_show') {
      const inside = setOf(n, () => 0);
      for (const i of list) inside[i] = 1;
      allowed = meet(inside, allowed);
    } else if (rule.action !== 'pin') {
      points ||= new Float64Array(n);
      const by = rule.points;
      for (let at = 0; at < list.length; at++) points[list[at]] += by;
      if (rule.rule.action.uncapped) { uncapped ||= new Uint8Array(n); for (const i of list) uncapped[i] = 1; }
    }
  }
  if (points) {
    for (let i = 0; i < n; i++) if (Math.abs(points[i]) > STRONG && !(uncapped && uncapped[i])) points[i] = Math.sign(points[i]) * STRONG;
  }
  return { open, allowed, points };
}

// ---- pins and places

function pinPlan(active, mayShow) {
  const claims = [], hard = new Map(), soft = [], displaced = [];
  const pins = active.filter(rule => rule.action === 'pin' && rule.order)
    .sort((a, b) => a.breadth - b.breadth || a.at - b.at);
  for (const rule of pins) {
    const { position, soft: isSoft, keep_when_sold_out: keep } = rule.rule.action;
    rule.order.forEach((product, offset) => {
      if (product === undefined || !mayShow(product, keep) || claims.some(claim => claim.product === product)) return;
      claims.push({ product, position: Math.max(position, 1) + offset, soft: isSoft });
    });
  }
  const nextFree = position => { while (hard.has(position)) position++; return position; };
  for (const claim of claims) {
    if (claim.soft) continue;
    if (hard.has(claim.position)) displaced.push(claim); else hard.set(claim.position, claim.product);
  }
  for (const claim of displaced) hard.set(nextFree(claim.position), claim.product);
  for (const claim of claims) {
    if (!claim.soft) continue;
    let deadline = claim.position;
    while (deadline > 0 && hard.has(deadline)) deadline--;
    soft.push({ deadline: deadline || nextFree(claim.position), product: claim.product });
  }
  soft.sort((a, b) => a.deadline - b.deadline);
  return { hard: [...hard].sort((a, b) => a[0] - b[0]), soft };
}

/** The `count` best of `pool` that are not `gone` by score, then id, best first; and the best of what remains. */
function head(pool, score, count, gone) {
  const behind = (a, b) => score[a] < score[b] || (score[a] === score[b] && a > b);
  const heap = [];
  let next = -1;
  const sink = at => {
    for (let child; (child = 2 * at + 1) < heap.length; at = child) {
      if (child + 1 < heap.length && behind(heap[child + 1], heap[child])) child++;
      if (!behind(heap[child], heap[at])) return;
      [heap[at], heap[child]] = [heap[child], heap[at]];
    }
  };
  for (let at = 0; at < pool.length; at++) {
    const one = pool[at];
    if (gone?.[one]) continue;
    if (heap.length < count) {
      heap.push(one);
      if (heap.length === count) for (let at = count >> 1; at-- > 0;) sink(at);
      continue;
    }
    let out = one;
    if (behind(heap[0], one)) { [out, heap[0]] = [heap[0], one]; sink(0); }
    if (next < 0 || behind(next, out)) next = out;
  }
  const of = product => ({ product, score: score[product], compared: 0, similarity: 0 });
  return [heap.map(of).sort((a, b) => b.score - a.score || a.product - b.product), next < 0 ? null : of(next)];
}

function fill(bundle, candidates, scores, plan, variety, upto, brought) {
  const pool = candidates.subarray(0, brought), gone = new Uint8Array(bundle.n);
  for (const [, product] of plan.hard) gone[product] = 1;
  const soft = plan.soft.slice(), hard = plan.hard.slice(), held = [];
  let count = 2 * upto + 24, [ahead, rest] = head(pool, scores, count, gone);
  const forget = product => {
    gone[product] = 1;
    const at = ahead.findIndex(one => one.product === product);
    if (at >= 0) ahead.splice(at, 1);
  };
  const placed = product => ({ product, score: scores[product], pinned: true });
  // Variety only lowers scores: the search stops at the first product whose score without it is behind the best, and
  // looks beyond the head only when the best of the head is behind the best of the rest.
  const best = () => {
    for (;;) {
      let top = null, topScore = 0;
      for (const one of ahead) {
        if (top && (one.score < topScore || (one.score === topScore && one.product > top.product))) break;
        if (variety > 0) {
          for (; one.compared < held.length; one.compared++) {
            one.similarity = Math.max(one.similarity, bundle.similarity(one.product, held[one.compared].product));
          }
        }
        const score = one.score - (variety > 0 ? variety * one.similarity : 0);
        if (!top || score > topScore || (score === topScore && one.product < top.product)) { top = one; topScore = score; }
      }
      if (top && (!rest || topScore > rest.score || (topScore === rest.score && top.product < rest.product))) {
        forget(top.product);
        return { product: top.product, score: topScore, pinned: false };
      }
      if (!rest) return null;
      count *= 2;
      [ahead, rest] = head(pool, scores, count, gone);
    }
  };
  const wanted = Math.min(upto, candidates.length);
  while (held.length < wanted) {
    const position = held.length + 1;
    let next;
    if (hard.length && hard[0][0] <= position) next = placed(hard.shift()[1]);
    else if (soft.length && soft[0].deadline <= position) { const { product } = soft.shift(); forget(product); next = placed(product);
    } else if ((next = best())) { const at = soft.findIndex(pin => pin.product === next.product); if (at >= 0) soft.splice(at, 1);
    } else if (soft.length) next = placed(soft.shift().product);
    else if (hard.length) next = placed(hard.shift()[1]);
    else break;
    held.push(next);
  }
  return held;
}

function cached(map, key, make) {
  if (!map.has(key)) {
    if (map.size > 299) map.clear();
    map.set(key, make());
  }
  return map.get(key);
}

// ---- the runtime

export class Runtime {
  /** `files`: bundle path → parsed JSON (`rules.jsonl`: array). Relevance and neighbour files may come later by `add`. */
  constructor(files) {
    this.files = files;
    const { info, history, minorPerMajor } = files['store.json'];
    Object.assign(this, {
      info, history, catalog: files['catalog.json'], segments: files['segments.json'], signals: files['signals.json'],
      search: files['search.json'], experiments: files['experiments.json'], perMajor: minorPerMajor,
    });
    const { products } = this.catalog, n = this.n = products.length;
    this.indexOf = new Map(products.map((p, at) => [p.id, at]));
    this.layouts = new Map();
    this.held = new Map();
    this.created = Float64Array.from(products, p => p.createdAt ?? NaN);
    this.every = setOf(n, () => 1);
    this.empty = setOf(n, () => 0);
    this.nothing = new Int32Array(n).fill(UNKNOWN);
    this.prices = Float64Array.from(products, p => p.price ?? NaN);
    this.sale = setOf(n, i => discount(products[i]) > 0);
    this.sold = setOf(n, i => this.signals.popularity[i] != null);
    this.index(files['text.json']);
    for (const path of Object.keys(files)) {
      if (path.startsWith('pages/')) this.layouts.set(files[path].page, files[path].layout);
    }
    const column = name => Int32Array.from({ length: n }, (_, i) => this.signals[name][i] ?? UNKNOWN);
    this.columns = SIGNALS.map(column);
    const [popularity, newness] = this.columns;
    const trending = this.trending = column('trending');
    this.byPopularity = sorted(n, i => Math.max(popularity[i], 0));
    this.byTrending = sorted(n, i => trending[i]);
    this.byNewness = sorted(n, i => newness[i] || -1);
    this.onSale = sorted(n, i => discount(products[i]) || -1);
    this.restocked = sorted(n, i => products[i].restockedAt ?? -1);
    this.base = setOf(n, i => products[i].published && products[i].price != null);
    this.stocked = { in_stock: setOf(n, i => products[i].stock > 0), sellable: setOf(n, i => sellable(products[i])) };
    this.members = new Map();
    products.forEach((p, at) => (p.collections || []).forEach(id => {
      if (!this.members.has(id)) this.members.set(id, this.empty.slice());
      this.members.get(id)[at] = 1;
    }));
    const numbers = new Map(), number = text => text ? numbers.get(text) ?? numbers.set(text, numbers.size + 1).size : 0;
    this.kinds = ['variantGroup', 'productType', 'vendor'].map(fact => Int32Array.from(products, p => number(p[fact])));
    this.attributes = products.map(p => [...new Set((p.attributes || []).filter(([, value]) => value)
      .map(pair => number(JSON.stringify(pair))))]);
    this.rules = files['rules.jsonl'].map((rule, at) => compile(rule, at, this));
    this.effects = new Map();
    this.fixed = new Map();
  }

  add(path, json) {
    this.files[path] = json;
    if (path === 'text.json') this.index(json);
  }

  /** Words by their first letter. */
  index(text) {
    this.words = new Map();
    for (const [word, postings] of text?.words || []) {
      const letters = [...word], [first] = letters;
      if (!this.words.has(first)) this.words.set(first, []);
      this.words.get(first).push([word, letters, postings]);
    }
  }

  similarity(a, b) {
    const [group, type, vendor] = this.kinds, same = vendor[a] > 0 && vendor[a] === vendor[b];
    if (group[a] > 0 && group[a] === group[b]) return 10000;
    if (type[a] > 0 && type[a] === type[b]) return same ? 8000 : 6000;
    let shared = same ? 1 : 0;
    for (const one of this.attributes[a]) if (this.attributes[b].includes(one)) shared++;
    return Math.min(1000 * shared, 5000);
  }

  neighbors(strategy, product) {
    return this.files[`neighbors/${strategy}.json`]?.lists[product] || [];
  }

  relevanceOf(segment) {
    const at = Math.max(this.signals.relevanceOf.indexOf(segment), 0);
    const file = this.files[`relevance/${at}.json`];
    return file ? file.column ||= Int32Array.from(file.relevance, value => value ?? UNKNOWN) : this.nothing;
  }

  /** Decides a page; never throws: on any error it answers with the bundle's fallback lists. */
  page(visit) {
    try { return this.decide(visit); } catch (error) { return fallbackPage(this.files['fallback.json'], visit, error); }
  }

  decide(visit) {
    const visitor = visitorOf(this, visit), [kind] = visit.page.split(':', 1);
    const subjectText = visit.page.slice(kind.length + 1);
    const key = ['cart', 'search', 'thank_you'].includes(kind) ? kind : visit.page;
    const ids = ['cart', 'thank_you'].includes(kind) ? subjectText.split(',').map(id => id.trim()).filter(Boolean)
      : kind === 'product' ? [subjectText] : [];
    const scene = {
      visit, visitor, key, kind,
      subject: [...new Set(ids.map(id => this.indexOf.get(id)).filter(at => at !== undefined))],
      query: kind === 'search' ? normalised(subjectText, this.search.ignored_words) : null,
      hits: kind === 'search' ? hitsOf(this, subjectText) : this.nothing,
      history: visit.personalize !== false && !visitor.holdout ? this.events(visit) : [],
      filter: this.filter(visit, kind, subjectText),
      relevance: this.relevanceOf(visitor.segment), tastes: new Map(),
    };
    const place = { page: key, segment: visitor.segment, query: scene.query, now: visit.now };
    scene.rules = visitor.holdout ? [] : this.rules.filter(rule => isActive(rule, place));
    const layout = this.layouts.get(key) || this.layouts.get(kind) || { default: [] };
    const variant = visitor.holdout ? null : (layout.variants || []).find(v => isIn(visitor, v.audience));
    const open = this.every.slice(), blocks = [];
    for (const block of variant ? variant.blocks : layout.default) {
      if (!isIn(visitor, block.audience)) continue;
      const page = { id: block.id, title: block.title, kind: block.kind, total: 0, slots: [] };
      blocks.push(page);
      if (block.kind.show === 'heroes') {
        const { heroes } = block.kind;
        const hero = heroes.find(h => isIn(visitor, h.audience)) || heroes[heroes.length - 1];
        page.kind = { show: 'heroes', heroes: hero ? [hero] : [] };
      }
      if (block.kind.show !== 'products') continue;
      const { held, total, effects } = this.block(scene, block, open);
      const start = Math.min(visit.offset || 0, block.size);
      const end = visit.limit == null ? block.size : Math.min(start + visit.limit, block.size);
      page.total = total;
      page.slots = held.slice(start, end).map((one, at) => ({
        position: start + at + 1, product: this.catalog.products[one.product].id, score: one.score,
        badges: this.badges(one, effects, visit.now),
      }));
      if (!block.may_repeat) for (const one of held.slice(0, block.size)) open[one.product] = 0;
    }
    const redirect = kind === 'search' ? (this.search.redirects || []).find(r =>
      normalised(r.query, this.search.ignored_words) === scene.query)?.to ?? null : null;
    const found = kind === 'search' ? scene.hits.filter(points => points >= 0).length : null;
    return { page: visit.page, segment: visitor.segment, layout: variant ? variant.id : 'default', at: visit.now, redirect, found, blocks };
  }

  events(visit) {
    return (visit.history || []).filter(item => this.indexOf.has(item.product))
      .map(item => [Math.max(item.age, 0), this.indexOf.get(item.product), KINDS.indexOf(item.kind)])
      .sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]).slice(0, 20).map(([, product, kind]) => [product, KINDS[kind]]);
  }

  filter(visit, kind, id) {
    let filter = kind === 'collection' ? this.members.get(id) || this.empty : null;
    for (const [name, value] of visit.filters || []) {
      const at = ['price_min', 'price_max'].indexOf(name);
      filter = meet(holders({ is: at < 0 ? { field: FACETS.includes(name) ? name : { attribute: name }, operator: 'equals', value }
        : { field: 'price', operator: ['greater_or_equal', 'less_or_equal'][at], value } }, this), filter);
    }
    return filter;
  }

  /** Relevance by product for this visit, `UNKNOWN` where neither the segment nor the history knows it. */
  taste(scene, block) {
    const { trust: table, recency } = this.history, { history, relevance } = scene;
    const neutral = Math.min(block.neutral[0], 10000);
    const trust = history.length && table.length ? Math.min(table[Math.min(history.length, table.length - 1)], 1000) : 0;
    if (!trust) return relevance;
    const own = block.sources.find(source => LISTS[source]);
    return cached(scene.tastes, `${own}${neutral}`, () => {
      const sums = new Map();
      history.forEach(([product, kind], rank) => {
        const weight = Math.min(recency[rank] ?? 0, 1000) * Math.min(this.history[kind], 1000);
        const strategy = own || HISTORY_LISTS.find(name => this.neighbors(name, product).length);
        for (const [to, strength] of strategy ? this.neighbors(strategy, product) : []) sums.set(to, (sums.get(to) || 0) + Math.min(strength, 10000) * weight);
      });
      const mixed = (segment, past) => Math.floor(((1000 - trust) * segment + trust * past) / 1000);
      const column = relevance.map(segment => segment === UNKNOWN ? UNKNOWN : mixed(segment, 0));
      for (const [product, sum] of sums) {
        const past = Math.min(10000, Math.floor(sum / 1e6)), segment = relevance[product];
        if (past) column[product] = mixed(segment === UNKNOWN ? neutral : segment, past);
      }
      return column;
    });
  }

  block(scene, block, open) {
    const { now } = scene.visit, n = this.n, once = !block.may_repeat;
    const active = scene.rules.filter(({ scope }) => scope.block == null || scope.block === block.id);
    const effects = this.effectsFor(active, now), { points } = effects;
    const pinnable = meet(this.base, effects.open, scene.filter, once && open);
    if (once) for (const i of scene.subject) pinnable[i] = 0;
    const stocked = meet(pinnable, this.stocked[block.stock]), eligible = meet(stocked, effects.allowed);
    const taste = this.taste(scene, block);
    // Relevance of candidates by product; below UNKNOWN is none.
    const relevanceOf = new Int32Array(n).fill(-2), candidates = new Int32Array(n), scores = new Float64Array(n);
    let count = 0;
    const offer = (product, relevance, nth) => {
      if (!eligible[product]) return;
      const halved = relevance === UNKNOWN ? UNKNOWN : relevance >> Math.min(nth, 15);
      if (relevanceOf[product] < UNKNOWN) candidates[count++] = product;
      if (halved > relevanceOf[product]) relevanceOf[product] = halved;
    };
    const bring = (source, nth, enough) => {
      const members = enough === Infinity && this.membersOf(source, scene), all = source === 'everything';
      if (members || (enough === Infinity && ['for_you', 'search_hits', 'everything'].includes(source))) {
        const values = source === 'search_hits' ? scene.hits : taste, able = meet(eligible, members);
        for (let i = 0; i < n; i++) {
          if (able[i] && (members || all || values[i] !== UNKNOWN)) { candidates[count++] = i; relevanceOf[i] = values[i]; }
        }
        return;
      }
      const [products, own, among] = this.listed(source, scene, block, taste, eligible, enough);
      for (let rank = 0; rank < products.length && count < enough; rank++) {
        const product = products[rank];
        if (!among || among[product]) offer(product, own(product, rank), nth);
      }
    };
    const minimum = Math.max(block.minimum, block.size);
    block.sources.forEach((source, nth) => {
      if (nth === 0 || count < minimum) bring(source, nth, nth === 0 && !RANKED[source] ? Infinity : minimum);
    });
    if (!count) bring('everything', block.sources.length, minimum);
    const brought = count;
    const plan = pinPlan(active, (product, keep) => !!(keep ? pinnable : stocked)[product]);
    for (const product of [...plan.hard.map(([, p]) => p), ...plan.soft.map(pin => pin.product)]) {
      if (relevanceOf[product] < UNKNOWN) { candidates[count++] = product; relevanceOf[product] = taste[product]; }
    }
    const [w0, ...weights] = WEIGHTS.map(name => Math.min(block.weights[name], 1000));
    const [n0, ...neutral] = block.neutral.map(value => Math.min(value, 10000));
    // Points of everything but relevance.
    const fixed = cached(this.fixed, [weights, neutral].join(), () => this.nothing.map((_, i) =>
      weights.reduce((sum, weight, s) => sum + weight * (this.columns[s][i] === UNKNOWN ? neutral[s] : this.columns[s][i]), 0)));
    for (let at = 0; at < count; at++) {
      const product = candidates[at], relevance = relevanceOf[product];
      scores[product] = w0 * (relevance === UNKNOWN ? n0 : relevance) + fixed[product] + (points ? points[product] : 0);
    }
    const held = fill(this, candidates.subarray(0, count), scores, plan, Math.min(block.variety, 1000), block.size, brought);
    return { held, total: count, effects };
  }

  /** The collection a source names, as bytes. */
  membersOf(source, scene) {
    const own = source === 'collection' || typeof source === 'object';
    if (own && source !== 'collection' && !('collection' in source)) throw new Error('unknown source');
    const id = own ? source.collection ?? (scene.kind === 'collection' ? scene.key.slice(11) : null) : null;
    return own ? this.members.get(id) || this.empty : null;
  }

  effectsFor(active, now) {
    const key = active.map(rule => [rule.at, rule.era?.(now)]).join(';');
    return cached(this.effects, key, () => effectsOf(active, this.n, now));
  }

  /** Products of a source in its order, how relevant each is, and among which they count. */
  listed(source, scene, block, taste, eligible, enough) {
    const byRank = products => [[...new Set(products)], (_, rank) => 10000 - 250 * Math.min(rank, 40)];
    const members = this.membersOf(source, scene), tasted = i => taste[i];
    if (members) return [this.byPopularity, tasted, members];
    if (LISTS[source]) {
      const sums = new Map();
      for (const seed of this.seeds(scene)) {
        for (const [product, strength] of this.neighbors(source, seed)) sums.set(product, Math.min(10000, (sums.get(product) || 0) + strength));
      }
      return [[...sums.keys()].sort((a, b) => sums.get(b) - sums.get(a) || a - b), product => sums.get(product)];
    }
    switch (source) {
      case 'for_you': case 'search_hits': {
        // No more than `enough` eligible ones can be asked for.
        const values = source === 'for_you' ? taste : scene.hits, pool = [];
        for (let i = 0; i < this.n; i++) if (eligible[i] && values[i] >= 0) pool.push(i);
        return [head(pool, values, enough)[0].map(one => one.product), i => values[i]];
      }
      case 'trending': return [this.byTrending, i => this.trending[i]];
      case 'best_sellers': return [this.byPopularity, tasted, this.sold];
      case 'new': return [this.byNewness, tasted];
      case 'on_sale': return [this.onSale, tasted];
      case 'back_in_stock': return [this.restocked, tasted];
      case 'everything': return [this.byPopularity, tasted];
      case 'hand_picked': return byRank((block.hand_picked || []).map(id => this.indexOf.get(id)).filter(i => i !== undefined));
      case 'recently_viewed': case 'buy_again':
        return byRank(scene.history.filter(([, kind]) => (kind === 'purchase') === (source === 'buy_again')).map(([i]) => i));
      default: throw new Error(`unknown source ${source}`);
    }
  }

  seeds(scene) {
    return scene.subject.length ? scene.subject : [...new Set(scene.history.map(([product]) => product))].slice(0, 5);
  }

  badges(one, effects, now) {
    const p = this.catalog.products[one.product], points = effects.points?.[one.product] || 0;
    const age = p.createdAt != null && p.createdAt <= now ? Math.floor((now - p.createdAt) / DAY) : null;
    return [['pinned', one.pinned], ['boosted', points > 0], ['buried', points < 0], ['new', age !== null && age <= 30],
      ['sale', discount(p) > 0], ['low_stock', p.stock >= 1 && p.stock <= 5], ['sold_out', !sellable(p)]]
      .filter(([, is]) => is).map(([name]) => name);
  }
}

/** The page when nothing can be decided: lists that were right when the bundle was made. */
export function fallbackPage(fallback, visit, error) {
  const lists = fallback?.[visit.page] || { '*': fallback?.['*'] || [] };
  return {
    page: visit.page, segment: '*', layout: 'default', at: visit.now, redirect: null, found: null, fallback: true, error: String(error),
    blocks: Object.entries(lists).map(([id, products]) => ({
      id, title: '', kind: { show: 'products' }, total: products.length,
      slots: products.map((product, at) => ({ position: at + 1, product, score: 0, badges: [] })),
    })),
  };
}

// ---- loading

async function sha256(bytes) {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Loads a bundle. `read(path)` resolves to bytes (ArrayBuffer or Uint8Array). Refuses another format, decider or digest.
 * `only(path)` may leave out files a page does not need: `text.json` off search pages, `neighbors/…` and
 * `relevance/…` of other segments, `evidence.json`, `cases.jsonl`.
 */
export async function load(read, { only = path => !/^(schema|projections|report|cases|evidence)/.test(path) } = {}) {
  const text = bytes => new TextDecoder().decode(bytes);
  const manifest = JSON.parse(text(await read('manifest.json')));
  if (manifest.format !== 'endcap-bundle' || manifest.formatVersion.split('.')[0] !== '1' || manifest.decider !== 'decide-1') {
    throw new Error(`cannot read ${manifest.format} ${manifest.formatVersion} for ${manifest.decider}`);
  }
  const subtle = globalThis.crypto?.subtle;
  if (subtle) {
    const lines = manifest.files.map(file => `${file.path} ${file.sha256}\n`).join('');
    if (await sha256(new TextEncoder().encode(lines)) !== manifest.digest) throw new Error('the manifest was changed');
  }
  const files = {};
  await Promise.all(manifest.files.filter(file => /\.jsonl?$/.test(file.path) && only(file.path)).map(async file => {
    const bytes = await read(file.path);
    if (subtle && await sha256(bytes) !== file.sha256) throw new Error(`${file.path} was changed`);
    files[file.path] = file.path.endsWith('.jsonl')
      ? text(bytes).split('\n').filter(Boolean).map(line => JSON.parse(line)) : JSON.parse(text(bytes));
  }));
  const runtime = new Runtime(files);
  runtime.manifest = manifest;
  return runtime;
}

/** Reads over HTTP relative to `base`. */
export const http = base => async path => {
  const answer = await fetch(new URL(path, new URL(base.endsWith('/') ? base : base + '/', globalThis.location?.href)));
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.arrayBuffer();
};

// ---- first-party history, only with consent

/** Keeps at most 50 events in `storage` (for example `localStorage`); without consent it keeps and tells nothing. */
export class Memory {
  constructor(storage, key = 'endcap') { Object.assign(this, { storage, key }); }
  state() { try { return JSON.parse(this.storage.getItem(this.key)) || {}; } catch { return {}; } }
  // A full or forbidden storage means no history.
  save(state) { try { this.storage.setItem(this.key, JSON.stringify(state)); } catch {} }
  get consent() { return this.state().consent === true; }
  allow() { this.save({ visitor: crypto.randomUUID(), ...this.state(), consent: true }); }
  /** Withdraws consent and forgets everything. */
  revoke() { this.save({ consent: false }); }
  record(product, kind, now = Math.floor(Date.now() / 1000)) {
    const state = this.state();
    if (!state.consent) return;
    this.save({ ...state, events: [{ product, kind, at: now }, ...(state.events || [])].slice(0, 50) });
  }
  /** The part of a visit that is about the person. */
  visit(now = Math.floor(Date.now() / 1000)) {
    const state = this.state();
    if (!state.consent) return { now, personalize: false };
    const history = (state.events || []).map(({ product, kind, at }) => ({ product, kind, age: Math.max(0, now - at) }));
    return { now, personalize: true, visitor: state.visitor, history };
  }
}

/** The segment in a customer tag such as `endcap:s3`, if the shop's own system knows the customer. */
export const segmentFromTags = (tags, prefix = 'endcap:') =>
  (tags || []).find(tag => tag.startsWith(prefix))?.slice(prefix.length) ?? null;

/** Says what was seen and clicked as DOM events: `endcap:impression`, `endcap:click` with page, block, product, position. */
export function measure(element, page, block) {
  const say = (name, slot) => element.dispatchEvent(new CustomEvent(`endcap:${name}`, {
    bubbles: true, detail: { page: page.page, segment: page.segment, layout: page.layout, block: block.id, ...slot },
  }));
  const slots = new Map(block.slots.map(slot => [slot.product, { product: slot.product, position: slot.position }]));
  const watch = new IntersectionObserver(entries => entries.forEach(entry => {
    if (!entry.isIntersecting) return;
    watch.unobserve(entry.target);
    say('impression', slots.get(entry.target.dataset.product));
  }), { threshold: 0.5 });
  element.querySelectorAll('[data-product]').forEach(card => {
    watch.observe(card);
    card.addEventListener('click', () => say('click', slots.get(card.dataset.product)));
  });
}
