"""The reference libraries on Online Retail before 2011-11-12: implicit, SciPy, NumPy. Takes events.csv.gz; prints JSON lines.

The same matrices as the benchmark's: products that at least two customers bought, every entry 1. Best of five by wall time.
"""
import csv
import gzip
import json
import sys
import time

import numpy as np
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender
from threadpoolctl import threadpool_limits

CUT = 1321056000


def matrices(path):
    with gzip.open(path, "rt") as file:
        rows = [row for row in csv.DictReader(file) if int(row["ts"]) < CUT]
    buyers = {}
    for row in rows:
        buyers.setdefault(int(row["item_id"]), set()).add(row["user_id"])
    items = {item: n for n, item in enumerate(sorted(i for i, who in buyers.items() if len(who) >= 2))}
    rows = [row for row in rows if int(row["item_id"]) in items]

    def matrix(key):
        names = {name: n for n, name in enumerate(dict.fromkeys(row[key] for row in rows))}
        places = ([names[row[key]] for row in rows], [items[int(row["item_id"])] for row in rows])
        table = sp.csr_matrix((np.ones(len(rows), np.float32), places), shape=(len(names), len(items)))
        table.sum_duplicates()
        table.data[:] = 1
        return table

    return matrix("user_id"), matrix("order_id")


def say(name, work):
    best = None
    for _ in range(5):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        took = (time.perf_counter() - wall, time.process_time() - processor)
        best = took if best is None or took < best else best
    print(json.dumps({"reference": name, "wall_s": round(best[0], 3), "processor_s": round(best[1], 2)}), flush=True)


people, orders = matrices(sys.argv[1])
print(json.dumps({"pairs": int(people.nnz), "lines": int(orders.nnz)}), flush=True)


def ease():
    gram = (people.T @ people).toarray().astype(np.float32)
    gram[np.diag_indices(len(gram))] += 200
    inverse = np.linalg.inv(gram)
    return inverse / -np.diag(inverse)


def factors(count):
    model = AlternatingLeastSquares(factors=count, regularization=0.01, iterations=15, random_state=42, num_threads=2)
    model.fit(people, show_progress=False)


say("bm25 item neighbours K=100", lambda: BM25Recommender(K=100, num_threads=2).fit(people, show_progress=False))
say("cosine item neighbours K=100", lambda: CosineRecommender(K=100, num_threads=2).fit(people, show_progress=False))
say("pairs of orders", lambda: orders.T @ orders)
with threadpool_limits(1, "blas"):
    say("als f=64 15 it", lambda: factors(64))
    say("als f=128 15 it", lambda: factors(128))
say("ease", ease)
