"""Pages for many visits at once, ranked by a database engine: rank.sql inside, splicing outside.

    python rank.py X.bundle visits.jsonl [--engine duckdb|spark]        pages as JSON lines on stdout, same order

The engine filters, gathers, scores and orders (rank.sql); here stand the small things that know no products: which
layout, which rules are active, pins, variety, cutting. Search pages are left to the search engine and answered with null.
"""

import argparse
import csv
import json
import os
import sys
import tempfile

import groups

HERE = os.path.dirname(os.path.abspath(__file__))
DAY = 86_400
MOST_POINTS = 10**12
LISTS = ("bought_together", "similar", "also_viewed", "viewed_then_bought", "complete_the_set")
HISTORY_LISTS = ("bought_together", "also_viewed", "viewed_then_bought", "similar")
RANKED = ("trending", "best_sellers", "new", "back_in_stock")
KINDS = ("view", "cart", "purchase")

# Columns of every table; `*` is text, the rest are whole numbers, empty where unknown.
TABLES = {
    "product": "b i base in_stock sellable popularity newness margin stock trending discount restocked",
    "relevance": "b segment* i r",
    "member": "b collection* i",
    "neighbor": "b strategy* source i strength capped",
    "rule_product": "b rule moment i",
    "request": "q b segment* minimum policy* filtered only trust w0 w1 w2 w3 w4 n0 n1 n2 n3 n4",
    "request_source": "q nth kind* argument* half endless last",
    "request_history": "q b i strategy* weight",
    "request_seed": "q b i",
    "request_without": "q i",
    "request_within": "q i",
    "request_pick": "q nth place i",
    "request_rule": "q b rule moment action* points uncapped",
}


def discount(product):
    price, was = product.get("price"), product.get("compareAt")
    return (was - price) * 100 // was if price is not None and was is not None and was > price and was > 0 else 0


def sellable(product):
    return product.get("stock") is None or product["stock"] > 0 or product["sellWhenEmpty"]


def whole(text):
    digits = text[1:] if text.startswith("-") else text
    return int(text) if digits.isascii() and digits.isdigit() and 1 <= len(digits) <= 15 else None


def lower(text):
    return "".join(letter.lower() for letter in text)


class Bundle:
    """The files of a bundle folder, and what is worked out once."""

    def __init__(self, number, folder):
        self.number, self.folder = number, folder

        def read(path):
            with open(os.path.join(folder, path), encoding="utf-8") as file:
                return json.load(file)

        store = read("store.json")
        self.history = store["history"]
        self.products = read("catalog.json")["products"]
        self.signals, self.segments = read("signals.json"), read("segments.json")
        self.experiments = read("experiments.json")
        self.index = {product["id"]: at for at, product in enumerate(self.products)}
        self.relevance = [read(f"relevance/{at}.json") for at in range(len(self.signals["relevanceOf"]))]
        self.lists = {}
        for strategy in LISTS:
            path = os.path.join(folder, "neighbors", f"{strategy}.json")
            self.lists[strategy] = read(f"neighbors/{strategy}.json")["lists"] if os.path.exists(path) else []
        self.layouts = {}
        for name in sorted(os.listdir(os.path.join(folder, "pages"))):
            page = read(f"pages/{name}")
            self.layouts[page["page"]] = page["layout"]
        with open(os.path.join(folder, "rules.jsonl"), encoding="utf-8") as file:
            self.rules = [json.loads(line) for line in file if line.strip()]
        self.moments = set()
        self.sets = {}

    def neighbors(self, strategy, product):
        lists = self.lists.get(strategy) or []
        return lists[product] if product < len(lists) else []

    def holds(self, condition, at, now):
        if "all" in condition:
            return all(self.holds(part, at, now) for part in condition["all"])
        if "any" in condition:
            return any(self.holds(part, at, now) for part in condition["any"])
        if "not" in condition:
            return not self.holds(condition["not"], at, now)
        product, test = self.products[at], condition["is"]
        field, operator, value = test["field"], test["operator"], test["value"]
        if isinstance(field, dict):
            texts = [own for name, own in product.get("attributes", []) if name == field["attribute"]]
        elif field in ("product_type", "vendor"):
            own = product.get({"product_type": "productType"}.get(field, field))
            texts = [] if own is None else [own]
        elif field in ("collection", "tag"):
            texts = product.get(field + "s", [])
        elif field == "title":
            texts = [product["title"]]
        else:
            texts = None
        if texts is not None:
            if operator == "contains":
                return any(lower(value) in lower(text) for text in texts)
            return operator == "equals" and value in texts
        created = product.get("createdAt")
        fact = {
            "price": product.get("price"),
            "discount_percent": discount(product),
            "stock": product.get("stock"),
            "created_at": created,
            "age_days": None if created is None else max(0, now - created) // DAY,
            "margin": self.signals["margin"][at],
            "popularity": self.signals["popularity"][at],
        }[field]
        wanted = whole(value)
        return fact is not None and wanted is not None and operator != "contains" and groups.compare(fact, operator, wanted)

    def targets(self, rule, now):
        """Catalog places a rule speaks of, and the moment they hold for (0: always)."""
        target = self.rules[rule]["target"]
        moves = target["by"] == "where" and '"age_days"' in json.dumps(target)
        moment = now if moves else 0
        if (rule, moment) not in self.sets:
            if target["by"] == "products":
                found = [self.index[one] for one in target["of"] if one in self.index]
            else:
                found = [at for at in range(len(self.products)) if self.holds(target["of"], at, now)]
            self.sets[rule, moment] = sorted(set(found))
        return moment, self.sets[rule, moment]

    def similarity(self, one, other):
        a, b = self.products[one], self.products[other]
        same = lambda name: bool(a.get(name)) and a.get(name) == b.get(name)  # noqa: E731
        if same("variantGroup"):
            return 10_000
        if same("productType"):
            return 8_000 if same("vendor") else 6_000
        shared = {tuple(pair) for pair in a.get("attributes", []) if pair[1]} & {
            tuple(pair) for pair in b.get("attributes", []) if pair[1]
        }
        return min(1_000 * (len(shared) + same("vendor")), 5_000)


