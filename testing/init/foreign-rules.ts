/** Test code: alert rules of other platforms, in the style of public collections, one of each shape that these have. */
export const FOREIGN_RULES = String.raw`groups:
  - name: node
    interval: 30s
    rules:
      - record: instance:node_cpu:busy
        expr: 1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))
      - { alert: NodeDown, expr: 'up{job="node"} == 0', for: 3m, labels: { severity: critical }, annotations: { summary: 'Node {{ $labels.instance }} is down' } }
      - { alert: NodeCpuHigh, expr: 'instance:node_cpu:busy > 0.9', for: 10m, labels: { severity: warning } }
      - { alert: NodeLoadHigh, expr: 'node_load15 / count without (cpu, mode) (node_cpu_seconds_total{mode="idle"}) > 2', for: 15m, labels: { severity: warning } }
      - alert: NodeFilesystemAlmostFull
        expr: |
          (
            node_filesystem_avail_bytes{fstype!=""} / node_filesystem_size_bytes{fstype!=""} * 100 < 5
          and
            node_filesystem_readonly{fstype!=""} == 0
          )
        for: 30m
        labels: { severity: critical, team: infra }
        annotations:
          summary: Filesystem has less than 5% space left.
          description: 'Filesystem on {{ $labels.device }} at {{ $labels.instance }} has only {{ printf "%.2f" $value }}% available space left.'
      - { alert: NodeDiskWillFill, expr: 'predict_linear(node_filesystem_free_bytes{mountpoint="/"}[6h], 4 * 3600) < 0', for: 1h, labels: { severity: page } }
      - { alert: NodeMemoryLow, expr: 'node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.1', for: 5m, labels: { severity: warning } }
      - { alert: NodeSwapping, expr: 'rate(node_vmstat_pswpin[5m]) + rate(node_vmstat_pswpout[5m]) > 1000', for: 5m, labels: { severity: warning } }
      - { alert: NodeClockSkew, expr: '(node_timex_offset_seconds > 0.05 and deriv(node_timex_offset_seconds[5m]) >= 0) or (node_timex_offset_seconds < -0.05 and deriv(node_timex_offset_seconds[5m]) <= 0)', for: 10m, labels: { severity: warning } }
      - { alert: NodeNetworkErrors, expr: 'increase(node_network_receive_errs_total[2m]) > 10', for: 1h, labels: { severity: warning } }
      - { alert: NodeRebooted, expr: 'changes(node_boot_time_seconds[15m]) > 0', labels: { severity: info } }
      - { alert: NodeFileDescriptors, expr: 'node_filefd_allocated * 100 / node_filefd_maximum > 70', for: 15m, labels: { severity: warning } }
      - { alert: NodeSystemdFailed, expr: 'node_systemd_unit_state{state="failed"} == 1', for: 5m, labels: { severity: warning } }
      - { alert: NodeTemperature, expr: 'node_hwmon_temp_celsius > 75 unless on (instance) node_hwmon_sensor_label{label="ignored"}', for: 5m, labels: { severity: warning } }
      - { alert: NodeMissing, expr: 'absent(up{job="node"})', for: 10m, labels: { severity: critical } }
      - { alert: NodeConntrackFull, expr: '(node_nf_conntrack_entries / node_nf_conntrack_entries_limit) > 0.75', labels: { severity: warning } }
  - name: probes
    rules:
      - { alert: ProbeFailed, expr: 'probe_success == 0', for: 2m, labels: { severity: critical }, annotations: { summary: '{{ $labels.instance }} does not answer' } }
      - { alert: CertificateRunsOut, expr: 'probe_ssl_earliest_cert_expiry - time() < 86400 * 14', labels: { severity: warning } }
      - { alert: ProbeSlow, expr: 'avg_over_time(probe_duration_seconds[5m]) > 2', for: 5m, labels: { severity: warning } }
      - { alert: ProbeStatus, expr: 'probe_http_status_code != 200', for: 1m, labels: { severity: warning } }
      - { alert: ProbeFlaps, expr: 'avg_over_time(probe_success[1h]) < 0.95 and avg_over_time(probe_success[1h]) > 0', for: 5m, labels: { severity: info } }
  - name: web
    rules:
      - { alert: HttpErrorShare, expr: 'sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) / sum by (job) (rate(http_requests_total[5m])) > 0.05', for: 5m, labels: { severity: critical, team: web } }
      - { alert: HttpLatency, expr: 'histogram_quantile(0.99, sum by (le, job) (rate(http_request_duration_seconds_bucket[5m]))) > 1', for: 10m, labels: { severity: warning, team: web } }
      - { alert: HttpTooManyRequests, expr: 'sum by (job) (rate(http_requests_total{code="429"}[5m])) > 10', for: 5m, labels: { severity: warning, team: web } }
      - { alert: HttpTraffic, expr: 'sum(rate(http_requests_total[5m])) < 0.5 * sum(rate(http_requests_total[5m] offset 1w))', for: 30m, labels: { severity: warning } }
      - { alert: HttpNoTraffic, expr: 'sum(rate(http_requests_total[10m])) == 0 or absent(http_requests_total)', for: 10m, labels: { severity: critical } }
      - alert: ErrorBudgetBurn
        expr: |-
          (
            sum(rate(http_requests_total{code=~"5.."}[1h])) / sum(rate(http_requests_total[1h])) > (14.4 * 0.001)
          and
            sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > (14.4 * 0.001)
          )
        labels: { severity: page, slo: availability }
        annotations: { summary: 'Burns {{ $value | humanizePercentage }} of the requests' }
      - { alert: NginxDown, expr: 'nginx_up == 0', for: 1m, labels: { severity: critical } }
      - { alert: ApdexLow, expr: '(sum(rate(http_request_duration_seconds_bucket{le="0.25"}[5m])) + sum(rate(http_request_duration_seconds_bucket{le="1"}[5m]))) / 2 / sum(rate(http_request_duration_seconds_count[5m])) < 0.9', for: 10m, labels: { severity: warning } }
  - name: databases
    rules:
      - { alert: RedisDown, expr: 'redis_up == 0', for: 1m, labels: { severity: critical, team: db } }
      - { alert: RedisMemory, expr: 'redis_memory_used_bytes / redis_memory_max_bytes * 100 > 90 and redis_memory_max_bytes > 0', for: 5m, labels: { severity: warning, team: db } }
      - { alert: RedisReplicaLost, expr: 'delta(redis_connected_slaves[5m]) < 0', labels: { severity: critical, team: db } }
      - { alert: RedisRejects, expr: 'increase(redis_rejected_connections_total[1m]) > 0', labels: { severity: critical, team: db } }
      - { alert: MysqlDown, expr: 'mysql_up == 0', for: 1m, labels: { severity: critical, team: db } }
      - { alert: MysqlSlow, expr: 'increase(mysql_global_status_slow_queries[5m]) > 20', for: 5m, labels: { severity: warning, team: db } }
      - { alert: MysqlConnections, expr: 'max_over_time(mysql_global_status_threads_connected[1m]) / mysql_global_variables_max_connections * 100 > 80', for: 2m, labels: { severity: warning, team: db } }
      - { alert: MysqlReplicaLag, expr: '(mysql_slave_status_seconds_behind_master - mysql_slave_status_sql_delay) > 30', for: 1m, labels: { severity: critical, team: db } }
      - { alert: PostgresDown, expr: 'pg_up == 0', labels: { severity: critical, team: db } }
      - { alert: PostgresLag, expr: 'pg_replication_lag_seconds > 30 and ON (instance) pg_replication_is_replica == 1', for: 2m, labels: { severity: critical, team: db } }
      - { alert: PostgresConnections, expr: 'sum by (instance, job, server) (pg_stat_activity_count) > min by (instance, job, server) (pg_settings_max_connections * 0.8)', for: 2m, labels: { severity: warning, team: db } }
      - { alert: PostgresDeadlocks, expr: 'increase(pg_stat_database_deadlocks{datname!~"template.*|postgres"}[1m]) > 5', labels: { severity: warning, team: db } }
      - { alert: ElasticRed, expr: 'elasticsearch_cluster_health_status{color="red"} == 1', labels: { severity: critical, team: db } }
  - name: queues
    rules:
      - { alert: RabbitQueueLong, expr: 'sum by (queue) (rabbitmq_queue_messages_ready) > 1000', for: 2m, labels: { severity: warning } }
      - { alert: KafkaLag, expr: 'sum by (consumergroup, topic) (kafka_consumergroup_lag) > 5000', for: 5m, keep_firing_for: 10m, labels: { severity: warning } }
      - { alert: KafkaUnderReplicated, expr: 'sum(kafka_topic_partition_under_replicated_partition) > 0', for: 1m, labels: { severity: critical } }
      - { alert: QueueNotDrained, expr: 'min_over_time(orders_queue_length[30m]) > 0', for: 5m, labels: { severity: warning } }
      - { alert: DeadLetters, expr: 'rabbitmq_queue_messages{queue=~".*dead.*"} > 0 and on (queue) (rabbitmq_queue_consumers == 0)', labels: { severity: info } }
  - name: kubernetes
    rules:
      - { alert: PodRestarts, expr: 'increase(kube_pod_container_status_restarts_total[10m]) > 3', for: 2m, labels: { severity: warning } }
      - { alert: PodNotReady, expr: 'sum by (namespace, pod) (max by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Unknown"}) * on (namespace, pod) group_left (owner_kind) topk by (namespace, pod) (1, max by (namespace, pod, owner_kind) (kube_pod_owner{owner_kind!="Job"}))) > 0', for: 15m, labels: { severity: warning } }
      - { alert: DeploymentMismatch, expr: '(kube_deployment_spec_replicas != kube_deployment_status_replicas_available) and (changes(kube_deployment_status_replicas_updated[10m]) == 0)', for: 15m, labels: { severity: warning } }
      - { alert: StatefulSetMismatch, expr: 'kube_statefulset_status_replicas_ready != kube_statefulset_status_replicas', for: 15m, labels: { severity: warning } }
      - { alert: HpaAtMax, expr: 'kube_horizontalpodautoscaler_status_current_replicas == kube_horizontalpodautoscaler_spec_max_replicas', for: 15m, labels: { severity: info } }
      - { alert: ContainerCpu, expr: '(sum by (pod) (rate(container_cpu_usage_seconds_total{container!=""}[5m])) / sum by (pod) (container_spec_cpu_quota{container!=""} / container_spec_cpu_period{container!=""})) > 0.8', for: 5m, labels: { severity: warning } }
      - { alert: JobFailed, expr: 'kube_job_failed > 0', for: 15m, labels: { severity: warning } }
      - { alert: VolumeFull, expr: 'kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.03 and kubelet_volume_stats_used_bytes > 0 unless on (namespace, persistentvolumeclaim) kube_persistentvolumeclaim_labels{label_excluded_from_alerts="true"} == 1', for: 1m, labels: { severity: critical } }
      - { alert: NodeNotReady, expr: 'kube_node_status_condition{condition="Ready",status="true"} == 0', for: 15m, labels: { severity: warning } }
  - name: jvm
    rules:
      - { alert: JvmHeapFull, expr: '(sum by (instance) (jvm_memory_used_bytes{area="heap"}) / sum by (instance) (jvm_memory_max_bytes{area="heap"})) * 100 > 80', for: 2m, labels: { severity: warning } }
      - { alert: JvmGcTime, expr: 'rate(jvm_gc_pause_seconds_sum[5m]) / rate(jvm_gc_pause_seconds_count[5m]) > 0.5', for: 5m, labels: { severity: warning } }
      - { alert: ThreadPoolBusy, expr: '5 < executor_active_threads', for: 5m, labels: { severity: warning } }
  - name: monitoring
    limit: 10
    rules:
      - { alert: Watchdog, expr: 'vector(1)', labels: { severity: none }, annotations: { summary: 'Always fires.' } }
      - { alert: PrometheusReloadFailed, expr: 'max_over_time(prometheus_config_last_reload_successful{job="prometheus"}[5m]) == 0', for: 10m, labels: { severity: critical } }
      - { alert: PrometheusNotifies, expr: 'rate(prometheus_notifications_dropped_total[5m]) > 0', for: 15m, labels: { severity: warning } }
      - { alert: PrometheusRuleFailures, expr: 'increase(prometheus_rule_evaluation_failures_total[5m]) > 0', for: 15m, labels: { severity: critical } }
      - { alert: TargetMissing, expr: '100 * (count by (job) (up == 0) / count by (job) (up)) > 10', for: 10m, labels: { severity: warning } }
      - { alert: AllTargetsGone, expr: 'sum by (job) (up) == 0', labels: { severity: critical } }
      - { alert: AlertmanagerDisagrees, expr: 'count_values by (job) ("config_hash", alertmanager_config_hash) > 1', for: 20m, labels: { severity: critical } }
      - { alert: BackupOld, expr: 'time() - backup_last_success_timestamp_seconds > 24 * 60 * 60', for: 1h, labels: { severity: warning } }
      - { alert: BatchSlow, expr: 'quantile_over_time(0.9, batch_duration_seconds[1h:5m]) > 300', labels: { severity: warning } }
      - { alert: AnomalousTraffic, expr: 'abs((sum(rate(http_requests_total[5m])) - avg_over_time(sum(rate(http_requests_total[5m]))[1d:5m])) / stddev_over_time(sum(rate(http_requests_total[5m]))[1d:5m])) > 3', for: 15m, labels: { severity: info } }
      - { alert: VersionsDiffer, expr: 'count(count by (version) (app_build_info)) > 1', for: 1h, labels: { severity: info } }
      - { alert: LabelReplaced, expr: 'label_replace(up{job="web"}, "host", "$1", "instance", "(.*):.*") == 0', for: 5m, labels: { severity: warning } }
      - { alert: OnlyThere, expr: 'app_maintenance_mode', labels: { severity: info } }
      - { alert: BoolSum, expr: 'sum(up == bool 0) > 2', for: 5m, labels: { severity: critical } }
      - { alert: Sum Of Parts, expr: 'app_part_a + app_part_b != app_whole', for: 5m, labels: { severity: info } }
`

