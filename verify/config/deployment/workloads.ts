import type { Cursor } from '../yaml/cursor.ts'
import { remembered } from '../../text/remembered.ts'

/** A container: a compose service, or one of a Kubernetes workload. */
export interface Workload {
  /** Compose service or container name. */
  name: string
  /** container_name in compose, the workload's name in Kubernetes. */
  container: string
  image: string
  env: Map<string, { value: string; at: Cursor }>
  /** Environment that comes from elsewhere (env_file, secretKeyRef, envFrom) and cannot be known here. */
  unknownEnv: boolean
  args: { value: string; at: Cursor }[]
  mounts: { source: string; target: string; readOnly: boolean; at: Cursor }[]
  /** Ports inside the container. */
  ports: { container: number; host?: number; at: Cursor }[]
  /** Of a pod of Kubernetes: what Services select it by. */
  podLabels?: Record<string, string>
  /** Further names under which it is reached: those of its Services. */
  aliases?: string[]
  at: Cursor
}

/** Of a document, then of variables: shared by all that ask, so do not change them. */
export const composeWorkloads = remembered((root: Cursor) =>
  remembered((variables: Record<string, string>): readonly Workload[] =>
    root.pairs('services').map(([name, service]) => composeWorkload(root, name, service, variables)),
  ),
)

/** ${NAME:-default} and friends. https://docs.docker.com/reference/compose-file/interpolation/ */
export function interpolate(text: string, variables: Record<string, string>): string {
  return text.replace(
    /\$(?:\$|\{(\w+)(?:(:?[-+?])((?:[^{}]|\{[^{}]*\})*))?\}|([A-Za-z_]\w*))/g,
    (whole, name: string | undefined, op: string | undefined, fallback: string | undefined, bare: string | undefined) => {
      if (whole === '$$') return '$'
      const value = variables[name ?? bare ?? '']
      if (op?.endsWith('-') === true)
        return value === undefined || (op === ':-' && value === '') ? interpolate(fallback ?? '', variables) : value
      if (op?.endsWith('+') === true) return value === undefined ? '' : interpolate(fallback ?? '', variables)
      return value ?? ''
    },
  )
}

function composeWorkload(root: Cursor, name: string, service: Cursor, variables: Record<string, string>): Workload {
  const text = (at: Cursor | undefined, ...path: (string | number)[]): string => interpolate(at?.string(...path) ?? '', variables)
  const parents = service.get('extends')
  const parentName = parents?.string() ?? parents?.string('service')
  const parent = parentName === undefined || parentName === name ? undefined : root.get('services', parentName)
  const layers = [...(parent === undefined ? [] : [parent]), service]
  const env: Workload['env'] = new Map()
  let passedOn = false
  const set = (key: string, value: string | undefined, at: Cursor): void => {
    // A name alone is passed on from where compose was started, .env included.
    const known = value ?? variables[key]
    if (known === undefined) passedOn = true
    else env.set(key, { value: known, at })
  }
  for (const layer of layers) {
    for (const [key, at] of layer.get('environment')?.pairs() ?? []) set(key, at.string() === undefined ? undefined : text(at), at)
    for (const at of layer.get('environment')?.items() ?? []) {
      const [key = '', ...rest] = text(at).split('=')
      set(key, rest.length === 0 ? undefined : rest.join('='), at)
    }
  }
  const command = service.get('command')
  const args =
    command === undefined
      ? []
      : command.isList()
        ? command.items().map((at) => ({ value: text(at), at }))
        : text(command)
            .split(/\s+/)
            .filter((part) => part !== '')
            .map((value) => ({ value, at: command }))
  return {
    name,
    container: text(service, 'container_name') || name,
    image: text(service, 'image'),
    env,
    unknownEnv: passedOn || layers.some((layer) => layer.has('env_file')),
    args,
    mounts: layers.flatMap((layer) => layer.get('volumes')?.items() ?? []).map((at) => mount(at, variables)),
    ports: (service.get('ports')?.items() ?? []).flatMap((at) => port(at, text(at) || '')),
    at: service,
  }
}

function mount(at: Cursor, variables: Record<string, string>): Workload['mounts'][number] {
  const short = at.string()
  if (short === undefined)
    return {
      source: interpolate(at.string('source') ?? '', variables),
      target: interpolate(at.string('target') ?? '', variables),
      readOnly: at.bool('read_only') === true,
      at,
    }
  const [source = '', target = '', mode = ''] = interpolate(short, variables).split(':')
  return { source, target: target === '' ? source : target, readOnly: mode.split(',').includes('ro'), at }
}

/**
 * What an entry of `ports` publishes on the host; ranges unfold. An address of '' is every address. Ports that Docker chooses are none.
 * https://docs.docker.com/reference/compose-file/services/#ports
 */
export function publishedPorts(at: Cursor, variables: Record<string, string>): { address: string; port: number; protocol: string }[] {
  const text = (...path: string[]): string => interpolate(at.string(...path) ?? '', variables)
  const [short, protocol = 'tcp'] = at.isMap() ? [`${text('published')}:${text('target')}`, text('protocol') || 'tcp'] : text().split('/')
  const match = /^(?:(.*):)?(\d+)(?:-(\d+))?:\d+(?:-\d+)?$/.exec(short ?? '')
  if (match === null) return []
  const address = (at.isMap() ? text('host_ip') : (match[1] ?? '')).replace(/^(0\.0\.0\.0|\[::\])$/, '')
  const [first, last] = [Number(match[2]), Number(match[3] ?? match[2])]
  return Array.from({ length: Math.min(1000, Math.max(0, last - first + 1)) }, (_, index) => ({ address, port: first + index, protocol }))
}

function port(at: Cursor, short: string): Workload['ports'] {
  const target = at.number('target')
  if (target !== undefined) {
    const published = at.number('published')
    return [{ container: target, ...(published === undefined ? {} : { host: published }), at }]
  }
  const parts = short.replace(/\/(tcp|udp)$/, '').split(':')
  // Of a range its first: "9085-9095:16686-16696" publishes 16686 at 9085.
  const first = (ports: string | undefined): number => Number(ports?.replace(/^(\d+)-\d+$/, '$1'))
  const container = first(parts.at(-1))
  const host = first(parts.at(-2))
  return Number.isInteger(container) && container > 0 ? [{ container, ...(Number.isInteger(host) && host > 0 ? { host } : {}), at }] : []
}
