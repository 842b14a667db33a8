import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { RuleResult } from '../backtest/backtest-rule.ts'
import { alertsIn } from '../backtest/candidate.ts'
import { askRange } from '../backtest/chunks.ts'
import { HistoryError } from '../backtest/history-port.ts'
import type { History } from '../backtest/history-port.ts'
import { prometheusHistory } from '../collect/prometheus-history.ts'
import { configure } from '../config/configuration.ts'
import { readSources } from '../config/read-sources.ts'
import { coverage, isOf } from '../coverage/coverage.ts'
import type { Climbed, Coverage, DrilledRun, KnownRule, Service } from '../coverage/coverage.ts'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import type { LocatedFinding } from '../model/lint-finding.ts'
import type { Verdict } from '../model/verdict.ts'
import { labelKey, withoutLabels } from '../promql/labels.ts'
import { formatError } from '../text/error-text.ts'
import { readPlatform } from '../platform/read-platform.ts'
import { runsIn } from './history.ts'
import { prometheusAccess } from './prometheus-access.ts'
import type { PrometheusPlace } from './prometheus-access.ts'
import { readSpec } from './read-spec.ts'

export interface CoverageRequest extends PrometheusPlace {
  concurrency: number
  deadlineMs: number
  /** Rule files, where no Prometheus is asked, or besides. */
  rules: string[]
  /** Folder of runs with history.ndjson; that of the platform when absent. */
  reports?: string
  /** JSON outputs of lint, simulate and backtest. */
  lint?: string
  simulate?: string
  backtest?: string
  /** Of what simulate tested. */
  spec?: string
  withinMs: number
  maxAgeMs: number | null
  severities: string[]
}

/** Every rule that is loaded (or written) and what has proven it; undefined after a complaint, with the exit code set. Writes nothing. */
export async function ruleCoverage(io: CommandIo, request: CoverageRequest, nowMs: number): Promise<Coverage | undefined> {
  const isAsked = request.url !== undefined || request.target !== undefined
  if (!isAsked && request.rules.length === 0)
    throw new FiredrillError('COVERAGE_WHERE', 'coverage of which rules?', {
      next: 'Give --prometheus URL for those that are loaded, or --rules FILE for those that are written.',
    })
  const written = await writtenRules(io, request.rules)
  if (written === undefined) return undefined
  let [rules, service]: [KnownRule[], Service] = [written, null]
  const problems: string[] = []
  if (isAsked) {
    const { url, credentials } = prometheusAccess(io, request)
    const history = prometheusHistory({
      url,
      credentials,
      concurrency: request.concurrency,
      deadlineMs: request.deadlineMs,
      onAgain: () => undefined,
      signal: io.signal,
    })
    ;({ rules, service } = await asked(history, nowMs, request.withinMs, problems))
  }
  if (rules.length === 0)
    throw new FiredrillError('COVERAGE_NOTHING', 'there is no alerting rule', { next: 'Is a rule file loaded, or the right one named?' })
  const reports = request.reports === undefined ? readPlatform(io).reports : resolve(io.cwd, request.reports)
  const { drills, damaged } = drillsIn(reports)
  problems.push(...damaged)
  const climbed = await climbedWithoutDrill(io, request, rules, written)
  if (climbed === undefined) return undefined
  return coverage({
    nowMs,
    withinMs: request.withinMs,
    rules,
    drills,
    climbed,
    service,
    maxAgeMs: request.maxAgeMs,
    severities: request.severities,
    problems,
  })
}

async function writtenRules(io: CommandIo, paths: string[]): Promise<KnownRule[] | undefined> {
  if (paths.length === 0) return []
  const sources = await readSources(paths, io.cwd)
  const config = configure(sources.texts, sources.variables)
  const problems = [...sources.problems, ...config.problems]
  if (problems.length > 0) {
    for (const problem of problems) io.stderr(`${formatError(problem)}\n`)
    io.exitCode = problems.some(({ exitCode }) => exitCode === 3) ? 3 : 2
    return undefined
  }
  return config.rules.map(({ alert, at, group }) => ({
    alert,
    labels: { ...group.labels('labels'), ...at.labels('labels') },
    place: `${at.text.file};${group.string('name') ?? ''}`,
  }))
}

/** Steps of ALERTS over which a firing is looked for: a month is 720 of them. */
const STEP_MS = 3_600_000

