"""ONNX Runtime, and a PMML evaluator where one is installed, against the studio's own assignment.

    python model.py OUT        (OUT/onnx, OUT/spark, and OUT/pmml)

OUT/spark/groups.py is first held to the answers the studio wrote down, then it is the reference for 20,000 inputs.
"""

import json
import random
import sys

out = sys.argv[1] if len(sys.argv) > 1 else "out"
sys.path.insert(0, f"{out}/spark")
import csv  # noqa: E402

import groups  # noqa: E402
import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402

with open(f"{out}/spark/parameters.json", encoding="utf-8") as file:
    segments = json.load(file)["segments"]
with open(f"{out}/spark/sample/expected.json", encoding="utf-8") as file:
    expected = json.load(file)["groups"]
wrong = 0
with open(f"{out}/spark/sample/facts.csv", encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        visitor = row.pop("visitor_id")
        facts = {name: int(value) for name, value in row.items() if value}
        wrong += groups.assign(segments, facts) != expected[visitor]
print(f"groups.py: {len(expected)} visitors, {wrong} differ from the studio")

model = segments["model"]
chance = random.Random(1)
rows = []
for _ in range(20_000):
    row = []
    for feature in model["features"]:
        top = feature["bins"][-2][0] if len(feature["bins"]) > 1 else feature["quantum"] * 40
        top = max(10, min(top, 10_000_000))
        row.append(None if chance.random() < 0.15 else chance.randrange(0, top * 6 // 5))
    rows.append(row)
reference = []
for row in rows:
    z = [groups.coordinate(feature, value) for feature, value in zip(model["features"], row)]
    distances = []
    for centre in model["centroids"]:
        distance = 0.0
        for mine, theirs in zip(z, centre):
            distance += (mine - theirs) * (mine - theirs)
        distances.append(distance)
    reference.append(distances.index(min(distances)))
facts = np.array([[np.nan if value is None else float(value) for value in row] for row in rows], dtype=np.float64)
session = onnxruntime.InferenceSession(f"{out}/onnx/groups.onnx", providers=["CPUExecutionProvider"])
answers = session.run(["cluster"], {"facts": facts})[0].tolist()
differ = sum(1 for one, other in zip(reference, answers) if one != other)
print(f"ONNX Runtime {onnxruntime.__version__}: {len(rows)} inputs, {differ} differ, {len(set(answers))} clusters seen")
wrong += differ

try:
    from jpmml_evaluator import make_evaluator
except ImportError:
    print("PMML: no evaluator installed, not asked")
else:
    import pandas

    evaluator = make_evaluator(f"{out}/pmml/groups.pmml").verify()
    names = [feature["source"] for feature in model["features"]]
    answers = evaluator.evaluateAll(pandas.DataFrame(facts, columns=names), nan_as_missing=True)["cluster"]
    differ = sum(1 for one, other in zip(reference, answers) if one != int(other))
    print(f"PMML: {len(rows)} inputs, {differ} differ")
    wrong += differ
sys.exit(0 if wrong == 0 else 1)
