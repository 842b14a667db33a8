import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { scrapeJobs } from '../../../config/configuration.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { parseDuration } from '../../../promql/duration.ts'
import { parsePromql } from '../../../promql/parse-promql.ts'
import { accepts, validRegex } from '../../../promql/compare-matchers.ts'
import { selectors } from '../../../promql/ast.ts'
import { nearest } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'scrape-jobs-are-accepted',
    needs: ['prometheus'],
    title: 'Prometheus accepts its jobs, and asks federations and probes for what they answer',
    failureTitle: 'Prometheus refuses a job, or asks for nothing',
    why: 'Prometheus does not start with a list that is none, a relabel step without its target, a discovery without a port or a file of another ending. /federate without match[] answers nothing, and a probe without its target probes nothing, while `up` is 1. https://prometheus.io/docs/prometheus/latest/configuration/configuration/',
    mend: 'In prometheus.yml, correct the key that the finding names.',
    example: 'metrics_path: /federate # and no params: { "match[]": [...] }',
  },
  *judge({ config, spec }) {
    for (const root of config.prometheus) {
      // What is specified is compared with its specification: prometheus-timeouts-fit.
      if (spec.rules.length === 0) yield* timeouts(root, scrapeJobs(config, root))
      yield* lists(root, ['rule_files', 'scrape_configs', 'scrape_config_files', 'remote_write', 'remote_read'])
      for (const owner of [root.get('global'), ...scrapeJobs(config, root)]) if (owner !== undefined) yield* protocols(owner)
      for (const job of scrapeJobs(config, root)) yield* judgeJob(job)
      for (const step of root.items('alerting', 'alert_relabel_configs')) yield* judgeStep(step)
      for (const kind of ['remote_write', 'remote_read'])
        for (const remote of root.items(kind)) {
          const url = remote.string('url') ?? ''
          if (!/^https?:\/\/[^/]+/.test(url) && !url.includes('$'))
            yield remark(kind, remote.near('url'), 'a URL: http://host:port/path', url || 'none')
        }
      const manager = root.items('alerting', 'alertmanagers').find((each) => (each.durationMs('timeout') ?? 1_000) < 100)
      if (manager !== undefined)
        yield warning(
          'alerting',
          manager.near('timeout'),
          'a timeout of seconds (10s by default)',
          `timeout: ${manager.string('timeout') ?? ''}`,
        )
    }
  },
}

/** Prometheus refuses a timeout above the interval; without one it is 10s, and no more than the interval. */
function* timeouts(root: Cursor, jobs: readonly Cursor[]): Generator<Remark> {
  const global = root.get('global')
  const usual = global?.string('scrape_interval') ?? '1m'
  for (const [name, at] of [['global', global] as const, ...jobs.map((job) => [job.string('job_name') ?? '', job] as const)]) {
    const interval = at?.string('scrape_interval') ?? usual
    const [timeoutMs, intervalMs] = [at?.durationMs('scrape_timeout'), parseDuration(interval)]
    if (at !== undefined && timeoutMs !== undefined && intervalMs !== undefined && timeoutMs > intervalMs)
      yield remark(
        name,
        at.near('scrape_timeout'),
        `scrape_timeout of at most ${interval}, the scrape_interval`,
        at.string('scrape_timeout') ?? '',
      )
  }
}

function* lists(owner: Cursor, keys: readonly string[]): Generator<Remark> {
  for (const key of keys) {
    const at = owner.get(key)
    if (at !== undefined && !at.isList() && (at.isMap() || (at.string() ?? '') !== ''))
      yield remark(key, at, `a list: ${key}: [...]`, at.isMap() ? 'a mapping' : (at.string() ?? ''))
  }
}

/** https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config */
const PROTOCOLS = ['PrometheusProto', 'OpenMetricsText0.0.1', 'OpenMetricsText1.0.0', 'PrometheusText0.0.4', 'PrometheusText1.0.0']

function* protocols(owner: Cursor): Generator<Remark> {
  const all = [...owner.items('scrape_protocols'), owner.get('fallback_scrape_protocol')].flatMap((each) => each ?? [])
  for (const at of all) {
    const text = at.string() ?? ''
    // Versions of tomorrow are known to a Prometheus of tomorrow.
    if (!PROTOCOLS.includes(text) && !text.includes('$') && !/^(?:OpenMetricsText|PrometheusText)[2-9]\.\d+\.\d+$/.test(text))
      yield remark(
        at.key === 'fallback_scrape_protocol' ? at.key : 'scrape_protocols',
        at,
        `one of ${PROTOCOLS.join(', ')}`,
        text || 'none',
      )
  }
}

