import { remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { allScrapeJobs } from '../../../config/configuration.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'metrics-paths-agree',
    needs: ['workloads'],
    title: 'Programs are asked at the path that they answer at',
    failureTitle: 'A setting moves a program to a path at which no one asks it',
    why: 'An exporter with another telemetry path answers /metrics with a page or 404: its target is down for ever. A Prometheus with a route prefix answers nothing outside of it, its health check and the data source of Grafana included. https://prometheus.io/docs/prometheus/latest/command-line/prometheus/',
    mend: 'Remove the setting, or write the path into metrics_path of the scrape job, the health check and the URL of the data source.',
    example: 'mysqld-exporter:\n  command: [--web.telemetry-path=/m] # scraped at /metrics',
  },
  *judge(input) {
    for (const workload of input.config.workloads) {
      const exporter = exporterPath(workload)
      if (exporter !== undefined) yield* scraped(workload, exporter, input)
      const prefix = prefixOf(workload)
      if (prefix !== undefined) yield* prefixed(workload, prefix, input)
    }
  },
}

interface Setting {
  path: string
  text: string
  at: Cursor
}

const VARIABLES = ['REDIS_EXPORTER_WEB_TELEMETRY_PATH', 'PG_EXPORTER_WEB_TELEMETRY_PATH']

function exporterPath({ args, env }: Workload): Setting | undefined {
  const flag = args.flatMap(({ value, at }) => {
    const [, path] = /^-{1,2}web\.telemetry-path=(\S+)$/.exec(value) ?? []
    return path === undefined ? [] : [{ path, text: value, at }]
  })
  const variable = VARIABLES.flatMap((name) => {
    const found = env.get(name)
    return found === undefined ? [] : [{ path: found.value, text: `${name}=${found.value}`, at: found.at }]
  })
  return [...flag, ...variable].find(({ path }) => path !== '' && !path.includes('$'))
}

/** Prometheus and Alertmanager: the path of --web.external-url is the prefix, unless it is given by itself. */
function prefixOf({ image, args }: Workload): Setting | undefined {
  if (!/prom(?:etheus)?\/(?:prometheus|alertmanager)(?::|@|$)/.test(image)) return undefined
  const of = (flag: string): Setting | undefined => {
    const found = args.find(({ value }) => value.startsWith(`--web.${flag}=`))
    const text = found?.value.slice(flag.length + 7) ?? ''
    const path = flag === 'external-url' ? (/^https?:\/\/[^/]+(\/.*)?$/.exec(text)?.[1] ?? text.replace(/^[^/].*$/, '')) : text
    return found === undefined || text.includes('$') ? undefined : { path: path.replace(/\/$/, ''), text: found.value, at: found.at }
  }
  const prefix = of('route-prefix') ?? of('external-url')
  return prefix === undefined || prefix.path === '' ? undefined : prefix
}

function namesOf({ name, container, aliases = [] }: Workload): string[] {
  return [name, container, ...aliases]
}

function jobsAt(workload: Workload, { config }: LintInput): Cursor[] {
  const names = namesOf(workload)
  const isSelf = /prom(?:etheus)?\/prometheus(?::|@|$)/.test(workload.image)
  return allScrapeJobs(config)
    .filter((job) => !job.has('relabel_configs'))
    .filter((job) =>
      job
        .items('static_configs')
        .flatMap((entry) => entry.strings('targets'))
        .some((target) => names.includes(target.split(':')[0] ?? '') || (isSelf && /^(?:localhost|127\.0\.0\.1):9090$/.test(target))),
    )
}

function* scraped(workload: Workload, { path, text, at }: Setting, input: LintInput): Generator<Remark> {
  const asked = jobsAt(workload, input).map((job) => ({
    path: job.string('metrics_path') ?? '/metrics',
    job: job.string('job_name') ?? '',
  }))
  const wrong = asked.find((each) => each.path !== path)
  if (wrong !== undefined) yield remark(workload.name, at, `${wrong.path}, at which the job ${wrong.job} scrapes it`, text)
}

function* prefixed(workload: Workload, { path, text, at }: Setting, input: LintInput): Generator<Remark> {
  const outside = (asked: string): boolean => asked !== path && !asked.startsWith(`${path}/`)
  const jobs = jobsAt(workload, input).flatMap((job) => {
    const asked = job.string('metrics_path') ?? '/metrics'
    return outside(asked) ? [`the job ${job.string('job_name') ?? ''} (${asked})`] : []
  })
  const test = workload.at.get('healthcheck', 'test')
  const words = test?.isList() === true ? test.strings().join(' ') : (test?.string() ?? '')
  const health = [...words.matchAll(/https?:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?(\/[^\s"']*)?/g)].flatMap(([, asked = '/']) =>
    outside(asked) ? [`its health check (${asked})`] : [],
  )
  const names = namesOf(workload)
  const sources = input.config.datasources
    .flatMap((root) => root.items('datasources'))
    .flatMap((source) => {
      const [, host = '', asked = ''] = /^https?:\/\/([^/:]+)(?::\d+)?(\/.*)?$/.exec(source.string('url') ?? '') ?? []
      return names.includes(host) && outside(asked.replace(/\/$/, '')) ? [`the data source ${source.string('name') ?? ''}`] : []
    })
  const askers = [...jobs, ...health, ...sources]
  if (askers.length > 0)
    yield remark(workload.name, at, `no prefix: ${askers.join(', ')} asks outside of it`, `${text}: it answers below ${path} alone`)
}
