import type { TargetSpec } from '../../../model/spec.ts'
import { note, refused, remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { discoveredBy, rolesOf } from '../../kubernetes-discovery.ts'
import { scrapeJobs } from '../../../config/configuration.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'prometheus-scrapes-targets',
    needs: ['prometheus'],
    title: 'Every specified target is scraped',
    failureTitle: 'A target is not scraped, or not at its address with its credentials',
    why: 'A wrong port, path or password makes up 0. A missing job makes no series at all, so its rules never fire.',
    mend: 'In prometheus.yml, add or correct the job in scrape_configs: job_name, targets, metrics_path, scheme and basic_auth as specified.',
    example: '- job_name: gateway\n  metrics_path: /metrics # it answers at /actuator/prometheus',
  },
  *judge(input) {
    const { spec, config } = input
    const jobs = new Map<string, Cursor>()
    let isRefused = false
    for (const prometheus of config.prometheus) {
      const [names, taken] = [new Map<string, Cursor>(), new Map<string, Cursor>()]
      for (const job of scrapeJobs(config, prometheus)) {
        const name = job.string('job_name') ?? ''
        const twin = names.get(name)
        isRefused ||= twin !== undefined
        if (twin !== undefined)
          yield refused(
            remark(
              name,
              job.near('job_name'),
              'one job per job_name',
              `a second one, the first is at line ${twin.place().line}`,
              'Prometheus rejects two jobs of one name',
            ),
          )
        const addresses = addressesOf(job)
        const again = addresses.map((address) => taken.get(address)).find((other) => other !== undefined && other !== twin)
        if (again !== undefined)
          yield warning(
            name,
            job.near('static_configs'),
            'every target in one job',
            `also a target of ${again.string('job_name') ?? ''}`,
            'two jobs scrape one target: each of its alerts fires twice',
          )
        if (twin === undefined) names.set(name, job)
        for (const address of addresses) if (!taken.has(address)) taken.set(address, job)
        jobs.set(name, job)
      }
    }
    const [prometheus] = config.prometheus
    // Of jobs that Prometheus refuses it is not known which was meant.
    if (prometheus === undefined || isRefused) return
    for (const target of spec.platform.targets) {
      const job = jobs.get(target.job)
      if (job === undefined)
        yield remark(
          target.job,
          prometheus.near('scrape_configs'),
          `a job ${target.job} that scrapes ${target.address}`,
          `no such job${didYouMean(target.job, jobs.keys())}`,
        )
      else {
        yield* judgeJob(target, job)
        yield* judgeDiscovery(target, job, input)
      }
    }
  },
}

/** Each target's address and path; an exporter that probes other targets has parameters or relabelling. */
function addressesOf(job: Cursor): string[] {
  if (job.has('params') || job.has('relabel_configs')) return []
  return job
    .items('static_configs')
    .flatMap((entry) => entry.strings('targets'))
    .map((address) => `${address}${job.string('metrics_path') ?? '/metrics'}`)
}

function* judgeJob(target: TargetSpec, job: Cursor): Generator<Remark> {
  const path = job.string('metrics_path') ?? '/metrics'
  if (path !== (target.path ?? '/metrics'))
    yield remark(target.job, job.near('metrics_path'), target.path ?? '/metrics', path, `${target.job} is scraped at another path`)
  const scheme = job.string('scheme') ?? 'http'
  const specified = target.scheme ?? 'http'
  if (scheme !== specified) yield remark(target.job, job.near('scheme'), specified, scheme, `${target.job} is scraped by another scheme`)
  const credentials = job.get('basic_auth') ?? job.get('authorization')
  const password =
    credentials?.string('password') ??
    credentials?.string('password_file') ??
    credentials?.string('credentials') ??
    credentials?.string('credentials_file')
  const whole =
    credentials !== undefined &&
    password !== undefined &&
    password !== '' &&
    (credentials.key !== 'basic_auth' || (credentials.string('username') ?? '') !== '')
  if (target.auth === 'basic' && (!whole || credentials.key !== 'basic_auth'))
    yield remark(
      target.job,
      credentials ?? job,
      'basic_auth with username and password',
      credentials === undefined ? 'no credentials' : 'incomplete or other credentials',
      `${target.job} needs a password and the job has none`,
    )
  if (target.auth === 'bearer' && (credentials?.key !== 'authorization' || password === undefined || password === ''))
    yield remark(
      target.job,
      credentials ?? job,
      'authorization with credentials',
      credentials === undefined ? 'no credentials' : 'incomplete or other credentials',
      `${target.job} needs a token and the job has none`,
    )
  if (target.auth !== 'basic' && target.auth !== 'bearer' && credentials !== undefined)
    yield note(
      target.job,
      credentials,
      'no credentials',
      `${credentials.key}`,
      `the job sends ${target.job} a password that it does not need`,
    )
  const addresses = job.items('static_configs').flatMap((entry) => entry.items('targets'))
  // Discovery finds its targets while it runs; only what is written can be judged.
  if (job.pairs().some(([key]) => /_sd_configs$/.test(key))) return
  const port = target.address.split(':').at(-1)
  const right = addresses.filter((address) => address.string() === target.address)
  if (right.length > 0) return
  const samePort = addresses.find((address) => (address.string() ?? '').endsWith(`:${port ?? ''}`))
  yield remark(
    target.job,
    addresses[0] ?? job,
    target.address,
    addresses.length === 0 ? 'no address' : addresses.map((address) => address.string()).join(', '),
    samePort === undefined ? `${target.job} is scraped at another address` : `${target.job} is scraped on another host`,
  )
}

/** Kubernetes discovery, where the Services are among the files. */
function* judgeDiscovery(target: TargetSpec, job: Cursor, { config, spec }: LintInput): Generator<Remark> {
  const [role] = rolesOf(job).filter((each) => each !== 'service')
  const askedFor = spec.rules.some(
    ({ condition, holdsFor }) => condition.kind === 'up' && (holdsFor['job'] ?? [target.job]).includes(target.job),
  )
  if (role !== undefined && role !== 'node' && role !== 'ingress' && askedFor)
    yield warning(
      target.job,
      job.near('kubernetes_sd_configs', 0, 'role'),
      'role: service, whose targets stay when every pod is gone',
      `role: ${role}`,
      'a pod that is gone is no target: `up` has no series then, and a rule `up == 0` does not fire',
    )
  const found = discoveredBy(job, config)
  const kept = found?.filter(({ labels }) => labels !== undefined)
  if (found === undefined || kept === undefined) return
  const at = job.near('relabel_configs')
  const right = found.find(({ address }) => address === target.address)
  if (kept.some(({ address }) => address === target.address)) {
    const others = kept.filter(({ address }) => address !== target.address).map(({ address }) => address)
    if (others.length > 0)
      yield remark(target.job, at, `${target.address} alone`, `${others.join(', ')} as well`, `${target.job} scrapes further Services`)
    return
  }
  yield remark(
    target.job,
    at,
    `the job keeps ${target.address}`,
    kept.length > 0
      ? `it keeps ${kept.map(({ address }) => address).join(', ')}`
      : right === undefined
        ? `no Service has that name and port${didYouMean(
            target.address,
            found.map(({ address }) => address),
          )}`
        : 'it keeps no port of a Service',
    `${target.job} is not scraped at its address`,
  )
}
