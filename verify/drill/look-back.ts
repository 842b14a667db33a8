import path from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { backtest } from '../backtest/backtest.ts'
import type { BacktestResult } from '../backtest/backtest.ts'
import { fileCandidates, loadedCandidates, specifiedCandidates } from '../backtest/candidate.ts'
import type { Candidate, WrittenRule } from '../backtest/candidate.ts'
import { HistoryError } from '../backtest/history-port.ts'
import type { Try } from '../backtest/tries.ts'
import { prometheusHistory } from '../collect/prometheus-history.ts'
import { progressHeader, remembered } from '../collect/remembered-history.ts'
import { configure } from '../config/configuration.ts'
import { readSources } from '../config/read-sources.ts'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import type { LoadedGroup } from '../model/journal.ts'
import { parseDuration } from '../promql/duration.ts'
import { didYouMean } from '../text/did-you-mean.ts'
import { formatError } from '../text/error-text.ts'
import { prometheusAccess } from './prometheus-access.ts'
import type { PrometheusPlace } from './prometheus-access.ts'
import { readSpec } from './read-spec.ts'

export interface LookBack extends PrometheusPlace {
  sinceMs: number
  fromMs?: number
  untilMs?: number
  rules?: string[]
  changed: boolean
  spec?: string
  only: string[]
  tries: Try[]
  ignoreLabels: string[]
  /** Progress file. */
  resume?: string
  concurrency: number
  deadlineMs: number
}

const MANY_RULES = 100
/** What Prometheus has when its configuration says nothing. */
const DEFAULT_INTERVAL_MS = 60_000

/** Looks back at a Prometheus's history; undefined after a complaint, with the exit code set. Nothing is written but the progress file. */
export async function lookBack(io: CommandIo, request: LookBack): Promise<BacktestResult | undefined> {
  const { url, credentials } = prometheusAccess(io, request)
  const again = new Map<string, number>()
  const history = prometheusHistory({
    url,
    credentials,
    concurrency: request.concurrency,
    deadlineMs: request.deadlineMs,
    onAgain: (reason) => again.set(reason, (again.get(reason) ?? 0) + 1),
    signal: io.signal,
  })
  const header = request.resume === undefined ? undefined : await progressHeader(request.resume)
  if (header !== undefined && header.prometheus !== url)
    throw new FiredrillError('PROGRESS_INVALID', `the progress file is of another Prometheus: ${header.prometheus}`, {
      ...(request.resume === undefined ? {} : { place: { file: request.resume } }),
      next: 'Name another file by --resume.',
    })
  const untilMs = header?.untilMs ?? request.untilMs ?? Date.now()
  const fromMs = header?.fromMs ?? request.fromMs ?? untilMs - request.sinceMs
  if (fromMs >= untilMs)
    throw new FiredrillError('BACKTEST_WINDOW', 'the time ends before it begins', { next: 'Give --from before --until, or --since alone.' })
  try {
    const groups = await history.rules()
    const rules = await candidates(io, request, groups)
    if (rules === undefined) return undefined
    // Of a thousand answers nearly everything is garbage at once: V8 would let it grow to twice what is kept.
    if (rules.length > MANY_RULES) setFlagsFromString('--heap-growing-percent=20')
    const kept =
      request.resume === undefined
        ? undefined
        : await remembered(history, request.resume, { firedrill: 'backtest progress 1', prometheus: url, fromMs, untilMs })
    if (kept !== undefined && kept.known > 0) io.stderr(`${kept.known} answers are there already\n`)
    try {
      return await backtest(kept?.history ?? history, {
        fromMs,
        untilMs,
        prometheus: url,
        groups,
        rules,
        tries: request.tries,
        ignoreLabels: request.ignoreLabels,
        concurrency: request.concurrency,
        progress: progressIn(io),
        signal: io.signal,
      })
    } finally {
      kept?.close()
      for (const [reason, times] of again) io.stderr(`asked again ${times} times after: ${reason}\n`)
    }
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error
    throw new FiredrillError('BACKTEST_UNANSWERED', error.message, {
      exitCode: 3,
      next: 'Is the address right, with its path prefix, and may the token read it? Nothing was concluded.',
      cause: error,
    })
  }
}

/** The rules that are meant; undefined after a complaint. */
async function candidates(io: CommandIo, request: LookBack, groups: readonly LoadedGroup[]): Promise<Candidate[] | undefined> {
  const all = await meant(io, request, groups)
  if (all === undefined) return undefined
  const names = [...new Set(all.map(({ alert }) => alert))]
  const unknown = request.only.find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new FiredrillError('BACKTEST_ONLY', `no rule is called ${JSON.stringify(unknown)}${didYouMean(unknown, names)}`, {
      next: `There are ${names.length} rules.`,
    })
  const chosen = all.filter(
    ({ alert, asks }) => (request.only.length === 0 || request.only.includes(alert)) && !(request.changed && asks === 'recorded'),
  )
  if (chosen.length === 0 && !request.changed)
    throw new FiredrillError('BACKTEST_NOTHING', 'there is no alerting rule to look back at', {
      next: 'Is a rule file loaded? Or name files by --rules.',
    })
  return chosen
}

async function meant(io: CommandIo, request: LookBack, groups: readonly LoadedGroup[]): Promise<Candidate[] | undefined> {
  const usual = usualInterval(groups)
  if (request.spec !== undefined) {
    const spec = await readSpec(request.spec, io, 'offline')
    return spec === undefined ? undefined : specifiedCandidates(spec.rules, groups, spec.platform.evaluationIntervalMs)
  }
  if (request.rules === undefined) return loadedCandidates(groups)
  const sources = await readSources(request.rules, io.cwd)
  const config = configure(sources.texts, sources.variables)
  const problems = [...sources.problems, ...config.problems]
  if (problems.length > 0) {
    for (const problem of problems) io.stderr(`${formatError(problem)}\n`)
    io.exitCode = problems.some(({ exitCode }) => exitCode === 3) ? 3 : 2
    return undefined
  }
  const written = config.rules.map((rule): WrittenRule => {
    const interval = rule.group.string('interval')
    return {
      alert: rule.alert,
      expr: rule.expr,
      forMs: rule.at.durationMs('for') ?? 0,
      keepFiringForMs: rule.at.durationMs('keep_firing_for') ?? 0,
      labels: { ...rule.group.labels('labels'), ...rule.at.labels('labels') },
      intervalMs: interval === undefined ? undefined : parseDuration(interval),
      place: `${path.relative(io.cwd, path.resolve(io.cwd, rule.at.text.file))};${rule.group.string('name') ?? ''}`,
    }
  })
  return fileCandidates(written, groups, usual)
}

/** The interval that most loaded groups have: most likely the server's default. */
function usualInterval(groups: readonly LoadedGroup[]): number {
  const counts = [...Map.groupBy(groups, ({ intervalMs }) => intervalMs)].sort(([, a], [, b]) => b.length - a.length)
  return counts[0]?.[0] ?? DEFAULT_INTERVAL_MS
}

function progressIn(io: CommandIo): (done: number, all: number) => void {
  let shown = 0
  return (done, all) => {
    const tenth = Math.floor((10 * done) / all)
    if (!io.isTTY && tenth === shown && done !== all) return
    shown = tenth
    io.stderr(io.isTTY ? `\r${done} of ${all} rules${done === all ? '\n' : ''}` : `${done} of ${all} rules\n`)
  }
}
