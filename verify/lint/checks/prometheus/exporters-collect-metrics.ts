import { remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { selectors } from '../../../promql/ast.ts'
import { parsePromql } from '../../../promql/parse-promql.ts'
import { mayFind } from '../../../text/re2.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

/** Metrics by collector; others are named by the collector itself. https://github.com/prometheus/mysqld_exporter/tree/v0.16.0#collector-flags */
const MYSQL: Record<string, RegExp> = {
  'global_status': /^mysql_global_status_/,
  'global_variables': /^mysql_global_variables_/,
  'slave_status': /^mysql_slave_status_/,
  'info_schema.innodb_cmp': /^mysql_info_schema_innodb_cmp_/,
  'info_schema.innodb_cmpmem': /^mysql_info_schema_innodb_cmpmem_/,
  'info_schema.query_response_time': /^mysql_info_schema_query_response_time_/,
}
/** https://github.com/prometheus/node_exporter#collectors */
const NODE: Record<string, RegExp> = {
  filesystem: /^node_filesystem_/,
  meminfo: /^node_memory_/,
  loadavg: /^node_load\d/,
  diskstats: /^node_disk_/,
  netdev: /^node_network_(receive|transmit)_/,
  stat: /^node_(boot_time|context_switches|forks|intr|procs)_/,
  uname: /^node_uname_info/,
  cpu: /^node_cpu_(?!frequency|scaling)/,
  cpufreq: /^node_cpu_(?:frequency|scaling)_/,
  netclass: /^node_network_(?!receive|transmit)/,
  mdadm: /^node_md_/,
  conntrack: /^node_nf_conntrack_/,
  powersupplyclass: /^node_power_supply_/,
  tcpstat: /^node_tcp_connection_states/,
  ...Object.fromEntries(
    ['systemd', 'processes', 'netstat', 'vmstat', 'sockstat', 'pressure', 'hwmon', 'filefd', 'entropy', 'timex', 'interrupts'].map(
      (each) => [each, new RegExp(`^node_${each}_`)],
    ),
  ),
}

export const check: Check = {
  meta: {
    id: 'exporters-collect-metrics',
    needs: ['workloads', 'rules'],
    title: 'Exporters and servers are set up for the metrics that rules use',
    failureTitle: 'A setting switches off a metric that a rule uses',
    why: 'The target is up and the rule is loaded, and its series does not exist or is 0: the rule can never fire.',
    mend: 'In the compose file, remove the flag that switches the collector off, or set the limit that the metric reports (redis-server --maxmemory).',
    example: 'command: [--no-collect.global_status] # and a rule with mysql_global_status_slow_queries',
  },
  *judge(input) {
    const { config } = input
    for (const workload of config.workloads) {
      for (const { value, at } of workload.args) yield* flag(input, workload, value, at)
      if (/node[-_]exporter/.test(workload.image)) {
        yield* switchedOn(input, workload)
        yield* ofTheHost(workload)
      }
      if (/(^|\/)redis(:|@|$)/.test(workload.image)) yield* redis(input, workload)
      if (/redis_exporter/.test(workload.image)) yield* namespace(input, workload)
      if (/(^|\/)mysql(-server)?(:|@|$)/.test(workload.image)) yield* mysql(input, workload)
    }
  },
}

function* flag(input: LintInput, workload: Workload, value: string, at: Cursor): Generator<Remark> {
  const off = /^--no-collect(?:or)?\.([\w.]+)$/.exec(value)?.[1] ?? /^--collect(?:or)?\.([\w.]+)=false$/.exec(value)?.[1]
  const isMysql = /mysqld?[-_]exporter/.test(workload.image)
  const isNode = /node[-_]exporter/.test(workload.image)
  if (isNode) yield* excluded(input, workload, value, at)
  const all = isNode && value === '--collector.disable-defaults'
  if ((off === undefined && !all) || (!isMysql && !isNode)) return
  const on = workload.args.flatMap((arg) => /^--collector\.([a-z_]+)$/.exec(arg.value)?.[1] ?? [])
  // What another collector makes, of scripts say, is not known.
  const isLost = (name: string): boolean => Object.entries(NODE).some(([collector, own]) => own.test(name) && !on.includes(collector))
  const metrics = isMysql ? MYSQL[off ?? ''] : NODE[off ?? '']
  const prefix = `${isMysql ? 'mysql' : 'node'}_${(off ?? '').replaceAll('.', '_')}_`
  const used = uses(input, (name) => (all ? isLost(name) : (metrics?.test(name) ?? name.startsWith(prefix))))
  if (used !== undefined)
    yield remark(workload.name, at, `${used.metric}, which the rule ${used.alert} uses`, `${value}: the series does not exist`)
}

/** Collectors that are off unless they are switched on. https://github.com/prometheus/node_exporter#disabled-by-default */
const OFF_BY_DEFAULT = ['systemd', 'processes', 'tcpstat', 'interrupts', 'ntp', 'supervisord', 'logind', 'mountstats']

/** A collector that a rule needs and none of the flags switches on. */
function* switchedOn(input: LintInput, workload: Workload): Generator<Remark> {
  const others = input.config.workloads.filter(({ image }) => /node[-_]exporter/.test(image)).length > 1
  if (others || workload.at.has('build') || workload.args.some(({ value }) => value.includes('$') || /^-c$|\.sh\b/.test(value))) return
  for (const collector of OFF_BY_DEFAULT) {
    const used = uses(input, (name) => NODE[collector]?.test(name) ?? name.startsWith(`node_${collector}_`))
    if (used === undefined || workload.args.some(({ value }) => new RegExp(`^--collector\\.${collector}(?:=true)?$`).test(value))) continue
    yield warning(
      workload.name,
      workload.at.near('command'),
      `--collector.${collector}, for ${used.metric} in the rule ${used.alert}`,
      'a collector that is off by default: the series does not exist',
    )
  }
}

/** Where it looks for the host, and nothing of it is mounted. https://github.com/prometheus/node_exporter#docker */
function* ofTheHost({ name, args, mounts }: Workload): Generator<Remark> {
  for (const { value, at } of args) {
    const [, flag = '', path = ''] = /^--path\.(procfs|sysfs|rootfs)=(\/[\w./-]+)$/.exec(value) ?? []
    if (path === '' || path === '/proc' || path === '/sys' || mounts.length === 0) continue
    const isMounted = mounts.some(
      ({ target }) => path === target.replace(/(?<=.)\/$/, '') || path.startsWith(`${target.replace(/\/$/, '')}/`),
    )
    if (!isMounted)
      yield remark(
        name,
        at,
        `a mount at ${path}`,
        `--path.${flag} where nothing is mounted (${mounts.map(({ target }) => target).join(', ')})`,
      )
  }
}

/** What a filter leaves out, and the label that holds it. https://github.com/prometheus/node_exporter#include--exclude-flags */
const FILTERS: readonly (readonly [flag: RegExp, metric: RegExp, label: string])[] = [
  [/^--collector\.filesystem\.(?:fs-types-exclude|ignored-fs-types)=(.+)$/, /^node_filesystem_/, 'fstype'],
  [/^--collector\.filesystem\.(?:mount-points-exclude|ignored-mount-points)=(.+)$/, /^node_filesystem_/, 'mountpoint'],
  [/^--collector\.netdev\.(?:device-exclude|device-blacklist|ignored-devices)=(.+)$/, /^node_network_(?:receive|transmit)_/, 'device'],
  [/^--collector\.diskstats\.(?:device-exclude|ignored-devices)=(.+)$/, /^node_disk_/, 'device'],
]

/** A rule that asks for what a filter of the exporter leaves out. */
function* excluded(input: LintInput, workload: Workload, value: string, at: Cursor): Generator<Remark> {
  for (const [flag, metrics, label] of FILTERS) {
    const written = flag
      .exec(value)?.[1]
      ?.replaceAll('$$', '$')
      .replace(/^(['"])(.*)\1$/, '$2')
    if (written === undefined) continue
    for (const { alert, selectors: all } of input.config.rules)
      for (const { metric, matchers } of all) {
        const own = matchers.find((each) => each.label === label && each.op === '=' && each.value !== '')
        if (metric === null || own === undefined || !metrics.test(metric)) continue
        // Unlike a matcher's it need not meet the whole text.
        if (!mayFind(written, own.value)) continue
        yield remark(workload.name, at, `${metric}{${label}="${own.value}"}, which the rule ${alert} uses`, `${written}: it is left out`)
        return
      }
  }
}

/** What the names of its metrics begin with. https://github.com/oliver006/redis_exporter#command-line-flags */
function* namespace(input: LintInput, workload: Workload): Generator<Remark> {
  const flag = workload.args.find(({ value }) => /^-{1,2}namespace=/.test(value))
  const given = flag === undefined ? workload.env.get('REDIS_EXPORTER_NAMESPACE') : { ...flag, value: flag.value.split('=')[1] ?? '' }
  const used = uses(input, (name) => name.startsWith('redis_'))
  if (given !== undefined && used !== undefined && given.value !== 'redis' && !given.value.includes('$'))
    yield remark(
      workload.name,
      given.at,
      `redis, for ${used.metric} in the rule ${used.alert}`,
      `${given.value}: its metrics are ${given.value}_*`,
    )
}

/** Without maxmemory redis_memory_max_bytes is 0: the share of it is infinite, or nothing where the rule guards the division. */
function* redis(input: LintInput, workload: Workload): Generator<Remark> {
  const used = uses(input, (name) => name === 'redis_memory_max_bytes' || name === 'redis_config_maxmemory')
  const words = workload.args.flatMap(({ value, at }) => value.split(/\s+/).map((word) => ({ word, at })))
  const isElsewhere = words.some(({ word }) => /\.conf$/.test(word)) || workload.at.has('entrypoint') || workload.at.has('build')
  if (used === undefined || isElsewhere) return
  const index = words.findIndex(({ word }) => word === '--maxmemory')
  const limit = words[index + 1]
  if (index >= 0 && limit !== undefined && !/^0+[a-z]*$/i.test(limit.word) && !limit.word.startsWith('--')) return
  yield remark(
    workload.name,
    limit !== undefined && index >= 0 ? limit.at : workload.at.near('command'),
    `--maxmemory, for ${used.metric} in the rule ${used.alert}`,
    index >= 0 ? `--maxmemory ${limit?.word ?? ''}: no limit` : 'no --maxmemory: the metric is 0 and the rule can never fire',
  )
}

/** What no one waits for: services give up after seconds. MySQL's own default is 10 s. */
const LONG_S = 10

/** https://dev.mysql.com/doc/refman/8.0/en/server-system-variables.html#sysvar_long_query_time */
function* mysql(input: LintInput, workload: Workload): Generator<Remark> {
  const used = uses(input, (name) => name === 'mysql_global_status_slow_queries')
  if (used === undefined || workload.at.has('entrypoint') || workload.at.has('build')) return
  // An option file may set it.
  if (workload.mounts.some(({ target }) => /\.cnf$|\/etc\/my/.test(target)) || workload.at.items('configs').length > 0) return
  const flag = workload.args.find(({ value }) => /^--long[-_]query[-_]time=/.test(value))
  const seconds = flag === undefined ? LONG_S : Number(flag.value.split('=')[1])
  const at = flag?.at ?? workload.at.near('command')
  if (seconds === 0)
    yield remark(workload.name, at, `a time above 0, for ${used.metric} in the rule ${used.alert}`, '0: every query counts as slow')
  else if (seconds > LONG_S || (seconds === LONG_S && isDrilled(input, workload)))
    yield warning(
      workload.name,
      at,
      `--long-query-time of a few seconds, for ${used.metric} in the rule ${used.alert}`,
      `${seconds} s${flag === undefined ? ' by default' : ''}: a service gives up before, and no query of it is counted`,
    )
}

/** The specification has slow queries made in it. */
function isDrilled({ spec }: LintInput, { name }: Workload): boolean {
  const faults = spec.rules.flatMap(({ experiments }) => experiments.flatMap(({ fire, quiet }) => [fire.fault, quiet?.fault]))
  return faults.some((fault) => fault?.id === 'slow-queries' && fault.target === name)
}

/** A rule, or one that reads the series recorded from it, that selects such a metric. */
function uses({ config }: LintInput, isIt: (metric: string) => boolean): { alert: string; metric: string } | undefined {
  for (const { alert, expr } of [...config.rules, ...config.recordings.map((each) => ({ alert: each.record, expr: each.expr }))]) {
    const parsed = parsePromql(expr)
    const metric = parsed.ok ? selectors(parsed.expr).find((each) => each.metric !== null && isIt(each.metric))?.metric : undefined
    if (metric !== undefined && metric !== null) return { alert, metric }
  }
  return undefined
}
