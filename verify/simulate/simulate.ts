import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { stringify } from 'yaml'
import { FiredrillError } from '../model/error.ts'
import type { CheckMeta } from '../model/check-meta.ts'
import type { FindingSummary, LocatedFinding } from '../model/lint-finding.ts'
import type { Spec } from '../model/spec.ts'
import type { Configuration } from '../config/configuration.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import { selectors } from '../promql/ast.ts'
import { formatLabels } from '../promql/labels.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import { besideInhibitions } from '../routing/inhibition.ts'
import { factsOf } from '../recordings/metrics.ts'
import { furtherSteps } from '../config/alerting/alert-rules.ts'
import type { Catalogue } from '../recordings/exposition.ts'
import { startAlertmanager } from './short-lived-alertmanager.ts'
import { withExpanded } from './annotations.ts'
import type { Case } from './cases.ts'
import { generate, type Generated } from './generate-tests.ts'
import { testDelivery } from './delivery-scene.ts'
import { askPrograms, renderMessages, type Answer, type MessageSources, type Program } from './ask-programs.ts'
import { templatePatterns } from '../config/deployment/template-files.ts'
import { testRules, type PromtoolResult } from './promtool.ts'
import { testRoutes } from './amtool-routes.ts'
import { sideBySide } from './side-by-side.ts'
import { plain, ruleText, sameButForMore } from './rule-files.ts'
import { groupsIn, groupsNeededBy, MANY_RULES, readingOrder, type FileGroup } from './groups-needed.ts'
import { specificationRules, unitTests } from './unit-tests.ts'
import { messageOf } from '../text/error-text.ts'
import { unreviewedIn } from '../text/unreviewed.ts'

export const SIMULATIONS: CheckMeta[] = [
  {
    id: 'rules-load',
    title: 'promtool loads the rules',
    failureTitle: 'promtool cannot load the rules',
    why: 'Prometheus rejects a rule file that promtool rejects.',
    mend: 'In the rule file, correct what `promtool check rules FILE` reports.',
    example: 'expr: up = 0 # == is the comparison',
  },
  {
    id: 'rule-fires-at-boundaries',
    title: 'Every rule fires exactly at its threshold and after its `for`',
    failureTitle: 'A rule does not fire where specified, or fires where it must not',
    why: 'promtool evaluates the unmodified rule over series like those of the recorded targets. One step below, at and above the threshold; one step before and at `for`; with a good sample in the middle, stale series, gaps and a second instance. A rule of another shape, or that no recording has, stands beside the specified one over series on both sides of each threshold. Labels and annotations are compared in full.',
    mend: 'In the rule file, change expression, `for`, labels or annotations to the specification. `--keep DIR` leaves the failing test for `promtool test rules`.',
    example: 'expr: redis_memory_used_bytes / (redis_memory_max_bytes > 0) >= 0.8 # specified: > 0.8, fires at the threshold itself',
  },
  {
    id: 'route-delivers',
    title: 'amtool routes every alert to its receiver',
    failureTitle: 'amtool routes an alert to another receiver',
    why: 'amtool routes every alert of the specification, and label sets beside them, through the unmodified routing tree.',
    mend: 'In alertmanager.yml, change matchers, order or receiver of the route; `amtool config routes test --config.file FILE LABELS` shows the receiver.',
    example: '- receiver: critical\n  matchers: [\'severity = "warning"\'] # specified: critical',
  },
  {
    id: 'alertmanager-delivers',
    title: 'A real Alertmanager notifies the specified receivers and no other',
    failureTitle: 'A real Alertmanager notifies another receiver than specified, or none',
    why: 'All alerts are posted to a short-lived Alertmanager with the delivered routing and inhibition; its notifications are compared with the specification.',
    mend: 'In alertmanager.yml, correct the route or the inhibit rule that the finding names.',
    example:
      'inhibit_rules:\n  - source_matchers: [\'severity = "critical"\']\n    target_matchers: [\'severity = "warning"\'] # no equal: every warning is suppressed',
  },
  {
    id: 'programs-accept',
    title: 'Prometheus, Loki, Promtail and the collector accept their configuration',
    failureTitle: 'A program refuses its configuration',
    why: 'What the program itself refuses keeps it from starting. Asked are those that are installed: promtool check config, loki -verify-config, promtail -check-syntax, otelcol validate.',
    mend: 'In the configuration, correct what the program says. A field of a newer version needs the program of that version: FIREDRILL_TOOL_PROMTOOL=FILE.',
    example: 'clients:\n  - url: http://loki:3100/loki/api/v1/push\n    max_retry: 120 # backoff_config.max_retries',
  },
  {
    id: 'messages-are-made',
    title: 'Every template of a receiver makes a message',
    failureTitle: 'A template fails on a notification: nothing is sent',
    why: 'Alertmanager parses templates when it starts and executes them when it sends; one that fails then loses the notification. amtool executes each on a sample.',
    mend: 'In alertmanager.yml or the file of templates, correct the template; `amtool template render` shows what it makes.',
    example: 'text: \'{{ .CommonLabels.SortedPairs | join ", " }}\' # join takes texts, not pairs',
  },
]

