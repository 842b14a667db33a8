import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { imageNameOf } from '../../known-images.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

interface Listener {
  name: string
  host: string
  port: number
}

export const check: Check = {
  meta: {
    id: 'kafka-listeners-agree',
    needs: ['workloads'],
    title: "Kafka's listeners, their protocols, its voters and its clients name one another",
    failureTitle: "Kafka does not start, or its clients cannot reach it: a listener's name, port or role differs",
    why: 'A broker refuses a listener without a protocol, an advertised one that it does not have, and a controller that is not among the voters. A client is sent to the advertised address: one with another port finds nothing. https://kafka.apache.org/documentation/#brokerconfigs',
    mend: 'In the environment of the Kafka service, use the same listener names and ports everywhere. That is KAFKA_LISTENERS, KAFKA_ADVERTISED_LISTENERS, KAFKA_LISTENER_SECURITY_PROTOCOL_MAP and KAFKA_CONTROLLER_QUORUM_VOTERS.',
    example: 'KAFKA_LISTENERS: INTERNAL://0.0.0.0:29092\nKAFKA_ADVERTISED_LISTENERS: INTERNL://kafka:29092',
  },
  *judge({ config: { workloads } }) {
    const brokers = workloads.filter(({ image, env }) => /kafka/.test(imageNameOf(image).repository) && env.has('KAFKA_LISTENERS'))
    for (const broker of brokers.filter(({ unknownEnv }) => !unknownEnv)) yield* judgeBroker(broker)
    for (const workload of workloads.filter(({ unknownEnv }) => !unknownEnv)) yield* withoutZookeeper(workload)
    const [only, ...more] = brokers
    if (only !== undefined && more.length === 0) for (const client of workloads) if (client !== only) yield* judgeClient(client, only)
  },
}

function listenersIn(text: string): Listener[] {
  return text.split(',').flatMap((each) => {
    const [, name = '', host = '', port] = /^\s*(\w+):\/\/(?:\[([^\]]*)\]|[^:/]*):(\d+)\s*$/.exec(each) ?? []
    return name === '' ? [] : [{ name, host: host || (/\/\/([^:]*):/.exec(each)?.[1] ?? ''), port: Number(port) }]
  })
}

/** What its image does not start without: https://github.com/confluentinc/kafka-images/blob/v7.5.3/kafka/include/etc/confluent/docker/configure */
function* withoutZookeeper({ name, image, env, at }: Workload): Generator<Remark> {
  const { repository, tag = '' } = imageNameOf(image)
  const roles = env.get('KAFKA_PROCESS_ROLES')
  if (repository !== 'confluentinc/cp-kafka' || roles === undefined || at.has('entrypoint') || at.has('command')) return
  if (roles.value.includes('controller') && !env.has('KAFKA_LISTENERS'))
    yield remark(name, roles.at, 'KAFKA_LISTENERS with the listener of the controller', 'not set: the broker does not start')
  if (/^(?:7\.[4-9]|[89]|\d\d)/.test(tag) && !env.has('CLUSTER_ID'))
    yield remark(name, roles.at, 'CLUSTER_ID, which KAFKA_PROCESS_ROLES needs', 'not set: the container ends')
}

/**
 * A listener that is advertised under an address of the host is one that the container publishes, under that port; or one for programs in
 * the container itself, as its health check is.
 */
function* published(
  { name, at, ports, env }: Workload,
  where: Workload['at'],
  advertised: readonly Listener[],
  listeners: readonly Listener[],
): Generator<Remark> {
  // Of a range only the first port is known.
  const isRange = at.strings('ports').some((each) => /\d-\d/.test(each))
  if (at.has('network_mode') || isRange || at.text.text.includes('kind: ')) return
  const asked = [...(at.get('healthcheck')?.strings('test') ?? []), at.string('healthcheck', 'test') ?? ''].join(' ')
  for (const { name: listener, host, port } of advertised) {
    const own = listeners.find((each) => each.name === listener)
    // That of the network itself is what judgeClient looks at.
    const isInner = listener === env.get('KAFKA_INTER_BROKER_LISTENER_NAME')?.value
    if (!/^(?:localhost|127\.\d+\.\d+\.\d+)$/.test(host) || own === undefined || isInner) continue
    const entry = ports.find((each) => each.host === port)
    const isOfItself = entry === undefined && (/^(?:localhost|127\.)/.test(own.host) || asked.includes(`:${port}`))
    if (entry?.container === own.port || isOfItself) continue
    yield remark(
      name,
      entry?.at ?? (at.get('ports') === undefined ? where : at.near('ports')),
      `${port}:${own.port} published: ${listener} is advertised as ${host}:${port}`,
      entry === undefined ? 'not published' : `${port}:${entry.container}`,
    )
  }
}

const PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']

function* judgeBroker(workload: Workload): Generator<Remark> {
  const { name: subject, image, env, at } = workload
  const get = (name: string): string => env.get(`KAFKA_${name}`)?.value ?? ''
  const where = (name: string): Workload['at'] => env.get(`KAFKA_${name}`)?.at ?? at.near('environment')
  for (const name of ['LISTENERS', 'ADVERTISED_LISTENERS'])
    for (const each of get(name)
      .split(',')
      .filter((text) => text.trim() !== ''))
      if (listenersIn(each).length === 0 && !each.includes('$'))
        yield remark(subject, where(name), 'NAME://host:port, separated by commas', each.trim())
  const listeners = listenersIn(get('LISTENERS'))
  const names = listeners.map(({ name }) => name)
  const protocols = new Map(
    get('LISTENER_SECURITY_PROTOCOL_MAP')
      .split(',')
      .map((each): [string, string] => [each.split(':')[0]?.trim() ?? '', each.split(':')[1]?.trim() ?? '']),
  )
  for (const name of names)
    if (!protocols.has(name) && !PROTOCOLS.includes(name))
      yield remark(
        subject,
        where('LISTENER_SECURITY_PROTOCOL_MAP'),
        `${name}:PLAINTEXT, a protocol of each listener`,
        `none${didYouMean(name, protocols.keys())}`,
      )
  for (const [name, protocol] of protocols)
    if (name !== '' && !PROTOCOLS.includes(protocol))
      yield remark(subject, where('LISTENER_SECURITY_PROTOCOL_MAP'), `one of ${PROTOCOLS.join(', ')}`, `${name}:${protocol}`)
  yield* unsecured(workload, protocols, where('LISTENER_SECURITY_PROTOCOL_MAP'))
  const named: [string, string[]][] = [
    ['ADVERTISED_LISTENERS', listenersIn(get('ADVERTISED_LISTENERS')).map(({ name }) => name)],
    ['INTER_BROKER_LISTENER_NAME', [get('INTER_BROKER_LISTENER_NAME')]],
    ['CONTROLLER_LISTENER_NAMES', get('CONTROLLER_LISTENER_NAMES').split(',')],
  ]
  for (const [variable, uses] of named)
    for (const name of uses.map((each) => each.trim()).filter((each) => each !== '' && !names.includes(each)))
      yield remark(subject, where(variable), `a name of KAFKA_LISTENERS: ${names.join(', ')}`, `${name}${didYouMean(name, names)}`)
  const advertised = listenersIn(get('ADVERTISED_LISTENERS'))
  if (
    get('INTER_BROKER_LISTENER_NAME') === '' &&
    get('SECURITY_INTER_BROKER_PROTOCOL') === '' &&
    advertised.length > 0 &&
    !advertised.some(({ name }) => name === 'PLAINTEXT')
  )
    yield remark(
      subject,
      where('ADVERTISED_LISTENERS'),
      `KAFKA_INTER_BROKER_LISTENER_NAME: ${advertised[0]?.name ?? ''}`,
      'not set: PLAINTEXT by default, which is not advertised',
    )
  yield* published(workload, where('ADVERTISED_LISTENERS'), advertised, listeners)
  if (env.has('KAFKA_PROCESS_ROLES')) yield* judgeKraft(subject, get, where, listeners)
  yield* judgeNumbers(subject, env)
  // One under another name is what variables-are-spelt says.
  const { prefix } = imageNameOf(image).known ?? {}
  if (![...env.keys()].some((name) => prefix?.test(name) === false)) yield* judgeReplication(subject, get, at)
}

