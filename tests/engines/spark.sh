#!/bin/sh
# The job's own proof, on a master with two executors in processes of their own.
#     sh spark.sh OUT        (OUT/spark)
set -e
cd "${1:-out}/spark"
exec spark-submit --master 'local-cluster[2,1,1024]' --py-files groups.py run.py --self-test
