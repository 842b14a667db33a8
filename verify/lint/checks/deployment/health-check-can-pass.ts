import { oncePerPlace, remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { reads, sourceOf } from '../../../config/deployment/container-files.ts'
import { listenersOf } from '../../../config/deployment/listeners.ts'
import { imageNameOf } from '../../known-images.ts'
import { nearest, slipOf } from '../../../text/did-you-mean.ts'
import { BY_HTTP } from '../../port-askers.ts'
import { interpolate, type Workload } from '../../../config/deployment/workloads.ts'
import { readableDocuments, scalarsIn, type Cursor } from '../../../config/yaml/cursor.ts'

const PROGRAMS = new Set(
  'wget curl nc ncat bash ash dash sh test node python python3 java php ruby mysql mysqladmin mariadb mariadb-admin healthcheck.sh redis-cli valkey-cli pg_isready psql mongo mongosh rabbitmq-diagnostics rabbitmqctl kafka-topics kafka-topics.sh kafka-broker-api-versions kafka-broker-api-versions.sh zkServer.sh grpc_health_probe toxiproxy-cli httpie true exit echo cat grep pgrep pidof printf head tail exec timeout promtool amtool etcdctl consul vault nginx traefik'.split(
    ' ',
  ),
)
/** Words of the texts that a shell or an HTTP server gets. */
const WORDS = new Set([
  ...PROGRAMS,
  ...'GET HEAD POST HTTP HTTPS health healthz healthy ready readyz live livez liveness readiness actuator metrics status ping list dev tcp null localhost api version exit silent SELECT'.split(
    ' ',
  ),
])

export const check: Check = {
  meta: {
    id: 'health-check-can-pass',
    needs: ['compose'],
    title: 'Every health check runs a program that can answer',
    failureTitle: 'A health check can never pass',
    why: 'A container whose check fails stays unhealthy while its program runs. Compose does not start what waits for it (condition: service_healthy), and `docker compose up --wait` fails. https://docs.docker.com/reference/compose-file/services/#healthcheck',
    mend: 'Correct the test of the health check; the first item is CMD, CMD-SHELL or NONE.',
    example: 'healthcheck:\n  test: [CMD, wegt, -q, -O, /dev/null, "http://127.0.0.1:3100/ready"]',
  },
  *judge(input) {
    const { config } = input
    const services = config.compose.flatMap((root) => root.pairs('services').map(([name]) => ({ root, name })))
    yield* oncePerPlace(
      services.flatMap(({ root, name }) => {
        const workload = config.workloads.find((each) => each.name === name && each.at.text === root.text)
        const health = root.get('services', name, 'healthcheck')
        if (workload === undefined || health === undefined) return []
        return [...judgeService(workload, health, input), ...ports(workload, health, input)]
      }),
    )
  },
}

function* judgeService(workload: Workload, health: Cursor, input: LintInput): Generator<Remark> {
  const { variables } = input.config
  const test = health.get('test')
  if (test === undefined) {
    // Times alone are for the check of the image: those of the monitoring have none.
    const image = imageNameOf(workload.image).known
    if (
      (image !== undefined || workload.at.has('build')) &&
      health.bool('disable') !== true &&
      health.pairs().length > 0 &&
      !bringsCheck(workload, input)
    )
      yield remark(workload.name, health, 'a test: the image has no health check of its own', 'times alone')
    return
  }
  if (!test.isList()) {
    if (test.string() !== undefined) yield* judgeShell(workload, test, interpolate(test.string() ?? '', variables))
    return
  }
  const [kind, ...words] = test.items()
  const first = kind?.string() ?? ''
  if (!['NONE', 'CMD', 'CMD-SHELL'].includes(first)) {
    yield remark(workload.name, kind ?? test, 'CMD, CMD-SHELL or NONE as the first item', first || 'nothing')
    return
  }
  const texts = words.map((at) => interpolate(at.string() ?? '', variables))
  if (first === 'NONE') return
  if (texts.length === 0) yield remark(workload.name, test, `a command after ${first}`, 'nothing')
  else if (first === 'CMD-SHELL') {
    if (texts.length > 1) yield remark(workload.name, words[1] ?? test, 'one text after CMD-SHELL', `${texts.length} items`)
    yield* judgeShell(workload, words[0] ?? test, texts[0] ?? '')
  } else yield* judgeCommand(workload, test, words, texts)
}

/** A port of what receives spans or metrics, and one that is a slip beside the only port that is published. */
function* ports(workload: Workload, health: Cursor, { config }: LintInput): Generator<Remark> {
  const test = health.get('test')
  const words = test?.isList() === true ? test.items() : test === undefined ? [] : [test]
  const asked = words.flatMap((at) =>
    [...(at.string() ?? '').matchAll(/(?:connect\(|127\.0\.0\.1[:/]|localhost[:/])(\d{4,5})\b/g)].map(([, port = '']) => ({ port, at })),
  )
  const isByHttp = BY_HTTP.test(words.map((at) => at.string() ?? '').join(' '))
  const collectors = config.collectors.filter((root) => reads(workload, root, config))
  const received = new Set(
    collectors
      .flatMap((root) => root.pairs('receivers').flatMap(([, receiver]) => scalarsIn(receiver)))
      .flatMap((at) => (at.key === 'endpoint' ? (/:(\d+)$/.exec(at.string() ?? '')?.[1] ?? []) : [])),
  )
  const mentioned = [...workload.env.values(), ...workload.args].map(({ value }) => value).join(' ')
  const published = [...new Set(workload.ports.map(({ container }) => String(container)))]
  for (const { port, at } of asked) {
    const [only] = published
    // That it is open at all every connection finds out: nc, /dev/tcp.
    if (received.has(port) && isByHttp)
      yield remark(workload.name, at, 'the port of the extension health_check: 13133', `${port}, where a receiver listens`)
    else if (
      published.length === 1 &&
      only !== undefined &&
      collectors.length === 0 &&
      listenersOf(workload, config) === undefined &&
      !mentioned.includes(port) &&
      nearest(port, [only], 1) !== undefined
    )
      yield warning(workload.name, at, `${only}, the port that is published`, port)
  }
}

/** Names of the other services of its file. */
function othersOf({ at, name }: Workload): string[] {
  const services = readableDocuments(at.text)[0]?.pairs('services') ?? []
  return services.map(([each]) => each).filter((each) => each !== name)
}

/** Its Dockerfile shows whether it has one, in the compose file or in the build context. */
function bringsCheck({ at }: Workload, { sources }: LintInput): boolean {
  const context = at.string('build') ?? at.string('build', 'context') ?? ''
  const folder = sourceOf(at, context.startsWith('.') ? context : `./${context}`)
  const own =
    folder === undefined
      ? undefined
      : sources?.(folder).find(({ file }) => file === `${folder}/${at.string('build', 'dockerfile') ?? 'Dockerfile'}`)
  const text = at.string('build', 'dockerfile_inline') ?? own?.text
  return at.has('build') && (text === undefined || /^\s*HEALTHCHECK\b/im.test(text))
}

function* judgeCommand(workload: Workload, test: Cursor, words: readonly Cursor[], texts: readonly string[]): Generator<Remark> {
  const [program = '', ...rest] = texts
  const at = words[0] ?? test
  const name = program.split('/').at(-1) ?? ''
  const meant = slipOf(name, PROGRAMS)
  if (meant !== undefined || !/^[\w./-]+$/.test(program) || program.startsWith('-') || /^\d/.test(program)) {
    yield remark(workload.name, at, meant ?? 'a program', program)
    return
  }
  if (isMissing(workload, name) || isStrange(workload, program)) {
    yield remark(workload.name, at, `a program that ${workload.image} holds`, `${name}, which it does not hold`)
    return
  }
  if (/^(?:ba|da|a)?sh$/.test(name)) {
    const flag = rest.findIndex((each) => /^-\w*c$/.test(each))
    if (flag < 0 || rest[flag + 1] === undefined) yield remark(workload.name, at, `${name} -c 'command'`, texts.join(' '))
    else yield* judgeShell(workload, words[flag + 2] ?? test, rest[flag + 1] ?? '')
  } else if (name === 'wget' || name === 'curl') yield* judgeRequest(workload, test, name, words.slice(1), rest)
  else if (name === 'test') yield* judgeTest(workload, test, words.slice(1), rest)
  else if (/^(?:node|python3?)$/.test(name) && /^-(?:e|c|-eval)$/.test(rest[0] ?? ''))
    yield* judgeCode(workload, words[2] ?? test, rest[1] ?? '')
  else if (
    /^(?:node|python3?)$/.test(name) &&
    (/[();]/.test(rest[0] ?? '') || (/^[a-z]+$/.test(rest[0] ?? '') && /[();]/.test(rest[1] ?? '')))
  )
    yield remark(workload.name, words[1] ?? test, `-e before code for ${name}`, rest[0] ?? '')
  else if (name === 'pg_isready') yield* judgeReady(workload, test, words.slice(1), rest)
  else if (rest.length === 0 && /^(?:redis-cli|valkey-cli|node|python3?)$|-cli$/.test(name))
    yield remark(workload.name, test, `an argument of ${name}`, 'none')
  else
    for (const [index, text] of rest.entries()) {
      const word = slipOf(text, WORDS)
      if (word !== undefined) yield remark(workload.name, words[index + 1] ?? test, word, text)
      else if (/^redis-cli$/.test(name) && !/^(?:-|ping$|PING$|info$|--)/.test(text) && index === 0)
        yield remark(workload.name, words[index + 1] ?? test, 'ping', text)
    }
}

const CODE_WORDS = new Set(
  'process exit connect require import from error on http https net fetch get request then catch statusCode resume end socket console createConnection localhost node python urllib urlopen sys socket'.split(
    ' ',
  ),
)

/** JavaScript or Python that asks a port of its own container; it is not run. */
function* judgeCode(workload: Workload, at: Cursor, text: string): Generator<Remark> {
  const slip = [...text.matchAll(/[A-Za-z]{3,}/g)]
    .map(([word]) => ({ word, meant: slipOf(word, CODE_WORDS) }))
    .find(({ meant }) => meant !== undefined)
  const host = /(?<![\d.])(\d+\.\d+\.\d+\.\d+)(?![\d.])/.exec(text)?.[1]
  const pairs = [...text.replace(/(["'`])(?:(?!\1).)*\1/g, '')]
  const [open, close] = ['(', ')'].map((sign) => pairs.filter((each) => each === sign).length)
  if (!text.includes('(')) yield remark(workload.name, at, 'a program that asks a port', text || 'nothing')
  else if (open !== close) yield remark(workload.name, at, 'as many ) as (', `${open ?? 0} ( and ${close ?? 0} )`)
  else if (slip !== undefined) yield remark(workload.name, at, slip.meant ?? '', slip.word)
  else if (host !== undefined && !/^(?:127\.|0\.0\.0\.0$)/.test(host))
    yield remark(workload.name, at, '127.0.0.1: a health check runs inside its container', host)
}

/** https://www.postgresql.org/docs/16/app-pg-isready.html: what stands alone is refused. */
function* judgeReady(workload: Workload, test: Cursor, words: readonly Cursor[], texts: readonly string[]): Generator<Remark> {
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index] ?? ''
    const at = words[index] ?? test
    if (/^-[hpUdt]$/.test(text)) {
      const value = texts[++index]
      if (text === '-h' && value !== undefined && !value.startsWith('-') && !isItself(workload, value)) {
        yield remark(workload.name, words[index] ?? at, '127.0.0.1: a health check runs inside its container', value)
        return
      }
      if (value !== undefined && !value.startsWith('-')) continue
      yield remark(workload.name, words[index] ?? at, `a value of ${text}`, value ?? 'none')
      return
    }
    if (/^(?:-q|--\w[\w-]*(?:=.*)?|-[hpUdt].+)$/.test(text)) continue
    yield remark(workload.name, at, 'an option of pg_isready', text)
    return
  }
}

/** In its own container: by loopback, by its socket, or by a name or an address that it has in a network. */
function isItself({ name, container, at }: Workload, host: string): boolean {
  const networks = at.pairs('networks').flatMap(([, each]) => [...each.strings('aliases'), each.string('ipv4_address')])
  return /^(?:127\.|0\.0\.0\.0$|localhost$|::1$|\/|.*\$)/.test(host) || [name, container, at.string('hostname'), ...networks].includes(host)
}

/** Images whose programs are known: a shell's, and their own. */
const KNOWN_WHOLE = /^(?:redis|valkey\/valkey|mysql|mariadb|postgres|confluentinc\/cp-kafka)$/

/** Of coreutils, busybox and the JDK, and what changes the user; not what is misspelt so. */
const OF_SYSTEM = new Set(
  '[ awk basename busybox cub cut date df dirname env expr find fuser getent gosu hostname id jcmd jps kill killall ls lsof netstat nice openssl perl pkill ps runuser sed setpriv sleep sort ss stat su su-exec sudo tee touch tr ub wc which whoami xargs'.split(
    ' ',
  ),
)

/** A word that is no program of a shell, and none that is called like the image. */
function isStrange({ image, at }: Workload, program: string): boolean {
  const { repository, known } = imageNameOf(image)
  if (at.has('build') || at.has('volumes') || program.includes('/') || (known?.health === undefined && !KNOWN_WHOLE.test(repository)))
    return false
  const base = repository.split('/').at(-1) ?? ''
  return (
    !PROGRAMS.has(program) &&
    !OF_SYSTEM.has(program) &&
    !/^(?:kafka|zookeeper|cub|kcat|psql|pg_|mysql|maria|redis|valkey)/.test(program) &&
    !program.startsWith(base.slice(0, 4))
  )
}

/** What an image is known not to hold; a Dockerfile may add it. */
function isMissing({ image, at }: Workload, program: string): boolean {
  const { known, tag } = imageNameOf(image)
  if (at.has('build')) return false
  return (known?.lacks ?? []).some(
    ([tags, programs]) => tags.test(tag ?? 'latest') && (programs.includes('*') || programs.includes(program)),
  )
}

const WITH_VALUE: Record<string, RegExp> = {
  wget: /^(?:-[OTtoUPYe]|--(?:output-document|timeout|tries|header|user-agent|user|password))$/,
  curl: /^(?:-[oHmXduAbcKTweE]|--(?:output|header|max-time|request|data|user|connect-timeout|retry|retry-delay|write-out|cacert|cert|key))$/,
}

function* judgeRequest(
  workload: Workload,
  test: Cursor,
  name: string,
  words: readonly Cursor[],
  texts: readonly string[],
): Generator<Remark> {
  const urls: { at: Cursor; text: string }[] = []
  const withValue = WITH_VALUE[name] ?? /^$/
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index] ?? ''
    const at = words[index] ?? test
    if (withValue.test(text)) {
      const value = texts[index + 1] ?? ''
      if (/^-[OoH]?$|^-\w$|^https?:/.test(value) && value !== '-')
        yield remark(workload.name, words[index + 1] ?? test, `what ${text} takes: a file, /dev/null`, value)
      else if (/^(?:-O|--output-document)$/.test(text) && !/^(?:-|\/dev\/(?:null|stdout|stderr)|\/tmp\/.+)$/.test(value))
        yield warning(workload.name, words[index + 1] ?? test, '/dev/null or -', `${value}, a file that each check writes`)
      index++
    } else if (!text.startsWith('-')) urls.push({ at, text })
  }
  const [url, ...more] = urls
  if (url === undefined) yield remark(workload.name, test, `a URL for ${name}`, 'none')
  for (const each of [...(url === undefined ? [] : [url]), ...more]) yield* judgeUrl(workload, each.at, each.text)
  const keeps = texts.some((text) => /^-\w*[OoqS]|^--(?:spider|output)/.test(text) && !/^-q$/.test(text))
  if (name === 'wget' && !keeps) yield warning(workload.name, test, 'wget -O /dev/null, or --spider', 'each check writes a file')
}

function* judgeUrl(workload: Workload, at: Cursor, text: string): Generator<Remark> {
  const [, scheme, host = '', port, path = '/'] = /^(?:(\w+):\/\/)?(?:[^@/]*@)?(\[[^\]]*\]|[\w.-]+)(?::(\d+))?(\/[^?#]*)?/.exec(text) ?? []
  if (text.includes('$')) return
  if (host === '' || (scheme !== undefined && !/^https?$/.test(scheme)) || (scheme === undefined && !/[.:]|^localhost/.test(text))) {
    yield remark(workload.name, at, 'a URL: http://127.0.0.1:port/path', text)
    return
  }
  const word = path
    .split(/[/._-]+/)
    .map((each) => slipOf(each, WORDS))
    .find((each) => each !== undefined)
  const health = imageNameOf(workload.image).known?.health
  const own = /^(?:127\.|localhost$|0\.0\.0\.0$|\[::1\]$)/.test(host)
  if (!own && othersOf(workload).includes(host))
    yield remark(workload.name, at, '127.0.0.1: a health check runs inside its container', `${host}, another container`)
  else if (!own && /^\d+\.\d+\.\d+\.\d+$/.test(host))
    yield remark(workload.name, at, '127.0.0.1: a health check runs inside its container', host)
  else if (word !== undefined) yield remark(workload.name, at, `a path with ${word}`, path)
  else if (own && scheme !== 'https' && workload.env.get('GF_SERVER_PROTOCOL')?.value === 'https' && Number(port) === health?.port)
    yield remark(workload.name, workload.env.get('GF_SERVER_PROTOCOL')?.at ?? at, `http, by which its health check asks: ${text}`, 'https')
  else if (scheme === 'https' && own && Number(port) === health?.port && !workload.args.some(({ value }) => /tls|web\.config/.test(value)))
    yield remark(workload.name, at, 'http://: it serves no TLS', text)
  else if (own && imageNameOf(workload.image).known?.mute?.includes(Number(port)) === true)
    yield remark(workload.name, at, `port ${health?.port ?? ''}, which answers`, `port ${port}, which answers no health check`)
  else if (own && health !== undefined && Number(port) === health.port && !health.paths.includes(path))
    yield remark(workload.name, at, `a path that ${imageNameOf(workload.image).repository} answers: ${health.paths.join(', ')}`, path)
}

/** `test -s FILE`: one that the command of this very container writes. */
function* judgeTest(workload: Workload, test: Cursor, words: readonly Cursor[], texts: readonly string[]): Generator<Remark> {
  const [operator = '', file = ''] = texts
  if (!/^-[a-zA-Z]$/.test(operator) || texts.length !== 2)
    yield remark(workload.name, words[0] ?? test, 'test -s FILE', ['test', ...texts].join(' '))
  else {
    const written = workload.args.map(({ value }) => value).filter((value) => value.startsWith('/'))
    if (written.length > 0 && !written.includes(file)) yield remark(workload.name, words[1] ?? test, written.join(' or '), file)
  }
}

function* judgeShell(workload: Workload, at: Cursor, text: string): Generator<Remark> {
  // Quoted JSON and SQL have words of their own, names of hosts and variables too.
  for (const { 0: word, index } of text.matchAll(/[A-Za-z][A-Za-z0-9_.-]*/g)) {
    if (/[$=@{]$/.test(text.slice(0, index))) continue
    const meant = slipOf(word, WORDS)
    if (meant !== undefined) {
      yield remark(workload.name, at, meant, word)
      return
    }
  }
  const program = /^\s*(?:!\s*)?([^\s;|&<>()]+)/.exec(text)?.[1] ?? ''
  const [absent] = [...text.matchAll(/(?:^|[;&|(]|\bthen|\bdo)\s*(curl|wget|bash|nc)\s/g)].flatMap(([, name = '']) =>
    isMissing(workload, name) ? [name] : [],
  )
  if (absent !== undefined || isMissing(workload, 'sh')) {
    yield remark(workload.name, at, `a program that ${workload.image} holds`, `${absent ?? 'sh'}, which it does not hold`)
    return
  }
  if (!/^[\w./$[{"'-]+$/.test(program) || /^\d+$/.test(program)) yield remark(workload.name, at, 'a command', text)
  // A server that is well answers with one of these; 199 is none.
  const status = /\bgrep\s(?:-\w+\s+)*["']?\s?(\d{3})\b/.exec(text)?.[1]
  if (status !== undefined && /HTTP|http/.test(text) && !/^(?:20[04]|30[1278]|40[13])$/.test(status))
    yield remark(workload.name, at, 'a status such as 200', status)
  // exec 3<>/dev/tcp/... opens a descriptor; another one is not open.
  const opened = new Set([...text.matchAll(/(?:^|\s)(\d)(?:<>|<|>)/g)].map((match) => match[1]))
  const closed = [...text.matchAll(/[<>]&(\d)/g)].map((match) => match[1] ?? '').find((each) => Number(each) > 2 && !opened.has(each))
  if (/\bexec\s+\d/.test(text) && closed !== undefined)
    yield remark(workload.name, at, `a descriptor that is open: ${[...opened].join(', ')}`, `&${closed}`)
  const host = /(?:\/dev\/tcp\/|\s-h\s*|--host[= ])(\d+\.\d+\.\d+\.\d+)/.exec(text)?.[1]
  if (host !== undefined && !isItself(workload, host))
    yield remark(workload.name, at, '127.0.0.1: a health check runs inside its container', host)
  yield* judgeLine(workload, at, text)
  const device = /\/dev\/tcp\/([^\s/;"']*)(?:\/(\w*))?/.exec(text)
  if (device !== null && (device[1] === '' || !/^\d+$/.test(device[2] ?? '')))
    yield remark(workload.name, at, '/dev/tcp/host/port', device[0])
}

/** What is written to a socket by hand, and variables that the container does not have. */
function* judgeLine(workload: Workload, at: Cursor, text: string): Generator<Remark> {
  const isByHand = /\/dev\/tcp\/|\b(?:nc|ncat|socat|telnet|openssl)\b/.test(text)
  const [line, version] = isByHand ? (/\b(?:GET|HEAD) \/\S* ([A-Z]+\/?[\d.]*)/.exec(text) ?? []) : []
  // 1.1 asks for a Host; no server answers to another version of this form.
  if (line !== undefined && version !== 'HTTP/1.0' && !(version === 'HTTP/1.1' && /Host:/i.test(text)))
    yield remark(workload.name, at, 'GET /path HTTP/1.0', line)
  if (/\bhead\s+-n\s*0\b/.test(text)) yield remark(workload.name, at, 'head -n 1', 'head -n 0, which prints nothing')
  const variables = new Set(workload.env.keys())
  for (const [, name = ''] of text.matchAll(/\$\{?([A-Z][A-Z0-9_]*)/g)) {
    const meant = variables.has(name) ? undefined : slipOf(name, variables)
    if (meant !== undefined) yield remark(workload.name, at, `$${meant}`, `$${name}`)
  }
  const [word] = /^[\w-]+$/.exec(text.trim()) ?? []
  if (word !== undefined && !PROGRAMS.has(word) && isStrange(workload, word)) yield remark(workload.name, at, 'a command', word)
}
