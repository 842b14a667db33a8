import { remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { imageNameOf } from '../../known-images.ts'
import { localDefaults } from '../../local-defaults.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { askedPorts, hostsWithPorts } from '../../../config/deployment/links.ts'
import { listenersOf } from '../../../config/deployment/listeners.ts'
import type { Cursor, Place } from '../../../config/yaml/cursor.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

/** Where its API listens unless -port says otherwise. */
const API = 8474
const KEYS = ['name', 'listen', 'upstream', 'enabled', 'toxics']

export const check: Check = {
  meta: {
    id: 'proxies-lead-to-services',
    needs: ['compose'],
    title: 'Each proxy of Toxiproxy listens where it is asked and leads to a service',
    failureTitle: 'A proxy of Toxiproxy is not read, or leads nowhere',
    why: 'Toxiproxy starts without proxies when it cannot read its file. A proxy with another port or upstream refuses the connection: the service behind it looks down. https://github.com/Shopify/toxiproxy#3-populating-toxiproxy',
    mend: 'In the config of Toxiproxy, correct listen and upstream (host:port); in the compose file, mount it at the path that -config names.',
    example: '[{ "name": "redis", "listen": "0.0.0.0:16382", "upstream": "reids:6379", "enabled": true }]',
  },
  *judge(input) {
    const { config } = input
    for (const root of config.compose)
      for (const workload of config.workloads.filter(
        (each) => each.at.text === root.text && /toxiproxy/.test(imageNameOf(each.image).repository),
      ))
        yield* judgeToxiproxy(workload, root, input)
  },
}

function* judgeToxiproxy(workload: Workload, root: Cursor, input: LintInput): Generator<Remark> {
  const flag = workload.args.find(({ value }) => /^-{1,2}config=/.test(value))
  const host = workload.args.find(({ value }) => /^-{1,2}host=/.test(value))
  if (host !== undefined && !/=(?:0\.0\.0\.0|\[?::\]?|127\.0\.0\.1|localhost)$/.test(host.value))
    yield remark(workload.name, host.at, '-host=0.0.0.0', host.value)
  // The arguments of the image, -host=0.0.0.0, give way to the command: https://github.com/Shopify/toxiproxy/blob/v2.5.0/Dockerfile
  const api = workload.ports.find(({ container }) => container === API)
  if (host === undefined && workload.args.length > 0 && !workload.at.has('entrypoint') && api !== undefined)
    yield remark(workload.name, workload.at.near('command'), `-host=0.0.0.0, for the API at ${API}`, 'none: it listens on localhost')
  for (const each of workload.at.items('configs')) {
    const name = each.string() ?? each.string('source') ?? ''
    const content = root.get('configs', name, 'content')
    if (content?.string() === undefined) continue
    const target = each.string('target') ?? `/${name}`
    const asked = flag?.value.replace(/^-{1,2}config=/, '')
    if (asked === undefined)
      yield remark(workload.name, workload.at.near('command'), `-config=${target}`, 'no -config: it starts without proxies')
    else if (asked !== target) yield remark(workload.name, flag?.at ?? workload.at, `-config=${target}, where the config is`, asked)
    yield* judgeProxies(content, input, workload)
  }
}

function* judgeProxies(content: Cursor, input: LintInput, workload: Workload): Generator<Remark> {
  const { config } = input
  let proxies: unknown
  try {
    proxies = JSON.parse(content.string() ?? '')
  } catch (error) {
    yield remark(workload.name, content, 'a JSON list of proxies', error instanceof Error ? error.message : 'no JSON')
    return
  }
  if (!Array.isArray(proxies)) {
    yield remark(workload.name, content, 'a JSON list of proxies', 'no list')
    return
  }
  const listens: number[] = []
  for (const [index, proxy] of (proxies as Record<string, unknown>[]).entries()) {
    const name = typeof proxy['name'] === 'string' ? proxy['name'] : 'proxy'
    const at = (key: string): Place => placeIn(content, index, key)
    for (const key of Object.keys(proxy))
      if (!KEYS.includes(key)) yield remark(name, at(key), `one of ${KEYS.join(', ')}`, `${key}${didYouMean(key, KEYS)}`)
    const twin = (proxies as Record<string, unknown>[]).slice(0, index).find((other) => other['name'] === proxy['name'])
    if (typeof proxy['name'] !== 'string' || proxy['name'] === '')
      yield remark(name, at('listen'), 'a name', 'none: Toxiproxy refuses the list')
    else if (twin !== undefined)
      yield remark(name, at('name'), 'a name of its own', `${name}, which another proxy has: one of the two is left`)
    const [listen, upstream] = [proxy['listen'], proxy['upstream']].map((each) => (typeof each === 'string' ? each : ''))
    const [, address = '', port] = /^(\[?[\w.:]*\]?):(\d+)$/.exec(listen ?? '') ?? []
    if (port === undefined || !/^(?:0\.0\.0\.0|\[?::\]?|127\.0\.0\.1|localhost|)$/.test(address))
      yield remark(name, at('listen'), 'listen: 0.0.0.0:port', listen ?? 'none')
    else if (listens.includes(Number(port))) {
      yield remark(name, at('listen'), 'a port of its own', `${port}, on which another proxy listens`)
      return
    } else listens.push(Number(port))
    if (/^(?:127\.|localhost)/.test(address) && askedPorts(workload, config).has(Number(port)))
      yield remark(name, at('listen'), `0.0.0.0:${port}: ${askedPorts(workload, config).get(Number(port))} asks for it`, listen ?? '')
    yield* judgeUpstream(name, upstream ?? '', at('upstream'), config)
    if (proxy['enabled'] === false) yield remark(name, at('enabled'), 'enabled: true', 'enabled: false: it refuses every connection')
  }
  const isMoved = workload.args.some(({ value }) => /^-{1,2}port\b/.test(value))
  for (const { container, at } of workload.ports)
    if (!isMoved && ![...listens, API].includes(container))
      yield remark(workload.name, at, `${API}, its API, or a port of a proxy`, `${container}, on which nothing listens`)
  const wrong = [...askers(workload, config, listens)]
  yield* wrong
  // One that asks elsewhere, or that lacks the variable (local-defaults-are-set), is the cause.
  const isCaused = wrong.length > 0 || config.workloads.some((each) => [...localDefaults(each, input)].length > 0)
  if (!isCaused) yield* unasked(workload, proxies as Record<string, unknown>[], content, config)
}

/** `${ENDPOINT:-http://collector:4318}`: a variable leads past the proxy unless it is set. */
function isChosen(upstream: string, { workloads }: Configuration): boolean {
  return workloads.some(({ env }) =>
    [...env.values()].some(({ at }) =>
      [...(at.string() ?? '').matchAll(/\$\{\w+:?-([^}]*)\}/g)].some(([, usual = '']) => usual.includes(upstream)),
    ),
  )
}

