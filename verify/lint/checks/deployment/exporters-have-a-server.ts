import { remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { allScrapeJobs } from '../../../config/configuration.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import { hostNamesOf, isOpen } from '../../../config/deployment/links.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

interface Exporter {
  image: RegExp
  /** Variables and flags that say where its server is. */
  env: readonly string[]
  flag: RegExp
  /** Where it looks otherwise. */
  usual: string
}

/** The README of each. */
const EXPORTERS: readonly Exporter[] = [
  { image: /redis_exporter/, env: ['REDIS_ADDR', 'REDIS_FILE'], flag: /^-{1,2}redis\.(?:addr|file)\b/, usual: 'redis://localhost:6379' },
  {
    image: /mysqld[-_]exporter/,
    env: ['DATA_SOURCE_NAME'],
    flag: /^--(?:mysqld\.address|config\.my-cnf)\b/,
    usual: 'localhost:3306',
  },
  {
    image: /postgres[-_]exporter/,
    env: ['DATA_SOURCE_NAME', 'DATA_SOURCE_URI', 'DATA_SOURCE_URI_FILE', 'PGHOST'],
    flag: /^--config\.file\b/,
    usual: 'no server',
  },
  { image: /mongodb[-_]exporter/, env: ['MONGODB_URI', 'MONGODB_URL'], flag: /^--mongodb\.uri\b/, usual: 'mongodb://localhost:27017' },
  { image: /elasticsearch[-_]exporter/, env: ['ES_URI'], flag: /^--es\.uri\b/, usual: 'http://localhost:9200' },
  { image: /memcached[-_]exporter/, env: [], flag: /^--memcached\.address\b/, usual: 'localhost:11211' },
  {
    image: /nginx-prometheus-exporter/,
    env: ['SCRAPE_URI'],
    flag: /^-{1,2}nginx\.scrape-uri\b/,
    usual: 'http://127.0.0.1:8080/stub_status',
  },
]

export const check: Check = {
  meta: {
    id: 'exporters-have-a-server',
    needs: ['compose'],
    title: 'Every exporter gets the address and user of its server',
    failureTitle: 'An exporter is not given the address or user of its server',
    why: 'Without an address an exporter asks the localhost of its own container. The target is up, and the metrics of the server are missing or say that it is down. mysqld_exporter without a user ends at start; since 0.15 it does not read DATA_SOURCE_NAME. https://github.com/prometheus/mysqld_exporter/releases/tag/v0.15.0',
    mend: 'In the compose file, set the variable or flag that the finding names.',
    example: 'redis-exporter:\n  image: oliver006/redis_exporter:v1.66.0\n  environment: { REDIS_ADR: redis://redis:6379 }',
  },
  *judge(input) {
    for (const workload of input.config.workloads) {
      const exporter = EXPORTERS.find(({ image }) => image.test(workload.image))
      if (exporter === undefined || workload.unknownEnv || workload.at.has('entrypoint') || workload.at.has('env_file')) continue
      if (/^(?:service|container|host)/.test(workload.at.string('network_mode') ?? '') || hasTargets(workload, input)) continue
      yield* address(workload, exporter)
      if (!isOpen(input.config)) yield* strangeHost(workload, exporter, hostNamesOf(input.config))
      if (/mysqld/.test(workload.image)) yield* mysqlUser(workload)
    }
  },
}

/** Its servers are parameters of the scrape: /scrape?target=... */
function hasTargets({ name, container }: Workload, { config }: LintInput): boolean {
  return allScrapeJobs(config).some(
    (job) =>
      (job.has('params') || /\/(?:scrape|probe)$/.test(job.string('metrics_path') ?? '')) &&
      [name, container].some((each) => job.text.text.includes(each)),
  )
}

function* address(workload: Workload, { env, flag, usual }: Exporter): Generator<Remark> {
  const isGiven = env.some((name) => workload.env.has(name)) || workload.args.some(({ value }) => flag.test(value))
  if (isGiven || workload.mounts.some(({ target }) => /my\.cnf$/.test(target))) return
  const [wanted = `--${flag.source.replace(/^\^-\S*?\)?(?=[a-z])|\\b$/g, '')}`] = env
  const names = [...workload.env.keys()]
  const wrong = names.find((name) => didYouMean(name, env) !== '')
  yield remark(
    workload.name,
    workload.env.get(wrong ?? '')?.at.keyPlace() ??
      (env.length === 0 || /mysqld/.test(workload.image) ? undefined : workload.at.get('environment')?.keyPlace()) ??
      workload.at.get('command') ??
      workload.at.near('image'),
    /mysqld/.test(workload.image) ? '--mysqld.address=host:3306' : wanted,
    `${wrong === undefined ? 'none' : wrong}: it asks ${usual}, in its own container`,
  )
}

/** A name that no container has; one that is nearly that of a container is what ports-agree says. */
function* strangeHost({ name, env, args }: Workload, exporter: Exporter, known: ReadonlySet<string>): Generator<Remark> {
  const given = [
    ...exporter.env.flatMap((variable) => env.get(variable) ?? []),
    ...args
      .filter(({ value }) => exporter.flag.test(value) && value.includes('='))
      .map(({ value, at }) => ({ value: value.replace(/^[^=]*=/, ''), at })),
  ]
  for (const { value, at } of given) {
    const host = /^(?:[a-z]+:\/\/)?(?:[^@/]*@)?\(?([a-z][\w-]*)(?::\d+)?\)?(?:[/?]|$)/i.exec(value)?.[1]
    if (host !== undefined && !known.has(host) && nearest(host, known, 2) === undefined)
      yield warning(name, at, 'the name of a service', `${host}: no service is called that`)
  }
}

function* mysqlUser({ name, image, env, args, mounts, at }: Workload): Generator<Remark> {
  const [, major, minor] = /:v?(\d+)\.(\d+)/.exec(image) ?? []
  const isOld = major !== undefined && Number(major) === 0 && Number(minor) < 15
  const source = env.get('DATA_SOURCE_NAME')
  if (isOld || args.some(({ value }) => /^--config\.my-cnf\b/.test(value)) || mounts.some(({ target }) => /my\.cnf$/.test(target))) return
  if (source !== undefined && major !== undefined) {
    yield remark(
      name,
      source.at.keyPlace(),
      '--mysqld.address, --mysqld.username and MYSQLD_EXPORTER_PASSWORD',
      'DATA_SOURCE_NAME, which is not read since 0.15',
    )
    return
  }
  if (!args.some(({ value }) => /^--mysqld\.username\b/.test(value)))
    yield remark(name, at.get('command') ?? at.near('image'), '--mysqld.username=USER', 'no user: it ends at start')
  else if (!env.has('MYSQLD_EXPORTER_PASSWORD'))
    yield remark(
      name,
      at.get('environment')?.keyPlace() ?? at.near('image'),
      'MYSQLD_EXPORTER_PASSWORD',
      `not set${didYouMean('MYSQLD_EXPORTER_PASSWORD', env.keys())}: MySQL denies the access`,
    )
}
