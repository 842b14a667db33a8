import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment, finds, lintBy, passes } from '../../../../testing/lint/lint-files.ts'
import type { ConfigText } from '../../../config/yaml/cursor.ts'

const [D, MYSQL, REDIS] = ['docker-compose.yaml', '[--mysqld.address=mysql:3306,', '--maxmemory, 64mb, ']

finds(
  'exporters-collect-metrics',
  'a collector that is switched off',
  {
    file: D,
    from: MYSQL,
    to: `[--no-collect.global_status, ${MYSQL.slice(1)}`,
    line: '--no-collect.global_status',
    expected: 'mysql_global_status_slow_queries',
  },
  {
    file: D,
    from: '--mysqld.username=root]',
    to: '--mysqld.username=root, --collect.global_status=false]',
    line: '--collect.global_status=false',
  },
)
finds(
  'exporters-collect-metrics',
  'a Redis without a limit',
  { file: D, from: REDIS, to: '', line: 'redis-server', subject: 'redis', expected: 'RedisHighMemory' },
  { file: D, from: '--maxmemory, 64mb', to: '--maxmemory, "0"', line: '--maxmemory, "0"' },
  { file: D, from: /\n {4}command: \[redis-server.*\]/, to: '', line: 'redis:7-alpine', subject: 'redis' },
  { file: D, from: /command: \[redis-server.*\]/, to: 'command: redis-server --maxmemory 0mb', line: '--maxmemory 0mb' },
)
passes('exporters-collect-metrics', 'a collector that no rule needs', D, MYSQL, `[--no-collect.global_variables, ${MYSQL.slice(1)}`)
passes('exporters-collect-metrics', 'a limit in a file', D, REDIS, '/etc/redis/redis.conf, ')

const LONG = '--long-query-time=1'
finds(
  'exporters-collect-metrics',
  'a time from which queries count as slow that none reaches, or every one',
  { file: D, from: LONG, to: '--long-query-time=0', line: '--long-query-time=0', observed: 'every query' },
  { file: D, from: LONG, to: '--long_query_time=20', subject: 'mysql', severity: 'warning', observed: '20 s: a service gives up' },
  { file: D, from: `    command: [${LONG}]\n`, to: '', subject: 'mysql', severity: 'warning', observed: '10 s by default' },
)
passes('exporters-collect-metrics', 'another time', D, LONG, '--long-query-time=0.5', {
  file: D,
  from: '--long-query-time=0.5',
  to: '--long-query-time=0',
})
passes('exporters-collect-metrics', 'an option file', D, `command: [${LONG}]`, 'configs: [{ source: jmx_exporter, target: /etc/my.cnf }]', {
  file: D,
  from: MYSQL,
  to: `[--no-collect.global_status, ${MYSQL.slice(1)}`,
})

finds('exporters-collect-metrics', 'metrics of another name', {
  file: 'docker-compose.yaml',
  from: 'REDIS_ADDR: redis://redis:6379\n',
  to: 'REDIS_ADDR: redis://redis:6379\n      REDIS_EXPORTER_NAMESPACE: cache\n',
  subject: 'redis-exporter',
  observed: 'its metrics are cache_*',
  line: 'NAMESPACE',
})

/** A node exporter with these flags, and a rule. */
async function ofNode(flags: string, expr: string): Promise<string[]> {
  const text = (file: string, content: string): ConfigText => ({ file, path: file, text: content, lineOffset: 0, columnOffset: 0 })
  const texts = [
    text('rules.yml', `groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: '${expr}'\n`),
    text('compose.yaml', `services:\n  node-exporter:\n    image: prom/node-exporter:v1.7.0\n    command: [${flags}]\n`),
  ]
  const { options } = await deployment()
  return lintBy(options, texts, 'exporters-collect-metrics').findings.map(({ severity, observed }) => `${severity} ${observed}`)
}

const STATE = 'node_systemd_unit_state{state="failed"} == 1'
for (const [flags, expr, expected] of [
  ['--no-collector.cpu', 'rate(node_cpu_seconds_total[5m]) > 1', /^error --no-collector.cpu/],
  ['--collector.disable-defaults', 'node_load1 > 1', /^error --collector.disable-defaults/],
  ['--collector.disable-defaults, --collector.cpu', 'node_load1 > 1', /^error --collector.disable-defaults/],
  ['--collector.disable-defaults, --collector.cpu, --collector.loadavg', 'node_load1 > 1', undefined],
  ['--collector.disable-defaults, --collector.textfile', 'node_reboot_required > 0', undefined],
  ['--path.rootfs=/host', STATE, /^warning a collector that is off by default/],
  ['--collector.systemd', STATE, undefined],
  ['--collector.systemd=true', STATE, undefined],
  ['--path.rootfs=/host', 'node_load1 > 1', undefined],
  ['--collector.filesystem.fs-types-exclude=^(ext4|xfs)$$', 'node_filesystem_avail_bytes{fstype="ext4"} < 1e9', /ext4\|xfs.*left out/],
  ['--collector.filesystem.mount-points-exclude=^/($$|/)', 'node_filesystem_avail_bytes{mountpoint="/"} < 1e9', /left out/],
  ['--collector.netdev.device-exclude=^eth.*', 'rate(node_network_receive_bytes_total{device="eth0"}[5m]) > 1e9', /left out/],
  ['--collector.netdev.device-exclude=^veth.*', 'rate(node_network_receive_bytes_total{device="eth0"}[5m]) > 1e9', undefined],
  ['--collector.diskstats.ignored-devices=^sd', 'rate(node_disk_io_time_seconds_total{device!="sda"}[5m]) > 0.9', undefined],
] as const)
  test(`exporters-collect-metrics: ${flags} and ${expr}`, async () => {
    const found = await ofNode(flags, expr)
    assert.equal(found.length, expected === undefined ? 0 : 1, found.join('\n'))
    if (expected !== undefined) assert.match(found[0] ?? '', expected)
  })
