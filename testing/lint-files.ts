import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Finding } from '../verify/model/finding.ts'
import { loadSpec } from '../verify/spec/load.ts'
import type { Spec } from '../verify/model/spec.ts'
import type { ConfigText } from '../verify/config/document.ts'
import { CHECKS } from '../verify/lint/registry.ts'
import { readKnowledge } from '../verify/recordings/read-recordings.ts'
import { lint, type LintOptions, type LintResult } from '../verify/lint/lint.ts'
import { readSources } from '../verify/config/files.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

export interface Delivered {
  texts: ConfigText[]
  options: LintOptions & { spec: Spec }
}

let delivered: Promise<Delivered> | undefined

/** The delivered monitoring/ and docker-compose.yaml with the specification: the one deployment that must be without fault. */
export function deployment(): Promise<Delivered> {
  delivered ??= (async () => {
    const [{ spec, problems }, knowledge, sources] = await Promise.all([
      loadSpec(),
      readKnowledge(),
      readSources(
        ['monitoring', 'docker-compose.yaml'].filter((name) => existsSync(path.join(ROOT, name))),
        ROOT,
      ),
    ])
    assert.deepEqual(problems, [])
    assert.ok(spec)
    return { texts: sources.texts, options: { spec, ...knowledge, variables: sources.variables } }
  })()
  return delivered
}

/** Replaces text in one file; the text must be there, or the test would prove nothing. */
export function change(
  texts: ConfigText[],
  file: string,
  from: string | RegExp,
  to: string | ((...parts: string[]) => string),
): ConfigText[] {
  const target = texts.find((text) => text.file.endsWith(file))
  assert.ok(target, `${file} is delivered`)
  const changed = target.text.replace(from, to as string)
  assert.notEqual(changed, target.text, `${file} holds ${String(from)}`)
  return texts.map((text) => (text === target ? { ...text, text: changed } : text))
}

export async function lintOf(texts: ConfigText[], only?: string): Promise<LintResult> {
  const { options } = await deployment()
  return lint(texts, { ...options, ...(only === undefined ? {} : { checks: CHECKS.filter((check) => check.meta.id === only) }) })
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
}

/** Two tests a fault: the check finds nothing in what is delivered, and names the fault in a copy that has it. */
export function finds(id: string, story: string, ...faults: Fault[]): void {
  test(`${id}: ${story}`, async () => {
    const { texts } = await deployment()
    for (const { file, from, to, severity = 'error', ...parts } of faults) {
      const before = (await lintOf(texts, id)).findings.map((finding) => `${finding.subject} ${finding.observed}`)
      const { findings } = await lintOf(change(texts, file, from, to), id)
      const added = findings.filter((finding) => !before.includes(`${finding.subject} ${finding.observed}`))
      const match = added.find(
        (finding) =>
          finding.severity === severity && Object.entries(parts).every(([key, part]) => finding[key as 'subject'].includes(part)),
      )
      assert.ok(
        match,
        `${String(from)} -> ${to}: ${
          added.length === 0
            ? 'nothing was found'
            : JSON.stringify(
                added.map(({ subject, severity: s, expected, observed, message }) => ({
                  subject,
                  severity: s,
                  expected,
                  observed,
                  message,
                })),
                null,
                1,
              )
        }`,
      )
    }
  })
}

/** The check has nothing to say about a change that breaks nothing it looks at. */
export function passes(id: string, story: string, file: string, from: string | RegExp, to: string): void {
  test(`${id}: ${story}`, async () => {
    const { texts } = await deployment()
    const before = (await lintOf(texts, id)).findings.length
    const { findings } = await lintOf(change(texts, file, from, to), id)
    assert.equal(findings.length, before, JSON.stringify(findings, null, 1))
  })
}
