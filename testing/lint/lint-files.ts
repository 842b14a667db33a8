import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Finding, LocatedFinding } from '../../verify/model/lint-finding.ts'
import { OWN_PLATFORM } from '../spec/own-platform.ts'
import { loadSpec } from '../../verify/spec/load.ts'
import type { Spec } from '../../verify/model/spec.ts'
import type { ConfigText } from '../../verify/config/yaml/cursor.ts'
import { CHECKS } from '../../verify/lint/lint-checks.ts'
import { readKnowledge } from '../../verify/recordings/read-recordings.ts'
import { lint, type LintOptions, type LintResult } from '../../verify/lint/lint.ts'
import { buildSources } from '../../verify/config/build-sources.ts'
import { readSources } from '../../verify/config/read-sources.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FIXTURE = fileURLToPath(new URL('../deployment', import.meta.url))
/** The specification of testing/deployment: a rule added to verify/spec changes none of its tests. */
export const FIXTURE_SPEC = fileURLToPath(new URL('../deployment/spec', import.meta.url))

export interface Deployment {
  texts: ConfigText[]
  options: LintOptions & { spec: Spec }
}

const read = new Map<string, Promise<Deployment>>()

function readOnce(
  folder: string,
  specFolder?: string,
  paths: readonly string[] = ['monitoring', 'docker-compose.yaml'],
): Promise<Deployment> {
  const key = [folder, ...paths].join('\0')
  const known =
    read.get(key) ??
    (async () => {
      const [{ spec, problems }, knowledge, sources] = await Promise.all([
        specFolder === undefined ? loadSpec() : loadSpec(specFolder),
        readKnowledge(OWN_PLATFORM.recordings),
        readSources([...paths], folder),
      ])
      assert.deepEqual([...problems, ...sources.problems], [])
      assert.ok(spec)
      return { texts: sources.texts, options: { spec, ...knowledge, variables: sources.variables, examples: sources.examples } }
    })()
  read.set(key, known)
  return known
}

/** testing/deployment with its own specification: what tests of checks break, so that a change of monitoring/ breaks none of them. */
export function deployment(): Promise<Deployment> {
  return readOnce(FIXTURE, FIXTURE_SPEC)
}

/** monitoring/ and docker-compose.yaml as delivered, for tests about these files. */
export function delivered(): Promise<Deployment> {
  return readOnce(ROOT)
}

/** deploy/kubernetes and the monitoring files that it makes ConfigMaps of, as delivered. */
export function deliveredOnKubernetes(): Promise<Deployment> {
  return readOnce(ROOT, undefined, ['monitoring', 'deploy/kubernetes'])
}

/** Replaces text in one file; fails when the text is not there. */
export function change(
  texts: ConfigText[],
  file: string,
  from: string | RegExp,
  to: string | ((...parts: string[]) => string),
): ConfigText[] {
  const target = texts.find((text) => text.file.endsWith(file))
  assert.ok(target, `there is ${file}`)
  const changed = target.text.replace(from, to as string)
  assert.notEqual(changed, target.text, `${file} holds ${String(from)}`)
  const known = changes.get(texts) ?? new Map<string, ConfigText[]>()
  changes.set(texts, known)
  const key = `${target.file}\0${changed}`
  const result = known.get(key) ?? texts.map((text) => (text === target ? { ...text, text: changed } : text))
  // A map lists its keys in the order in which they came.
  const [oldest] = known.keys()
  if (known.size >= REMEMBERED && oldest !== undefined) known.delete(oldest)
  known.set(key, result)
  return result
}

/** The same change is the same list, so that what lint said of it is known; the latest ones, as the tests of a check stand together. */
const changes = new WeakMap<ConfigText[], Map<string, ConfigText[]>>()
const REMEMBERED = 60

/** The day of the tests. */
const NOW_MS = Date.UTC(2026, 10, 27)
/** Of testing/deployment, and no configuration. */
const UNREAD = /^monitoring\/alertmanager\/no-url$/
/** What its services are built from. */
const sources = buildSources(FIXTURE)

/** Answers about lists of texts that are asked for again: what a fault adds is compared with the same deployment a thousand times. */
const answered = new WeakMap<ConfigText[], Map<string, Promise<LintResult>>>()

export function lintOf(texts: ConfigText[], only?: string): Promise<LintResult> {
  const own = answered.get(texts) ?? new Map<string, Promise<LintResult>>()
  answered.set(texts, own)
  const known = own.get(only ?? '') ?? lintAnew(texts, only)
  own.set(only ?? '', known)
  return known
}

async function lintAnew(texts: ConfigText[], only?: string): Promise<LintResult> {
  return lintBy((await deployment()).options, texts, only)
}

/** By another specification than that of testing/deployment. */
export function lintBy(options: Deployment['options'], texts: ConfigText[], only?: string): LintResult {
  const exists = (file: string): boolean =>
    texts.some((text) => text.file === file || text.file.startsWith(`${file}/`)) ||
    UNREAD.test(file) ||
    (file.startsWith('lab/') && existsSync(join(FIXTURE, file)))
  return lint(texts, {
    nowMs: NOW_MS,
    ...options,
    exists,
    sources,
    ...(only === undefined ? {} : { checks: CHECKS.filter((check) => check.meta.id === only) }),
  })
}

/** What the whole of lint reports as an error, unreadable files included. */
export async function errorsIn(texts: ConfigText[]): Promise<string[]> {
  const { findings, problems } = await lintOf(texts)
  return [
    ...problems.map(({ code, message }) => `${code}: ${message}`),
    ...findings
      .filter(({ severity }) => severity === 'error')
      .map(({ id, subject, expected, observed }) => `${id}: ${subject}: expected ${expected}, observed ${observed}`),
  ]
}