async function asked(
  history: History,
  nowMs: number,
  withinMs: number,
  problems: string[],
): Promise<{ rules: KnownRule[]; service: Service }> {
  try {
    const groups = await history.rules()
    const rules = groups.flatMap((group) =>
      alertsIn(group).map(({ name, labels }): KnownRule => ({ alert: name, labels, place: `${group.file};${group.name}` })),
    )
    const grid = { startMs: nowMs - withinMs + STEP_MS, endMs: nowMs, stepMs: STEP_MS }
    const { tracks, failed, warnings } = await askRange(history, `max_over_time(ALERTS{alertstate="firing"}[${STEP_MS}ms])`, grid)
    problems.push(...failed.map(({ message }) => `not all of ALERTS could be read: ${message}`), ...warnings)
    return {
      rules,
      service: tracks.map(({ labels, timesMs }) => ({ labels: withoutLabels(labels, ['alertstate']), lastMs: timesMs.at(-1) ?? 0 })),
    }
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error
    throw new FiredrillError('COVERAGE_UNANSWERED', error.message, {
      exitCode: 3,
      next: 'Is the address right, with its path prefix, and may the token read it?',
      cause: error,
    })
  }
}

/** The runs of the folder's history; what their verdicts say where the folders are still there. */
function drillsIn(folder: string): { drills: DrilledRun[]; damaged: string[] } {
  const { runs, damaged } = runsIn(folder)
  const drills = runs.map((run): DrilledRun => {
    const file = join(folder, basename(run.runId), 'verdicts.json')
    if (!existsSync(file)) return { run }
    try {
      return { run, verdicts: JSON.parse(readFileSync(file, 'utf8')) as Verdict[] }
    } catch {
      damaged.push(`${file} is damaged and passed over`)
      return { run }
    }
  })
  return { drills, damaged }
}

/** What the outputs of lint, simulate and backtest prove, as old as their files. */
async function climbedWithoutDrill(
  io: CommandIo,
  request: CoverageRequest,
  rules: readonly KnownRule[],
  written: readonly KnownRule[],
): Promise<Climbed[] | undefined> {
  const climbed: Climbed[] = []
  const named = (all: readonly KnownRule[]) => (rule: KnownRule) =>
    all.some(({ alert, labels }) => alert === rule.alert && labelKey(labels) === labelKey(rule.labels))
  if (request.lint !== undefined) {
    if (written.length === 0)
      throw new FiredrillError('COVERAGE_LINT', '--lint says what is wrong, and not with which rules', {
        next: 'Name the files that were linted: --rules FILE.',
      })
    const { value, atMs } = output<{ findings: LocatedFinding[] }>(io, request.lint, 'findings')
    const wrong = new Set(value.findings.filter(({ severity }) => severity === 'error').map(({ subject }) => subject))
    const isWritten = named(written)
    climbed.push({ rung: 'linted', atMs, by: request.lint, proves: (rule) => isWritten(rule) && !wrong.has(rule.alert) })
  }
  if (request.simulate !== undefined) {
    const spec = await readSpec(request.spec, io, 'offline')
    if (spec === undefined) return undefined
    const { value, atMs } = output<{ findings: LocatedFinding[] }>(io, request.simulate, 'findings')
    const wrong = new Set(value.findings.filter(({ severity }) => severity === 'error').map(({ subject }) => subject))
    const promised = spec.rules.map(({ alert, labels }): KnownRule => ({ alert, labels, place: '' }))
    climbed.push({ rung: 'simulated', atMs, by: request.simulate, proves: (rule) => named(promised)(rule) && !wrong.has(rule.alert) })
  }
  if (request.backtest !== undefined) {
    const { value, atMs } = output<{ rules: RuleResult[]; untilMs: number }>(io, request.backtest, 'rules')
    const agreed = value.rules.filter(({ outcome }) => outcome === 'agrees')
    const at = Math.min(atMs, Number.isFinite(value.untilMs) ? value.untilMs : atMs)
    climbed.push({
      rung: 'backtested',
      atMs: at,
      by: request.backtest,
      proves: (rule) =>
        agreed.some(
          ({ alert, labels }) =>
            alert === rule.alert &&
            isOf(
              rule,
              rules.filter((other) => other.alert === alert),
              labels,
            ),
        ),
    })
  }
  return climbed
}

function output<T extends object>(io: CommandIo, file: string, key: keyof T & string): { value: T; atMs: number } {
  const path = resolve(io.cwd, file)
  const refuse = (message: string, cause: unknown): never => {
    throw new FiredrillError('COVERAGE_OUTPUT', message, { place: { file }, next: 'Write it by --format json > FILE.', cause })
  }
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as T
    if (!Array.isArray(value[key])) return refuse(`holds no list of ${key}: it is no such output`, undefined)
    return { value, atMs: statSync(path).mtimeMs }
  } catch (error) {
    if (error instanceof FiredrillError) throw error
    return refuse(`cannot be read: ${error instanceof Error ? error.message : String(error)}`, error)
  }
}
