import type { Cursor } from '../yaml/cursor.ts'
import type { Configuration } from '../configuration.ts'
import { filesIn } from './container-files.ts'
import type { Workload } from './workloads.ts'
import { remembered } from '../../text/remembered.ts'

/** Which of the names a container asks for: in its environment, its command, and the configuration that is mounted into it. */
export function hostsAskedBy(workload: Workload, config: Configuration, names: Iterable<string>): Set<string> {
  const all = textsOf(config)(workload)
  return new Set([...names].filter((name) => name !== '' && asks(all, name)))
}

/** Ports at which a container is asked from outside of it, and by whom: other containers, and the host where they are published. */
export function askedPorts(workload: Workload, config: Configuration): Map<number, string> {
  const found = new Map<number, string>()
  const names = [workload.name, workload.container, workload.at.string('hostname') ?? ''].filter((name) => name !== '')
  for (const other of config.workloads) {
    if (other === workload) continue
    const text = textsOf(config)(other)
    for (const name of names.filter((each) => text.includes(`${each}:`)))
      for (const [, port] of text.matchAll(new RegExp(`(?:^|[\\s"'=@,/[(])${name.replace(/[^\w-]/g, '\\$&')}:(\\d{2,5})(?!\\d)`, 'gm')))
        found.set(Number(port), found.get(Number(port)) ?? other.name)
  }
  for (const other of config.workloads.filter((each) => each !== workload))
    for (const { host, port } of hostsWithPorts(other))
      if (names.includes(host.value) && Number(port.value) > 0) found.set(Number(port.value), found.get(Number(port.value)) ?? other.name)
  for (const { container } of workload.ports) if (!found.has(container)) found.set(container, 'the published port')
  return found
}

interface Variable {
  name: string
  value: string
  at: Cursor
}

/** Addresses that a container is given in two variables, as they are written: REDIS_HOST and REDIS_PORT. */
export function hostsWithPorts({ env }: Workload): { host: Variable; port: Variable }[] {
  return [...env].flatMap(([name, host]) => {
    const beside = name.replace(/_HOST(?:NAME)?$/, '_PORT')
    const port = beside === name ? undefined : env.get(beside)
    return port === undefined ? [] : [{ host: { name, ...host }, port: { name: beside, ...port } }]
  })
}

/** Each container is asked about every other. */
const textsOf = remembered((config: Configuration) => remembered((workload: Workload) => textsIn(workload, config)))

/** What a container is given to read: environment, command, and the files and configs that are mounted. */
function textsIn(workload: Workload, config: Configuration): string {
  return [
    ...[...workload.env.values()].map(({ value }) => value),
    ...workload.args.map(({ value }) => value),
    ...filesIn(workload, config)
      .filter(({ path }) => !/\/dashboards?\//.test(path))
      .map(({ text }) => text.text.replace(/^\s*#.*$|\s#\s.*$/gm, '')),
    ...inlineConfigs(workload, config),
  ].join('\n')
}

/** NAME:PORT, or the host of a URL. */
function asks(text: string, name: string): boolean {
  if (!text.includes(name)) return false
  const literal = name.replace(/[^\w-]/g, '\\$&')
  const asked =
    askedFor.get(name) ?? new RegExp(`(?:^|[\\s"'=@,/[(])${literal}:\\d{2,5}(?!\\d)|://(?:[^\\s/@]*@)?${literal}(?=[:/"'\\s]|$)`, 'm')
  if (askedFor.size < MOST_NAMES) askedFor.set(name, asked)
  return asked.test(text)
}

/** By the name of a container, which every other container is asked about. */
const askedFor = new Map<string, RegExp>()
const MOST_NAMES = 1_000

/** Texts under `configs` of the compose file that this container gets. */
function inlineConfigs({ at }: Workload, config: Configuration): string[] {
  const root = config.compose.find((each) => each.text === at.text)
  return at.items('configs').flatMap((each) => root?.string('configs', each.string() ?? each.string('source') ?? '', 'content') ?? [])
}

/** Every name by which a container of the compose files, or what `extra_hosts` names, is asked. */
export function hostNamesOf({ compose, workloads }: Configuration): Set<string> {
  const extra = compose.flatMap((root) =>
    root
      .pairs('services')
      .flatMap(([, service]) => [
        ...extraHostsOf({ at: service }).map(({ name }) => name),
        ...service.pairs('networks').flatMap(([, network]) => network.strings('aliases')),
        ...[...service.strings('links'), ...service.strings('external_links')].map((each) => each.split(':').at(-1) ?? ''),
      ]),
  )
  return new Set([...workloads.flatMap(namesOf), ...extra, 'localhost'])
}

export function namesOf({ name, container, at }: Workload): string[] {
  return [name, container, at.string('hostname') ?? name]
}

/** Whether containers of other compose files may be reached: by `include`, or by a network that is external. */
export function isOpen({ compose }: Configuration): boolean {
  return compose.some((root) => root.has('include') || root.pairs('networks').some(([, each]) => each.has('external')))
}

/** A name that a container is given for what runs outside of the platform. */
export interface ExtraHost {
  name: string
  address: string
  at: Cursor
}

export function extraHostsOf({ at }: Pick<Workload, 'at'>): ExtraHost[] {
  const split = (text: string, where: Cursor): ExtraHost => {
    const [, name = text, address = ''] = /^([^:=]+)[:=](.*)$/.exec(text) ?? []
    return { name, address, at: where }
  }
  return [
    ...at.items('extra_hosts').map((each) => split(each.string() ?? '', each)),
    ...at.pairs('extra_hosts').map(([name, each]) => ({ name, address: each.string() ?? '', at: each })),
  ]
}
