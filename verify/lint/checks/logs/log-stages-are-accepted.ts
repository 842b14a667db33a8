import { remark, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { templateActions } from '../../../config/templates/template-actions.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'log-stages-are-accepted',
    needs: ['promtail'],
    isRefusal: true,
    title: 'Promtail accepts the settings of every stage',
    failureTitle: 'Promtail refuses the settings of a stage and does not start',
    why: 'Promtail makes its pipelines after it has read the file: `promtail -check-syntax` accepts a metrics stage with an unknown action. Promtail then ends with "invalid metrics stage config". https://grafana.com/docs/loki/latest/send-data/promtail/stages/',
    mend: 'In the pipeline_stages of the job, correct the setting that the finding names.',
    example: 'pipeline_stages:\n  - metrics:\n      lines: { type: Counter, config: { match_all: true, action: incr } }',
  },
  *judge({ config }) {
    for (const promtail of config.promtail) for (const job of promtail.items('scrape_configs')) yield* pipeline(job.get('pipeline_stages'))
  },
}

function* pipeline(list: Cursor | undefined, depth = 0): Generator<Remark> {
  if (depth > 10) return
  for (const stage of list?.items() ?? []) {
    const kinds = stage.pairs()
    // {} is passed over, an item without anything is refused.
    if (kinds.length === 0)
      yield remark('pipeline_stages', stage, 'a stage', 'an item without one', undefined, stage.isMap() ? 'warning' : undefined)
    const [, second] = kinds
    if (second !== undefined)
      yield remark(second[0], second[1].keyPlace(), 'one kind of stage in each item of the list', kinds.map(([kind]) => kind).join(', '))
    for (const [kind, at] of kinds) {
      for (const said of Object.hasOwn(STAGES, kind) ? (STAGES[kind]?.(at) ?? []) : []) yield said
      if (kind === 'match') yield* pipeline(at.get('stages'), depth + 1)
    }
  }
}

const isEmpty = (at: Cursor): boolean => at.pairs().length === 0 && at.items().length === 0

function* oneOf(at: Cursor, key: string, known: readonly string[]): Generator<Remark> {
  const text = at.string(key)
  if (text !== undefined && !known.includes(text.toLowerCase()))
    yield remark(key, at.near(key), known.join(' or '), `${text}${didYouMean(text, known)}`)
}

/** By kind, as Promtail 2.9 and 3 refuse them. */
const STAGES: Readonly<Record<string, (at: Cursor) => Iterable<Remark>>> = {
  *tenant(at) {
    const set = ['label', 'source', 'value'].filter((key) => (at.string(key) ?? '') !== '')
    if (set.length !== 1)
      yield remark('tenant', at.keyPlace(), 'one of label, source, value', set.length === 0 ? 'none of them' : set.join(' and '))
  },
  *limit(at) {
    for (const key of ['rate', 'burst'])
      if (!((at.number(key) ?? 0) > 0))
        yield remark('limit', at.has(key) ? at.near(key) : at.keyPlace(), `${key} above 0`, at.string(key) ?? 'none')
  },
  *sampling(at) {
    const rate = at.number('rate')
    if (rate !== undefined && (rate < 0 || rate > 1)) yield remark('sampling', at.near('rate'), '0 to 1', String(rate))
  },
  *drop(at) {
    if (!['source', 'expression', 'older_than', 'longer_than'].some((key) => at.has(key)))
      yield remark(
        'drop',
        at.keyPlace(),
        'one of source, expression, older_than, longer_than',
        at.has('value') ? 'value alone' : 'none of them',
      )
  },
  *labeldrop(at) {
    if (isEmpty(at)) yield remark('labeldrop', at.keyPlace(), 'names of labels', 'none')
  },
  *labelallow(at) {
    if (isEmpty(at)) yield remark('labelallow', at.keyPlace(), 'names of labels', 'none')
  },
  labels: labelNames,
  static_labels: labelNames,
  *match(at) {
    yield* oneOf(at, 'action', ['keep', 'drop'])
    const drops = at.string('action') === 'drop'
    if (drops && at.items('stages').length > 0)
      yield remark('match', at.near('action'), 'no stages beside action: drop', `${at.items('stages').length} stages`)
    if (!drops && at.items('stages').length === 0) yield remark('match', at.keyPlace(), 'stages, or action: drop', 'neither')
  },
  *timestamp(at) {
    yield* oneOf(at, 'action_on_failure', ['skip', 'fudge'])
  },
  *geoip(at) {
    for (const key of ['db', 'source', 'db_type']) if ((at.string(key) ?? '') === '') yield remark('geoip', at.keyPlace(), key, `no ${key}`)
  },
  *template(at) {
    const text = at.string('template')
    if (text === undefined) return
    const actions = templateActions(text)
    if (actions === undefined || /\{\{(?:(?!\}\}).)*$/s.test(text))
      yield remark('template', at.near('template'), '{{ and }} in pairs', text)
    for (const name of (actions ?? []).flatMap(functionsIn)) {
      const meant = FUNCTIONS.has(name) ? undefined : nearest(name, FUNCTIONS, 1)
      if (meant !== undefined) yield remark('template', at.near('template'), meant, `the function ${name}, which Promtail does not have`)
    }
  },
  *metrics(at) {
    for (const [name, metric] of at.pairs()) yield* ofMetric(name, metric)
  },
}