/** A fault in such a proxy harms no service, and the connection that it is for goes past it. */
function* unasked(
  workload: Workload,
  proxies: readonly Record<string, unknown>[],
  content: Cursor,
  config: Configuration,
): Generator<Remark> {
  const asked = askedPorts(workload, config)
  for (const [index, { name, listen, upstream }] of proxies.entries()) {
    const port = typeof listen === 'string' ? Number(/:(\d+)$/.exec(listen)?.[1] ?? Number.NaN) : Number.NaN
    const isNamed = config.workloads.some(
      (other) =>
        other !== workload && [...other.env.values(), ...other.args].some(({ value }) => new RegExp(`(?<!\\d)${port}(?!\\d)`).test(value)),
    )
    if (!Number.isNaN(port) && !asked.has(port) && !isNamed && !isChosen(String(upstream), config) && config.workloads.length > 1)
      yield warning(
        String(name),
        placeIn(content, index, 'listen'),
        `a service that asks ${workload.name}:${port}`,
        'none: its connection goes past the proxy, or is not made',
      )
  }
}

function* judgeUpstream(name: string, upstream: string, at: Place, config: Configuration): Generator<Remark> {
  const [, host = '', port] = /^([\w.-]+):(\d+)$/.exec(upstream) ?? []
  const names = config.workloads.flatMap((each) => [each.name, each.container])
  if (port === undefined) yield remark(name, at, 'upstream: host:port', upstream || 'none')
  else if (!names.includes(host) && !host.includes('.'))
    yield remark(name, at, 'the name of a service', `${host}${didYouMean(host, names)}`)
  else {
    const owner = config.workloads.find((each) => each.name === host || each.container === host)
    const ports = owner === undefined ? undefined : listenersOf(owner, config)?.map((each) => each.port)
    if (ports !== undefined && !ports.includes(Number(port)))
      yield remark(name, at, `a port that ${host} listens on: ${ports.join(', ')}`, upstream)
  }
}

/** Where a key of the list's nth object stands; of one that is not there, the object. */
function placeIn(content: Cursor, index: number, key: string): Place {
  const text = content.string() ?? ''
  const objects = [...text.matchAll(/\{/g)]
  const from = objects[Math.min(index, objects.length - 1)]?.index ?? 0
  const at = text.indexOf(`"${key}"`, from)
  const next = objects[index + 1]?.index ?? text.length
  return at < 0 || at > next ? content.place(from, 1) : content.place(at, key.length + 2)
}

/** Services that ask Toxiproxy at a port on which no proxy listens. */
function* askers({ name, container }: Workload, config: Configuration, listens: readonly number[]): Generator<Remark> {
  const expected = `a port on which ${name} listens: ${listens.join(', ')}`
  const isListenedTo = (port: number): boolean => [...listens, API].includes(port)
  for (const other of config.workloads) {
    for (const { value, at } of other.env.values()) {
      const [, host = '', port = ''] = /(?:^|\/\/|@)([\w-]+):(\d+)(?:\/|$)/.exec(value) ?? []
      if ((host === name || host === container) && !isListenedTo(Number(port))) yield remark(other.name, at, expected, port)
    }
    for (const { host, port } of hostsWithPorts(other))
      if (host.value === name && !isListenedTo(Number(port.value))) yield remark(other.name, port.at, expected, port.value)
  }
}
