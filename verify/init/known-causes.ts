/**
 * What usually makes a rule true, by the metric that it compares: the catalogue from which `init` proposes an experiment. A proposal is
 * written as a comment: nothing is harmed by it. The first entry that fits counts.
 */
export interface KnownCause {
  /** Of the metric whose value is compared. */
  metric: RegExp
  /** Of the whole expression, where the metric alone does not say it. */
  expr?: RegExp
  /** What happens to the part. */
  title: string
  /** Takes the part away or changes it; absent where load alone does it, or nothing can. */
  fault?: KnownFault
  /** Sends requests, a share of which is `faulty`. */
  load?: { faulty: boolean }
  /** Name of the part, where it is not the job's own: an exporter speaks of something else. */
  part?: string
  /** In the unit of the value, where the threshold does not say it: 0 of `up`. */
  level?: number
  /** Why nothing is proposed, or what a person has to decide. */
  note?: string
}

/** down, hung: the way depends on where the part runs (process, container, Kubernetes). */
export type KnownFault = 'down' | 'hung' | { id: string; params: Record<string, number | string> }

const NO_FAULT = 'firedrill has no fault for it'

export const KNOWN_CAUSES: readonly KnownCause[] = [
  { metric: /^$/, expr: /\bvector\s*\(/, title: 'It fires always', note: 'a watchdog needs no cause: simulate proves that it fires' },
  { metric: /^up$/, title: 'The target is killed', fault: 'down', level: 0 },
  {
    metric: /^probe_success$/,
    title: 'What is probed is killed',
    fault: 'down',
    level: 0,
    part: 'probed',
    note: 'name the part behind the probe',
  },
  {
    metric: /^probe_ssl_earliest_cert_expiry$|cert(?:ificate)?.*(?:expir|not_?after)/i,
    title: 'A certificate runs out',
    note: `${NO_FAULT}: time alone does it; simulate proves the threshold`,
  },
  {
    metric: /^probe_http_status_code$/,
    title: 'What is probed answers with errors',
    fault: 'down',
    part: 'probed',
    note: 'name the part behind the probe',
  },
  {
    metric: /^probe_(?:http_)?duration_seconds$/,
    title: 'What is probed answers slowly',
    fault: { id: 'add-latency', params: { latencyMs: 2_000 } },
    part: 'probed',
    note: 'the part needs a Toxiproxy before it',
  },
  { metric: /^redis_up$/, title: 'Redis is killed', fault: 'down', level: 0, part: 'redis' },
  {
    metric: /^redis_memory_/,
    title: "Redis' memory is filled",
    fault: { id: 'fill-redis-memory', params: { share: 0.87 } },
    part: 'redis',
  },
  {
    metric: /^redis_(?:master_link_up|connected_slaves|replica)/,
    title: 'The connection of the replica is cut',
    fault: { id: 'cut-connection', params: { mode: 'blackhole' } },
    part: 'redis-replica',
    note: 'the replica needs a Toxiproxy before its primary',
  },
  {
    metric: /^redis_(?:rejected_connections|connected_clients|evicted|keyspace)/,
    title: 'More requests than usual use Redis',
    load: { faulty: false },
  },
  { metric: /^mysql_up$/, title: 'MySQL is killed', fault: 'down', level: 0, part: 'mysql' },
  {
    metric: /^mysql_global_status_slow_queries$/,
    title: 'Slow queries run on MySQL',
    fault: { id: 'slow-queries', params: { ratePerMin: 30 } },
    part: 'mysql',
  },
  {
    metric: /^mysql_(?:slave|replica)_status_|^pg_replication_lag|replication_lag|seconds_behind/,
    title: 'The replica hangs, so that it falls behind',
    fault: 'hung',
    part: 'replica',
    note: 'name the replica',
  },
  {
    metric: /^mysql_global_status_(?:threads|max_used|aborted)|^pg_stat_activity|^pg_stat_database_numbackends|connections/,
    title: 'More requests than usual use the database',
    load: { faulty: false },
  },
  { metric: /^pg_up$/, title: 'PostgreSQL is killed', fault: 'down', level: 0, part: 'postgres' },
  { metric: /^(\w+?)_(?:exporter_last_scrape_success|up)$/, title: 'What the exporter watches is killed', fault: 'down', level: 0 },
  {
    metric: /^rabbitmq_queue_|_queue_(?:length|size|depth|messages)|_backlog|consumer(?:group)?_lag|_pending_/i,
    title: 'The consumer hangs, so that its queue grows',
    fault: 'hung',
    part: 'consumer',
    note: 'name the consumer',
  },
  {
    metric: /^kafka_(?:brokers|topic_partition_under_replicated|server_replicamanager)/,
    title: 'A broker is killed',
    fault: 'down',
    part: 'kafka',
  },
  {
    metric: /^elasticsearch_cluster_health_|^elasticsearch_.*node/,
    title: 'A node of the cluster is killed',
    fault: 'down',
    part: 'elasticsearch',
  },
  {
    metric: /^jvm_memory_|^java_lang_Memory|jvm.*heap/i,
    title: "The JVM's heap is filled",
    fault: { id: 'heap-pressure', params: { share: 0.92 } },
  },
  {
    metric: /^jvm_gc_|gc_pause|gc_duration/i,
    title: "The JVM's heap is filled, so that it collects garbage",
    fault: { id: 'heap-pressure', params: { share: 0.92 } },
  },
  {
    metric: /^kube_pod_container_status_(?:restarts|waiting|terminated|last_terminated)|^container_oom/,
    title: 'A pod is deleted, and its containers start again',
    fault: 'down',
    part: 'pod',
    note: 'name the workload',
  },
  {
    metric: /^kube_(?:deployment|statefulset|daemonset|replicaset|pod)_/,
    title: 'Pods of the workload are taken away',
    fault: 'down',
    part: 'workload',
    note: 'name the workload',
  },
  {
    metric: /^kube_(?:node|job|cronjob|hpa|horizontalpodautoscaler|persistentvolume|resourcequota|namespace|endpoint)/,
    title: 'Kubernetes reports it',
    note: NO_FAULT,
  },
  {
    metric: /^node_cpu_|^process_cpu_|^container_cpu_|(?:^|_)cpu(?:_|$)|^node_load/,
    title: 'The CPU is kept busy',
    fault: { id: 'cpu-pressure', params: { cores: 1 } },
    part: 'cpu',
    note: 'the target file says how many cores it may take',
  },
  {
    metric: /^node_filesystem_|^kubelet_volume_|disk.*(?:free|avail|used|usage)|filesystem/,
    title: 'A disk runs full',
    fault: { id: 'fill-disk', params: { megabytes: 512 } },
    part: 'disk',
    note: 'the target file says below which folder, and how much',
  },
  { metric: /^node_disk_|disk_io/, title: 'A disk is slow', note: NO_FAULT },
  { metric: /^node_memory_|^container_memory_|^process_resident_memory|memory/, title: 'Memory is used up', note: NO_FAULT },
  {
    metric: /^node_(?:network|netstat|nf_conntrack|sockstat)|_network_/,
    title: 'The network loses or delays packets',
    fault: { id: 'add-latency', params: { latencyMs: 1_000 } },
    note: 'the part needs a Toxiproxy before it',
  },
  {
    metric: /^node_(?:timex|ntp|hwmon|edac|md|systemd|filefd|vmstat|boot|power|thermal|uname)/,
    title: 'The machine reports it',
    note: NO_FAULT,
  },
  {
    metric: /^(?:prometheus|alertmanager|thanos|cortex|loki|promtail|grafana|otelcol)_/,
    title: 'A part of the observability stack itself is harmed',
    fault: 'down',
    note: 'what watches is harmed: say in an outage what must survive (docs/specification.md, outages.yaml)',
  },
  {
    metric: /_last_(?:success|run|backup|reload)|_success_timestamp|_completion_time|backup/,
    title: 'The job no longer runs',
    fault: 'hung',
    note: 'name the job',
  },
  {
    metric: /(?:request|response|http|grpc|rpc|latency|duration).*_(?:bucket|seconds|seconds_sum|milliseconds)$/i,
    expr: /histogram_quantile|quantile=|_sum\b/,
    title: 'A share of the answers is slow',
    fault: { id: 'add-latency', params: { latencyMs: 1_000 } },
    note: 'the part needs a Toxiproxy before it',
  },
  { metric: /./, expr: /["'](?:\^?\(?)4(?:29|2\.)/, title: 'More requests are sent than the limit allows', load: { faulty: false } },
  {
    metric: /(?:request|response|http|grpc|rpc)/i,
    expr: /["'][^"']*(?:5(?:\.|x|\[|\d|\\d)|error|fail|Internal|Unavailable)/,
    title: 'A share of the requests fails',
    load: { faulty: true },
  },
  {
    metric: /(?:errors?|failures?|failed|exceptions?|dropped|rejected|timeouts?)(?:_|$)/i,
    title: 'A share of the requests fails',
    load: { faulty: true },
  },
  {
    metric: /(?:requests?|responses?|connections|messages|events|records|bytes)(?:_|$)/i,
    title: 'More requests than usual are sent',
    load: { faulty: false },
  },
]
