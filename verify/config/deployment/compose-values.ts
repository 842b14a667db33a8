import { interpolate, publishedPorts } from './workloads.ts'
import { scalarsIn, type Cursor, type WrongValue } from '../yaml/cursor.ts'

const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$|^0$/
const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)'
const PORT = new RegExp(
  `^(?:(?:(?:${OCTET}(?:\\.${OCTET}){3}|\\[[0-9a-fA-F:]+\\]):)?(?:\\d+(?:-\\d+)?)?:)?\\d+(?:-\\d+)?(?:/(?:tcp|udp|sctp))?$`,
)
const MODES = /^(?:ro|rw|z|Z|cached|delegated|consistent|nocopy|r?shared|r?slave|r?private|U)$/

/** Single values of a service: what is taken, in words, and where they stand. */
const SCALARS: readonly (readonly [taken: RegExp, expected: string, paths: readonly string[]])[] = [
  [DURATION, 'a duration with its unit: 5s', ['interval', 'timeout', 'start_period', 'start_interval'].map((key) => `healthcheck.${key}`)],
  [/^(?:no|false|always|unless-stopped|on-failure(?::\d+)?)$/, 'no, always, on-failure or unless-stopped', ['restart']],
  [
    /^-?\d+(?:\.\d+)?\s*(?:[kmgtp]?i?b?)?$/i,
    'a size with its unit: 256m',
    ['mem_limit', 'mem_reservation', 'shm_size', 'deploy.resources.limits.memory'],
  ],
]

/** https://github.com/compose-spec/compose-go/blob/main/template/template.go: what begins with a dollar and is none of these is refused. */
const INTERPOLATED = /\$(?:\$|[a-z_]\w*|\{[a-z_]\w*(?::?[-+?](?:[^{}]|\{[^{}]*\})*)?\})/gi

/**
 * Values of services that pass the schema and are refused by compose or the engine: short forms of ports and volumes, durations, and
 * definitions without a source. https://github.com/compose-spec/compose-spec/blob/main/spec.md
 */
export function wrongValues(root: Cursor, variables: Record<string, string>): WrongValue[] {
  const text = (at: Cursor): string => interpolate(at.string() ?? '', variables)
  const found: WrongValue[] = []
  const wrong = (at: Cursor, subject: string, expected: string, observed: string): void => {
    found.push({ at, subject, expected, observed })
  }
  for (const at of scalarsIn(root)) {
    const [broken] = (at.string() ?? '').replace(INTERPOLATED, '').match(/\$.{0,20}/) ?? []
    if (broken !== undefined) wrong(at, at.key, '${NAME}, ${NAME:-default}, or $$ for a dollar', broken)
  }
  for (const [name, service] of root.pairs('services')) {
    for (const [at, target] of mountedTwice(service, text)) wrong(at, name, `one mount at ${target}`, `a second one: Duplicate mount point`)
    for (const at of service.items('ports'))
      if (at.string() !== undefined && !text(at).includes('$') && !PORT.test(text(at))) wrong(at, name, '[[address:]port:]port', text(at))
    for (const [taken, expected, paths] of SCALARS)
      for (const at of paths.map((path) => service.get(...path.split('.'))))
        if (at?.string() !== undefined && !text(at).includes('$') && !taken.test(text(at))) wrong(at, name, expected, text(at))
    for (const at of service.items('environment'))
      if (/^[A-Za-z_]\w*:(?:\s|$)/.test(at.string() ?? '')) wrong(at, name, 'NAME=value', at.string() ?? '')
    const grace = service.get('stop_grace_period')
    if (grace?.string() !== undefined && !DURATION.test(text(grace))) wrong(grace, name, 'a duration with its unit: 5s', text(grace))
    for (const at of service.items('volumes')) {
      if (at.string() === undefined || text(at).includes('$')) continue
      const [source = '', target = '', mode, ...more] = text(at)
        .replace(/^([A-Za-z]):[\\/]/, '$1/')
        .split(':')
      if (!(target === '' ? source : target).startsWith('/') && !/^[A-Za-z][\\/]/.test(target))
        wrong(at, name, 'a path inside the container that begins with /', text(at))
      else if (more.length > 0 || mode?.split(',').every((each) => MODES.test(each)) === false)
        wrong(at, name, 'source:target[:ro]', text(at))
    }
    const copies = service.get('deploy', 'replicas') ?? service.get('scale')
    if (copies !== undefined && Number(text(copies)) > 1) {
      const fixed = service.items('ports').find((each) => publishedPorts(each, variables).length === 1)
      const own = service.get('container_name')
      if (own !== undefined) wrong(copies, name, `1, or no container_name (${text(own)}), which one container alone can have`, text(copies))
      else if (fixed !== undefined) wrong(copies, name, '1, or no fixed port of the host, which one container alone can have', text(copies))
    }
    for (const at of service.items('extra_hosts'))
      if (at.string() !== undefined && !/^[^:=\s]+[:=]\S+$/.test(text(at))) wrong(at, name, 'name:address', text(at))
      else if (
        at.string() !== undefined &&
        !/^(?:host-gateway|[\d.]+|\[?[0-9a-fA-F:]+\]?|.*\$.*)$/.test(text(at).replace(/^[^:=]+[:=]/, ''))
      )
        wrong(at, name, 'an IP address, or host-gateway', text(at).replace(/^[^:=]+[:=]/, ''))
  }
  for (const [key, sources] of [
    ['configs', ['file', 'environment', 'content', 'external', 'template_driver']],
    ['secrets', ['file', 'environment', 'external', 'driver', 'template_driver']],
  ] as const)
    for (const [name, at] of root.pairs(key))
      if (!name.startsWith('x-') && !sources.some((each) => at.has(each)))
        wrong(at, name, sources.slice(0, -1).join(', '), `${key} ${name} without any`)
  return found
}

/** Targets of volumes that stand there before: `Duplicate mount point` (https://github.com/moby/moby/blob/v27.0.0/volume/mounts/validate.go). */
function mountedTwice(service: Cursor, text: (at: Cursor) => string): [at: Cursor, target: string][] {
  const targets = service.items('volumes').map((at): [at: Cursor, target: string] => {
    const parts = text(at).split(':')
    const target = at.isMap() ? (at.string('target') ?? '') : ((parts.length > 1 ? parts[1] : parts[0]) ?? '')
    return [at, target.replace(/\/$/, '')]
  })
  return targets.filter(([, target], index) => target.startsWith('/') && targets.findIndex(([, other]) => other === target) < index)
}
