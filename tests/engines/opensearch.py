"""The golden cases through the OpenSearch API with the sort form: the engine filters, scores by script and orders; rank.py
splices pins and variety, as a caller of OpenSearch must.

    python opensearch.py FOLDER http://127.0.0.1:9200 [PAGES]     (every *.bundle in FOLDER; at most PAGES pages, default 700)
"""

import json
import os
import sys
import time
import urllib.request

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "..", "src", "export", "spark"))
import rank  # noqa: E402

folder, server = sys.argv[1], sys.argv[2].rstrip("/")
most = int(sys.argv[3]) if len(sys.argv) > 3 else 700
SIGNALS = ("popularity", "newness", "margin", "stock")


def ask(method, path, body, kind="application/json"):
    request = urllib.request.Request(server + path, body.encode(), {"Content-Type": kind}, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def load(bundle):
    """One document a product: what filters and scores read."""
    keyword, long = {"type": "keyword"}, {"type": "long"}
    mapping = {"id": keyword, "base": long, "in_stock": long, "sellable": long, **{f"s_{name}": long for name in SIGNALS}}
    try:
        ask("DELETE", f"/golden-{bundle.number}", "")
    except urllib.error.HTTPError:
        pass
    ask("PUT", f"/golden-{bundle.number}", json.dumps({"mappings": {"properties": mapping}}))
    lines = []
    for at, product in enumerate(bundle.products):
        stock = product.get("stock")
        document = {
            "id": product["id"], "base": int(product["published"] and product.get("price") is not None),
            "in_stock": int(stock is not None and stock > 0), "sellable": int(rank.sellable(product)),
        }
        document |= {f"s_{name}": bundle.signals[name][at] for name in SIGNALS if bundle.signals[name][at] is not None}
        lines += [json.dumps({"index": {"_index": f"golden-{bundle.number}", "_id": product["id"]}}), json.dumps(document)]
    answer = ask("POST", "/_bulk?refresh=true", "\n".join(lines) + "\n", "application/x-ndjson")
    assert not answer["errors"], answer["items"][:2]


class Row:
    """What the caller knows before it asks: filters, candidates with their relevance, points of rules."""

    def __init__(self, page, block):
        bundle, now = page.bundle, page.visit["now"]
        self.page, self.block, self.active = page, block, page.active(block)
        n = len(bundle.products)
        hidden, points, uncapped, only = set(), {}, set(), None
        for at in self.active:
            action = bundle.rules[at]["action"]
            if action["do"] == "pin":
                continue
            _, found = bundle.targets(at, now)
            if action["do"] == "hide":
                hidden |= set(found)
            elif action["do"] == "only_show":
                only = set(found) if only is None else only & set(found)
            else:
                sign = 1 if action["do"] == "boost" else -1
                for place in found:
                    points[place] = points.get(place, 0) + sign * action["points"]
                    if action.get("uncapped"):
                        uncapped.add(place)
        self.points = {p: v if p in uncapped else max(-2_000_000, min(2_000_000, v)) for p, v in points.items()}
        gone = set() if block["may_repeat"] else page.shown | set(page.subject)
        self.without = hidden | gone
        self.within = None if page.within is None else set(page.within)
        base = [bool(p["published"] and p.get("price") is not None) for p in bundle.products]
        self.pinnable = {
            p for p in range(n) if base[p] and p not in self.without and (self.within is None or p in self.within)
        }

        def has_stock(place):
            product = bundle.products[place]
            if block["stock"] == "in_stock":
                return product.get("stock") is not None and product["stock"] > 0
            return block["stock"] == "any" or rank.sellable(product)

        self.stocked = {p for p in self.pinnable if has_stock(p)}
        self.eligible = {p for p in self.stocked if only is None or p in only}
        self.taste = self.tastes()
        self.relevance = self.gather()

    def tastes(self):
        page, bundle, block = self.page, self.page.bundle, self.block
        known = bundle.signals["relevanceOf"]
        column = bundle.relevance[known.index(page.segment) if page.segment in known else 0]["relevance"]
        table, recency = bundle.history["trust"], bundle.history["recency"]
        trust = min(table[min(len(page.history), len(table) - 1)], 1_000) if page.history and table else 0
        if not trust:
            return column
        sums, own = [0] * len(column), next((s for s in block["sources"] if s in rank.LISTS), None)
        for place, (product, kind) in enumerate(page.history):
            weight = min(recency[place] if place < len(recency) else 0, 1_000) * min(bundle.history[kind], 1_000)
            strategy = own or next((name for name in rank.HISTORY_LISTS if bundle.neighbors(name, product)), None)
            for one in bundle.neighbors(strategy, product) if strategy else []:
                sums[one[0]] += min(one[1], 10_000) * weight
        neutral, found = min(block["neutral"][0], 10_000), []
        for segment, total in zip(column, sums):
            past = min(10_000, total // 1_000_000)
            mixed = ((1_000 - trust) * (neutral if segment is None else segment) + trust * past) // 1_000
            found.append(None if segment is None and past == 0 else mixed)
        return found

    def listed(self, source, nth):
        """(place, relevance) of a source in its order."""
        page, bundle, signals = self.page, self.page.bundle, self.page.bundle.signals
        n = range(len(bundle.products))
        by = lambda value: sorted((p for p in n if value(p) is not None), key=lambda p: (-value(p), p))  # noqa: E731
        own = lambda places: [(p, self.taste[p]) for p in places]  # noqa: E731
        popular = by(lambda p: signals["popularity"][p] or 0)
        if source == "collection" or isinstance(source, dict):
            named = source["collection"] if isinstance(source, dict) else None
            named = named or (page.key[11:] if page.kind == "collection" else None)
            return own(p for p in popular if named is not None and named in bundle.products[p].get("collections", []))
        if source in rank.LISTS:
            sums = {}
            for seed in page.subject or list(dict.fromkeys(product for product, _ in page.history))[:5]:
                for one in bundle.neighbors(source, seed):
                    sums[one[0]] = min(10_000, sums.get(one[0], 0) + one[1])
            return sorted(sums.items(), key=lambda one: (-one[1], one[0]))
        if source in ("hand_picked", "recently_viewed", "buy_again"):
            picked = (
                [bundle.index[one] for one in self.block.get("hand_picked", []) if one in bundle.index]
                if source == "hand_picked"
                else [p for p, what in page.history if (what == "purchase") == (source == "buy_again")]
            )
            return [(p, 10_000 - 250 * min(at, 40)) for at, p in enumerate(dict.fromkeys(picked))]
        if source == "for_you":
            return own(by(lambda p: self.taste[p]))
        if source == "trending":
            return [(p, signals["trending"][p]) for p in by(lambda p: signals["trending"][p])]
        if source == "best_sellers":
            return own(by(lambda p: signals["popularity"][p]))
        if source == "new":
            return own(by(lambda p: signals["newness"][p] or None))
        if source == "on_sale":
            return own(by(lambda p: rank.discount(bundle.products[p]) or None))
        if source == "back_in_stock":
            return own(by(lambda p: bundle.products[p].get("restockedAt")))
        return own(popular) if source == "everything" else []

    def gather(self):
        found, minimum = {}, max(self.block["minimum"], self.block["size"])

        def bring(source, nth, enough):
            for place, relevance in self.listed(source, nth):
                if len(found) >= enough:
                    return
                if place in self.eligible:
                    halved = -1 if relevance is None else relevance >> min(nth, 15)
                    found[place] = max(found.get(place, -1), halved)

        for nth, source in enumerate(self.block["sources"]):
            if nth == 0 or len(found) < minimum:
                bring(source, nth, float("inf") if nth == 0 and source not in rank.RANKED else minimum)
        if not found:
            bring("everything", len(self.block["sources"]), minimum)
        return found

    def query(self, places, relevance):
        bundle, block = self.page.bundle, self.block
        name = lambda place: bundle.products[place]["id"]  # noqa: E731
        weights = [min(block["weights"][one], 1_000) for one in ("relevance", *SIGNALS)]
        neutral = [min(value, 10_000) for value in block["neutral"]]
        quoted = lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"  # noqa: E731
        source = f"String id = doc['id'].value; long r = {neutral[0]}; long p = 0;"
        for place in places:
            if relevance.get(place, -1) >= 0:
                source += f" if (id == {quoted(name(place))}) {{ r = {relevance[place]}; }}"
            if self.points.get(place):
                source += f" if (id == {quoted(name(place))}) {{ p = {self.points[place]}L; }}"
        source += f" long s = {weights[0]} * r + p;"
        for signal, weight, value in zip(SIGNALS, weights[1:], neutral[1:]):
            source += f" s += {weight} * (doc['s_{signal}'].size() == 0 ? {value} : doc['s_{signal}'].value);"
        filters = [{"term": {"base": 1}}, {"terms": {"id": [name(place) for place in places]}}]
        if self.within is not None:
            filters.append({"terms": {"id": [name(place) for place in sorted(self.within)]}})
        without = [{"terms": {"id": [name(place) for place in sorted(self.without)]}}] if self.without else []
        return {
            "size": 200, "_source": False, "track_total_hits": True,
            "query": {"bool": {"filter": filters, "must_not": without}},
            "sort": [
                {"_script": {"type": "number", "order": "desc", "script": {"lang": "painless", "source": source + " return s;"}}},
                {"id": "asc"},
            ],
        }

    def ranked(self):
        """(product, stocked, brought, score) as rank.sql answers; candidates first, what only a pin may bring after."""
        bundle, rows = self.page.bundle, []
        policy = {"in_stock": "in_stock", "sellable": "sellable"}.get(self.block["stock"])
        others = sorted(self.pinnable - set(self.relevance))
        tastes = {p: -1 if self.taste[p] is None else self.taste[p] for p in others}
        for places, relevance, brought in [(sorted(self.relevance), self.relevance, 1), (others, tastes, 0)]:
            if not places:
                continue
            query = self.query(places, relevance)
            if brought and policy:
                query["query"]["bool"]["filter"].append({"term": {policy: 1}})
            hits = ask("POST", f"/golden-{bundle.number}/_search", json.dumps(query))["hits"]["hits"]
            for hit in hits:
                place = bundle.index[hit["_id"]]
                rows.append((place, int(place in self.stocked), brought, int(hit["sort"][0])))
        return rows


started = time.time()
asked = wrong = queries = searches = 0
names = sorted(name for name in os.listdir(folder) if name.endswith(".bundle"))
share = -(-most // len(names))
for number, name in enumerate(names):
    bundle = rank.Bundle(number, os.path.join(folder, name))
    load(bundle)
    own = 0
    with open(os.path.join(bundle.folder, "cases.jsonl"), encoding="utf-8") as file:
        for line in file:
            case = json.loads(line)
            if case["visit"]["page"].startswith("search:"):
                searches += 1
                continue
            if own == share:
                continue
            own += 1
            page = rank.Page(bundle, case["visit"])
            blocks = []
            for block in page.blocks:
                if block["kind"]["show"] != "products":
                    blocks.append({"id": block["id"], "total": 0, "slots": []})
                    continue
                row = Row(page, block)
                queries += 1
                blocks.append(rank.splice(page, block, row.active, row.ranked()))
            asked += 1
            expected = case["page"]
            if [page.segment, page.layout, blocks] != [expected["segment"], expected["layout"], expected["blocks"]]:
                wrong += 1
                if wrong <= 3:
                    print("differs", bundle.folder, line[:400], "\n ", blocks, "\n ", expected["blocks"])
print(f"OpenSearch API at {server}: {asked} pages with {queries} rows of {len(names)} bundles, {wrong} differ, {time.time() - started:.0f} s; {searches} search pages not asked: the engine's own relevance (BM25) is not the bundle's word index (decide-1, section 8)")
sys.exit(0 if asked >= 600 and wrong == 0 else 1)
