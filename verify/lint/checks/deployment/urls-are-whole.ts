import { oncePerPlace, remark, type Check, type Remark } from '../../lint-check.ts'
import { nearest, slipOf } from '../../../text/did-you-mean.ts'
import { scalarsIn, type Cursor } from '../../../config/yaml/cursor.ts'
import { interpolate } from '../../../config/deployment/workloads.ts'

const SCHEMES = new Set(
  'http https ws wss tcp udp unix grpc grpcs mysql mariadb postgres postgresql redis rediss amqp amqps mongodb kafka nats jdbc r2dbc file ftp sftp s3 ssh git docker dns'.split(
    ' ',
  ),
)

export const check: Check = {
  meta: {
    id: 'urls-are-whole',
    title: 'Every URL has a known scheme, a host and a valid port',
    failureTitle: 'A URL is broken',
    why: 'http:/host has no host, htpp://host no protocol that a program speaks: the request fails each time, the program that holds the URL starts.',
    mend: 'Write the URL as scheme://host[:port][/path].',
    example: 'clients:\n  - url: http:/loki:3100/loki/api/v1/push',
  },
  *judge({ config }) {
    const { variables } = config
    const services = config.compose.flatMap((root) => [
      ...root.pairs('services').flatMap(([, service]) =>
        // Not the whole service where it has none of these: `postgres:/var/lib/postgresql/data` is a volume.
        ['environment', 'command', 'healthcheck', 'entrypoint'].flatMap((key) =>
          [service.get(key)].flatMap((at) => (at === undefined ? [] : scalarsIn(at))),
        ),
      ),
    ])
    const roots = [...config.datasources, ...config.contactPoints, ...config.promtail, ...config.alertmanager, ...config.collectors]
    yield* oncePerPlace([
      ...services.filter((at) => at.string() !== undefined).flatMap((at) => judgeText(at, interpolate(at.string() ?? '', variables))),
      ...roots.flatMap((root) =>
        scalarsIn(root)
          .filter(({ key }) => /url|endpoint|address/i.test(key))
          .flatMap((at) => judgeText(at, at.string() ?? '')),
      ),
    ])
  },
}

/** Parts of the names of public hosts. */
const HOSTS = new Set(
  'github githubusercontent gitlab maven apache grafana prometheus opentelemetry docker google googleapis amazonaws slack discord example'.split(
    ' ',
  ),
)

function judgeText(at: Cursor, text: string): Remark[] {
  const said = (expected: string): Remark[] => [remark(at.key, at, expected, text)]
  // Several words are a command: a URL in it stands alone or behind a flag.
  for (const word of text.split(/[\s"'`]+/)) {
    const [, scheme = '', slashes = '', host = ''] =
      /^(?:-\S*=|[\w.-]+=)?((?:[a-z][a-z0-9+.-]*:)?[a-z][a-z0-9+.-]*):(\/{1,3})(.*)$/i.exec(word) ?? []
    if (scheme === '' || word.includes('$')) continue
    const own = scheme.split(':').at(-1)?.toLowerCase() ?? ''
    const meant = slipOf(own, SCHEMES) ?? (SCHEMES.has(own) ? undefined : nearest(own, ['http', 'https'], 1))
    if (meant !== undefined && slashes !== '/') return said(`${meant}://`)
    if (!/^(?:https?|mysql|postgres(?:ql)?|redis|rediss|amqp|grpc|tcp|wss?)$/.test(own)) continue
    if (slashes === '/') return said(`${own}://host`)
    const authority = host.split(/[/?#]/)[0]?.replace(/^.*@/, '') ?? ''
    if (slashes === '///' || authority === '' || authority.startsWith(':')) return said(`a host after ${own}://`)
    const port = /:(\d+)$/.exec(authority)?.[1]
    if (port !== undefined && Number(port) > 65_535) return said('a port up to 65535')
  }
  // A driver is named first: r2dbc:postgresql://, jdbc:mysql://.
  const driver = /(?:^|_)(R2DBC)_URL$|(?:^|_)(JDBC)_URL$|^SPRING_(DATASOURCE)_URL$/.exec(at.key)
  const scheme = driver === null ? undefined : driver[1] === undefined ? 'jdbc' : 'r2dbc'
  if (scheme !== undefined && text !== '' && !text.includes('$') && !text.startsWith(`${scheme}:`)) return said(`${scheme}:...`)
  const label = [...text.matchAll(/https?:\/\/(?:[^@/\s]*@)?([\w.-]+)/g)]
    .flatMap(([, host = '']) => host.split('.'))
    .map((each) => slipOf(each, HOSTS))
    .find((each) => each !== undefined)
  if (label !== undefined) return said(`a host with ${label}`)
  // A host beside its port, and servers beside a URL: what stands in the other one's place.
  if (/(?:^|_)HOST$/.test(at.key) && /^\d{2,5}$/.test(text)) return said('the name of a host')
  if (/(?:^|_)PORT$/.test(at.key) && /^[a-z][\w-]{2,}$/i.test(text)) return said('a port')
  if (/(?:^|_)BOOTSTRAP_SERVERS$/.test(at.key) && /^https?:\/\//.test(text)) return said('host:port, without a scheme')
  // Spaces are no URL.
  if (
    /(?:^|_)UR[LI]$/.test(at.key) &&
    text !== '' &&
    !text.includes('$') &&
    !/^[a-z][a-z0-9+.:-]*:/i.test(text) &&
    !/^[\w.-]+(?::\d+)?(?:\/|$)/.test(text)
  )
    return said('a URL')
  if (/(?:^|_)UR[LI]$/.test(at.key) && /^\w{0,8}$/.test(text) && text !== '' && !/^localhost$/.test(text)) return said('a URL')
  return []
}