function* labelNames(at: Cursor): Generator<Remark> {
  for (const [name, value] of at.pairs())
    if (!/^[a-zA-Z_]\w*$/.test(name)) yield remark(name, value.keyPlace(), name.replace(/\W/g, '_'), name)
}

const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  counter: ['inc', 'add'],
  gauge: ['set', 'inc', 'dec', 'add', 'sub'],
}

/** https://grafana.com/docs/loki/latest/send-data/promtail/stages/metrics/ */
function* ofMetric(name: string, at: Cursor): Generator<Remark> {
  const type = at.string('type')
  if (type === undefined) yield remark(name, at.keyPlace(), 'type: Counter, Gauge or Histogram', 'none')
  else yield* oneOf(at, 'type', ['counter', 'gauge', 'histogram'])
  const idle = at.string('max_idle_duration')
  const idleMs = at.durationMs('max_idle_duration')
  if (idle !== undefined && (idleMs === undefined || idleMs < 1000))
    yield remark(name, at.near('max_idle_duration'), 'a duration of 1s or more', idle)
  const settings = at.get('config')
  const actions = ACTIONS[type?.toLowerCase() ?? '']
  const action = settings?.string('action')
  if (actions !== undefined && action === undefined)
    yield remark(name, settings?.keyPlace() ?? at.keyPlace(), `action: ${actions.join(' or ')}`, 'none')
  else if (actions !== undefined && settings !== undefined) yield* oneOf(settings, 'action', actions)
  if (settings === undefined) return
  const isAll = settings.bool('match_all') === true
  if (isAll && settings.has('value')) yield remark(name, settings.near('match_all'), 'match_all or value', 'both')
  if (settings.bool('count_entry_bytes') === true && (!isAll || action?.toLowerCase() !== 'add'))
    yield remark(
      name,
      settings.near('count_entry_bytes'),
      'match_all: true and action: add beside it',
      `action: ${action ?? 'none'}, match_all: ${String(isAll)}`,
    )
  for (const bucket of settings.items('buckets'))
    if (bucket.string() === undefined || Number.isNaN(Number(bucket.string())))
      yield remark(name, bucket, 'a number', bucket.string() ?? 'none')
}

/** Names that are called: at the begin of an action, behind a pipe or a bracket. */
function functionsIn(action: string): string[] {
  const bare = action.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""').replace(/^(?:if|else if|with|else with|range)\s+/, '')
  return [...bare.matchAll(/(?:^|\||\()\s*([a-zA-Z_]\w*)(?=\s|$|\))/g)].map(([, name = '']) => name)
}

/** Promtail's own, those of Go's templates, and of sprig. https://masterminds.github.io/sprig/ */
const FUNCTIONS = new Set(
  `ToLower ToUpper Replace Trim TrimLeft TrimRight TrimPrefix TrimSuffix TrimSpace regexReplaceAll regexReplaceAllLiteral Hash Sha2Hash
  and or not len index slice print printf println html js urlquery call eq ne lt le gt ge if else end with range define template block break continue
  lower upper title untitle trim trimAll trimall trimPrefix trimSuffix trimsuffix trimprefix trunc abbrev abbrevboth initials substr replace nospace repeat swapcase snakecase camelcase
  kebabcase wrap wrapWith contains hasPrefix hasSuffix quote squote cat indent nindent plural regexMatch mustRegexMatch regexFind regexFindAll
  regexReplaceAll regexSplit regexQuoteMeta default empty coalesce ternary all any compact mustCompact fromJson toJson toPrettyJson toRawJson mustToJson mustFromJson
  int int64 float64 toString toStrings atoi toDecimal add add1 sub div mod mul max min floor ceil round addf subf mulf divf maxf minf seq until untilStep
  split splitList splitn join sortAlpha list first rest last initial append prepend reverse uniq without has concat dict get set unset hasKey pluck keys pick omit values merge dig deepCopy
  now date dateInZone date_in_zone dateModify date_modify ago duration durationRound unixEpoch toDate mustToDate htmlDate
  b64enc b64dec b32enc b32dec sha1sum sha256sum sha512sum adler32sum md5sum uuidv4 kindOf kindIs typeOf typeIs typeIsLike deepEqual semver semverCompare env expandenv fail tuple`.split(
    /\s+/,
  ),
)
