"""`endcap decide` on the golden cases: visits in, pages out, every one the library's.

    python decide.py path/to/endcap FOLDER        (every *.bundle in FOLDER)
"""

import json
import os
import subprocess
import sys

binary, folder = sys.argv[1:3]
asked = wrong = 0
for name in sorted(name for name in os.listdir(folder) if name.endswith(".bundle")):
    path = os.path.join(folder, name)
    with open(os.path.join(path, "cases.jsonl"), encoding="utf-8") as file:
        cases = [json.loads(line) for line in file if line.strip()]
    visits = "".join(json.dumps(case["visit"]) + "\n" for case in cases)
    said = subprocess.run([binary, "decide", path, "--quiet"], input=visits, capture_output=True, text=True, check=True)
    pages = [json.loads(line) for line in said.stdout.splitlines()]
    assert len(pages) == len(cases), f"{len(pages)} pages for {len(cases)} visits"
    for case, page in zip(cases, pages):
        asked += 1
        blocks = [
            [block["id"], [[slot["position"], slot["product"]] for slot in block["slots"]]] for block in page["blocks"]
        ]
        expected = [
            [block["id"], [[position, product] for position, product, _ in block["slots"]]]
            for block in case["page"]["blocks"]
        ]
        if page["segment"] != case["page"]["segment"] or blocks != expected:
            wrong += 1
            if wrong <= 3:
                print("differs", path, case["visit"], blocks, expected)
print(f"endcap decide: {asked} pages, {wrong} differ")
sys.exit(0 if asked >= 600 and wrong == 0 else 1)
