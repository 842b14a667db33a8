/** docker-compose.yaml as the lab reads it: the services with their values interpolated, and what is mounted where. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { openDocuments } from '../../verify/config/yaml/cursor.ts'
import type { Cursor } from '../../verify/config/yaml/cursor.ts'
import { composeWorkloads, interpolate } from '../../verify/config/deployment/workloads.ts'
import { FiredrillError } from '../../verify/model/error.ts'
import type { TargetPart } from '../../verify/model/target.ts'
import { suggestion } from '../../verify/text/did-you-mean.ts'

export type Mount = { target: string } & (
  | { kind: 'volume'; volume: string }
  /** A file or folder beside the compose file; absolute. */
  | { kind: 'file'; source: string }
  /** An inline config, or a secret from the environment. */
  | { kind: 'text'; text: string }
  | { kind: 'tmpfs' }
)

/** A service of the compose file. */
export interface Container {
  id: string
  /** container_name, which is what Docker's discovery gives Promtail; undefined where Docker would make one up. */
  name: string | undefined
  /** Empty: that of the image. */
  entrypoint: string[]
  /** Empty: that of the image. */
  command: string[]
  environment: Record<string, string>
  mounts: Mount[]
  /** mem_limit, or deploy.resources.limits.memory. */
  memoryBytes: number | undefined
  /** Every key that the service has, merged ones included. */
  keys: string[]
}

export interface ComposeFile {
  file: string
  /** The name of the project, which Docker puts on every container as a label. */
  project: string
  services: Record<string, Container>
  /**
   * `x-firedrill-lab: { allows: { NAME: { cpu, disk } } }`: the file is another platform's, and beside its parts a drill may harm these.
   * Absent: this project's own.
   */
  allows?: Allowed
}

/** Parts that are no process: name -> how they may be harmed. */
export type Allowed = Record<string, Pick<TargetPart, 'cpu' | 'disk'>>

const NAMES = ['docker-compose.yaml', 'docker-compose.yml', 'compose.yaml', 'compose.yml']

/** The compose file that belongs to a folder of monitoring files: the one beside it, else `fallback`. */
export function composeFileOf(monitoringDir: string, fallback: string): string {
  return NAMES.map((name) => path.join(path.dirname(path.resolve(monitoringDir)), name)).find((file) => existsSync(file)) ?? fallback
}

/**
 * `variables` are what `${NAME}` is replaced by; `monitoringDir` is what `./monitoring` beside the compose file stands for.
 * Throws LAB_COMPOSE (exit code 2) with the place.
 */
