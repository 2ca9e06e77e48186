#!/bin/sh
# The job's own proof, on a master with two executors in processes of their own.
#     sh spark.sh OUT        (OUT/spark)
set -e
# Executors come up one after the other; the job waits for both.
both='--conf spark.scheduler.minRegisteredResourcesRatio=1.0 --conf spark.cores.max=2 --conf spark.scheduler.maxRegisteredResourcesWaitingTime=180s'
cd "${1:-out}/spark"
exec spark-submit --master 'local-cluster[2,1,1024]' $both --py-files groups.py run.py --self-test