def bucket(experiment, visitor):
    value = 0xCBF29CE484222325
    for byte in f"{experiment}:{visitor}".encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value % 10_000


class Page:
    """One visit on its way: who it is, which rows, what stands above."""

    def __init__(self, bundle, visit):
        self.bundle, self.visit = bundle, visit
        personal = visit.get("personalize", True)
        self.arms, taken = [], set()
        if personal and visit.get("visitor") is not None:
            for test in bundle.experiments:
                start, end = test.get("from"), test.get("until")
                outside = (start is not None and visit["now"] < start) or (end is not None and visit["now"] >= end)
                if outside or test["layer"] in taken:
                    continue
                at = bucket(test["id"], visit["visitor"])
                arm = next((arm for arm in test["arms"] if arm["start"] <= at < arm["end"]), None)
                if arm:
                    taken.add(test["layer"])
                    self.arms.append([test["id"], arm["id"]])
        self.holdout = any(arm == "holdout" for _, arm in self.arms)
        self.segment = "*"
        if personal and not self.holdout:
            wanted = visit.get("segment")
            if wanted is None:
                self.segment = groups.assign(bundle.segments, dict(visit.get("facts", [])))
            elif any(segment["id"] == wanted for segment in bundle.segments["segments"]):
                self.segment = wanted
        self.kind, _, subject = visit["page"].partition(":")
        self.key = self.kind if self.kind in ("cart", "search", "thank_you") else visit["page"]
        ids = [one.strip() for one in subject.split(",")] if self.kind in ("cart", "thank_you") else []
        ids = [subject] if self.kind == "product" else ids
        self.subject = list(dict.fromkeys(bundle.index[one] for one in ids if one in bundle.index))
        self.history = []
        if personal and not self.holdout:
            events = [
                (max(item["age"], 0), bundle.index[item["product"]], KINDS.index(item["kind"]))
                for item in visit.get("history", [])
                if item["product"] in bundle.index
            ]
            self.history = [(product, KINDS[kind]) for _, product, kind in sorted(events)[:20]]
        layout = bundle.layouts.get(self.key) or bundle.layouts.get(self.kind) or {"default": []}
        variants = [] if self.holdout else layout.get("variants", [])
        variant = next((one for one in variants if self.is_in(one["audience"])), None)
        self.layout = variant["id"] if variant else "default"
        self.blocks = [block for block in (variant or {"blocks": layout["default"]})["blocks"] if self.is_in(block["audience"])]
        self.shown, self.decided = set(), {}
        self.within = self.filter(subject)

    def is_in(self, audience):
        def one_of(wanted, own):
            return not wanted or own in wanted

        arm = audience.get("arm")
        return (
            one_of(audience.get("segments"), self.segment)
            and one_of(audience.get("sources"), self.visit.get("source"))
            and one_of(audience.get("devices"), self.visit.get("device"))
            and (not arm or list(arm) in self.arms)
        )

    def filter(self, collection):
        """Places inside the page's own filters; None without any."""
        products, facets = self.bundle.products, self.visit.get("filters", [])
        if self.kind != "collection" and not facets:
            return None

        def passes(product):
            if self.kind == "collection" and collection not in product.get("collections", []):
                return False
            for name, value in facets:
                texts = {"product_type": [product.get("productType")], "vendor": [product.get("vendor")],
                         "tag": product.get("tags", []), "collection": product.get("collections", [])}.get(name)
                if texts is None:
                    texts = [own for known, own in product.get("attributes", []) if known == name]
                if value not in texts:
                    return False
            return True

        return [at for at, product in enumerate(products) if passes(product)]

    def active(self, block):
        """Places of the rules that hold for a row, in list order."""
        def page_holds(scope):
            kinds = ("collection", "product", "email")
            return scope == self.key or (scope in kinds and self.key.startswith(scope + ":"))

        now, found = self.visit["now"], []
        for at, rule in enumerate([] if self.holdout else self.bundle.rules):
            scope, schedule = rule.get("scope") or {}, rule.get("schedule") or {}
            pages, segments = scope.get("pages"), scope.get("segments")
            if (
                rule["enabled"]
                and (schedule.get("from") is None or schedule["from"] <= now)
                and (schedule.get("until") is None or now < schedule["until"])
                and (not pages or any(page_holds(page) for page in pages))
                and scope.get("block") in (None, block["id"])
                and (segments is None or self.segment in segments)
                and not scope.get("queries")
            ):
                found.append(at)
        return found


