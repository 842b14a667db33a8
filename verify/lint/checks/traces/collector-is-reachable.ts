import { refused, remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { filesIn } from '../../../config/deployment/container-files.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)(:|$)/
/** From 0.104 on a receiver without an endpoint listens on localhost: https://github.com/open-telemetry/opentelemetry-collector/pull/10352 */
const LOCALHOST_DEFAULT = 104
/** `address` is no setting any more: https://github.com/open-telemetry/opentelemetry-collector-contrib/issues/39597 */
const ADDRESS_REMOVED = 123
const IMAGE = /opentelemetry-collector[\w-]*(?::v?0\.(\d+)\.\d+|:latest|(?=$|\s|@))/

export const check: Check = {
  meta: {
    id: 'collector-is-reachable',
    needs: ['collector', 'workloads'],
    title: 'The collector can be reached from other containers, by the defaults of its version',
    failureTitle: 'The collector listens on the localhost of its own container, or not at all',
    why: 'Other containers cannot reach what listens on localhost: no span arrives, and the scrape of its metrics is down for ever. Since 0.104 localhost is the default of receivers; since 0.123 telemetry.metrics.address is not read. https://opentelemetry.io/docs/collector/internal-telemetry/',
    mend: 'In the collector configuration, write 0.0.0.0 before the port of endpoint, address or host. Start every used extension in service.extensions. From 0.123 on, replace address by readers.',
    example: 'service:\n  telemetry:\n    metrics:\n      address: 127.0.0.1:8889',
  },
  *judge(input) {
    const { config } = input
    for (const workload of config.workloads) {
      const files = filesIn(workload, config).map(({ text }) => text.file)
      const version = versionOf(workload)
      for (const collector of config.collectors.filter((root) => files.includes(root.text.file))) {
        yield* metrics(collector, version, input)
        yield* receivers(collector, version)
        yield* extensions(collector, workload)
      }
    }
  },
}

/** 93 is 0.93; of an image without a version the newest; undefined: another image. */
function versionOf(workload: Workload): number | undefined {
  const match = [workload.image, ...(workload.at.string('build', 'dockerfile_inline') ?? '').split('\n')]
    .map((text) => IMAGE.exec(text))
    .find((each) => each !== null)
  return match === undefined ? undefined : Number(match[1] ?? 999)
}

function* metrics(collector: Cursor, version: number | undefined, { spec }: LintInput): Generator<Remark> {
  const telemetry = collector.get('service', 'telemetry', 'metrics')
  const target = spec.platform.targets.find(({ job }) => /collector/.test(job))
  if (telemetry === undefined || target === undefined) return
  const port = target.address.split(':').at(-1) ?? ''
  const readers = telemetry.items('readers')
  const address = telemetry.string('address')
  if (address !== undefined && version !== undefined && version >= ADDRESS_REMOVED && readers.length === 0)
    yield remark(
      'telemetry',
      telemetry.near('address'),
      `readers with a prometheus exporter on 0.0.0.0:${port}`,
      `address, which 0.${version} does not read`,
    )
  else if (address !== undefined && LOCAL.test(address)) yield remark('telemetry', telemetry.near('address'), `0.0.0.0:${port}`, address)
  for (const reader of readers) {
    const exporter = reader.get('pull', 'exporter', 'prometheus')
    const host = exporter?.string('host') ?? ''
    if (exporter !== undefined && LOCAL.test(host)) yield remark('telemetry', exporter.near('host'), 'host: 0.0.0.0', `host: ${host}`)
  }
}

function* receivers(collector: Cursor, version: number | undefined): Generator<Remark> {
  if (version === undefined || version < LOCALHOST_DEFAULT) return
  const used = new Set(collector.pairs('service', 'pipelines').flatMap(([, pipeline]) => pipeline.strings('receivers')))
  for (const [name, receiver] of collector.pairs('receivers').filter(([each]) => used.has(each) && each.split('/')[0] === 'otlp'))
    for (const [protocol, at] of receiver.pairs('protocols'))
      if (!at.has('endpoint'))
        yield remark(
          name,
          at.keyPlace(),
          `endpoint: 0.0.0.0:${protocol === 'grpc' ? 4317 : 4318}`,
          `no endpoint: 0.${version} listens on localhost`,
        )
}

const PORTS: Record<string, number> = { health_check: 13133, pprof: 1777, zpages: 55679 }

/** An extension runs when service.extensions names it. */
function* extensions(collector: Cursor, workload: Workload): Generator<Remark> {
  const started = collector.strings('service', 'extensions')
  const defined = collector.pairs('extensions')
  for (const name of started)
    if (!defined.some(([each]) => each === name))
      yield refused(
        remark(
          name,
          collector.near('service', 'extensions'),
          `${name} in extensions${defined.length === 0 ? '' : ` (${defined.map(([each]) => each).join(', ')})`}`,
          'not configured: the collector does not start',
        ),
      )
  const test = workload.at.get('healthcheck')?.strings('test').join(' ') ?? ''
  const asked = [...test.matchAll(/(?:127\.0\.0\.1|localhost)[:/](\d+)/g)].map((match) => Number(match[1]))
  for (const [name, at] of defined.filter(([each]) => each.split('/')[0] === 'health_check' && started.includes(each))) {
    const [, path] = new RegExp(`https?://(?:127\\.0\\.0\\.1|localhost):${portOf(name, at)}(/[^\\s"']*)?`).exec(test) ?? [undefined, '-']
    const own = at.string('path') ?? '/'
    if (path !== '-' && (path ?? '/') !== own)
      yield remark(name, at.near('path'), `path: ${path ?? '/'}, which the health check of ${workload.name} asks`, `path: ${own}`)
  }
  for (const port of new Set([...asked, ...workload.ports.map(({ container }) => container)])) {
    const owner = defined.find(([name, at]) => portOf(name, at) === port)?.[0]
    const isAsked = asked.includes(port)
    const type = owner ?? Object.keys(PORTS).find((each) => PORTS[each] === port)
    const [health] = defined.filter(([name]) => name.split('/')[0] === 'health_check' && started.includes(name))
    if (type === undefined && isAsked && health !== undefined && !collector.text.text.includes(`:${port}`))
      yield remark(
        workload.name,
        workload.at.near('healthcheck', 'test'),
        `port ${portOf(...health)}, on which ${health[0]} listens`,
        `${port}, on which nothing listens`,
      )
    if (type === undefined || (owner !== undefined && started.includes(owner)) || (owner === undefined && !isAsked)) continue
    if (owner === undefined && health !== undefined)
      yield remark(
        health[0],
        health[1].near('endpoint'),
        `port ${port}, which the health check of ${workload.name} asks`,
        `port ${portOf(...health)}`,
      )
    else
      yield remark(
        type,
        collector.get('service', 'extensions') ?? collector.get('service')?.keyPlace() ?? collector,
        `service.extensions: [${type}], because ${workload.name} ${isAsked ? 'has its health check' : 'publishes'} on ${port}`,
        started.length === 0 ? 'no extensions' : started.join(', '),
      )
  }
}

function portOf(name: string, at: Cursor): number {
  return Number(at.string('endpoint')?.split(':').at(-1) ?? PORTS[name.split('/')[0] ?? ''])
}
