"""Groups of visitors from their quantised facts, exactly as the studio assigns them: rules in list order, the nearest
centre, stages, everyone. Plain Python, so that it can be read, tested and run on every executor."""


def compare(value, operator, wanted):
    return {
        "equals": value == wanted,
        "contains": value == wanted,
        "less": value < wanted,
        "less_or_equal": value <= wanted,
        "greater": value > wanted,
        "greater_or_equal": value >= wanted,
    }[operator]


def rule_holds(rule, facts):
    """A fact that was not observed satisfies no comparison."""
    return any(
        all(
            facts.get(condition["feature"]) is not None
            and compare(facts[condition["feature"]], condition["operator"], condition["value"])
            for condition in group
        )
        for group in rule["any_of"]
    )


def coordinate(feature, observed):
    if feature["scale"] == 0.0:
        return 0.0
    quantised = feature["missing"] if observed is None else observed
    if feature["bins"]:
        x = next((value for bound, value in feature["bins"] if quantised < bound), feature["bins"][-1][1])
    else:
        x = quantised / max(feature["quantum"], 1)
    return (x - feature["mean"]) / feature["scale"]


def nearest(model, facts):
    observed = sum(1 for feature in model["features"] if facts.get(feature["source"]) is not None)
    if observed == 0 or observed * 2 < len(model["features"]):
        return None
    z = [coordinate(feature, facts.get(feature["source"])) for feature in model["features"]]
    best, best_distance = None, None
    for cluster, centre in enumerate(model["centroids"]):
        distance = 0.0
        for mine, theirs in zip(z, centre):
            distance += (mine - theirs) * (mine - theirs)
        if best_distance is None or distance < best_distance:
            best, best_distance = cluster, distance
    return None if best is None else model["labels"][best]


def assign(segments, facts):
    for rule in segments["rules"]:
        if rule_holds(rule, facts):
            return rule["segment"]
    if segments.get("model"):
        label = nearest(segments["model"], facts)
        if label is not None:
            return label
    for rule in segments.get("lifecycle", []):
        if rule_holds(rule, facts):
            return rule["segment"]
    return "*"
