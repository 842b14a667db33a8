import { remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { fileAt } from '../../../config/deployment/container-files.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import { readableDocuments, type ConfigText, type Cursor } from '../../../config/yaml/cursor.ts'
import { parseDuration } from '../../../promql/duration.ts'
import { didYouMean, nearest, slipOf } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'jmx-exporter-is-read',
    needs: ['workloads'],
    title: 'The JMX exporter reads what its file says',
    failureTitle: 'The JMX exporter does not start, ignores a key, or exposes none of its beans',
    why: 'A value that it does not take ends the JVM whose agent it is. A key that it does not know is ignored without a word, and a bean that is misspelt has no series. While startDelaySeconds lasts each scrape fails. https://prometheus.github.io/jmx_exporter/1.0.1/http-mode/rules/',
    mend: "In the JMX exporter's file (under configs of the compose file, or mounted), correct the key or value.",
    example: 'includeObjectNames: ["java.lang:type=Memori"]',
  },
  *judge(input) {
    const seen = new Set<string>()
    for (const workload of input.config.workloads)
      for (const text of filesOf(workload, input)) {
        const key = `${text.file} ${text.path}`
        const [root] = seen.has(key) ? [] : readableDocuments(text)
        seen.add(key)
        if (root?.isMap() === true) yield* judgeFile(workload.name, root, input)
      }
  },
}

/** The file of each agent: -javaagent:JAR=PORT:FILE. */
function filesOf(workload: Workload, { config }: LintInput): ConfigText[] {
  const options = [...workload.args, ...[...workload.env.values()]].flatMap(({ value }) =>
    [...value.matchAll(/-javaagent:[^\s=]*jmx[^\s=]*=(?:[\w.]+:)?\d+:(\/\S+)/gi)].map(([, file = '']) => file),
  )
  const root = config.compose.find((each) => each.text === workload.at.text)
  return options.flatMap((file) => {
    const own = workload.at
      .items('configs')
      .find((each) => (each.string('target') ?? `/${each.string() ?? each.string('source') ?? ''}`) === file)
    const name = own?.string() ?? own?.string('source') ?? ''
    const inline = root?.get('configs', name, 'content')?.embedded(name)
    const mounted = inline ?? fileAt(workload, config, file)
    return typeof mounted === 'string' ? [] : 'lineOffset' in mounted ? [mounted] : [mounted.text]
  })
}

const KEYS = new Set(
  'startDelaySeconds hostPort username password jmxUrl ssl lowercaseOutputName lowercaseOutputLabelNames whitelistObjectNames blacklistObjectNames includeObjectNames excludeObjectNames autoExcludeObjectNameAttributes excludeObjectNameAttributes excludeJvmMetrics inferCounterTypeFromName rules metricCustomizers httpServer openTelemetry'.split(
    ' ',
  ),
)
const RULE_KEYS = new Set('pattern name value valueFactor labels help type attrNameSnakeCase cache'.split(' '))
const BOOLEANS = ['lowercaseOutputName', 'lowercaseOutputLabelNames', 'ssl', 'autoExcludeObjectNameAttributes', 'inferCounterTypeFromName']
const TYPES = new Set([
  'Memory',
  'MemoryPool',
  'Threading',
  'Runtime',
  'GarbageCollector',
  'ClassLoading',
  'OperatingSystem',
  'Compilation',
])

/** Domains and keys of usual beans. */
const NAMES = new Set(
  'java.lang java.nio java.util.logging kafka.server kafka.network kafka.controller Catalina type name service'.split(' '),
)

function* judgeFile(subject: string, root: Cursor, input: LintInput): Generator<Remark> {
  yield* unknownKeys(subject, root, KEYS)
  for (const key of BOOLEANS) {
    const at = root.get(key)
    if (at?.string() !== undefined && !/^(?:true|false)$/.test(at.string() ?? ''))
      yield remark(subject, at, 'true or false', `${key}: ${at.string() ?? ''}`)
  }
  yield* delay(subject, root.get('startDelaySeconds'), input)
  for (const key of ['hostPort', 'jmxUrl'])
    if (root.has(key))
      yield warning(
        subject,
        root.near(key).keyPlace(),
        `no ${key}: an agent reads the JVM that it is in`,
        `${key}: another JVM, by remote JMX`,
      )
  for (const key of ['includeObjectNames', 'excludeObjectNames', 'whitelistObjectNames', 'blacklistObjectNames'])
    for (const at of root.items(key)) yield* objectName(subject, key, at)
  for (const rule of root.items('rules')) yield* judgeRule(subject, rule)
}

