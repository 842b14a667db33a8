/**
 * Container -> lab: what a value of the compose file means where there are no containers. Two rules: an address on the compose network is
 * the lab's address of the same port, and an absolute path is that path below the part's `rootfs` folder, where its mounts are written.
 */
import type { Address } from '../parts/part-ports.ts'
import type { Container, Mount } from './compose-file.ts'

/** tcpmux, which has no listener: stands for every port and host that the compose network does not have. */
export const CLOSED: Address = { host: '127.0.0.1', port: 1 }
const SELF = /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])$/

export interface Localizer {
  owner: string
  /** `host:port` of the compose network -> address in the lab. */
  network: Readonly<Record<string, Address>>
  /** Host names of the compose network. */
  hosts: ReadonlySet<string>
  /** Absolute; stands for `/` of the container. */
  root: string
  /** Files that the image brings, by their path in the container. */
  image: Readonly<Record<string, string>>
}

/** What is reached by `host:port` from `owner`. A port of its own that the lab does not know keeps its number, on loopback. */
function addressOf(host: string, port: number, { owner, network }: Localizer): Address {
  const self = SELF.test(host)
  return network[`${self ? owner : host}:${port}`] ?? (self ? { host: '127.0.0.1', port } : CLOSED)
}

const URL_AUTHORITY = /(?<=:\/\/)(?<user>[^/@\s]*@)?(?<host>\[[0-9a-f:]*\]|[\w.-]+)(?::(?<port>\d+))?(?=[/?,;\s"]|$)/gi
const HOST_PORT = /(?<![\w./:-])(?<host>\[[0-9a-f:]*\]|\w[\w.-]*):(?<port>\d{1,5})(?![\w:@.])/g

/** Every address in a text; `host:port` outside of a URL counts where the host is known, or where it is the whole text. */
function localAddresses(text: string, localizer: Localizer): string {
  const moved = (host: string, port: number): string => {
    const to = addressOf(host, port, localizer)
    return `${to.host}:${to.port}`
  }
  const urls = text.replace(URL_AUTHORITY, (_, user: string | undefined, host: string, port: string | undefined) => {
    return `${user ?? ''}\0${moved(host, Number(port ?? 0))}\0`
  })
  // What is moved already stands between two NULs.
  return urls
    .split('\0')
    .map((piece, index) =>
      index % 2 === 1
        ? piece
        : piece.replace(HOST_PORT, (whole, host: string, port: string) =>
            localizer.hosts.has(host) || SELF.test(host) || whole === text ? moved(host, Number(port)) : whole,
          ),
    )
    .join('')
}

/** The lab's path for a path of the container. */
export function localPath(file: string, { root, image }: Localizer): string {
  return image[file] ?? `${root}${file}`
}

/** Folders of every image, whether or not the compose file mounts something there. */
const SYSTEM = ['bin', 'etc', 'home', 'lib', 'opt', 'root', 'run', 'srv', 'tmp', 'usr', 'var']
/** Variables whose values may look like anything. */
const SECRET = /PASSWORD|SECRET|TOKEN/
/** Flags and variables whose values are paths of a URL. */
const URL_PATH = /url|prefix|telemetry.path|base.path|context.path|metrics.path/i

/**
 * A word of a command line, or the value of the variable `name`: its addresses, and the absolute paths that begin it or follow `=`, `:` or
 * `,`.
 */
export function localValue(text: string, localizer: Localizer, folders: ReadonlySet<string>, name = text.split('=')[0] ?? ''): string {
  const moved = localAddresses(text, localizer)
  if (URL_PATH.test(name)) return moved
  return moved.replace(/(?<=^|[=:,])\/(?!\/)[^\s=:,]+/g, (file) =>
    folders.has(file.split('/')[1] ?? '') ? localPath(file, localizer) : file,
  )
}

/** First segments of the paths that are files in a container. */
export function foldersOf(container: Container, image: Readonly<Record<string, string>>): ReadonlySet<string> {
  return new Set([
    ...SYSTEM,
    ...[...container.mounts.map(({ target }) => target), ...Object.keys(image)].map((file) => file.split('/')[1] ?? ''),
  ])
}

/** An environment: each value by itself, and `X_HOST` with `X_PORT` as the one address that they are. */
export function localEnvironment({ environment }: Container, localizer: Localizer, folders: ReadonlySet<string>): Record<string, string> {
  const local = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, SECRET.test(name) ? value : localValue(value, localizer, folders, name)]),
  )
  for (const [name, host] of Object.entries(environment)) {
    const portName = name.replace(/HOST$/, 'PORT')
    const port = environment[portName]
    if (!name.endsWith('_HOST') || port === undefined) continue
    const to = addressOf(host, Number(port), localizer)
    local[name] = to.host
    local[portName] = String(to.port)
  }
  return local
}

/** The mount that holds a path of the container, and the path inside of it. */
export function mountAt(container: Container, file: string): { mount: Mount; inside: string } | undefined {
  const mount = container.mounts
    .filter(({ target }) => file === target || file.startsWith(`${target}/`))
    .sort((a, b) => b.target.length - a.target.length)[0]
  return mount === undefined ? undefined : { mount, inside: file.slice(mount.target.length) }
}

/** `--name=value`, `--name value`, `-name=value`: its last value, and the words without it. */
export function takeFlag(words: readonly string[], ...names: string[]): { value: string | undefined; rest: string[] } {
  const rest: string[] = []
  let value: string | undefined
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    const [name = '', ...after] = word.split('=')
    if (!names.includes(name)) rest.push(word)
    else if (after.length > 0) value = after.join('=')
    else value = words[(index += 1)]
  }
  return { value, rest }
}

/** Of `host:port`, `:port` or `port`. */
export function portOf(text: string | undefined, fallback: number): number {
  return Number(/(\d+)$/.exec(text ?? '')?.[1] ?? fallback)
}
