import { extraRule, finds, passesRule } from '../../../../testing/lint/lint-files.ts'

const ID = 'rule-label-values-exist'

finds(
  ID,
  "a value of another case, a slip, a word of one's own",
  { ...extraRule('avg(rate(node_cpu_seconds_total{mode="Idle"}[5m])) < 0.1'), expected: 'mode="idle"' },
  { ...extraRule('rate(node_cpu_seconds_total{mode="io_wait"}[5m]) > 0.2'), observed: 'no series has it' },
  { ...extraRule('rate(node_cpu_seconds_total{mode=~"user|sistem"}[5m]) > 0.5'), observed: 'no series has sistem' },
  { ...extraRule('sum(rate(node_cpu_seconds_total{mode!="IDLE"}[5m])) > 3'), message: 'excludes nothing' },
  { ...extraRule('kube_pod_status_phase{phase="failed"} > 0'), expected: 'phase="Failed"' },
  { ...extraRule('kube_node_status_condition{condition="ready",status="true"} == 0'), expected: 'condition="Ready"' },
  { ...extraRule('kube_node_status_condition{condition="Ready",status="True"} == 0'), expected: 'status="true"' },
  { ...extraRule('kube_pod_container_status_waiting_reason{reason="CrashLoopBackoff"} > 0'), expected: 'CrashLoopBackOff' },
  { ...extraRule('node_systemd_unit_state{state="broken"} == 1'), expected: 'active, activating' },
  { ...extraRule('absent(elasticsearch_cluster_health_status{color="amber"})'), message: 'always fires' },
)
const FAULT = 'rate(node_cpu_seconds_total{mode="Idle"}[5m]) > 0.9'
for (const expr of [
  'rate(node_cpu_seconds_total{mode="idle"}[5m]) > 0.9',
  'rate(node_cpu_seconds_total{mode!~"idle|iowait|steal"}[5m]) > 0.9',
  'rate(node_cpu_seconds_total{mode=~"i.*"}[5m]) > 0.9',
  'jvm_memory_usage_used_bytes{area="Heap"} > 1e9',
  'rate(shop_cpu_seconds_total{mode="Idle"}[5m]) > 0.9',
  'kube_node_status_condition{condition="KernelDeadlock",status="true"} == 1',
  'kube_pod_container_status_waiting_reason{reason="RunContainerError"} > 0',
  'node_filesystem_avail_bytes{fstype!~"tmpfs|fuse.lxcfs|squashfs|vfat"} < 1e9',
  'node_filesystem_avail_bytes{fstype="apfs"} < 1e9',
])
  passesRule(ID, expr, FAULT)
