import flags from '../../known-keys/flags.json' with { type: 'json' }
import { remark, type Check, type Remark } from '../../lint-check.ts'
import { imageNameOf, type KnownImage } from '../../known-images.ts'
import { didYouMean, nearest, slipOf } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

/** Flags as `PROGRAM --help` lists them: Prometheus 2.42, Alertmanager 0.27, mysqld_exporter 0.16, Promtail 3.0; else the usual ones. */
const LISTS: Readonly<Record<string, string>> = flags

export const check: Check = {
  meta: {
    id: 'flags-are-known',
    needs: ['workloads'],
    isRefusal: true,
    title: 'Every flag is one of the program that gets it',
    failureTitle: 'A flag is misspelt: the program does not start',
    why: 'Prometheus, Alertmanager, Loki, Promtail and the exporters end at once when they get an argument that they do not know. Other versions have further flags, so only what is one slip of the fingers away from a known one, or no flag at all, is reported.',
    mend: 'Correct the argument in the command of the compose file or manifest.',
    example: 'prometheus:\n  command: [--config.flie=/etc/prometheus/prometheus.yml]',
  },
  *judge({ config }) {
    for (const workload of config.workloads) {
      const { known } = imageNameOf(workload.image)
      const list = LISTS[known?.flags ?? '']
      // An entry point of one's own gets the arguments first.
      if (known !== undefined && list !== undefined && !workload.at.has('entrypoint') && !startsOther(workload))
        yield* judgeArguments(workload, known, new Set(list.split(' ')))
      if (known?.flags === 'redis-server') yield* redisOptions(workload)
      if (known?.flags === 'prometheus' && !workload.at.has('entrypoint') && !startsOther(workload)) yield* prometheusWithout(workload)
      yield* collectorWithout(workload)
      if (known?.flags === 'curl' && !workload.at.has('entrypoint')) yield* curlOptions(workload)
    }
  },
}

/** In a pod `command` is the entry point: https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/ */
function startsOther({ at, args }: Workload): boolean {
  return (
    at.get('command')?.isList() === true &&
    /^\/|^(?:ba|da|a)?sh$/.test(args[0]?.value ?? '') &&
    args[0]?.at.source === at.source &&
    at.has('name')
  )
}

/** https://redis.io/docs/latest/develop/reference/eviction/#eviction-policies */
const POLICIES = 'noeviction allkeys-lru allkeys-lfu allkeys-random volatile-lru volatile-lfu volatile-random volatile-ttl'.split(' ')

const REDIS_PROGRAMS = ['redis-server', 'redis-sentinel', 'valkey-server', 'valkey-sentinel']
/** Options of which a second word is "wrong number of arguments". */
const ONE_VALUE =
  /^--(?:maxmemory(?:-policy|-samples)?|appendonly|appendfsync|port|loglevel|databases|dir|dbfilename|requirepass|timeout|tcp-keepalive|protected-mode)$/

/** Each option of redis-server has a value: --save "" is one of no text. */
function* redisOptions({ name, args }: Workload): Generator<Remark> {
  const [program] = args
  const meant = program === undefined ? undefined : nearest(program.value, REDIS_PROGRAMS, 2)
  if (program !== undefined && /^\w[\w-]*$/.test(program.value) && !REDIS_PROGRAMS.includes(program.value) && meant !== undefined)
    yield remark(name, program.at, meant, program.value)
  const all = args.flatMap(({ value, at }) => (value === '' ? [{ word: '', at }] : value.split(/\s+/).map((word) => ({ word, at }))))
  // Behind `sh -c` further commands may follow.
  const end = all.findIndex(({ word }) => /^(?:&&?|\|\|?|;|\d?[<>].*)$/.test(word))
  const words = end < 0 ? all : all.slice(0, end)
  for (const [index, { word, at }] of words.entries()) {
    const next = words[index + 1]
    if (!/^--[a-z]/.test(word)) continue
    const after = words[index + 2]
    if (ONE_VALUE.test(word) && next !== undefined && !next.word.startsWith('--') && after !== undefined && !/^--[a-z]/.test(after.word))
      yield remark(name, after.at, `one value of ${word}`, `${next.word} ${after.word === '' ? '""' : after.word}`)
    if (next === undefined || /^--[a-z]/.test(next.word)) yield remark(name, at, `a value of ${word}`, next?.word ?? 'none')
    else if (word === '--maxmemory' && !/^\d+(?:b|kb?|mb?|gb?)?$/i.test(next.word) && !next.word.includes('$'))
      yield remark(name, next.at, 'a size: 64mb, 1gb (https://redis.io/docs/latest/operate/oss_and_stack/management/config/)', next.word)
    else if (word === '--appendonly' && !/^(?:yes|no)$/i.test(next.word) && !next.word.includes('$'))
      yield remark(name, next.at, 'yes or no', next.word)
    else if (word === '--save') yield* saves(name, words.slice(index + 1))
    else if (word === '--maxmemory-policy' && !POLICIES.includes(next.word))
      yield remark(name, next.at, `one of ${POLICIES.join(', ')}`, `${next.word}${didYouMean(next.word, POLICIES)}`)
  }
}