def ask(page, q, block, tables):
    """The request rows of one row of a page."""
    bundle, b, visit = page.bundle, page.bundle.number, page.visit
    active = page.active(block)
    only = 0
    for at in active:
        action = bundle.rules[at]["action"]
        kind = action["do"]
        if kind == "pin":
            continue
        moment, found = bundle.targets(at, visit["now"])
        if (at, moment) not in bundle.moments:
            bundle.moments.add((at, moment))
            tables["rule_product"].extend((b, at, moment, place) for place in found)
        points = max(-MOST_POINTS, min(MOST_POINTS, action.get("points", 0)))
        points = points if kind == "boost" else -points if kind == "bury" else 0
        only += kind == "only_show"
        tables["request_rule"].append((q, b, at, moment, kind, points, int(action.get("uncapped", False))))
    table = bundle.history["trust"]
    trust = min(table[min(len(page.history), len(table) - 1)], 1_000) if page.history and table else 0
    own = next((source for source in block["sources"] if source in LISTS), None)
    for place, (product, kind) in enumerate(page.history if trust else []):
        recency = bundle.history["recency"]
        weight = min(recency[place] if place < len(recency) else 0, 1_000) * min(bundle.history[kind], 1_000)
        strategy = own or next((name for name in HISTORY_LISTS if bundle.neighbors(name, product)), None)
        if strategy:
            tables["request_history"].append((q, b, product, strategy, weight))
    seeds = page.subject or list(dict.fromkeys(product for product, _ in page.history))[:5]
    tables["request_seed"].extend((q, b, seed) for seed in seeds)
    if not block["may_repeat"]:
        tables["request_without"].extend((q, place) for place in sorted(page.shown | set(page.subject)))
    if page.within is not None:
        tables["request_within"].extend((q, place) for place in page.within)
    for nth, source in enumerate(block["sources"]):
        kind, argument = source, ""
        if isinstance(source, dict) or source == "collection":
            named = source["collection"] if isinstance(source, dict) else None
            kind, argument = "collection", named or (page.key[11:] if page.kind == "collection" else "")
            argument = argument if named or page.kind == "collection" else "\x00"
        elif source in LISTS:
            kind, argument = "list", source
        elif source in ("hand_picked", "recently_viewed", "buy_again"):
            kind = "picks"
            picked = (
                [bundle.index[one] for one in block.get("hand_picked", []) if one in bundle.index]
                if source == "hand_picked"
                else [product for product, what in page.history if (what == "purchase") == (source == "buy_again")]
            )
            places = enumerate(dict.fromkeys(picked))
            tables["request_pick"].extend((q, nth, place, product) for place, product in places)
        endless = int(nth == 0 and source not in RANKED)
        tables["request_source"].append((q, nth, kind, argument, 2 ** min(nth, 15), endless, 0))
    last = len(block["sources"])
    tables["request_source"].append((q, last, "everything", "", 2 ** min(last, 15), 0, 1))
    weights = [min(block["weights"][name], 1_000) for name in ("relevance", "popularity", "newness", "margin", "stock")]
    neutral = [min(value, 10_000) for value in block["neutral"]]
    known = bundle.signals["relevanceOf"]
    segment = page.segment if page.segment in known else known[0]
    tables["request"].append(
        (q, b, segment, max(block["minimum"], block["size"]), block["stock"], int(page.within is not None), only, trust,
         *weights, *neutral)
    )
    return active


