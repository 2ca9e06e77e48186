"""The OpenSearch documents and queries against a server that speaks its API.

    python search.py OUT http://127.0.0.1:9200        (OUT/opensearch)

Every query must return what its documents say: filters hold, score descending, ties by id.
"""

import glob
import json
import sys
import urllib.request

out, server = sys.argv[1], sys.argv[2].rstrip("/")


def ask(method, path, body, kind="application/json"):
    request = urllib.request.Request(server + path, body.encode(), {"Content-Type": kind}, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


with open(f"{out}/opensearch/aliases.json", encoding="utf-8") as file:
    index = json.load(file)["actions"][0]["add"]["index"]
with open(f"{out}/opensearch/index.json", encoding="utf-8") as file:
    ask("PUT", f"/{index}", file.read())
documents = {}
for path in sorted(glob.glob(f"{out}/opensearch/products-*.ndjson")):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    answer = ask("POST", "/_bulk?refresh=true", text, "application/x-ndjson")
    assert not answer["errors"], answer["items"][:3]
    for line in text.splitlines()[1::2]:
        document = json.loads(line)
        documents[document["id"]] = document

asked = wrong = 0
for path in sorted(glob.glob(f"{out}/opensearch/queries/*.json")):
    with open(path, encoding="utf-8") as file:
        query = json.load(file)
    field = next(iter(query["sort"][0]))
    sellable = any("term" in one and "sellable" in one["term"] for one in query["query"]["bool"]["filter"])
    stocked = any("range" in one for one in query["query"]["bool"]["filter"])
    fitting = [
        document
        for document in documents.values()
        if document["published"] and "price_minor" in document and field in document
        and (not sellable or document["sellable"]) and (not stocked or document.get("stock", 0) >= 1)
    ]
    fitting.sort(key=lambda document: (-document[field], document["id"].encode()))
    expected = [document["id"] for document in fitting[: query["size"]]]
    found = [hit["_id"] for hit in ask("POST", f"/{index}/_search", json.dumps(query))["hits"]["hits"]]
    asked += 1
    if found != expected:
        wrong += 1
        print("differs", path, found[:5], expected[:5])
print(f"{asked} queries, {wrong} differ")
sys.exit(0 if wrong == 0 and asked else 1)