function* unknownKeys(subject: string, owner: Cursor, known: ReadonlySet<string>): Generator<Remark> {
  for (const [key, at] of owner.pairs())
    if (!known.has(key)) {
      const meant = nearest(key, known)
      const said = remark(subject, at.keyPlace(), meant ?? `one of ${[...known].join(', ')}`, `${key}${didYouMean(key, known)}`)
      yield meant === undefined ? { ...said, severity: 'warning' } : said
    }
}

/** While it lasts a scrape is answered with an error: what looks for `up == 0` that long fires at each start. */
function* delay(subject: string, at: Cursor | undefined, { config }: LintInput): Generator<Remark> {
  if (at?.string() === undefined) return
  const seconds = Number(at.string())
  if (!Number.isInteger(seconds) || seconds < 0) {
    yield remark(subject, at, 'a number of seconds', at.string() ?? '')
    return
  }
  const first = config.rules
    .filter(({ expr }) => /\bup\b[^=<>]*(?:==\s*0|<\s*1|!=\s*1)/.test(expr))
    .map((rule) => ({ rule, ms: parseDuration(rule.at.string('for') ?? '0s') ?? 0 }))
    .sort((a, b) => a.ms - b.ms)[0]
  if (first !== undefined && seconds * 1000 > first.ms)
    yield remark(
      subject,
      at,
      `less than the ${first.rule.at.string('for') ?? '0s'} after which ${first.rule.alert} fires`,
      `${seconds} s in which each scrape of it fails`,
    )
}

function* objectName(subject: string, key: string, at: Cursor): Generator<Remark> {
  const text = at.string() ?? ''
  const [, domain = '', properties] = /^([^:]*):(.+)$/.exec(text) ?? []
  const [, type = ''] = /(?:^|,)type=([^,*?]+)(?:,|$)/.exec(properties ?? '') ?? []
  const known = domain === 'java.lang' ? TYPES : undefined
  const meant = known === undefined || type === '' || known.has(type) ? undefined : (slipOf(type, known) ?? nearest(type, known, 2))
  // A domain or a key that is misspelt selects no bean.
  const wrong = [domain, ...(properties ?? '').split(',').map((each) => each.split('=')[0] ?? '')]
    .map((word) => ({ word, right: slipOf(word, NAMES) }))
    .find(({ right }) => right !== undefined)
  if (properties === undefined || !properties.split(',').every((each) => /^(?:[^=]+=.+|\*)$/.test(each)))
    yield remark(subject, at, 'domain:key=value: java.lang:type=Memory', text || 'nothing')
  else if (meant !== undefined) yield remark(subject, at, text.replace(type, meant), text)
  else if (wrong !== undefined) yield remark(subject, at, text.replace(wrong.word, wrong.right ?? ''), text)
  else if (/^(?:exclude|blacklist)/.test(key) && /^\*:\*$|^:\*$/.test(text))
    yield remark(subject, at, 'some of the beans', `${text}: all of them, and no metric is left`)
}

function* judgeRule(subject: string, rule: Cursor): Generator<Remark> {
  yield* unknownKeys(subject, rule, RULE_KEYS)
  const pattern = rule.get('pattern')
  const text = pattern?.string()
  if (pattern !== undefined && text !== undefined && !isBalanced(text))
    yield remark(subject, pattern, 'a regular expression with as many ( as )', text)
  if (rule.has('name') && !rule.has('pattern')) yield remark(subject, rule, 'a pattern beside the name', 'none: it is refused')
  if (!rule.has('name') && (rule.has('labels') || rule.has('help') || rule.has('value')))
    yield remark(subject, rule, 'a name beside labels, help or value', 'none: it is refused')
  const type = rule.get('type')
  if (type?.string() !== undefined && !/^(?:GAUGE|COUNTER|UNTYPED|UNKNOWN)$/.test(type.string() ?? ''))
    yield remark(subject, type, 'GAUGE, COUNTER or UNTYPED', type.string() ?? '')
}

/** Java's regular expressions have further signs: of them nothing is said but what no one takes. */
function isBalanced(pattern: string): boolean {
  const bare = pattern.replace(/\\Q.*?(?:\\E|$)|\\./g, '').replace(/\[\^?\]?[^\]]*\]/g, '')
  let depth = 0
  for (const sign of bare) {
    if (sign === '(') depth++
    else if (sign === ')') depth--
    if (depth < 0) return false
  }
  return depth === 0 && !/^[*+?]/.test(bare) && !bare.includes('[')
}
