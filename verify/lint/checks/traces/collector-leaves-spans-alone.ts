import type { SpanSpec } from '../../../model/spec.ts'
import { remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { agentServices, agentSetting, typeOf, usedForTraces } from '../../agents.ts'
import { mayFind } from '../../../text/re2.ts'

/**
 * What a statement of the transform processor touches (OTTL).
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/processor/transformprocessor
 */
const TOUCHES: { pattern: RegExp; what: string }[] = [
  { pattern: /\bset\(\s*(?:span\.)?status(?:\.code)?\s*,/, what: 'the status of spans' },
  { pattern: /\bset\(\s*(?:span\.)?kind(?:\.\w+)?\s*,/, what: 'the kind of spans' },
  { pattern: /\bset\(\s*(?:span\.)?(?:trace_id|span_id|parent_span_id)(?:\.\w+)?\s*,/, what: 'the ids of spans' },
  { pattern: /\b(?:set|delete_key)\(\s*(?:resource\.)?attributes(?:\[|\s*,\s*)"service\.name"/, what: 'service.name' },
]
const ATTRIBUTE = /\b(?:set|delete_key)\(\s*(?:span\.)?attributes(?:\[|\s*,\s*)"([^"]+)"/g

export const check: Check = {
  meta: {
    id: 'collector-leaves-spans-alone',
    needs: ['collector'],
    title: 'The collector exports spans unchanged and in time',
    failureTitle: 'The collector changes spans or delays them',
    why: 'A search finds no trace when a processor removes an attribute, a status or a name, and the service seems to be the cause.',
    mend: 'In the collector configuration, take the action or statement out of the processor, or the processor out of the traces pipeline. Keep batch.timeout below the time within which traces must be found.',
    example: 'processors:\n  attributes:\n    actions: [{ key: http.route, action: delete }]',
  },
  *judge(input) {
    const { spec, config } = input
    if (spec.traces.length === 0) return
    const soonestMs = Math.min(...spec.traces.map(({ maxDelayMs }) => maxDelayMs))
    for (const collector of config.collectors) {
      const used = usedForTraces(collector, 'processors')
      for (const [name, processor] of collector.pairs('processors'))
        if (used.includes(name)) yield* judgeProcessor(name, processor, promisedNames(input), soonestMs)
    }
  },
}

/** Attributes that are promised. Where services write both generations, the old one may go. */
function promisedNames(input: LintInput): Set<string> {
  const both = agentServices(input).some(({ workload }) =>
    /\/dup\b/.test(agentSetting(workload, 'OTEL_SEMCONV_STABILITY_OPT_IN')?.value ?? ''),
  )
  const namesIn = (span: SpanSpec): string[] => [
    ...Object.keys(span.attributes).flatMap((names) =>
      names
        .split('|')
        .map((name) => name.trim())
        .slice(0, both ? 1 : undefined),
    ),
    ...span.children.flatMap(namesIn),
  ]
  return new Set(
    input.spec.traces.flatMap(({ tree, runAttribute }) => [...namesIn(tree), ...(runAttribute === undefined ? [] : [runAttribute])]),
  )
}

function* judgeProcessor(name: string, processor: Cursor, promised: ReadonlySet<string>, soonestMs: number): Generator<Remark> {
  const type = typeOf(name)
  for (const action of [...processor.items('actions'), ...processor.items('attributes')]) {
    const key = action.string('key') ?? ''
    const does = action.string('action') ?? ''
    const pattern = does === 'delete' ? action.string('pattern') : undefined
    const hit =
      type === 'resource'
        ? ['service.name'].find((each) => each === key)
        : [...promised].find((each) => each === key || (pattern !== undefined && pattern !== '' && mayFind(pattern, each)))
    if ((type === 'resource' || type === 'attributes') && hit !== undefined && ['delete', 'hash', 'update', 'upsert'].includes(does))
      yield remark(name, action, `${hit} unchanged`, `${does} ${hit}`)
  }
  if (type === 'redaction' && processor.bool('allow_all_keys') !== true) {
    const lost = [...promised].filter((each) => !processor.strings('allowed_keys').includes(each))
    if (lost.length > 0)
      yield remark(name, processor, `allowed_keys with ${lost.slice(0, 3).join(', ')}`, 'not in allowed_keys: removed from every span')
  }
  for (const statement of statementsOf(processor)) {
    const text = statement.string() ?? ''
    const touched =
      TOUCHES.find(({ pattern }) => pattern.test(text))?.what ??
      [...text.matchAll(ATTRIBUTE)].map(([, key = '']) => key).find((key) => promised.has(key))
    if (touched !== undefined) yield remark(name, statement, `${touched} unchanged`, text)
    else if (/\bset\(\s*(?:span\.)?name\s*,/.test(text)) yield warning(name, statement, 'span names unchanged', text)
  }
  if (type === 'span' && (processor.has('name') || processor.has('status')))
    yield remark(
      name,
      processor,
      'span names and statuses unchanged',
      processor
        .pairs()
        .map(([key]) => key)
        .join(', '),
    )
  const setting = type === 'groupbytrace' ? 'wait_duration' : type === 'batch' ? 'timeout' : undefined
  const heldMs = setting === undefined ? undefined : processor.durationMs(setting)
  if (setting !== undefined && heldMs !== undefined && heldMs >= soonestMs)
    yield remark(
      name,
      processor.near(setting),
      `${setting} below ${soonestMs / 1_000}s, the specified delay of a trace`,
      processor.string(setting) ?? '',
    )
}

/** Of the transform processor: plain, or grouped by context. */
function statementsOf(processor: Cursor): Cursor[] {
  return processor.items('trace_statements').flatMap((item) => (item.isMap() ? item.items('statements') : [item]))
}