/** What a protocol needs besides its name: https://kafka.apache.org/documentation/#security */
const NEEDS: Readonly<Record<string, RegExp>> = { SSL: /_SSL_KEYSTORE_/, SASL: /_SASL_|JAAS|KAFKA_OPTS/ }

function* unsecured({ name, env }: Workload, protocols: ReadonlyMap<string, string>, at: Workload['at']): Generator<Remark> {
  for (const [listener, protocol] of protocols)
    for (const kind of protocol.split('_').filter((each) => NEEDS[each] !== undefined))
      if (![...env.keys()].some((variable) => NEEDS[kind]?.test(variable)))
        yield remark(
          name,
          at,
          `${listener}:PLAINTEXT, or ${kind === 'SSL' ? 'KAFKA_SSL_KEYSTORE_FILENAME' : 'KAFKA_SASL_ENABLED_MECHANISMS and its JAAS file'}`,
          `${listener}:${protocol} without: the broker does not start`,
        )
}

/** A broker without ZooKeeper. */
function* judgeKraft(
  subject: string,
  get: (name: string) => string,
  where: (name: string) => Workload['at'],
  listeners: readonly Listener[],
): Generator<Remark> {
  const roles = get('PROCESS_ROLES')
    .split(',')
    .map((each) => each.trim())
  for (const role of roles)
    if (!['broker', 'controller'].includes(role)) yield remark(subject, where('PROCESS_ROLES'), 'broker, controller', role)
  for (const needed of ['NODE_ID', 'CONTROLLER_LISTENER_NAMES'])
    if (get(needed) === '') yield remark(subject, where(needed), `KAFKA_${needed}, which KAFKA_PROCESS_ROLES needs`, 'not set')
  const voters = get('CONTROLLER_QUORUM_VOTERS')
    .split(',')
    .flatMap((each) => {
      const [, id = '', port = ''] = /^\s*(\d+)@[^:]+:(\d+)\s*$/.exec(each) ?? []
      return id === '' ? [] : [{ id, port: Number(port) }]
    })
  if (voters.length === 0) {
    yield remark(
      subject,
      where('CONTROLLER_QUORUM_VOTERS'),
      'KAFKA_CONTROLLER_QUORUM_VOTERS: id@host:port',
      get('CONTROLLER_QUORUM_VOTERS') || 'not set',
    )
    return
  }
  if (!roles.includes('controller')) return
  const me = voters.find(({ id }) => id === get('NODE_ID'))
  const controller = listeners.find(({ name }) => get('CONTROLLER_LISTENER_NAMES').split(',').includes(name))
  if (me === undefined && get('NODE_ID') !== '')
    yield remark(
      subject,
      where('CONTROLLER_QUORUM_VOTERS'),
      `a voter ${get('NODE_ID')}, which is KAFKA_NODE_ID`,
      voters.map(({ id }) => id).join(', '),
    )
  else if (me !== undefined && controller !== undefined && me.port !== controller.port)
    yield remark(
      subject,
      where('CONTROLLER_QUORUM_VOTERS'),
      `port ${controller.port}, on which ${controller.name} listens`,
      String(me.port),
    )
}

/** Topics of the broker itself have three copies by default: one broker makes none of them, and no group gets a coordinator. */
function* judgeReplication(subject: string, get: (name: string) => string, at: Workload['at']): Generator<Remark> {
  const voters = get('CONTROLLER_QUORUM_VOTERS')
    .split(',')
    .filter((each) => each.trim() !== '')
  const roles = get('PROCESS_ROLES')
    .split(',')
    .map((each) => each.trim())
  if (voters.length !== 1 || !roles.includes('broker') || !roles.includes('controller')) return
  const where = (name: string): Workload['at'] => at.get('environment', `KAFKA_${name}`) ?? at.near('environment')
  const offsets = get('OFFSETS_TOPIC_REPLICATION_FACTOR')
  if (offsets === '' || Number(offsets) > 1)
    yield remark(
      subject,
      where('OFFSETS_TOPIC_REPLICATION_FACTOR'),
      'KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: 1, for one broker',
      offsets === '' ? 'not set: 3 by default, and no consumer group gets its offsets' : offsets,
    )
  for (const name of ['TRANSACTION_STATE_LOG_REPLICATION_FACTOR', 'TRANSACTION_STATE_LOG_MIN_ISR'])
    if (
      Number(get(name) || (name.endsWith('ISR') ? 2 : 3)) > 1 &&
      get('TRANSACTION_STATE_LOG_REPLICATION_FACTOR') + get('TRANSACTION_STATE_LOG_MIN_ISR') !== ''
    )
      yield warning(
        subject,
        where(name),
        `KAFKA_${name}: 1, for one broker`,
        get(name) || 'not set: more than one by default, and no transaction begins',
      )
}