def pin_plan(bundle, active, may_show):
    def breadth(rule):
        scope = rule.get("scope") or {}
        page = bool(scope.get("pages") or scope.get("block") is not None or scope.get("queries"))
        if page and scope.get("segments") is not None:
            return 0 if rule["target"]["by"] == "products" else 1
        return 2 if page else 3 if scope.get("segments") is not None else 4

    pins = [at for at in active if bundle.rules[at]["action"]["do"] == "pin" and bundle.rules[at]["target"]["by"] == "products"]
    pins.sort(key=lambda at: (breadth(bundle.rules[at]), at))
    claims, hard, soft = [], {}, []
    for at in pins:
        action = bundle.rules[at]["action"]
        for offset, product in enumerate(bundle.rules[at]["target"]["of"]):
            place = bundle.index.get(product)
            if place is None or not may_show(place, action.get("keep_when_sold_out")) or any(c[0] == place for c in claims):
                continue
            claims.append((place, max(action["position"], 1) + offset, action.get("soft", False)))

    def next_free(position):
        while position in hard:
            position += 1
        return position

    displaced = []
    for product, position, is_soft in claims:
        if is_soft:
            continue
        if position in hard:
            displaced.append((product, position))
        else:
            hard[position] = product
    for product, position in displaced:
        hard[next_free(position)] = product
    for product, position, is_soft in claims:
        if is_soft:
            deadline = position
            while deadline > 0 and deadline in hard:
                deadline -= 1
            soft.append((deadline or next_free(position), product))
    soft.sort(key=lambda pin: pin[0])
    return sorted(hard.items()), soft


def splice(page, block, active, rows):
    """Pins and variety over what the engine ranked. `rows`: (product, stocked, brought, score), best first."""
    bundle = page.bundle
    stocked = {product for product, in_stock, _, _ in rows if in_stock}
    scores = {product: score for product, _, _, score in rows}
    hard, soft = pin_plan(bundle, active, lambda product, keep: product in scores if keep else product in stocked)
    pool = [product for product, _, brought, _ in rows if brought]
    total = len(set(pool) | {product for _, product in hard} | {product for _, product in soft})
    pinned = {product for _, product in hard}
    pool = [product for product in pool if product not in pinned]
    variety, held, placed = min(block["variety"], 1_000), [], set()

    def best():
        top = None
        for product in pool:
            if product in placed:
                continue
            alike = max((bundle.similarity(product, other) for other, _ in held), default=0) if variety else 0
            score = scores[product] - variety * alike
            if top is None or (score, -product) > (top[1], -top[0]):
                top = (product, score)
        return top

    while len(held) < min(block["size"], total):
        position, chosen = len(held) + 1, None
        if hard and hard[0][0] <= position:
            product = hard.pop(0)[1]
            chosen = (product, scores[product])
        elif soft and soft[0][0] <= position:
            product = soft.pop(0)[1]
            chosen = (product, scores[product])
        else:
            chosen = best()
            if chosen:
                soft = [pin for pin in soft if pin[1] != chosen[0]]
            elif soft or hard:
                product = (soft or hard).pop(0)[1]
                chosen = (product, scores[product])
        if not chosen:
            break
        placed.add(chosen[0])
        held.append(chosen)
    start = min(page.visit.get("offset", 0), block["size"])
    limit = page.visit.get("limit")
    end = block["size"] if limit is None else min(start + limit, block["size"])
    slots = [
        [start + at + 1, bundle.products[product]["id"], score]
        for at, (product, score) in enumerate(held[start:end])
    ]
    if not block["may_repeat"]:
        page.shown |= {product for product, _ in held}
    return {"id": block["id"], "total": total, "slots": slots}