export function readComposeFile(file: string, variables: Record<string, string>, monitoringDir: string): ComposeFile {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new FiredrillError('LAB_COMPOSE', `cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, {
      place: { file },
      next: '--compose names the docker-compose.yaml of what is drilled',
      cause: error,
    })
  }
  const [root] = openDocuments({ file, path: file, text, lineOffset: 0, columnOffset: 0 })
  if (root?.get('services')?.isMap() !== true)
    throw new FiredrillError('LAB_COMPOSE', 'this file has no services', { place: { file }, next: 'Is it a Compose file?' })
  const filled = (at: Cursor | undefined): string => interpolate(at?.string() ?? '', variables)
  const beside = (source: string): string => {
    const relative = path.posix.normalize(source)
    return /^monitoring(?:\/|$)/.test(relative)
      ? path.join(monitoringDir, relative.slice('monitoring'.length))
      : path.resolve(path.dirname(file), source)
  }
  const services = composeWorkloads(root)(variables).map(({ name, env, args, mounts, at }): Container => ({
    id: name,
    name: filled(at.get('container_name')) || undefined,
    entrypoint:
      at
        .get('entrypoint')
        ?.strings()
        .map((word) => interpolate(word, variables)) ?? [],
    command: args.map(({ value }) => value),
    environment: Object.fromEntries([...env].map(([key, { value }]) => [key, value])),
    mounts: [
      ...mounts.map(({ source, target }): Mount =>
        /^[./~]/.test(source) ? { kind: 'file', source: beside(source), target } : { kind: 'volume', volume: source, target },
      ),
      ...(at.get('configs')?.items() ?? []).flatMap((config) => configMount(root, config, filled, beside)),
      ...(at.get('secrets')?.items() ?? []).flatMap((secret) => secretMount(root, secret, variables)),
      ...(at.get('tmpfs')?.strings() ?? []).map((target): Mount => ({ kind: 'tmpfs', target: target.split(':')[0] ?? target })),
    ],
    memoryBytes: bytesOf(filled(at.get('mem_limit')) || filled(at.get('deploy', 'resources', 'limits', 'memory'))),
    keys: at.pairs().map(([key]) => key),
  }))
  return {
    file,
    project: filled(root.get('name')) || path.basename(path.dirname(path.resolve(file))),
    services: Object.fromEntries(services.map((service) => [service.id, service])),
    ...(root.has(OTHER_PLATFORM) ? { allows: allowedBy(root.get(OTHER_PLATFORM, 'allows')) } : {}),
  }
}

const OTHER_PLATFORM = 'x-firedrill-lab'

function allowedBy(at: Cursor | undefined): Allowed {
  const number = (of: Cursor | undefined, key: string, parent: string): number => {
    const value = of?.get(key)?.plain()
    if (typeof value === 'number' && value > 0) return value
    throw (of ?? at!).error('LAB_COMPOSE', `${parent} needs ${key}, a number above 0`, 'docs/lab.md has an example.')
  }
  return Object.fromEntries(
    (at?.pairs() ?? []).map(([name, part]) => {
      const cpu = part.get('cpu')
      const disk = part.get('disk')
      const folder = disk?.string('folder') ?? ''
      if (disk !== undefined && !folder.startsWith('/'))
        throw disk.error('LAB_COMPOSE', 'disk needs folder, an absolute path', 'docs/lab.md has an example.')
      return [
        name,
        {
          ...(cpu === undefined ? {} : { cpu: { cores: number(cpu, 'cores', 'cpu') } }),
          ...(disk === undefined
            ? {}
            : {
                disk: { folder, maxMegabytes: number(disk, 'maxMegabytes', 'disk'), freeMegabytes: number(disk, 'freeMegabytes', 'disk') },
              }),
        },
      ]
    }),
  )
}

/** Throws LAB_COMPOSE where the file does not have it. */
export function serviceOf(compose: ComposeFile, id: string): Container {
  const service = compose.services[id]
  if (service !== undefined) return service
  throw new FiredrillError('LAB_COMPOSE', `there is no service ${JSON.stringify(id)}, which the lab starts`, {
    place: { file: compose.file },
    next: `${suggestion(id, Object.keys(compose.services))} A part that runs elsewhere is named by --lab FILE (docs/lab.md).`,
  })
}

function configMount(root: Cursor, at: Cursor, filled: (at: Cursor | undefined) => string, beside: (source: string) => string): Mount[] {
  const source = at.string() ?? at.string('source') ?? ''
  const target = at.string('target') ?? `/${source}`
  const config = root.get('configs', source)
  if (config?.has('file') === true) return [{ kind: 'file', source: beside(filled(config.get('file'))), target }]
  return [{ kind: 'text', text: filled(config?.get('content')), target }]
}

/** Secrets from files are webhook URLs, which the lab reads itself (lab/monitoring.ts). */
function secretMount(root: Cursor, at: Cursor, variables: Record<string, string>): Mount[] {
  const source = at.string() ?? at.string('source') ?? ''
  const variable = root.get('secrets', source)?.string('environment')
  return variable === undefined
    ? []
    : [{ kind: 'text', text: variables[variable] ?? '', target: `/run/secrets/${at.string('target') ?? source}` }]
}

/** `512m`, `1gb`, `1073741824`: https://github.com/compose-spec/compose-spec/blob/main/11-extension.md#specifying-byte-values */
function bytesOf(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([bkmg]?)b?$/i.exec(text) ?? []
  return number === undefined ? undefined : Math.round(Number(number) * 1024 ** 'bkmg'.indexOf(unit.toLowerCase() || 'b'))
}