/** A single fault and the finding that must name it. */
export interface Fault {
  file: string
  from: string | RegExp
  to: string
  /** What the finding must say, each as a part of the text. */
  subject?: string
  expected?: string
  observed?: string
  message?: string
  severity?: Finding['severity']
  /** What is promised of routing besides. */
  routing?: Partial<Spec['routing']>
  /** Part of the line that must change: the whole of lint then has one further finding, and it is at this line. */
  line?: string
}

/** The alert Extra at the end of the rule file, outside of the specification; `more` are further lines of it. */
export function extraRule(expr: string, more = ''): Pick<Fault, 'file' | 'from' | 'to' | 'subject'> & { to: string; subject: string } {
  const quoted = `'${expr.replaceAll("'", "''")}'`
  const further = more.replace(/^/gm, '        ')
  return {
    file: 'alert-rules.yml',
    from: /\s*$/,
    to: `\n\n      - alert: Extra\n        expr: ${quoted}\n        for: 5m\n${/^\s*labels:/m.test(more) ? '' : '        labels: { severity: warning }\n'}${further}\n`,
    subject: 'Extra',
  }
}

/** As `passes`, for the alert Extra. */
export function passesRule(id: string, expr: string, fault: string, more?: string, itsMore?: string): void {
  const { file, from, to } = extraRule(expr, more)
  passes(id, `${expr}${more === undefined ? '' : ` ${more}`}`, file, from, to, extraRule(fault, itsMore))
}

/** The faults of this test file by check: what `passes` breaks again. */
const faultsOf = new Map<string, Fault[]>()

/** Checks of which a fault has gone through the whole of lint; undefined where each fault does (every-fault.deep.test.ts). */
let thoroughly: Set<string> | undefined = new Set()

export function everyFaultThroughAllOfLint(): void {
  thoroughly = undefined
}

/**
 * The check finds each fault, and did not before. A fault with a `line` is one finding, at that line: of this check, and for the first of
 * a check of the whole of lint.
 */
export function finds(id: string, story: string, ...faults: Fault[]): void {
  faultsOf.set(id, [...(faultsOf.get(id) ?? []), ...faults])
  test(`${id}: ${story}`, async () => {
    const { texts } = await deployment()
    for (const fault of faults) {
      const { from, to, line } = fault
      const byAll = line !== undefined && thoroughly?.has(id) !== true
      if (byAll) thoroughly?.add(id)
      const added = await addedBy(byAll ? undefined : id, texts, fault)
      const shown = `${String(from)} -> ${to}: ${added.length === 0 ? 'no finding' : JSON.stringify(added, null, 1)}`
      assert.ok(
        added.some((finding) => names(finding, fault)),
        shown,
      )
      // One cause, one finding, at the line that must change.
      if (line !== undefined)
        assert.deepEqual(
          added.map((finding) => [finding.id, finding.source.includes(line) ? line : finding.source]),
          [[id, line]],
          shown,
        )
    }
  })
}

/**
 * The check finds nothing in a change that breaks nothing, and can still fail: `fault`, or one of the faults of `finds` in this file, is
 * found on top of the change. Where the change removes what all of them replace, it is enough that they are found without it.
 */
export function passes(
  id: string,
  story: string,
  file: string,
  from: string | RegExp,
  to: string | ((...parts: string[]) => string),
  fault?: Fault,
): void {
  test(`${id}: ${story}`, async () => {
    const { texts } = await deployment()
    const changed = change(texts, file, from, to)
    const [before, after] = [(await lintOf(texts, id)).findings, (await lintOf(changed, id)).findings]
    assert.equal(after.length, before.length, JSON.stringify(after, null, 1))
    assert.ok(faultsOf.has(id) || fault !== undefined, `no finding of ${id} is asserted in this file: add finds()`)
    const faults = (fault === undefined ? (faultsOf.get(id) ?? []) : [fault]).filter((each) => holds(changed, each))
    for (const each of faults) if ((await addedBy(id, changed, each)).some((finding) => names(finding, each))) return
    assert.ok(faults.length === 0 && fault === undefined, `${id} finds no fault after this change: name one that it finds (last argument)`)
  })
}

/** Findings that a fault adds: those of a check, or of the whole of lint. */
async function addedBy(id: string | undefined, texts: ConfigText[], { file, from, to, routing }: Fault): Promise<LocatedFinding[]> {
  const key = (finding: LocatedFinding): string => `${finding.id} ${finding.subject} ${finding.observed}`
  const { options } = await deployment()
  const spec = { ...options.spec, routing: { ...options.spec.routing, ...routing } }
  const judge = async (those: ConfigText[]): Promise<LintResult> =>
    routing === undefined ? lintOf(those, id) : lintBy({ ...options, spec }, those, id)
  const before = new Set((await judge(texts)).findings.map(key))
  return (await judge(change(texts, file, from, to))).findings.filter((finding) => !before.has(key(finding)))
}

function names(finding: Finding, { file: _, from: __, to: ___, line: ____, routing: _____, severity = 'error', ...parts }: Fault): boolean {
  return finding.severity === severity && Object.entries(parts).every(([key, part]) => finding[key as 'subject'].includes(part))
}

function holds(texts: ConfigText[], { file, from, to }: Fault): boolean {
  const text = texts.find((one) => one.file.endsWith(file))?.text ?? ''
  return text.replace(from, to) !== text
}
