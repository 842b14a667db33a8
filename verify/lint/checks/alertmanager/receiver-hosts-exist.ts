import { causing, remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { reads } from '../../../config/deployment/container-files.ts'
import { nameOfObject, objectsOf } from '../../../config/deployment/kubernetes-objects.ts'
import { extraHostsOf } from '../../../config/deployment/links.ts'
import { listenersOf } from '../../../config/deployment/listeners.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import { receiverAddresses, type ReceiverAddress } from '../../receivers.ts'

export const check: Check = {
  meta: {
    id: 'receiver-hosts-exist',
    needs: ['alertmanager', 'workloads'],
    title: 'Every receiver sends to a service that there is, at a port that it has',
    failureTitle: 'A receiver sends to a service or a port that there is not: its notifications are lost',
    why: 'Alertmanager starts with any URL. A name that the network does not know, or a port on which nothing listens, is an error in its log for each notification, and nothing else.',
    mend: 'In alertmanager.yml, correct host and port of the URL.',
    example:
      "receivers:\n  - name: chat\n    webhook_configs: [{ url: 'http://chat-bridge:9094' }] # the service is called alertmanager-discord",
  },
  *judge(input) {
    for (const alertmanager of input.config.alertmanager)
      for (const address of receiverAddresses(alertmanager, input)) yield* judgeOne(address, alertmanager, input)
  },
}

function* judgeOne({ receiver, at, host, port }: ReceiverAddress, alertmanager: Cursor, input: LintInput): Generator<Remark> {
  const { config } = input
  const names = namesIn(config)
  if (names.known.has(host)) {
    const owner = names.services.get(host)
    if (owner !== undefined) yield* atPort(receiver, at, { owner, port }, input)
    return
  }
  const services = [...names.services.keys(), ...names.objects]
  const near = nearest(host, services, host.length < 5 ? 1 : 2)
  if (near !== undefined)
    yield causing(remark(receiver, at, 'the name of a service', `${host}; did you mean ${near}?`), at.lines(), 'urls-are-whole')
  // A mail server by its short name is found by the DNS of the host.
  else if (at.key !== 'smarthost' && at.key !== 'smtp_smarthost' && isClosed(alertmanager, config))
    yield warning(receiver, at, 'the name of a service', `${host}: no service is called that${didYouMean(host, services)}`)
}

/** Of a program that is known ports-agree says it. What is built here, or is an image of one's own, says in its files where it listens. */
function* atPort(receiver: string, at: Cursor, { owner, port }: { owner: Workload; port: number }, input: LintInput): Generator<Remark> {
  if (listenersOf(owner, input.config) !== undefined || owner.at.has('network_mode')) return
  const declared = [...new Set([...owner.ports.map(({ container }) => container), ...owner.at.strings('expose').map(Number)])]
  const isWritten = (text: string): boolean => new RegExp(`(?<!\\d)${port}(?!\\d)`).test(text)
  const folder = owner.at.string('build') ?? owner.at.string('build', 'context')
  const built = folder === undefined ? [] : (input.sources?.(folder.replace(/^\.\//, '')) ?? [])
  const own = owner.at.text.text.slice(...(owner.at.node?.range ?? [0, 0]))
  if (declared.length === 0 || declared.includes(port) || isWritten(own) || built.some(({ text }) => isWritten(text))) return
  yield warning(receiver, at, `a port of ${owner.name}: ${declared.join(', ')}`, `${port}, which ${owner.name} does not name`)
}

interface Names {
  known: ReadonlySet<string>
  services: ReadonlyMap<string, Workload>
  objects: readonly string[]
}

function namesIn(config: Configuration): Names {
  const ofCompose = config.workloads.filter(({ at }) => config.compose.some(({ text }) => text === at.text))
  const services = new Map(
    ofCompose.flatMap((each) =>
      [each.name, each.container, each.at.string('hostname'), ...aliasesOf(each.at)].flatMap((name) =>
        name === undefined ? [] : [[name, each] as const],
      ),
    ),
  )
  const objects = objectsOf(config).flatMap((at) => (at.string('kind') === 'Service' ? nameOfObject(at) : []))
  const further = config.workloads.flatMap((each) => [
    ...extraHostsOf(each).map(({ name }) => name),
    ...[...each.at.strings('links'), ...each.at.strings('external_links')].map((link) => link.split(':').at(-1) ?? ''),
    ...(each.aliases ?? []),
  ])
  return { services, objects, known: new Set([...services.keys(), ...objects, ...further, 'localhost', 'host']) }
}

function aliasesOf(at: Cursor): string[] {
  return at.pairs('networks').flatMap(([, network]) => network.strings('aliases'))
}

/** Run by compose files alone, whose networks have no other names than those of their services. */
function isClosed(alertmanager: Cursor, config: Configuration): boolean {
  const { compose, workloads } = config
  const isOpen = compose.some((each) => each.has('include') || each.pairs('networks').some(([, network]) => network.has('external')))
  const readers = workloads.filter((each) => reads(each, alertmanager, config))
  return !isOpen && readers.length > 0 && readers.every(({ at }) => !at.has('network_mode') && compose.some(({ text }) => text === at.text))
}