export interface SimulateOptions {
  spec: Spec
  catalogue: Catalogue
  config: Configuration
  tools: { amtool?: string; alertmanager?: string } & Partial<Record<Program, string>>
  /** Generated tests stay here; a temporary folder otherwise. */
  keep?: string
  signal?: AbortSignal
  /** Made once for many runs (mutate). */
  generated?: Generated
  /** Which parts to run; rules, routing and delivery when absent. `programs`: what Loki, Promtail, the collector and amtool say. */
  parts?: ('rules' | 'routing' | 'delivery' | 'programs')[]
}

export interface SimulateResult {
  findings: LocatedFinding[]
  summary: FindingSummary
  /** Tests that ran. */
  tests: number
  /** What could not be tested, with the reason: exit code 3 when nothing failed. */
  untested: string[]
  /** promtool or amtool refused the file: a stillborn mutant. */
  refused: boolean
}

export async function simulate(options: SimulateOptions): Promise<SimulateResult> {
  const folder = options.keep ?? (await mkdtemp(path.join(tmpdir(), 'firedrill-simulate-')))
  if (options.keep !== undefined) await mkdir(folder, { recursive: true })
  const result: SimulateResult = {
    findings: [],
    summary: { errors: 0, warnings: 0, notes: 0, files: 0, checks: 0 },
    tests: 0,
    untested: [],
    refused: false,
  }
  const parts = options.parts ?? ['rules', 'routing', 'delivery']
  try {
    await Promise.all([
      parts.includes('rules') ? simulateRules(options, folder, result) : undefined,
      parts.includes('routing') ? simulateRouting(options, folder, result) : undefined,
      parts.includes('delivery') ? simulateDelivery(options, folder, result) : undefined,
      parts.includes('programs') ? askThePrograms(options, folder, result) : undefined,
    ])
  } finally {
    if (options.keep === undefined) await rm(folder, { recursive: true, force: true })
  }
  result.findings.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.subject < b.subject ? -1 : 1))
  const unreviewed = unreviewedIn(options.spec)
  result.summary = {
    errors: result.findings.length,
    warnings: 0,
    notes: 0,
    files: options.config.ruleFiles.length + options.config.alertmanager.length,
    checks: result.tests,
    ...(unreviewed === undefined ? {} : { unreviewed }),
  }
  return result
}

