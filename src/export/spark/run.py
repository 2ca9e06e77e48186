"""Pairs, features and groups over order lines and visitor facts of any size.

    spark-submit --py-files groups.py run.py --self-test
    spark-submit --py-files groups.py run.py --lines s3://…/lines --facts s3://…/facts --out s3://…/endcap

`lines`: CSV or Parquet with order_id, customer_id, product_id, and for features also at (ISO 8601), quantity and
unit_price_minor. `facts`: visitor_id and one column of whole numbers per fact of parameters.json, empty where unknown.
Writes Parquet: pairs, neighbors, features, groups. Whole numbers only, so the answers do not depend on partitions.
"""

import argparse
import json
import os
import sys

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.types import StringType

import groups

HERE = os.path.dirname(os.path.abspath(__file__))


def read(spark, path):
    if path.rstrip("/").endswith((".csv", ".csv.gz")):
        # Quotes are doubled and cells may hold line ends (RFC 4180); Spark expects backslashes unless told.
        return spark.read.csv(path, header=True, quote='"', escape='"', multiLine=True)
    return spark.read.parquet(path)


def pairs(lines, least_together):
    """a < b by bytes, orders with both, and floor(10^9 c^2 / (n_a n_b)), in decimals so that nothing overflows."""
    bought = lines.select("order_id", "product_id").where("order_id is not null and product_id is not null").distinct()
    single = bought.groupBy("product_id").agg(F.count("*").alias("n"))
    orders = bought.select("order_id").distinct().count()
    a, b = bought.alias("a"), bought.alias("b")
    both = (
        a.join(b, F.col("a.order_id") == F.col("b.order_id"))
        .where(F.col("a.product_id") < F.col("b.product_id"))
        .groupBy(F.col("a.product_id").alias("product"), F.col("b.product_id").alias("other"))
        .agg(F.count("*").alias("together"))
        .where(F.col("together") >= least_together)
    )
    of_product = single.select(F.col("product_id").alias("product"), F.col("n").alias("n_product"))
    of_other = single.select(F.col("product_id").alias("other"), F.col("n").alias("n_other"))
    # `div` is the whole-number division; the operands are decimals of 38 digits.
    strength = F.expr(
        "cast((cast(1000000000 as decimal(38,0)) * together * together) div (cast(n_product as decimal(38,0)) * n_other) as bigint)"
    )
    # How many times more often than chance, in thousandths.
    lift = F.expr(
        f"cast((cast({1000 * orders} as decimal(38,0)) * together) div (cast(n_product as decimal(38,0)) * n_other) as bigint)"
    )
    return both.join(of_product, "product").join(of_other, "other").select(
        "product", "other", "together", strength.alias("strength"), "n_product", "n_other", lift.alias("lift_permille")
    )


def neighbors(pair_table, most):
    """Both directions, strongest first, ties by id."""
    forward = pair_table.select("product", "other", "together", "strength", "n_product", "lift_permille")
    backward = pair_table.select(
        F.col("other").alias("product"), F.col("product").alias("other"), "together", "strength",
        F.col("n_other").alias("n_product"), "lift_permille",
    )
    order = Window.partitionBy("product").orderBy(F.desc("strength"), F.asc("other"))
    ranked = forward.unionByName(backward).withColumn("position", F.row_number().over(order))
    return ranked.where(F.col("position") <= most)


def features(lines):
    """Per customer: orders, pieces, money, first and last order. Sums of whole numbers only."""
    known = lines.where("customer_id is not null and customer_id <> ''")
    money = F.col("quantity").cast("long") * F.col("unit_price_minor").cast("long")
    return known.groupBy("customer_id").agg(
        F.countDistinct("order_id").alias("n_orders"),
        F.countDistinct("product_id").alias("n_products"),
        F.sum(F.col("quantity").cast("long")).alias("pieces"),
        F.sum(money).alias("monetary_minor"),
        F.min("at").alias("first_order_at"),
        F.max("at").alias("last_order_at"),
    )


def assigned(facts, parameters):
    """The group of every visitor; the model travels to the executors once."""
    names = parameters["facts"]
    segments = parameters["segments"]

    @F.udf(StringType())
    def group(*values):
        facts_of_one = {
            name: int(value) for name, value in zip(names, values) if value is not None and str(value) != ""
        }
        return groups.assign(segments, facts_of_one)

    columns = [F.col(f"`{name}`") for name in names]
    return facts.select("visitor_id", (group(*columns) if columns else F.lit("*")).alias("group"))


def self_test(spark, parameters):
    folder = os.path.join(HERE, "sample")
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as file:
        expected = json.load(file)
    table = pairs(read(spark, os.path.join(folder, "lines.csv")), parameters["leastTogether"])
    found = sorted([row.product, row.other, row.together, row.strength] for row in table.collect())
    wrong_pairs = sum(1 for one in found if one not in expected["pairs"]) + abs(len(found) - len(expected["pairs"]))
    got = {row["visitor_id"]: row["group"] for row in assigned(read(spark, os.path.join(folder, "facts.csv")), parameters).collect()}
    wrong_groups = sum(1 for visitor, group in expected["groups"].items() if got.get(visitor) != group)
    print(
        f"{len(expected['pairs'])} pairs, {wrong_pairs} differ; {len(expected['groups'])} visitors, {wrong_groups} differ"
    )
    return wrong_pairs == 0 and wrong_groups == 0


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--lines")
    arguments.add_argument("--facts")
    arguments.add_argument("--out")
    arguments.add_argument("--self-test", action="store_true")
    wanted = arguments.parse_args()
    with open(os.path.join(HERE, "parameters.json"), encoding="utf-8") as file:
        parameters = json.load(file)
    spark = SparkSession.builder.appName("endcap").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    if wanted.self_test:
        sys.exit(0 if self_test(spark, parameters) else 1)
    if not wanted.out or not (wanted.lines or wanted.facts):
        arguments.error("give --out and at least one of --lines and --facts, or --self-test")
    if wanted.lines:
        lines = read(spark, wanted.lines)
        table = pairs(lines, parameters["leastTogether"]).cache()
        table.write.mode("overwrite").parquet(f"{wanted.out}/pairs")
        neighbors(table, parameters["mostNeighbors"]).write.mode("overwrite").parquet(f"{wanted.out}/neighbors")
        if {"at", "quantity", "unit_price_minor"} <= set(lines.columns):
            features(lines).write.mode("overwrite").parquet(f"{wanted.out}/features")
    if wanted.facts:
        assigned(read(spark, wanted.facts), parameters).write.mode("overwrite").parquet(f"{wanted.out}/groups")


if __name__ == "__main__":
    main()
