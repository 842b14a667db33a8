import composeSpec from '../../../../monitoring/vendor/compose-spec/compose-spec.json' with { type: 'json' }
import { causing, remark, unknownKey, type Check, type Remark } from '../../lint-check.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { remembered } from '../../../text/remembered.ts'
import { wrongValues } from '../../../config/deployment/compose-values.ts'
import { schemaErrors, type Schema } from '../../../config/yaml/json-schema.ts'
import { folderOf } from '../../../config/deployment/container-files.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'compose-file-is-accepted',
    needs: ['compose'],
    isRefusal: true,
    title: 'Docker Compose accepts the file',
    failureTitle: 'Docker Compose refuses the file',
    why: 'Compose checks the whole file against its schema and resolves every name in it before it starts the first container. https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json',
    mend: 'In the compose file, correct the key or value that the finding names, or define the service, volume, network, secret or config that is named.',
    example: 'services:\n  loki:\n    health_check: # healthcheck\n      test: [CMD, true]',
  },
  *judge({ config }) {
    for (const root of config.compose) {
      const errors = errorsOf(root)
      for (const { at, owner, subject, expected, observed } of errors)
        yield owner === undefined ? remark(subject, at, expected, observed) : unknownKey(subject, at, owner, expected, observed)
      if (errors.length === 0) {
        for (const { at, subject, expected, observed } of wrongValues(root, config.variables)) yield remark(subject, at, expected, observed)
        if (config.compose.length === 1) yield* sourceless(root)
        yield* references(
          root,
          config.compose.filter((other) => folderOf(other.text.file) === folderOf(root.text.file)),
        )
      }
    }
  },
}

/** Nothing changes a document: a change of another file (`mutate`) leaves its errors as they are. */
const errorsOf = remembered((root: Cursor) => schemaErrors(composeSpec as unknown as Schema, root))

/** Names in a service that something of the same file has to have. A file that only adds to another one cannot be judged. */
function* references(root: Cursor, beside: readonly Cursor[]): Generator<Remark> {
  const services = root.pairs('services')
  if (root.has('include') || (services.some(isSourceless) && !isOneSlip(services))) return
  // Files of one folder are laid over one another: docker compose -f compose.yaml -f compose.tests.yaml
  const all = (key: string): string[] => beside.flatMap((each) => each.pairs(key).map(([name]) => name))
  const defined = (key: string): string[] => [...all(key), ...(key === 'networks' ? ['default'] : [])]
  const cycle = cycleOf(services)
  if (cycle !== undefined)
    yield remark(
      cycle[0] ?? '',
      services.find(([name]) => name === cycle[0])?.[1].near('depends_on') ?? root,
      'dependencies without a circle',
      [...cycle, cycle[0]].join(' > '),
    )
  yield* healthless(services)
  yield* unmet(services)
  yield* parents(services)
  const reported = new Set<string>()
  for (const [service, at] of services) {
    const named: [Cursor, string, string[]][] = [
      ...namesOf(at.get('depends_on')).map(([each, name]): [Cursor, string, string[]] => [each, name, all('services')]),
      ...namesOf(at.get('networks')).map(([each, name]): [Cursor, string, string[]] => [each, name, defined('networks')]),
      ...(['secrets', 'configs'] as const).flatMap((key) =>
        at
          .items(key)
          .map((each): [Cursor, string, string[]] => [each.near('source'), each.string() ?? each.string('source') ?? '', defined(key)]),
      ),
      ...at.items('volumes').flatMap((each): [Cursor, string, string[]][] => {
        const name = each.isMap() ? (each.string('type') === 'volume' ? (each.string('source') ?? '') : '') : volumeOf(each.string() ?? '')
        return name === '' ? [] : [[each.near('source'), name, defined('volumes')]]
      }),
    ]
    for (const key of ['secrets', 'configs'] as const)
      for (const each of at.items(key))
        if (each.isMap() && !each.has('source'))
          yield remark(service, each, `source: one of ${defined(key).join(', ')}`, 'none: it refers to an undefined one')
    for (const [where, name, known] of named) {
      if (name === '' || name.includes('$') || known.includes(name) || reported.has(name)) continue
      reported.add(name)
      const expected = known.length === 0 ? `a definition of ${name}` : `one of ${known.join(', ')}`
      // Which networks a service has follows from it.
      yield causing(
        remark(service, where, expected, `${name}${didYouMean(name, known)}`),
        at.lines(),
        'containers-reach-each-other',
        'secrets-are-given',
      )
    }
  }
}

const isSourceless = ([, service]: readonly [string, Cursor]): boolean =>
  !['image', 'build', 'extends', 'provider'].some((key) => service.has(key))

/** A file that only adds to another one has many services without an image. */
function isOneSlip(services: readonly (readonly [string, Cursor])[]): boolean {
  return services.filter(isSourceless).length === 1 && services.length >= 4
}

function* sourceless(root: Cursor): Generator<Remark> {
  const services = root.pairs('services')
  if (root.has('include') || !isOneSlip(services)) return
  for (const [name, at] of services.filter(isSourceless)) yield remark(name, at.keyPlace(), 'image or build', 'neither')
}