function* judgeJob(job: Cursor): Generator<Remark> {
  yield* lists(job, ['static_configs', 'relabel_configs', 'metric_relabel_configs', 'file_sd_configs', 'dns_sd_configs'])
  for (const entry of job.items('static_configs')) yield* lists(entry, ['targets'])
  for (const kind of ['relabel_configs', 'metric_relabel_configs']) for (const step of job.items(kind)) yield* judgeStep(step)
  for (const sd of job.items('dns_sd_configs')) {
    const type = sd.string('type') ?? 'SRV'
    if (!/^(?:A|AAAA|SRV|MX|NS)$/i.test(type)) yield remark('dns_sd_configs', sd.near('type'), 'A, AAAA, MX, NS or SRV', type)
    else if (!/^SRV$/i.test(type) && !sd.has('port'))
      yield remark('dns_sd_configs', sd, `a port: a record of type ${type} has none`, 'no port')
  }
  for (const file of job.items('file_sd_configs').flatMap((sd) => sd.items('files')))
    if (!/\.(?:json|ya?ml)$/.test(file.string() ?? '') && !(file.string() ?? '').includes('$'))
      yield remark('file_sd_configs', file, 'a path that ends in .json, .yml or .yaml', file.string() ?? '')
  yield* federation(job)
  yield* probe(job)
}

const WITH_TARGET = /^(?:replace|hashmod|lowercase|uppercase|keepequal|dropequal)$/
/** Labels of Prometheus' own before the scrape; __tmp and __meta_* are free. */
const OWN = [
  '__address__',
  '__scheme__',
  '__metrics_path__',
  '__scrape_interval__',
  '__scrape_timeout__',
  '__param_target',
  '__param_module',
]

function* judgeStep(step: Cursor): Generator<Remark> {
  const regex = step.string('regex')
  if (regex !== undefined && !validRegex(regex)) yield remark('relabel_configs', step.near('regex'), 'a regular expression of RE2', regex)
  const action = (step.string('action') ?? 'replace').toLowerCase()
  if (WITH_TARGET.test(action) && (step.string('target_label') ?? '') === '')
    yield remark('relabel_configs', step, `target_label, which ${action} needs`, 'none: Prometheus does not start')
  if (action === 'hashmod' && !(Number(step.string('modulus') ?? '0') > 0))
    yield remark('relabel_configs', step.near('modulus'), 'a modulus above 0', step.string('modulus') ?? 'none: Prometheus does not start')
  const target = step.string('target_label') ?? ''
  const meant = /^__(?!tmp|meta_|param)/.test(target) && !OWN.includes(target) ? nearest(target, OWN, 2) : undefined
  if (meant !== undefined) yield remark('relabel_configs', step.near('target_label'), meant, target)
}

/** https://prometheus.io/docs/prometheus/latest/federation/ */
function* federation(job: Cursor): Generator<Remark> {
  if (job.string('metrics_path')?.endsWith('/federate') !== true) return
  const matches = job.items('params', 'match[]')
  if (matches.length === 0) {
    const near = job.pairs('params').find(([key]) => nearest(key, ['match[]'], 2) !== undefined)?.[1]
    yield remark(
      job.string('job_name') ?? '',
      near?.keyPlace() ?? job.near('metrics_path'),
      'params: { "match[]": [...] }',
      'none: it answers with nothing',
    )
  }
  for (const at of matches) {
    const parsed = parsePromql(at.string() ?? '')
    const [selector] = parsed.ok ? selectors(parsed.expr) : []
    if (!parsed.ok || selector === undefined)
      yield remark(job.string('job_name') ?? '', at, 'a selector: {job="node"}', at.string() ?? 'nothing')
    else if (selector.metric === null && selector.matchers.every((matcher) => accepts(matcher, '')))
      yield remark(job.string('job_name') ?? '', at, 'a matcher that does not match the empty value: {job=~".+"}', at.string() ?? '')
  }
}

/** https://github.com/prometheus/blackbox_exporter#prometheus-configuration */
function* probe(job: Cursor): Generator<Remark> {
  const path = job.string('metrics_path') ?? ''
  // What gets a module and the address as a parameter is a prober.
  const isProber =
    job.get('params', 'module') !== undefined &&
    job.items('relabel_configs').some((step) => step.string('target_label') === '__param_target')
  if (isProber && nearest(path, ['/probe'], 2) !== undefined)
    yield remark(job.string('job_name') ?? '', job.near('metrics_path'), '/probe', path)
  if (job.string('metrics_path')?.endsWith('/probe') !== true || job.get('params', 'target') !== undefined) return
  const targets = job.items('static_configs').flatMap((entry) => entry.items('targets'))
  const steps = job.items('relabel_configs')
  const [target] = targets
  if (target === undefined || steps.some((step) => step.string('target_label') === '__param_target')) return
  const near = steps.find((step) => nearest(step.string('target_label') ?? '', ['__param_target'], 3) !== undefined)
  yield remark(
    job.string('job_name') ?? '',
    near?.near('target_label') ?? job.near('metrics_path'),
    'relabel_configs from __address__ to __param_target',
    near?.string('target_label') ?? 'none: the exporter gets no target',
  )
}