async function simulateRules(options: SimulateOptions, folder: string, result: SimulateResult): Promise<void> {
  const { config, tools } = options
  if (config.ruleFiles.length === 0) {
    result.untested.push('rules: no rule file was given')
    return
  }
  if (tools.promtool === undefined) {
    result.untested.push('rules: promtool is not installed')
    return
  }
  const { promtool } = tools
  const generated = options.generated ?? generate(options.spec, options.catalogue)
  const ruleFiles = await Promise.all(
    config.ruleFiles.map(async (root, index) => {
      const file = path.join(folder, config.ruleFiles.length === 1 ? 'rules.yml' : `rules-${index}.yml`)
      await writeFile(file, ruleText(root))
      return file
    }),
  )
  const { cases, spec } = await withExpanded(generated.cases, options.spec, async (firing, asking) => {
    const files = await specificationFiles(asking, firing, folder, 'specification-annotations')
    const silent = { ...asking, rules: asking.rules.map((rule) => ({ ...rule, annotations: {} })) }
    return runCases(promtool, firing, files, 'annotations', folder, { ...options, spec: silent })
  })
  const loaded = await deployedFiles(promtool, config, cases, ruleFiles, folder, { ...options, spec })
  const ran = 'broken' in loaded ? loaded : await runCases(promtool, cases, loaded, 'test', folder, { ...options, spec })
  if (ran.late === true) {
    result.untested.push(
      `rules: promtool did not end within ${Math.round(mostMs(cases.length) / 1_000)} s: ${cases.length} tests of ${spec.rules.length} rules`,
    )
    return
  }
  result.tests += generated.cases.length
  if (ran.broken !== null) {
    result.refused = true
    result.findings.push(finding('rules-load', 'rules', config.ruleFiles[0], 'rules that promtool accepts', ran.broken))
    return
  }
  const facts = factsOf(options.catalogue, spec)
  const rules = new Map(spec.rules.map((rule) => [rule.alert, { rule, steps: furtherSteps({ config, facts }, rule) }]))
  // Further annotations are welcome, and a further step of a ladder keeps another promise.
  const failures = (each: Case): string[] =>
    (ran.failures.get(each.name) ?? []).filter((block) => !sameButForMore(block, rules.get(each.alert)))
  const failed = cases.filter((each) => failures(each).length > 0)
  const undriven = [...generated.undriven.map(({ alert }) => alert)]
  if (failed.length > 0) undriven.push(...(await judgeFailed()))
  await compareSideBySide(options, ruleFiles, folder, new Set(undriven), result)
  result.untested.push(...recordedUnsaid(options, result))

  /** Findings of the tests that are right; the alerts of those that are not. */
  async function judgeFailed(): Promise<string[]> {
    const wrong: string[] = []
    // Is the test right? The specification's own expression decides; only a threshold met exactly may differ by rounding.
    const specified = await specificationFiles(spec, failed, folder, 'specification')
    const oracle = await runCases(promtool, failed, specified, 'specification-test', folder, { ...options, spec })
    for (const each of failed) {
      const rule = rules.get(each.alert)?.rule
      const isWrong = (block: string): boolean => !sameButForMore(block, rule === undefined ? undefined : { rule, steps: [] })
      if (oracle.broken !== null || oracle.late === true || oracle.failures.get(each.name)?.some(isWrong) === true) {
        if (!each.exact) wrong.push(each.alert)
        continue
      }
      const written = config.rules.find((rule) => rule.alert === each.alert && rules.get(each.alert)?.steps.includes(rule) !== true)
      // promtool adds up series in another order each time: at the threshold itself the same expression may be on either side of it.
      if (each.exact && written !== undefined && rule !== undefined && isSameText(written.expr, rule.condition.expr)) continue
      const at = written?.at
      const { expected, observed } = read(failures(each))
      result.findings.push(
        finding('rule-fires-at-boundaries', each.alert, at?.get('expr') ?? at ?? config.ruleFiles[0], expected, observed, each.name),
      )
    }
    return wrong
  }
}

