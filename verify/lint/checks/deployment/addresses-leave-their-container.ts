import { oncePerPlace, remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { hostsWithPorts } from '../../../config/deployment/links.ts'
import { isListening, listenersOf } from '../../../config/deployment/listeners.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

/** Addresses for people and browsers, which are outside of the containers. */
const PUBLIC = /EXTERNAL|ADVERTISED|PUBLIC|ROOT_URL|CORS|ORIGIN|REDIRECT|CALLBACK|BROWSER|DOMAIN|NO_PROXY/i
const USUAL: Readonly<Record<string, number>> = {
  redis: 6379,
  rediss: 6379,
  mysql: 3306,
  postgres: 5432,
  postgresql: 5432,
  amqp: 5672,
  mongodb: 27017,
}

export const check: Check = {
  meta: {
    id: 'addresses-leave-their-container',
    needs: ['compose'],
    title: 'No container looks for another one on its own localhost',
    failureTitle: 'A container looks for another one on its own localhost',
    why: 'localhost and 127.0.0.1 are the container itself: a program that worked beside its server on one machine finds nothing there. The exporter reports its server as down, the client retries for ever.',
    mend: 'Write the name of the service in place of localhost.',
    example: 'redis-exporter:\n  environment: { REDIS_ADDR: redis://localhost:6379 }',
  },
  *judge(input) {
    yield* oncePerPlace(judgeAll(input))
  },
}

function* judgeAll({ config }: LintInput): Generator<Remark> {
  for (const workload of config.workloads) {
    if (workload.at.has('network_mode')) continue
    const own = listenersOf(workload, config)?.map(({ port }) => port)
    for (const { port, at, text } of localAddresses(workload)) {
      // What listens there is its own, or may be: of an image that is not known, the ports that it publishes or exposes.
      if (own?.includes(port) === true || workload.ports.some(({ container }) => container === port)) continue
      if (workload.at.strings('expose').some((each) => Number(each.split('/')[0]) === port)) continue
      const owner = config.workloads.find(
        (other) =>
          other !== workload &&
          other.at.text === workload.at.text &&
          listenersOf(other, config)?.some((each) => each.port === port) === true,
      )
      if (owner !== undefined) yield remark(workload.name, at, `${owner.name}:${port}`, `${text}, which is ${workload.name} itself`)
    }
  }
}

function localAddresses(workload: Workload): { port: number; at: Cursor; text: string }[] {
  const { env, args } = workload
  const values = [
    // The agent's endpoint has a check of its own.
    ...[...env].filter(([name]) => !name.startsWith('OTEL_') && !isListening(name) && !PUBLIC.test(name)).map(([, each]) => each),
    ...args.filter(({ value }) => !isListening(value) && !PUBLIC.test(value)),
  ]
  const found = values.flatMap(({ value, at }) =>
    [
      ...value.matchAll(
        /(?:^|[\s,=@(]|(?<scheme>[a-z][a-z0-9+.]*):\/\/(?:[^\s/@]*@)?)(?<host>localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::(?<port>\d{2,5}))?(?=$|[\s,/?;)])/gi,
      ),
    ].flatMap(({ groups }) => {
      const port = Number(groups?.['port'] ?? USUAL[groups?.['scheme'] ?? ''])
      return Number.isNaN(port) ? [] : [{ port, at, text: `${groups?.['host'] ?? ''}:${port}` }]
    }),
  )
  const pairs = hostsWithPorts(workload).flatMap(({ host, port }) =>
    /^(?:localhost|127\.\d+\.\d+\.\d+)$/.test(host.value) && Number(port.value) > 0
      ? [{ port: Number(port.value), at: host.at, text: `${host.value}:${port.value}` }]
      : [],
  )
  return [...found, ...pairs]
}