/** Rules that a specification cannot have, each with words of the reason. */
export const NOT_EXPRESSED: readonly [alert: string, rule: string, reason: RegExp][] = [
  [
    'Twice',
    `{ alert: Twice, expr: 'a > 1', labels: { severity: page } }\n      - { alert: Twice, expr: 'b > 1', labels: { severity: page } }`,
    /one of each name/,
  ],
  ['高い', `{ alert: 高い, expr: 'a > 1' }`, /no letter from a to z/],
  ['Disk-Full', `{ alert: DiskFull, expr: 'a > 1' }\n      - { alert: Disk-Full, expr: 'b > 1' }`, /its file would be that of DiskFull/],
  ['MetricsQl', `{ alert: MetricsQl, expr: 'increase(a[5m]) > 1 keep_metric_names' }`, /no PromQL/],
  ['Never', `{ alert: Never, expr: 'a > Inf' }`, /no finite number/],
]

/** A route tree with what a list has not: nested routes, continue at several depths, regular expressions, times. */
export const FOREIGN_ROUTES = String.raw`global: { resolve_timeout: 5m }
route:
  receiver: default
  group_by: [alertname, cluster]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 12h
  routes:
    - receiver: 'null'
      matchers: ['alertname = "Watchdog"']
    - receiver: audit
      matchers: ['severity =~ "critical|page"']
      continue: true
      group_by: ['...']
      group_wait: 0s
    - receiver: db
      matchers: ['team = "db"']
      routes:
        - receiver: db-pager
          matchers: ['severity = "critical"']
          continue: true
          repeat_interval: 1h
        - receiver: db-chat
          matchers: ['severity =~ "critical|warning"']
          mute_time_intervals: [nights]
    - receiver: web
      match: { team: web }
      continue: true
      routes:
        - { receiver: web-pager, match: { severity: critical } }
        - { receiver: web-chat, match_re: { severity: 'warn.*' } }
    - receiver: pager
      matchers: ['severity = "critical"', 'team != "web"']
receivers:
  - name: default
    webhook_configs: [{ url: 'http://127.0.0.1:9199/default' }]
  - name: 'null'
  - name: audit
    webhook_configs: [{ url: 'http://127.0.0.1:9199/audit', send_resolved: false }]
  - name: db
    email_configs: [{ to: db@example.org, from: a@example.org, smarthost: 'mail.example.org:25' }]
  - name: db-pager
    pagerduty_configs: [{ routing_key: secret }]
    webhook_configs: [{ url: 'http://127.0.0.1:9199/db-pager' }]
  - name: db-chat
    slack_configs: [{ api_url: 'https://hooks.example.org/x', channel: '#db' }]
  - name: web
    webhook_configs: [{ url: 'http://127.0.0.1:9199/web' }]
  - name: web-pager
    opsgenie_configs: [{ api_key: secret }]
  - name: web-chat
    telegram_configs: [{ bot_token: secret, chat_id: 1 }]
  - name: pager
    webhook_configs: [{ url: 'http://127.0.0.1:9199/pager' }]
inhibit_rules:
  - source_matchers: ['alertname = "NodeDown"']
    target_matchers: ['severity =~ "warning|info"']
    equal: [instance]
  - source_match: { severity: critical }
    target_match: { severity: warning }
    equal: [alertname, instance]
time_intervals:
  - name: nights
    time_intervals: [{ times: [{ start_time: '22:00', end_time: '24:00' }] }]
`
