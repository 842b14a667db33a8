import { oneAPlace, remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import type { LogSpec } from '../../../model/spec.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { mayFind } from '../../../text/re2.ts'
import { UNSURE } from '../../../logs/promtail-stages.ts'
import { bestStream, processed, requestLines, streamsOf, type Stream } from '../../container-logs.ts'

export const check: Check = {
  meta: {
    id: 'log-lines-are-parsed',
    needs: ['promtail'],
    title: 'The pipeline parses recorded lines of every service',
    failureTitle: 'The pipeline does not parse a line of a service',
    why: 'A JSON or regex stage that does not match loses no line and reports no error: its fields are missing. Every stage runs on lines that were recorded from the services.',
    mend: 'In the Promtail configuration, make the marked stage fit the recorded line, and keep each specified field as label or structured metadata.',
    example: "- regex:\n    expression: '^(?P<level>[a-z]+) ' # the service writes INFO",
  },
  *judge(input) {
    yield* oneAPlace(unparsed(input))
  },
}

function* unparsed(input: LintInput): Generator<Remark> {
  for (const { log, streams } of streamsOf(input)) {
    const best = bestStream(streams, log)
    const lines = requestLines(input.logLines[log.service] ?? [])
    if (best?.labels === undefined || lines.length === 0) continue
    let isFound = false
    for (const line of lines) {
      const found = [...judgeLine(best, log, line)]
      yield* found
      isFound = found.length > 0
      if (isFound) break
    }
    if (!isFound) yield* droppedLevels(best, log, lines)
    // The pattern describes the line of a request that went well, one of the recorded ones.
    for (const [field, pattern] of Object.entries(log.fields)) {
      const values = lines.flatMap((line) => {
        const entry = processed(best, line)
        return entry.extracted[field] ?? entry.labels[field] ?? []
      })
      if (values.length > 0 && !values.some((value) => value === UNSURE || mayFind(pattern, value)))
        yield remark(
          log.service,
          best.job.near('pipeline_stages'),
          `${field} that matches ${pattern}`,
          [...new Set(values)].slice(0, 3).join(', '),
        )
    }
  }
}

/** A service that went well while it was recorded wrote no line of these levels: those that matter most at night. */
const LEVELS = ['INFO', 'WARN', 'ERROR']
const LEVEL = /\b(?:INFO|WARN|ERROR)\b/i

function* droppedLevels(stream: Stream, { service }: LogSpec, lines: readonly string[]): Generator<Remark> {
  for (const line of lines)
    for (const level of LEVELS) {
      const other = line.replace(LEVEL, (own) => (own === own.toLowerCase() ? level.toLowerCase() : level))
      const { dropped, droppedAt } = processed(stream, other)
      if (!dropped) continue
      yield remark(
        service,
        droppedAt ?? stream.job.near('pipeline_stages'),
        `a pipeline that keeps lines of level ${level}`,
        `dropped: ${other.slice(0, 160)}`,
      )
      return
    }
}

/** The stage that should extract the field: of the format of its lines, in a match stage for the service or in none. */
function extractorOf(stages: readonly Cursor[], log: LogSpec, field: string): Cursor | undefined {
  const fits = extractorsIn(stages, log)
  return fits.find((each) => each.get('expressions', field) !== undefined)?.get('expressions', field) ?? fits[0]?.near('expression')
}

function extractorsIn(stages: readonly Cursor[], log: LogSpec): Cursor[] {
  return stages
    .flatMap((stage) => stage.pairs())
    .flatMap(([name, at]) =>
      name === 'match'
        ? at.string('selector')?.includes(log.service) === true
          ? extractorsIn(at.items('stages'), log)
          : []
        : name === log.format
          ? [at]
          : [],
    )
}

function* judgeLine(stream: Stream, log: LogSpec, line: string): Generator<Remark> {
  const stages = stream.job.near('pipeline_stages')
  const entry = processed(stream, line)
  const shown = line.length > 160 ? `${line.slice(0, 160)}...` : line
  // A limit above what the specification sends is a guard.
  const loss = entry.losses.find(
    ({ burst = 0, ratePerS = 0 }) => burst < (log.flow?.burst ?? Infinity) || ratePerS < (log.flow?.ratePerS ?? Infinity),
  )
  if (loss !== undefined) yield remark(log.service, loss.at, 'no stage that drops lines', loss.message)
  if (entry.dropped) {
    // What the stages behind it would have stored follows from it.
    yield remark(log.service, entry.droppedAt ?? stages, 'a pipeline that keeps the line', `dropped: ${shown}`)
    return
  }
  for (const field of Object.keys(log.fields)) {
    const value = entry.extracted[field] ?? entry.labels[field]
    if (value === undefined)
      yield remark(
        log.service,
        entry.failures[0]?.at ?? extractorOf(stream.job.items('pipeline_stages'), log, field) ?? stages,
        `${field} from the ${log.format} line`,
        `no ${field}${entry.failures[0] === undefined ? '' : `: ${entry.failures[0].message}`}; line: ${shown}`,
      )
  }
  // What is extracted and goes into no label and no structured metadata is forgotten with the pipeline.
  for (const field of Object.keys(log.fields)) {
    if (entry.extracted[field] !== undefined && (entry.labels[field] ?? '') === '' && entry.metadata[field] === undefined)
      yield remark(log.service, stages, `${field} as a label or as structured metadata`, `${field} is extracted and not stored`)
  }
  if (log.multiline !== undefined && line.includes('\n') && !entry.together)
    yield remark(
      log.service,
      entry.failures.find(({ message }) => message.includes('split'))?.at ?? stages,
      `a multiline stage that joins the ${line.split('\n').length} lines of a record`,
      `split into several entries: ${shown}`,
    )
  // The first regex of several may fit another kind of line; what matters are the fields. These two change every line.
  for (const failure of entry.failures) {
    if (/format|extracted as|glued|cannot be read|no RE2|no JMESPath|max_lines/.test(failure.message))
      yield remark(log.service, failure.at, `a stage that matches ${shown}`, failure.message)
  }
  // The line that is stored must still carry what a person searches for, and the trace id the link is made of.
  if (log.linksToTrace && /trace_id/.test(line) && !/trace_?id/i.test(entry.line))
    yield remark(log.service, stages, 'a stored line with its trace id', `stored: ${entry.line.slice(0, 160)}`)
}