/** Alerts that are specified by what a deployed rule records: series of that name are made here, so the recording rule stays untested. */
function recordedUnsaid({ config, spec }: SimulateOptions, { findings }: SimulateResult): string[] {
  const records = new Map(config.recordings.map(({ record, at }) => [record, at]))
  return spec.rules.flatMap(({ alert, condition }) => {
    const parsed = parsePromql(condition.expr)
    const named = parsed.ok && !findings.some(({ subject }) => subject === alert) ? selectors(parsed.expr) : []
    const [first] = named.flatMap(({ metric }) => (metric !== null && records.has(metric) ? [metric] : []))
    const place = records
      .get(first ?? '')
      ?.near('expr')
      .place()
    if (first === undefined || place === undefined) return []
    return `${alert}: the specification reads ${first} and does not say what that is. A mistake in the recording rule (${place.file}:${place.line}) is not found: write what it records in its place`
  })
}

function isSameText(one: string, other: string): boolean {
  const plain = (text: string): string => text.replace(/\s+/g, '')
  return plain(one) === plain(other)
}

/** Rules whose boundaries are not known: beside the specification's own, over generated series. Two at a time, one for each core. */
async function compareSideBySide(
  options: SimulateOptions,
  ruleFiles: string[],
  folder: string,
  alerts: ReadonlySet<string>,
  result: SimulateResult,
): Promise<void> {
  const { config, catalogue, spec, tools, signal } = options
  const { promtool } = tools
  if (promtool === undefined) return
  const found = new Set(result.findings.map(({ subject }) => subject))
  const left = spec.rules.filter(({ alert }) => alerts.has(alert) && !found.has(alert))
  const all = config.ruleFiles.flatMap((root, file) => groupsIn(plain(root), file))
  const groupOrder = readingOrder(all)
  const work = async (): Promise<void> => {
    for (let rule = left.shift(); rule !== undefined; rule = left.shift()) {
      const { alert } = rule
      const own = path.join(folder, `side-by-side-${alert.replace(/\W/g, '_')}`)
      await mkdir(own, { recursive: true })
      const files = await neededFiles(withoutOthers(all, alert), alert, ruleFiles, own, '')
      const deployed = config.rules.filter((each) => each.alert === alert)
      const { differs, says, tests } = await sideBySide(promtool, rule, spec, catalogue, files, own, {
        severalSteps: deployed.length > 1,
        groupOrder,
        ...(signal === undefined ? {} : { signal }),
      })
      result.tests += tests
      const at = deployed[0]?.at
      if (differs !== undefined)
        result.findings.push(
          finding(
            'rule-fires-at-boundaries',
            alert,
            at?.get('expr') ?? at ?? config.ruleFiles[0],
            `what ${rule.condition.expr} does`,
            differs,
            `${alert} fires where the specified rule does not, or not where it does`,
          ),
        )
      else if (says !== undefined) result.untested.push(`${alert}: ${says}`)
    }
  }
  await Promise.all([work(), work()])
  result.untested.sort()
}

/** The rule files that the tests of an alert load. */
type FilesOf = (alert: string) => string[]

/** The specification as one rule file; of many rules one for each alert. */
async function specificationFiles(spec: Spec, cases: readonly Case[], folder: string, name: string): Promise<FilesOf> {
  const file = (alert?: string): string => path.join(folder, `${name}${alert === undefined ? '' : `-${alerts.indexOf(alert) + 1}`}.yml`)
  const alerts = [...new Set(cases.map(({ alert }) => alert))]
  if (spec.rules.length <= MANY_RULES) {
    await writeFile(file(), specificationRules(spec))
    return () => [file()]
  }
  for (const alert of alerts)
    await writeFile(file(alert), specificationRules({ ...spec, rules: spec.rules.filter((rule) => rule.alert === alert) }))
  return (alert) => [file(alert)]
}

