"""Recomputes what `endcap evaluate … --out DIR --json > report.json` states, from the files alone.

    python metrics.py report.json DIR

Of every method and task, steps of visits included: NDCG, hit rate, recall, precision, reciprocal rank, coverage of the
catalogue; of the pipeline the 95 % interval of the mean NDCG and the gain over the best single method with its own. Nothing but the standard library; exit 1 when a figure differs by 1e-9.
"""

import csv
import json
import math
import os
import sys

MASK = (1 << 64) - 1
RESAMPLES = 1_000


def splitmix64(x):
    z = (x + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def interval(values, seed, level=0.95):
    """Percentile bootstrap of the mean; resample r draws from splitmix64(seed ^ splitmix64(r))."""
    n, means = len(values), []
    for resample in range(RESAMPLES):
        state, total = splitmix64(seed ^ splitmix64(resample)), 0.0
        for _ in range(n):
            state = (state + 0x9E3779B97F4A7C15) & MASK
            total += values[(splitmix64(state) * n) >> 64]
        means.append(total / n)
    means.sort()
    at = lambda share: means[min(int(share * RESAMPLES), RESAMPLES - 1)]
    tail = (1.0 - level) / 2.0
    return [at(tail), at(1.0 - tail)]


def rows(path, n_keys):
    """Key → what follows, in the order of the file."""
    found = {}
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        next(reader)
        for row in reader:
            found.setdefault(tuple(row[:n_keys]), []).append(row[n_keys:])
    return found


def measure(ranked, targets, k):
    hits = [place for place, product in enumerate(ranked[:k]) if product in targets]
    gain = sum(1.0 / math.log2(place + 2.0) for place in hits)
    ideal = sum(1.0 / math.log2(place + 2.0) for place in range(min(k, len(targets))))
    first = 1.0 / (hits[0] + 1.0) if hits else 0.0
    return gain / ideal, float(bool(hits)), len(hits) / len(targets), len(hits) / k, first


def main(report_path, folder):
    with open(report_path, encoding="utf-8") as file:
        report = json.load(file)
    k, seed, differ, compared = report["k"], report["seed"], 0, 0

    def same(what, got, stated):
        nonlocal differ, compared
        compared += 1
        if abs(got - stated) > 1e-9:
            differ += 1
            print(f"differs: {what}: {got} is not {stated}")

    for task in report["tasks"]:
        name = task["task"]
        n_keys = {"basket": 2, "product-page": 2}.get(name, 1)
        truth = rows(os.path.join(folder, f"test.{name}.csv"), n_keys)
        same(f"{name} cases", len(truth), task["customers"])
        if not task["methods"]:
            # Nothing could be asked; the note says why.
            same(f"{name} has a note", float(bool(task["note"])), 1.0)
            continue
        each, ends = {}, []
        for method in task["methods"]:
            path = os.path.join(folder, f"recommendations.{name}.{method['method']}.csv")
            lists = rows(path, n_keys)
            measured = []
            for key, products in truth.items():
                ranked = sorted(lists.get(key, []), key=lambda row: int(row[0]))
                targets = {product for product, in products}
                measured.append(measure([row[1] for row in ranked], targets, k))
            each[method["method"]] = [one[0] for one in measured]
            for place, figure in enumerate(["ndcg", "hit_rate", "recall", "precision", "mrr"]):
                mean = sum(one[place] for one in measured) / len(measured)
                same(f"{name} {method['method']} {figure}", mean, method[figure])
            if name != "session":
                shown = {row[1] for ranked in lists.values() for row in ranked}
                same(f"{name} {method['method']} coverage", len(shown) / report["catalogue"], method["coverage"])
        own = task["methods"][0]
        ends.append(("ndcg_ci95", interval(each[own["method"]], seed), own["ndcg_ci95"]))
        gain = own.get("against_best_single")
        if gain:
            pairs = zip(each[own["method"]], each[gain["method"]])
            differences = [a - b for a, b in pairs]
            same(f"{name} gain", sum(differences) / len(differences), gain["difference"])
            ends.append(("gain", interval(differences, seed), gain["ci95"]))
        for what, got, stated in ends:
            for end, other in zip(got, stated):
                same(f"{name} {what}", end, other)
    print(f"{compared} figures recomputed, {differ} differ")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