/** cp-kafka hands every value on; the broker ends with a number that is none. */
const POSITIVE = /_(?:NUM_PARTITIONS|MIN_ISR|(?:NETWORK|IO|BACKGROUND)_THREADS)$/
const NUMBERS = /_(?:MS|SIZE|FACTOR|PARTITIONS|ID|ISR|BYTES|HOURS|THREADS)$/

function* judgeNumbers(subject: string, env: Workload['env']): Generator<Remark> {
  for (const [name, { value, at }] of env)
    if (name.startsWith('KAFKA_') && NUMBERS.test(name) && !/^-?\d+$/.test(value) && !value.includes('$'))
      yield remark(subject, at, 'a whole number', value)
    else if (name.startsWith('KAFKA_') && POSITIVE.test(name) && Number(value) < 1) yield remark(subject, at, '1 or more', value)
  const [session, heartbeat] = ['SESSION_TIMEOUT', 'HEARTBEAT_INTERVAL'].map((name) => env.get(`KAFKA_BROKER_${name}_MS`))
  if (session !== undefined && heartbeat !== undefined && Number(heartbeat.value) * 2 > Number(session.value))
    yield remark(subject, heartbeat.at, `less than half of the session timeout of ${session.value} ms`, `${heartbeat.value} ms`)
}

function* judgeClient(client: Workload, broker: Workload): Generator<Remark> {
  const advertised = listenersIn(broker.env.get('KAFKA_ADVERTISED_LISTENERS')?.value ?? '')
  const controllers = (broker.env.get('KAFKA_CONTROLLER_LISTENER_NAMES')?.value ?? '').split(',')
  const own = listenersIn(broker.env.get('KAFKA_LISTENERS')?.value ?? '').filter(({ name }) => !controllers.includes(name))
  for (const [name, { value, at }] of client.env) {
    if (!/BOOTSTRAP_SERVERS?$|KAFKA_BROKERS?$/.test(name)) continue
    for (const server of value.split(',').map((each) => each.trim())) {
      const [, host = '', port] = /^(?:\w+:\/\/)?([^:/]+):(\d+)$/.exec(server) ?? []
      if (host === '' && !server.includes('$')) yield remark(client.name, at, `${broker.name}:port`, server || 'nothing')
      if (host !== broker.name && host !== broker.container) continue
      const listener = own.find((each) => each.port === Number(port))
      const sentTo = advertised.find((each) => each.name === listener?.name)
      if (listener === undefined)
        yield remark(
          client.name,
          at,
          `a port on which ${broker.name} listens to clients: ${own.map((each) => each.port).join(', ')}`,
          server,
        )
      else if (
        sentTo !== undefined &&
        /^(?:localhost|127\.)/.test(sentTo.host) &&
        sentTo.name === broker.env.get('KAFKA_INTER_BROKER_LISTENER_NAME')?.value
      )
        // The listener of the network itself: what it advertises has to change, for all that ask.
        yield remark(
          broker.name,
          broker.env.get('KAFKA_ADVERTISED_LISTENERS')?.at ?? at,
          `${sentTo.name}://${broker.name}:${sentTo.port}, which ${client.name} asks`,
          `${sentTo.host}:${sentTo.port}, where a client finds itself`,
        )
      else if (sentTo !== undefined && /^(?:localhost|127\.)/.test(sentTo.host))
        yield remark(
          client.name,
          at,
          `a listener of ${broker.name} that is advertised under its name`,
          `${server}, which sends clients to ${sentTo.host}:${sentTo.port}`,
        )
    }
  }
}