/** The delivered rule files; of many rules, once promtool has loaded them all, for each alert the groups that it needs. */
async function deployedFiles(
  promtool: string,
  { ruleFiles, rules, recordings }: Configuration,
  cases: readonly Case[],
  files: string[],
  folder: string,
  options: SimulateOptions,
): Promise<FilesOf | PromtoolResult> {
  if (rules.length + recordings.length <= MANY_RULES) return () => files
  const nothing: Case = { name: 'all rules are loaded', alert: '', series: [], expect: [], exact: false }
  const whole = await runCases(promtool, [nothing], () => files, 'load', folder, options)
  if (whole.broken !== null || whole.late === true) return whole
  const all = ruleFiles.flatMap((root, file) => groupsIn(plain(root), file))
  const written = new Map<string, string[]>()
  for (const alert of new Set(cases.map((each) => each.alert)))
    written.set(alert, await neededFiles(all, alert, files, folder, `-for-${written.size + 1}`))
  return (alert) => written.get(alert) ?? files
}

/** Groups without other alerts, which take time and may fail over series that are made for this one; whole where alerts read alerts. */
function withoutOthers(all: readonly FileGroup[], alert: string): readonly FileGroup[] {
  const groups = all.map(({ file, group }) => ({
    file,
    group: { ...group, rules: group.rules.filter((rule) => rule['record'] !== undefined || rule['alert'] === alert) },
  }))
  return /\bALERTS/.test(JSON.stringify(groups)) ? all : groups
}

/** The groups that an alert needs, as files; an alert that no group has is looked for in all of them. */
async function neededFiles(all: readonly FileGroup[], alert: string, files: string[], folder: string, suffix: string): Promise<string[]> {
  const needed = Map.groupBy(groupsNeededBy(all, alert), ({ file }) => file)
  const own = [...needed].map(([index, groups]) => ({
    file: path.join(folder, `rules-${index}${suffix}.yml`),
    text: stringify({ groups: groups.map(({ group }) => group) }, { lineWidth: 0, aliasDuplicateObjects: false }),
  }))
  for (const { file, text } of own) await writeFile(file, text)
  return own.length === 0 ? files : own.map(({ file }) => file)
}

/** More tests take longer. */
const mostMs = (tests: number): number => 60_000 + 500 * tests

/** Two processes at a time, one for each core. */
async function runCases(
  promtool: string,
  cases: Case[],
  filesOf: FilesOf,
  name: string,
  folder: string,
  { spec, config, signal }: SimulateOptions,
): Promise<PromtoolResult> {
  const groupOrder = readingOrder(config.ruleFiles.flatMap((root, file) => groupsIn(plain(root), file)))
  const bySameFiles = [...Map.groupBy(cases, ({ alert }) => filesOf(alert).join('\n')).values()]
  const batches = bySameFiles.flatMap((own) =>
    own.length > 20 ? [0, 1].map((half) => own.filter((_, index) => index % 2 === half)) : [own],
  )
  const results: PromtoolResult[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let index = next++; index < batches.length; index = next++) {
      const batch = batches[index] ?? []
      const file = path.join(folder, `${name}-${index + 1}.yml`)
      const ruleFiles = filesOf(batch[0]?.alert ?? '').map((rule) => path.basename(rule))
      await writeFile(file, unitTests(batch, ruleFiles, spec, groupOrder))
      results[index] = await testRules(promtool, [file], {
        cwd: folder,
        timeoutMs: mostMs(cases.length),
        ...(signal === undefined ? {} : { signal }),
      })
    }
  }
  await Promise.all([work(), work()])
  return {
    failures: new Map(results.flatMap((result) => [...result.failures])),
    broken: results.find((result) => result.broken !== null)?.broken ?? null,
    ...(results.some((result) => result.late === true) ? { late: true as const } : {}),
  }
}

/** promtool's exp/got of the first failed instant of a test. */
function read(blocks: string[]): { expected: string; observed: string } {
  const [block = ''] = blocks
  const part = (key: string): string => {
    const text = new RegExp(`${key}:\\[([\\s\\S]*?)\\n?\\s*\\](?:,|\\s*$)`).exec(block)?.[1]?.replace(/\s+/g, ' ').trim()
    return text === undefined || text === '' ? 'no alert' : text
  }
  const time = /time: ([^,]+)/.exec(block)?.[1] ?? ''
  return { expected: `at ${time}: ${part('exp')}`, observed: part('got') }
}

