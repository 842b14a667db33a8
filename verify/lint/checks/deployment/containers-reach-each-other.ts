import { remark, type Check, type Remark } from '../../lint-check.ts'
import { groupedRemarks } from '../../grouped-remarks.ts'
import type { Configuration } from '../../../config/configuration.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { filesIn } from '../../../config/deployment/container-files.ts'
import { extraHostsOf, hostsAskedBy } from '../../../config/deployment/links.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import { nearest } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'containers-reach-each-other',
    needs: ['compose'],
    title: 'Every container reaches the containers and hosts that its configuration names',
    failureTitle: 'A container cannot reach another one that its configuration names',
    why: 'The name of a service is known within its networks alone; one behind a profile or with no replica is not started. A name in extra_hosts wins over the service of that name. The container runs, and what it asks for is down for ever.',
    mend: 'In the compose file, give both services a common network, start both by the same profiles, and list in extra_hosts what runs outside of the platform.',
    example: 'prometheus:\n  networks: [back] # and redis-exporter has no networks: it is in `default`',
  },
  *judge({ config }) {
    for (const root of config.compose) {
      const services = config.workloads.filter(({ at }) => at.text === root.text)
      // Of a service that another file adds to, or that extends one, not all is here.
      const elsewhere = config.compose.filter((other) => other !== root).flatMap((other) => other.pairs('services').map(([name]) => name))
      const isWhole = ({ name, at }: Workload): boolean => !elsewhere.includes(name) && !at.has('extends')
      const links = linksOf(services, config)
      yield* networks(links.filter(({ from, to }) => isWhole(from) && isWhole(to)))
      yield* notStarted(services, links, config, isWhole)
      yield* extraHosts(services, config)
      yield* behindInternal(services, root)
    }
  },
}

interface Link {
  from: Workload
  to: Workload
}

function linksOf(services: readonly Workload[], config: Configuration): Link[] {
  const owners = new Map(services.flatMap((service) => namesOf(service).map((name): [string, Workload] => [name, service])))
  return services.flatMap((from) => {
    const own = extraHostsOf(from).map(({ name }) => name)
    const asked = [...hostsAskedBy(from, config, owners.keys())].filter((name) => !own.includes(name))
    const targets = new Set(asked.flatMap((name) => owners.get(name) ?? []))
    return [...targets].filter((to) => to !== from).map((to) => ({ from, to }))
  })
}

function namesOf({ name, container, at }: Workload): string[] {
  return [name, container, at.string('hostname') ?? '', ...at.pairs('networks').flatMap(([, network]) => network.strings('aliases'))]
}

/** One finding for each service whose networks keep others away. */
function* networks(links: readonly Link[]): Generator<Remark> {
  const found = new Map<Cursor, { owner: Workload; others: Set<string> }>()
  const blame = (owner: Workload, at: Cursor, other: Workload): void => {
    const known = found.get(at) ?? { owner, others: new Set() }
    found.set(at, known)
    known.others.add(other.name)
  }
  for (const { from, to } of links) {
    // The network of another container, which is not followed here.
    if ([from, to].some(({ at }) => /^(?:service|container):/.test(at.string('network_mode') ?? ''))) continue
    const [mode] = [to, from].flatMap((each) => {
      const at = each.at.get('network_mode')
      return at !== undefined && /^(?:none|host)$/.test(at.string() ?? '') ? [{ each, at }] : []
    })
    if (mode !== undefined) blame(mode.each, mode.at, mode.each === to ? from : to)
    else if (!networksOf(from).some((network) => networksOf(to).includes(network))) {
      const owner = to.at.has('networks') ? to : from
      blame(owner, owner.at.near('networks'), owner === to ? from : to)
    }
  }
  for (const [at, { owner, others }] of found)
    yield remark(
      owner.name,
      at.key === 'network_mode' ? at : at.keyPlace(),
      `a network in common with ${[...others].sort().join(', ')}`,
      at.key === 'network_mode'
        ? `network_mode: ${at.string() ?? ''}, in which names of services are not known`
        : networksOf(owner).join(', '),
    )
}

/** https://docs.docker.com/reference/compose-file/services/#networks: `default` where none is named. */
function networksOf({ at }: Workload): string[] {
  // Those of another service or container, which is not followed here.
  const mode = at.string('network_mode')
  if (mode !== undefined && mode !== 'bridge') return ['default']
  const named = [...at.strings('networks'), ...at.pairs('networks').map(([name]) => name)]
  return named.length === 0 ? ['default'] : named
}

