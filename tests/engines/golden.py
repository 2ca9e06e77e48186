"""The golden cases of bundles in a database engine: rank.sql ranks, rank.py splices, every page must be the library's.

    python golden.py duckdb|spark FOLDER        (every *.bundle in FOLDER; for Spark run it with spark-submit)
"""

import json
import os
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "..", "src", "export", "spark"))
import rank  # noqa: E402

engine = rank.DuckDB() if sys.argv[1] == "duckdb" else rank.Spark()
folder = sys.argv[2]
names = sorted(name for name in os.listdir(folder) if name.endswith(".bundle"))
pairs, expected = [], []
for number, name in enumerate(names):
    bundle = rank.Bundle(number, os.path.join(folder, name))
    with open(os.path.join(bundle.folder, "cases.jsonl"), encoding="utf-8") as file:
        for line in file:
            case = json.loads(line)
            pairs.append((bundle, case["visit"]))
            expected.append(case["page"])
started = time.time()
asked = wrong = rows = 0
for (bundle, visit), page, own in zip(pairs, expected, rank.decide(engine, pairs)):
    if own is None:
        continue
    asked += 1
    rows += len(own["blocks"])
    if any(own[key] != page[key] for key in ("segment", "layout", "blocks")):
        wrong += 1
        if wrong <= 3:
            print("differs", bundle.folder, json.dumps(visit, ensure_ascii=False), "\n ", own, "\n ", page)
print(
    f"{engine.name} {engine.version}: {asked} pages with {rows} rows of {len(names)} bundles, {wrong} differ, "
    f"{time.time() - started:.0f} s; {len(pairs) - asked} search pages not asked: which products a query finds is "
    "decided by the bundle's word index (decide-1, section 8), which SQL does not hold"
)
# One executor proves nothing about rows that travel.
together = getattr(engine, "executors", 2) >= 2
sys.exit(0 if asked >= 600 and wrong == 0 and together else 1)