def facts(bundles):
    """Tables that no visit changes."""
    tables = {name: [] for name in ("product", "relevance", "member", "neighbor")}
    for bundle in bundles:
        b, signals = bundle.number, bundle.signals
        for i, product in enumerate(bundle.products):
            base = product["published"] and product.get("price") is not None
            stock = product.get("stock")
            tables["product"].append((
                b, i, int(base), int(stock is not None and stock > 0), int(sellable(product)), signals["popularity"][i],
                signals["newness"][i], signals["margin"][i], signals["stock"][i], signals["trending"][i],
                discount(product), product.get("restockedAt"),
            ))
            tables["member"].extend((b, collection, i) for collection in dict.fromkeys(product.get("collections", [])))
        for column in bundle.relevance:
            known = ((i, r) for i, r in enumerate(column["relevance"]) if r is not None)
            tables["relevance"].extend((b, column["segment"], i, r) for i, r in known)
        for strategy, lists in bundle.lists.items():
            for source, neighbors in enumerate(lists):
                tables["neighbor"].extend((b, strategy, source, one[0], one[1], min(one[1], 10_000)) for one in neighbors)
    return tables


class DuckDB:
    name = "DuckDB"

    def __init__(self):
        import duckdb

        self.connection = duckdb.connect()
        self.version = duckdb.__version__

    def put(self, name, path):
        columns = ", ".join(
            f"'{one.rstrip('*')}': '{'VARCHAR' if one.endswith('*') else 'BIGINT'}'" for one in TABLES[name].split()
        )
        self.connection.execute(
            f"create or replace table {name} as select * from read_csv('{path}', header=true, columns={{{columns}}}, "
            "quote='\"', escape='\"', nullstr='\\N', auto_detect=false)"
        )

    def rows(self, sql):
        return self.connection.execute(sql).fetchall()


class Spark:
    name = "Spark"

    def __init__(self):
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.appName("endcap-rank").config("spark.sql.shuffle.partitions", "4")
        self.session = builder.getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")
        context = self.session.sparkContext
        self.executors = context._jsc.sc().getExecutorMemoryStatus().size() - 1
        self.version = f"{self.session.version} on {context.master}, {self.executors} executors besides the driver"

    def put(self, name, path):
        schema = ", ".join(f"`{one.rstrip('*')}` {'string' if one.endswith('*') else 'bigint'}" for one in TABLES[name].split())
        read = self.session.read.schema(schema).option("header", True).option("quote", '"').option("escape", '"')
        read.option("nullValue", "\\N").option("multiLine", True).csv(path).createOrReplaceTempView(name)

    def rows(self, sql):
        return [tuple(row) for row in self.session.sql(sql).collect()]


def write(folder, name, rows):
    path = os.path.join(folder, f"{name}.csv")
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(one.rstrip("*") for one in TABLES[name].split())
        writer.writerows(["\\N" if value is None else value for value in row] for row in rows)
    return path


def decide(engine, pairs):
    """Pages of (bundle, visit) pairs: the n-th rows of all pages in one question to the engine."""
    with open(os.path.join(HERE, "rank.sql"), encoding="utf-8") as file:
        sql = file.read()
    bundles = list({id(bundle): bundle for bundle, _ in pairs}.values())
    pages = [None if visit["page"].startswith("search:") else Page(bundle, visit) for bundle, visit in pairs]
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in facts(bundles).items():
            engine.put(name, write(folder, name, rows))
        rules = []
        for nth in range(max((len(page.blocks) for page in pages if page), default=0)):
            tables = {name: [] for name in TABLES if name.startswith("request")} | {"rule_product": rules}
            asked = {}
            for q, page in enumerate(pages):
                if page and nth < len(page.blocks):
                    block = page.blocks[nth]
                    if block["kind"]["show"] == "products":
                        asked[q] = ask(page, q, block, tables)
                    else:
                        page.decided[nth] = {"id": block["id"], "total": 0, "slots": []}
            for name, rows in tables.items():
                engine.put(name, write(folder, name, rows))
            found = {q: [] for q in asked}
            for q, i, stocked, brought, score in engine.rows(sql):
                found[q].append((i, stocked, brought, score))
            for q, active in asked.items():
                page = pages[q]
                page.decided[nth] = splice(page, page.blocks[nth], active, found[q])
    return [
        page and {"segment": page.segment, "layout": page.layout, "blocks": [page.decided[at] for at in range(len(page.blocks))]}
        for page in pages
    ]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("bundle")
    arguments.add_argument("visits")
    arguments.add_argument("--engine", choices=["duckdb", "spark"], default="spark")
    wanted = arguments.parse_args()
    bundle = Bundle(0, wanted.bundle)
    with open(wanted.visits, encoding="utf-8") as file:
        visits = [json.loads(line) for line in file if line.strip()]
    engine = DuckDB() if wanted.engine == "duckdb" else Spark()
    for page in decide(engine, [(bundle, visit) for visit in visits]):
        print(json.dumps(page, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
