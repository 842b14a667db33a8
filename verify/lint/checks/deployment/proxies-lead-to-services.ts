import { remark, type Check, type Remark } from '../../lint-check.ts'
import { imageNameOf } from '../../known-images.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import type { Configuration } from '../../../config/configuration.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

const KEYS = ['name', 'listen', 'upstream', 'enabled', 'toxics']

export const check: Check = {
  meta: {
    id: 'proxies-lead-to-services',
    area: 'platform',
    severity: 'error',
    needs: ['compose'],
    title: 'Each proxy of Toxiproxy listens where it is asked and leads to a service',
    failureTitle: 'A proxy of Toxiproxy is not read, or leads nowhere',
    why: 'Toxiproxy starts without proxies when it cannot read its file. A proxy with another port or upstream refuses the connection: the service behind it looks down. https://github.com/Shopify/toxiproxy#3-populating-toxiproxy',
    mend: 'In the config of Toxiproxy, correct listen and upstream (host:port); in the compose file, mount it at the path that -config names.',
    example: '[{ "name": "redis", "listen": "0.0.0.0:16382", "upstream": "reids:6379", "enabled": true }]',
  },
  *judge({ config }) {
    for (const root of config.compose)
      for (const workload of config.workloads.filter(
        (each) => each.at.text === root.text && /toxiproxy/.test(imageNameOf(each.image).repository),
      ))
        yield* judgeToxiproxy(workload, root, config)
  },
}

function* judgeToxiproxy(workload: Workload, root: Cursor, config: Configuration): Generator<Remark> {
  const flag = workload.args.find(({ value }) => /^-{1,2}config=/.test(value))
  const host = workload.args.find(({ value }) => /^-{1,2}host=/.test(value))
  if (host !== undefined && !/=(?:0\.0\.0\.0|\[?::\]?|127\.0\.0\.1|localhost)$/.test(host.value))
    yield remark(workload.name, host.at, '-host=0.0.0.0', host.value)
  for (const each of workload.at.items('configs')) {
    const name = each.string() ?? each.string('source') ?? ''
    const content = root.get('configs', name, 'content')
    if (content?.string() === undefined) continue
    const target = each.string('target') ?? `/${name}`
    const asked = flag?.value.replace(/^-{1,2}config=/, '')
    if (asked === undefined)
      yield remark(workload.name, workload.at.near('command'), `-config=${target}`, 'no -config: it starts without proxies')
    else if (asked !== target) yield remark(workload.name, flag?.at ?? workload.at, `-config=${target}, where the config is`, asked)
    yield* judgeProxies(content, config, workload)
  }
}

function* judgeProxies(content: Cursor, config: Configuration, workload: Workload): Generator<Remark> {
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
  for (const proxy of proxies as Record<string, unknown>[]) {
    const name = typeof proxy['name'] === 'string' ? proxy['name'] : 'proxy'
    for (const key of Object.keys(proxy))
      if (!KEYS.includes(key)) yield remark(name, content, `one of ${KEYS.join(', ')}`, `${key}${didYouMean(key, KEYS)}`)
    const [listen, upstream] = [proxy['listen'], proxy['upstream']].map((each) => (typeof each === 'string' ? each : ''))
    const [, address = '', port] = /^(\[?[\w.:]*\]?):(\d+)$/.exec(listen ?? '') ?? []
    if (port === undefined || !/^(?:0\.0\.0\.0|\[?::\]?|127\.0\.0\.1|localhost|)$/.test(address))
      yield remark(name, content, 'listen: 0.0.0.0:port', listen ?? 'none')
    else listens.push(Number(port))
    const [, host = '', to] = /^([\w.-]+):(\d+)$/.exec(upstream ?? '') ?? []
    const names = config.workloads.flatMap((each) => [each.name, each.container])
    if (to === undefined) yield remark(name, content, 'upstream: host:port', upstream ?? 'none')
    else if (!names.includes(host) && !host.includes('.'))
      yield remark(name, content, 'the name of a service', `${host}${didYouMean(host, names)}`)
    if (proxy['enabled'] === false) yield remark(name, content, 'enabled: true', 'enabled: false: it refuses every connection')
  }
  yield* askers(workload, config, listens)
}

/** Services that ask Toxiproxy at a port on which no proxy listens. */
function* askers({ name, container }: Workload, config: Configuration, listens: readonly number[]): Generator<Remark> {
  for (const other of config.workloads)
    for (const [variable, { value, at }] of other.env) {
      const [, host = '', port] = /(?:^|\/\/|@)([\w-]+):(\d+)(?:\/|$)/.exec(value) ?? []
      const beside = value === name && /_HOST$/.test(variable) ? other.env.get(variable.replace(/_HOST$/, '_PORT')) : undefined
      const asked = host === name || host === container ? Number(port) : Number(beside?.value ?? Number.NaN)
      if (beside !== undefined && !/^\d+$/.test(beside.value))
        yield remark(other.name, beside.at, `a port on which ${name} listens: ${listens.join(', ')}`, beside.value)
      else if (!Number.isNaN(asked) && ![...listens, 8474].includes(asked))
        yield remark(other.name, beside?.at ?? at, `a port on which ${name} listens: ${listens.join(', ')}`, String(asked))
    }
}