async function simulateRouting(options: SimulateOptions, folder: string, result: SimulateResult): Promise<void> {
  const { config, spec, tools } = options
  const [root] = config.alertmanager
  if (root === undefined) {
    result.untested.push('routing: no Alertmanager configuration was given')
    return
  }
  if (tools.amtool === undefined) {
    result.untested.push('routing: amtool is not installed')
    return
  }
  const file = path.join(folder, 'alertmanager.yml')
  await writeFile(file, root.text.text)
  const { results, broken } = await testRoutes(tools.amtool, file, spec, config, options.signal)
  result.tests += results.length
  if (broken !== null) {
    result.refused = true
    result.findings.push(
      finding('route-delivers', 'routing', root, 'a configuration that amtool accepts', broken, 'amtool rejects the configuration'),
    )
    return
  }
  for (const each of results.filter(({ ok }) => !ok))
    result.findings.push(
      finding(
        'route-delivers',
        each.subject,
        (each.dropped === true ? config.prometheus[0]?.get('alerting') : root.get('route')) ?? root,
        each.expected.join(', '),
        each.dropped === true
          ? 'dropped by alert_relabel_configs, so it never reaches Alertmanager'
          : each.observed.join(', ') || 'no receiver',
        `another receiver than specified for ${formatLabels(each.labels)}`,
      ),
    )
}

async function simulateDelivery(options: SimulateOptions, folder: string, result: SimulateResult): Promise<void> {
  const { config, spec, tools } = options
  const [root] = config.alertmanager
  if (root === undefined) return
  if (tools.alertmanager === undefined) {
    result.untested.push('delivery: alertmanager is not installed')
    return
  }
  for (const { inhibition, sources, targets } of besideInhibitions(spec.routing, []))
    if (sources.length === 0 || targets.length === 0)
      result.untested.push(
        `inhibition: no labels are known that its ${sources.length === 0 ? 'source' : 'target'} matchers match (${inhibition.because})`,
      )
  // At the time of no interval, and of each by itself.
  const times = [...new Set(spec.routing.routes.flatMap(({ muteTimes = [], activeTimes = [] }) => [...muteTimes, ...activeTimes]))]
  const deliver = async (name?: string): Promise<void> => {
    const now = new Set(name === undefined ? [] : [name])
    const own = path.join(folder, name === undefined ? 'alertmanager' : `alertmanager-${times.indexOf(name) + 1}`)
    const alertmanager = await startAlertmanager(tools.alertmanager ?? '', root.text.text, own, options.signal, now)
    try {
      const all = await testDelivery(alertmanager, spec, config, now)
      const results = name === undefined ? all : all.filter(({ kind }) => kind === 'delivery')
      result.tests += results.length
      for (const each of results.filter(({ ok }) => !ok))
        result.findings.push(
          finding(
            'alertmanager-delivers',
            each.subject,
            root.get(each.kind === 'inhibition' ? 'inhibit_rules' : 'route') ?? root,
            each.expected,
            each.observed,
            `${each.kind} of ${each.subject}${name === undefined ? '' : ` in the time interval ${name}`}`,
          ),
        )
    } finally {
      await alertmanager.stop()
    }
  }
  try {
    await deliver()
    await Promise.all(times.map(deliver))
  } catch (error) {
    if (!(error instanceof FiredrillError) || error.exitCode !== 1) throw error
    const anyway = await startsAtAll(tools.alertmanager, path.join(folder, 'alertmanager-alone'), options.signal)
    if (anyway !== undefined) {
      result.untested.push(`delivery: the installed alertmanager starts with no configuration at all: ${anyway}`)
      return
    }
    result.refused = true
    result.findings.push(
      finding(
        'alertmanager-delivers',
        'Alertmanager',
        root,
        'a configuration that Alertmanager starts with',
        error.message,
        'Alertmanager does not start with this configuration',
      ),
    )
  }
}

