import { oncePerPlace, remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { listenersOf, type Listener } from '../../../config/deployment/listeners.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { askersOf, PUBLISHED, type Asker } from '../../port-askers.ts'
import { receivedAt } from '../../otlp-receivers.ts'
import { unknownHosts } from '../../unknown-hosts.ts'
import { imageNameOf } from '../../known-images.ts'
import { publishedPorts, type Workload } from '../../../config/deployment/workloads.ts'

export const check: Check = {
  meta: {
    id: 'ports-agree',
    needs: ['compose'],
    title: 'Scrapes, health checks, published ports and addresses name a port that the container listens on',
    failureTitle: 'A container does not listen on the port that others ask for',
    why: 'The target is down for ever, the health check never passes, or the exporter reports its server as down, while the container itself runs.',
    mend: 'Set the port where the finding points: it names the port that the container listens on and who asks for another one.',
    example: 'gateway:\n  environment: { SERVER_PORT: "8080" } # scraped, published and checked at 8085',
  },
  *judge(input) {
    const { config } = input
    for (const workload of config.workloads) {
      if (workload.at.string('network_mode') !== undefined) continue
      // Containers in its network listen on its address, and are asked by its name.
      const inside = [workload, ...config.workloads.filter((other) => isInNetworkOf(workload, other))]
      const listeners = inside.map((each) => listenersOf(each, config))
      const all = listeners.flatMap((each) => each ?? [])
      yield* sharedPorts(inside, listeners)
      if (listeners.every((each) => each !== undefined))
        yield* oncePerPlace(
          judgeContainer(
            workload,
            all,
            inside.flatMap((each) => askersOf(each, input)),
            inside.length === 1,
          ),
        )
    }
    yield* unknownHosts(input)
    for (const workload of config.workloads) yield* publishedAsUdp(workload, config)
    yield* receivedAt(input)
  },
}

/** Ports that are asked by TCP, of programs that are known, and published for datagrams alone. */
function* publishedAsUdp(workload: Workload, config: Configuration): Generator<Remark> {
  const listeners = listenersOf(workload, config)?.map(({ port }) => port) ?? []
  const published = workload.at.items('ports').map((at) => ({ at, ways: publishedPorts(at, config.variables), short: at.string() ?? '' }))
  for (const { at, ways, short } of published) {
    const port = at.number('target') ?? Number(/:?(\d+)\/udp$/.exec(short)?.[1])
    if (!ways.some(({ protocol }) => protocol === 'udp') || !listeners.includes(port) || DATAGRAMS.includes(port)) continue
    const alsoTcp = published.some(
      (other) => other.at !== at && other.ways.some((way) => way.protocol === 'tcp' && ways.some((mine) => mine.port === way.port)),
    )
    if (!alsoTcp) yield remark(workload.name, at, `${port} published for TCP, by which it is asked`, 'published for UDP alone')
  }
}

/** Of Jaeger's agent, and of gossip. */
const DATAGRAMS = [5775, 6831, 6832, 7946, 9094]

function isInNetworkOf(owner: Workload, other: Workload): boolean {
  const mode = other.at.string('network_mode')
  return other.at.text === owner.at.text && (mode === `service:${owner.name}` || mode === `container:${owner.container}`)
}

/** One address has each port once. */
function* sharedPorts(inside: readonly Workload[], listeners: readonly (Listener[] | undefined)[]): Generator<Remark> {
  const taken = new Map<number, string>()
  for (const [index, workload] of inside.entries())
    for (const { port, at } of listeners[index] ?? []) {
      const first = taken.get(port)
      if (first !== undefined && first !== workload.name && port !== 0)
        yield remark(
          workload.name,
          at ?? workload.at.near('network_mode'),
          `a port on which ${first} does not listen: both have one address`,
          String(port),
        )
      taken.set(port, first ?? workload.name)
    }
}

function* judgeContainer(workload: Workload, listeners: Listener[], askers: Asker[], isAlone: boolean): Generator<Remark> {
  const ports = [...new Set(listeners.map(({ port }) => port))]
  yield* mute(workload, listeners, askers, isAlone)
  for (const port of new Set(askers.map((each) => each.port))) {
    if (ports.includes(port)) continue
    const those = askers.filter((each) => each.port === port)
    const idle = listeners.filter((each) => each.at !== undefined && !askers.some((asker) => asker.port === each.port))
    const [moved] = idle
    // Where several ask for the same port and no one for the one that is set, the setting is what differs.
    if (those.length > 1 && moved?.at !== undefined)
      yield remark(workload.name, moved.at, `port ${port}, which ${those.map(({ who }) => who).join(', ')} ask for`, `port ${moved.port}`)
    else
      for (const { who, at } of those) {
        // One more that is published, and leads nowhere, keeps no one from the others.
        const isFurther = who === PUBLISHED && workload.ports.some((each) => ports.includes(each.container))
        const say = isFurther ? warning : remark
        yield say(workload.name, at, `a port that ${workload.name} listens on: ${ports.join(', ')}`, `${port}, asked by ${who}`)
      }
  }
}

/** A port that is open and answers no HTTP; where it alone is published, nothing reaches the one that does. */
function* mute(workload: Workload, listeners: readonly Listener[], askers: readonly Asker[], isAlone: boolean): Generator<Remark> {
  const answering = listeners.filter(({ speaks }) => speaks === undefined)
  for (const { port, speaks } of listeners) {
    // Of an image that is known health-check-can-pass says it.
    if (speaks === undefined || answering.some((each) => each.port === port) || (answering.length === 0 && speaks === 'gRPC')) continue
    const isSaid = imageNameOf(workload.image).known?.mute?.includes(port) === true
    const expected = `a port of ${workload.name} that answers HTTP${answering.length > 0 ? `: ${answering.map((each) => each.port).join(', ')}` : ''}`
    for (const { port: asked, who, at, byHttp } of askers)
      if (byHttp === true && asked === port && !(isSaid && who === 'its health check'))
        yield remark(workload.name, at, expected, `${port}, which speaks ${speaks}, asked by ${who}`)
    const published = workload.ports.filter((each) => each.container === port)
    if (
      isAlone &&
      answering.length > 0 &&
      published[0] !== undefined &&
      !workload.ports.some((each) => answering.some((one) => one.port === each.container))
    )
      yield warning(workload.name, published[0].at, expected, `${port} alone, which speaks ${speaks}, asked by its published port`)
  }
}