/**
 * Images of which it is known that they bring no health check; of Confluent's those of Kafka Connect bring one, of Grafana's otel-lgtm:
 * https://github.com/confluentinc/kafka-images/blob/v7.5.3/kafka-connect-base/Dockerfile.ubi8
 */
const UNCHECKED =
  /^(?:(?:docker|ghcr)\.io\/)?(?:(?:prom|grafana(?!\/otel-lgtm)|jaegertracing|otel|oliver006|shopify)\/[^/]+|(?:redis|mysql|postgres|mariadb|busybox|alpine)(?::.*)?|confluentinc\/cp-(?:kafka|zookeeper|schema-registry)(?::.*)?)$/

/** Its Dockerfile stands in the compose file; what that is made from may have one. */
function isBuiltWithout(service: Cursor): boolean {
  const text = service.string('build', 'dockerfile_inline')
  return text !== undefined && !service.has('image') && !/^\s*HEALTHCHECK\b/im.test(text)
}

/** Who waits for another one's health, which nothing ever finds out. */
function* healthless(services: readonly (readonly [string, Cursor])[]): Generator<Remark> {
  const off = new Map<string, string[]>()
  for (const [name, at] of services)
    for (const [other, each] of at.pairs('depends_on')) {
      const service = services.find(([one]) => one === other)?.[1]
      if (service === undefined || each.string('condition') !== 'service_healthy') continue
      const check = service.get('healthcheck')
      // What is switched off there is the cause for all that wait.
      if (check?.bool('disable') === true || check?.strings('test')[0] === 'NONE') off.set(other, [...(off.get(other) ?? []), name])
      else if (check === undefined && !service.has('extends') && (UNCHECKED.test(service.string('image') ?? '') || isBuiltWithout(service)))
        yield remark(name, each.near('condition'), `a health check of ${other}`, `${other} has none, and compose does not start ${name}`)
    }
  for (const [other, waiting] of off) {
    const check = services.find(([one]) => one === other)?.[1].get('healthcheck')
    if (check !== undefined)
      yield remark(
        other,
        check.get('disable') ?? check.near('test'),
        `a health check of ${other}`,
        `none, and compose does not start ${waiting.join(', ')}`,
      )
  }
}

/** Conditions that the service never meets: one that runs on never ends, and one that ends is never healthy. */
function* unmet(services: readonly (readonly [string, Cursor])[]): Generator<Remark> {
  const waits = services.flatMap(([name, at]) =>
    at.pairs('depends_on').map(([other, each]) => ({ name, other, each, condition: each.string('condition') })),
  )
  for (const { name, other, each, condition } of waits) {
    const service = services.find(([one]) => one === other)?.[1]
    if (service === undefined) continue
    const ends = waits.some((wait) => wait.other === other && wait.condition === 'service_completed_successfully' && wait.name !== name)
    if (
      condition === 'service_completed_successfully' &&
      (service.has('ports') || /^(?:always|unless-stopped)$/.test(service.string('restart') ?? ''))
    )
      yield remark(name, each.near('condition'), 'service_started or service_healthy', `${condition}, and ${other} runs on`)
    else if (condition === 'service_healthy' && ends && !service.has('ports'))
      yield remark(name, each.near('condition'), 'service_completed_successfully', `${condition}, and ${other} ends`)
  }
}

/** `extends` of a service that the file does not have. */
function* parents(services: readonly (readonly [string, Cursor])[]): Generator<Remark> {
  const names = services.map(([name]) => name)
  for (const [name, at] of services) {
    const parent = at.get('extends')
    const of = parent?.string() ?? parent?.string('service') ?? ''
    if (parent !== undefined && of !== '' && !of.includes('$') && !parent.has('file') && !names.includes(of))
      yield remark(name, parent.near('service'), `one of ${names.join(', ')}`, `${of}${didYouMean(of, names)}`)
  }
}

/** Services that wait for one another. */
function cycleOf(services: readonly (readonly [string, Cursor])[]): string[] | undefined {
  const needs = new Map(services.map(([name, at]) => [name, namesOf(at.get('depends_on')).map(([, other]) => other)]))
  const done = new Set<string>()
  const walk = (name: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(name)) return path.slice(path.indexOf(name))
    if (done.has(name)) return undefined
    done.add(name)
    for (const other of needs.get(name) ?? []) {
      const found = walk(other, [...path, name])
      if (found !== undefined) return found
    }
    return undefined
  }
  for (const name of needs.keys()) {
    const found = walk(name, [])
    if (found !== undefined) return found
  }
  return undefined
}

function namesOf(at: Cursor | undefined): [Cursor, string][] {
  return [
    ...(at?.items() ?? []).map((each): [Cursor, string] => [each, each.string() ?? '']),
    ...(at?.pairs() ?? []).map(([key, each]): [Cursor, string] => [each, key]),
  ]
}

/** A source that is neither a path nor a variable is the name of a volume. */
function volumeOf(short: string): string {
  return short.includes(':') ? (/^([A-Za-z0-9][\w.-]*):/.exec(short)?.[1] ?? '') : ''
}