/** What `docker compose up` leaves out. */
function* notStarted(
  services: readonly Workload[],
  links: readonly Link[],
  config: Configuration,
  isWhole: (service: Workload) => boolean,
): Generator<Remark> {
  const modes = [...new Set(services.flatMap(({ at }) => at.strings('profiles')))]
  const chosen: { group: string; said: Remark }[] = []
  for (const service of services) {
    const askers = links.filter(({ from, to }) => to === service && !hasProfileOf(from, service)).map(({ from }) => from)
    const asking = askers.map(({ name }) => name)
    const isPart = filesIn(service, config).some(({ text }) => config.files.includes(text.file))
    if (asking.length === 0 && !isPart) continue
    const profiles = service.at.strings('profiles')
    const expected = asking.length === 0 ? 'started with the others' : `started with ${[...new Set(asking)].sort().join(', ')}`
    // Several profiles, or one of several services, are ways to start the whole: which of them is meant is chosen.
    const isMode = modes.length > 1 || services.filter(({ at }) => at.strings('profiles').length > 0).length > 1
    // A file that is laid over another is chosen with -f, and its profile with it.
    const isLaidOver = askers.length > 0 && askers.every((asker) => !isWhole(asker))
    const severity = asking.length === 0 || ((isMode || isLaidOver) && profiles.length > 0) ? ('warning' as const) : undefined
    if (profiles.length > 0) {
      const said = remark(
        service.name,
        service.at.near('profiles'),
        expected,
        `only with the profile ${profiles.join(' or ')}`,
        undefined,
        severity,
      )
      // Ways to start the whole are one choice.
      if (severity === undefined) yield said
      else chosen.push({ group: service.at.text.file, said })
    }
    for (const path of [['deploy', 'replicas'], ['scale']])
      if (service.at.number(...path) === 0)
        yield remark(service.name, service.at.near(...path), expected, 'no replica', undefined, severity)
  }
  yield* groupedRemarks(chosen, 'services')
}

function hasProfileOf(from: Workload, to: Workload): boolean {
  const wanted = to.at.strings('profiles')
  return (
    wanted.length > 0 && from.at.strings('profiles').length > 0 && from.at.strings('profiles').every((profile) => wanted.includes(profile))
  )
}

function* extraHosts(services: readonly Workload[], config: Configuration): Generator<Remark> {
  const owners = new Map<string, Workload>()
  for (const service of services) for (const { name } of extraHostsOf(service)) if (!owners.has(name)) owners.set(name, service)
  const containers = new Set(services.flatMap(namesOf))
  for (const service of services) {
    const own = extraHostsOf(service)
    const asked = hostsAskedBy(service, config, [...owners.keys(), ...containers])
    for (const { name, address, at } of own) {
      if (containers.has(name) && asked.has(name) && !name.includes('.'))
        yield remark(
          service.name,
          at,
          `the service ${name}`,
          `extra_hosts: ${name} is ${address}, which is not the service's address by itself`,
        )
      else if (service.at.string('network_mode') !== 'host' && /^(?:127\.|localhost$|::1$|\[::1\]$)/.test(address))
        yield remark(service.name, at, `an address outside of ${service.name}`, `${address}, which is the container itself`)
    }
    for (const name of asked) {
      const owner = owners.get(name)
      if (owner === undefined || containers.has(name) || own.some((each) => each.name === name)) continue
      const meant = nearest(
        name,
        own.map((each) => each.name),
        2,
      )
      const entry = own.find((each) => each.name === meant)
      yield remark(
        service.name,
        entry?.at ?? service.at,
        `extra_hosts with ${name}`,
        entry === undefined ? `none, and ${owner.name} has it: the name is not known in ${service.name}` : entry.name,
      )
    }
  }
}

/** Ports of a container whose networks are all internal are published nowhere. https://docs.docker.com/reference/compose-file/networks/#internal */
function* behindInternal(services: readonly Workload[], root: Cursor): Generator<Remark> {
  for (const [network, at] of root.pairs('networks')) {
    if (at.bool('internal') !== true) continue
    const isInternal = (name: string): boolean => root.get('networks', name)?.bool('internal') === true
    const shut = services.filter(
      (service) =>
        service.ports.some(({ host }) => host !== undefined) &&
        !service.at.has('network_mode') &&
        networksOf(service).includes(network) &&
        networksOf(service).every(isInternal),
    )
    if (shut.length > 0)
      yield remark(
        shut[0]?.name ?? network,
        at.near('internal'),
        'a network that is not internal, for services that publish ports',
        `internal: true, and ${shut.map(({ name }) => name).join(', ')} publish ports that no one reaches`,
      )
  }
}