/** What Go's YAML parser says of a key that its version does not have. */
const OF_ANOTHER_VERSION = /\bfield \S+ not found in type\b/

async function askThePrograms({ config, spec, tools, signal }: SimulateOptions, folder: string, result: SimulateResult): Promise<void> {
  const answers = await askPrograms(tools, config, folder, signal)
  const { amtool } = tools
  const messages =
    amtool === undefined
      ? []
      : await Promise.all(
          config.alertmanager.map((root, index) =>
            renderMessages(amtool, messageSources(root, config), spec, path.join(folder, `messages-${index}`), signal),
          ),
        )
  result.tests += answers.length + messages.flat().length
  for (const { at, subject, refused } of answers) {
    if (refused === undefined) continue
    const said = finding(
      'programs-accept',
      subject,
      at,
      `a configuration that ${subject} accepts`,
      refused,
      `${subject} refuses its configuration${OF_ANOTHER_VERSION.test(refused) ? '; a program that is older than the deployed one refuses what is new' : ''}`,
    )
    // Go's YAML parser names the line.
    const line = Number(/\bline (\d+)\b/.exec(refused)?.[1] ?? NaN)
    const source = at.text.text.split('\n')[line - 1]
    const column = (source?.search(/\S/) ?? 0) + 1
    const length = (source?.trim().length ?? 1) || 1
    result.findings.push(source === undefined ? said : { ...said, line: line + at.text.lineOffset, column, length, source })
  }
  const said = new Map<string, LocatedFinding>()
  for (const { at, subject, refused, inFile } of messages.flat()) {
    if (refused === undefined) continue
    const own = finding('messages-are-made', subject, at, 'a text made of a notification', refused)
    const found = inFile === undefined ? own : { ...own, ...placeOf(inFile) }
    const known = said.get(`${found.file} ${found.line} ${found.column} ${found.observed}`)
    // One line of a file fails for each receiver that takes it.
    if (known === undefined) said.set(`${found.file} ${found.line} ${found.column} ${found.observed}`, found)
    else if (!known.subject.split(', ').includes(subject)) known.subject = `${known.subject}, ${subject}`
  }
  result.findings.push(...said.values())
}

function messageSources(root: Cursor, config: Configuration): MessageSources {
  const patterns = templatePatterns(root, config, () => true)
  return {
    root,
    templates: patterns.flatMap(({ files }) => files),
    isWhole: patterns.length === root.items('templates').length && patterns.every((each) => each.isWhole),
  }
}

function placeOf({
  text,
  line,
  column,
}: NonNullable<Answer['inFile']>): Pick<LocatedFinding, 'file' | 'line' | 'column' | 'length' | 'source'> {
  const source = text.text.split('\n')[line - 1] ?? ''
  return {
    file: text.file,
    line: line + text.lineOffset,
    column: column + text.columnOffset,
    length: Math.max(1, source.length - column + 1),
    source,
  }
}

/** Why it does not start with the smallest configuration either: then it is not the configuration. */
async function startsAtAll(binary: string, folder: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    await (await startAlertmanager(binary, 'route: { receiver: none }\nreceivers: [{ name: none }]\n', folder, signal)).stop()
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

function finding(
  id: string,
  subject: string,
  at: Cursor | undefined,
  expected: string,
  observed: string,
  message?: string,
): LocatedFinding {
  const place = at?.place() ?? { file: '', line: 1, column: 1, length: 1 }
  return {
    id,
    severity: 'error',
    subject,
    file: place.file,
    line: place.line,
    column: place.column,
    expected,
    observed,
    message: message ?? SIMULATIONS.find((each) => each.id === id)?.failureTitle ?? id,
    length: place.length,
    source: at?.text.text.split('\n')[place.line - 1 - at.text.lineOffset] ?? '',
  }
}