/** Seconds and changes in pairs, or "" for none: "Invalid save parameters". */
function* saves(name: string, rest: readonly { word: string; at: Cursor }[]): Generator<Remark> {
  const end = rest.findIndex(({ word }) => /^--[a-z]/.test(word))
  const values = end < 0 ? rest : rest.slice(0, end)
  const wrong = values.find(
    ({ word }, index) => !/^["']?\d+["']?$/.test(word) && !(index === 0 && /^(?:""|'')?$/.test(word)) && !word.includes('$'),
  )
  if (wrong !== undefined) yield remark(name, wrong.at, '--save SECONDS CHANGES, or --save ""', wrong.word)
}

/**
 * Arguments take the place of those of the image, which name its file: without the flag Prometheus looks for prometheus.yml in the folder
 * of its data. https://github.com/prometheus/prometheus/blob/v2.48.0/Dockerfile
 */
function* prometheusWithout({ name, args, mounts, at }: Workload): Generator<Remark> {
  const isNamed = args.some(({ value }) => /^-{1,2}config\.file(?:=|$)/.test(value))
  // That it prints something and ends: programs-keep-running.
  const isAsked = args.some(({ value }) => /^-{1,2}(?:version|help|help-\w+|h)$/.test(value))
  const isThere = mounts.some(
    ({ source, target }) => target === '/prometheus/prometheus.yml' || (/^[./~]/.test(source) && /^\/prometheus\/?$/.test(target)),
  )
  if (args.length === 0 || isNamed || isAsked || isThere || at.has('working_dir') || at.has('build')) return
  if (args.every(({ value }) => value.startsWith('-') || value.includes('$')))
    yield remark(
      name,
      (at.get('command') ?? at).keyPlace(),
      '--config.file=FILE',
      'none: Prometheus looks for prometheus.yml in /prometheus',
    )
}

/** A Dockerfile of one's own starts the bare program: "at least one config flag must be provided". */
function* collectorWithout({ name, args, env, at }: Workload): Generator<Remark> {
  const inline = at.string('build', 'dockerfile_inline') ?? ''
  if (!/^\s*ENTRYPOINT\s+\[\s*"\/otelcol[\w-]*"\s*\]/im.test(inline) || /--config|OTEL_CONFIG/.test(inline) || at.has('entrypoint')) return
  if (!args.some(({ value }) => /^--?config\b/.test(value)) && !env.has('OTELCOL_OPTIONS'))
    yield remark(name, (at.get('command') ?? at).keyPlace(), '--config=FILE', 'no --config: the collector ends at once')
}

/** https://curl.se/docs/manpage.html: letters of options with a value, which is what follows the letter or the next word. */
const CURL_LETTERS = 'AbcCdDeEFHKmoPQrtTuUwxXyYz'
const CURL_VALUES =
  /^--(?:output|header|max-time|request|data(?:-raw|-binary|-ascii|-urlencode)?|json|user|connect-timeout|retry|retry-delay|retry-max-time|write-out|cacert|capath|cert|cert-type|key|key-type|user-agent|referer|proxy|proxy-user|output-dir|form|form-string|url|url-query|upload-file|config|cookie|cookie-jar|dump-header|max-redirs|max-filesize|limit-rate|speed-limit|speed-time|unix-socket|interface|resolve|connect-to|range|noproxy|oauth2-bearer|aws-sigv4|ciphers|tls-max|stderr|trace|trace-ascii)$/
/** Those that surely have none: what stands behind another one may be its value. */
const CURL_ALONE =
  /^-[#0-9a-zA-Z]+$|^--(?:silent|fail|fail-with-body|fail-early|location|location-trusted|show-error|insecure|verbose|compressed|include|head|get|globoff|remote-name|remote-time|remote-header-name|create-dirs|no-progress-meter|progress-bar|parallel|retry-connrefused|retry-all-errors|ipv4|ipv6|http1\.1|http2)$/

/** Whether the next word is the value of this one: -o, -sLo, --output; not -XPUT, which has it. */
function hasValueBehind(option: string): boolean {
  if (!/^-[^-]/.test(option)) return CURL_VALUES.test(option)
  const letter = [...option].findIndex((each, index) => index > 0 && CURL_LETTERS.includes(each))
  return letter > 0 && letter === option.length - 1
}

function* curlOptions({ name, args, at }: Workload): Generator<Remark> {
  if (!args.some(({ value }) => /^-|^https?:|^curl$/.test(value)) || /^(?:[\w/]*\/)?(?:ba|a)?sh$/.test(args[0]?.value ?? '')) return
  let urls = 0
  const words: Workload['args'] = []
  for (let index = 0; index < args.length; index++) {
    const { value, at: where } = args[index]!
    if (hasValueBehind(value)) {
      const next = args[++index]
      const isOutput = value === '--output' || /^-[a-zA-Z]*o$/.test(value)
      const isData = /^--data|^-[a-zA-Z]*d$/.test(value)
      if (next === undefined || (/^-{1,2}[a-z]/.test(next.value) && !isData) || (isOutput && /^https?:/.test(next.value)))
        yield remark(name, next?.at ?? where, `a value of ${value}`, next?.value ?? 'none')
      if (next !== undefined && (value === '--url' || /^https?:/.test(next.value))) urls++
    } else if (!value.startsWith('-') && value !== 'curl') {
      urls++
      const before = args[index - 1]?.value ?? ''
      if (!before.startsWith('-') || CURL_ALONE.test(before)) words.push({ value, at: where })
    }
  }
  if (urls === 0) yield remark(name, at.near('command'), 'a URL', 'none')
  // What stands alone is asked for as a URL, and takes the output of the one that was meant.
  const stray = urls < 2 ? undefined : words.find(({ value }) => value.startsWith('/') || !/[.:/$]/.test(value))
  if (stray !== undefined) yield remark(name, stray.at, 'an option of curl, or a URL', stray.value)
}

/** A flag that lacks its last letter; kingpin and Go's flag take no short forms. */
export function withoutEnd(flag: string, known: ReadonlySet<string>): string | undefined {
  return flag.length < 5 || known.has(flag)
    ? undefined
    : [...known].find((each) => each.length === flag.length + 1 && each.startsWith(flag))
}

/** Programs whose flags begin with two dashes, and are switches without a value. https://github.com/alecthomas/kingpin */
const KINGPIN = /^(?:prometheus|alertmanager|mysqld_exporter)$/
/** Flags of these with a duration: 15d, 1h30m. */
const DURATIONS =
  /^--(?:storage\.tsdb\.(?:retention(?:\.time)?|(?:min|max)-block-duration)|query\.(?:timeout|lookback-delta)|rules\.alert\.[\w-]+|web\.read-timeout|storage\.remote\.[\w-]+-deadline|data\.retention|alerts\.gc-interval|cluster\.(?:[\w-]*interval|[\w-]*timeout)|timeout-offset)=(.*)$/
const SWITCHES =
  /^--(?:web\.enable-(?:lifecycle|admin-api|remote-write-receiver)|storage\.tsdb\.[\w-]*(?:compression|lockfile|overlapping-blocks))=/

/** Flags of these with a size. https://pkg.go.dev/github.com/alecthomas/units#ParseBase2Bytes */
const SIZES = /^--storage\.tsdb\.(?:retention\.size|wal-segment-size|max-block-chunk-segment-size)=/
/** https://prometheus.io/docs/prometheus/latest/feature_flags/ and those of older versions; others may come. */
const FEATURES =
  'agent auto-gomaxprocs auto-gomemlimit auto-reload-config concurrent-rule-eval created-timestamp-zero-ingestion delayed-compaction exemplar-storage expand-external-labels extra-scrape-metrics memory-snapshot-on-shutdown metadata-wal-records native-histograms new-service-discovery-manager no-default-scrape-port old-ui otlp-deltatocumulative otlp-native-delta-ingestion otlp-write-receiver promql-at-modifier promql-delayed-name-removal promql-duration-expr promql-experimental-functions promql-negative-offset promql-per-step-stats remote-write-receiver type-and-unit-labels use-uncached-io utf8-names'.split(
    ' ',
  )

/** Prometheus logs that it does not know a feature, and starts without it. */
function* features(name: string, value: string, at: Cursor): Generator<Remark> {
  for (const feature of value.slice('--enable-feature='.length).split(',')) {
    const meant = FEATURES.includes(feature) ? undefined : nearest(feature, FEATURES, 2)
    if (meant !== undefined)
      yield { ...remark(name, at, meant, feature, 'A feature is misspelt: Prometheus starts without it'), severity: 'warning' }
  }
}

/** What the parser of these programs ends with: "unknown short flag", "unexpected true", "unknown unit". */
function* kingpin({ name, args }: Workload, known: ReadonlySet<string>): Generator<Remark> {
  for (const { value, at } of args) {
    const [, single = ''] = /^-([a-z][\w.-]+)(?:=|$)/.exec(value) ?? []
    const [, duration] = DURATIONS.exec(value) ?? []
    if (known.has(single)) yield remark(name, at, `-${value}: two dashes`, value)
    else if (duration !== undefined && !duration.includes('$') && !/^(?:\d+(?:ms|[smhdwy]))+$|^0$/.test(duration))
      yield remark(name, at, 'a duration with its unit: 15d', value)
    else if (SIZES.test(value) && !/=(?:\d+(?:\.\d+)?(?:[KMGTPE]i?)?B|0)$|\$/.test(value))
      yield remark(name, at, 'a size with its unit: 10GB', value)
    else if (value.startsWith('--enable-feature=')) yield* features(name, value, at)
    else if (SWITCHES.test(value)) yield remark(name, at, `${value.split('=')[0] ?? ''} without a value`, value)
    else if (/^--web\.enable-[\w-]+$/.test(value) && !known.has(value.slice(2)))
      yield remark(
        name,
        at,
        `one of ${[...known].filter((each) => each.startsWith('web.enable-')).join(', ')}`,
        `${value}${didYouMean(value.slice(2), known)}`,
      )
  }
}

function* judgeArguments(workload: Workload, { flagsAlone, flags: program }: KnownImage, known: ReadonlySet<string>): Generator<Remark> {
  const { name, args } = workload
  if (KINGPIN.test(program ?? '')) yield* kingpin(workload, known)
  let mayBeValue = false
  for (const { value, at } of args) {
    const flag = /^-{1,2}(?:no-)?([A-Za-z][\w.-]*)(=?)/.exec(value)
    const meant =
      flag === null ? undefined : (slipOf(flag[1] ?? '', known) ?? (flagsAlone === true ? withoutEnd(flag[1] ?? '', known) : undefined))
    if (meant !== undefined) yield remark(name, at, `--${meant}`, value)
    else if (flagsAlone === true && /^-{1,2}[\w.-]+ +\S/.test(value))
      yield remark(name, at, `${value.replace(/ +/, '=')}, or two arguments`, `${value}: one argument`)
    else if (flagsAlone === true && /^-{1,2}[\w.-]*(?:path|file|dir|config)=$/.test(value))
      yield remark(name, at, `a value of ${value}`, 'none')
    else if (flag === null && flagsAlone === true && !mayBeValue && !value.includes('$') && value !== '')
      yield remark(name, at, `a flag of ${name}`, value)
    mayBeValue = flag !== null && flag[2] === ''
  }
}
