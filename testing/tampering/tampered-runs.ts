import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../verify/model/journal.ts'
import { judge } from '../../verify/judge/judge.ts'
import { causesOf } from '../../verify/report/causes.ts'
import { allWell } from '../journals/named-journal.ts'
import { tamperings, type Tampering } from './tampering.ts'

const SAMPLE = allWell()
const key = ({ subject, check }: { subject: string; check: string }): string => `${subject} ${check}`
const BEFORE = new Map(judge(SAMPLE).map((verdict) => [key(verdict), verdict.status]))

/**
 * What belongs to no experiment alone is the finding of all that were under way; a service's further requests belong to all of its paths.
 */
const SHARED = new Set(['isolation', 'trace-count'])

/** What is altered in one place and shows in more than two that have nothing to do with one another. */
const MANY_CAUSES: Record<string, number> = {
  'ALERTS fires one evaluation early and late': 3,
  // The numbers of the panels behind it are another's then.
  'the panel is not there': 3,
}

function tampered({ what, kind, change, all }: Tampering): Journal {
  let count = 0
  const entries = SAMPLE.entries.flatMap((entry) => {
    const altered = entry.kind !== kind || (count > 0 && !all) ? undefined : change(entry)
    if (altered === undefined) return [entry]
    count += 1
    return altered
  })
  assert.ok(count > 0, `${what}: nothing in the journal to tamper with`)
  return { entries, problems: [] }
}

/** Every `step`th way to break it, and as many that are harmless. */
export function findsTamperings(step: number): void {
  const tried = tamperings.filter((_, index) => index % step === 0)
  test('the drill in which all is well passes as it is', () => {
    assert.deepEqual(
      [...BEFORE].filter(([, status]) => status !== 'pass' && status !== 'skipped'),
      [],
    )
  })

  test('every way in which a broken system shows in the journal is found where it broke; the rest is known to be harmless', () => {
    const survivors: string[] = []
    const blamed: string[] = []
    const scattered: string[] = []
    let [single, failing] = [0, 0]
    for (const tampering of tried) {
      const verdicts = judge(tampered(tampering))
      const causes = verdicts.some(({ status }) => status === 'fail') ? causesOf(verdicts) : []
      if (causes.length > (MANY_CAUSES[tampering.what] ?? 2))
        scattered.push(`${tampering.what}: ${causes.map(({ root }) => key(root)).join(', ')}`)
      single += Number(causes.length === 1)
      failing += Number(causes.length > 0)
      const worse = verdicts.filter(
        (verdict) => verdict.status !== BEFORE.get(key(verdict)) && (verdict.status === 'fail' || verdict.status === 'unknown'),
      )
      const said = worse.map((verdict) => `${key(verdict)} ${verdict.status}`)
      if (typeof tampering.caught !== 'string') {
        if (said.length > 0) blamed.push(`${tampering.what}: harmless, but ${said.join(', ')}`)
        continue
      }
      if (!said.includes(tampering.caught))
        survivors.push(`${tampering.what}: expected ${tampering.caught}, got ${said.join(', ') || 'nothing'}`)
      const because = worse.find((verdict) => `${key(verdict)} ${verdict.status}` === tampering.caught)?.diagnosis ?? ''
      if (tampering.named !== undefined && !tampering.named.test(because))
        survivors.push(`${tampering.what}: expected ${String(tampering.named)}, got ${JSON.stringify(because)}`)
      // No other part is accused of it.
      const [subject] = tampering.caught.split(' ')
      const alert = verdicts.find((verdict) => verdict.subject === subject)?.alert
      const others = worse.filter(
        (verdict) =>
          verdict.status === 'fail' &&
          verdict.subject !== subject &&
          verdict.subject !== 'drill' &&
          !SHARED.has(verdict.check) &&
          (alert === undefined || verdict.alert !== alert),
      )
      if (others.length > 0) blamed.push(`${tampering.what}: ${others.map(key).join(', ')}`)
    }
    const caught = tried.filter(({ caught: said }) => typeof said === 'string').length
    assert.deepEqual(
      { survivors, blamed, scattered },
      { survivors: [], blamed: [], scattered: [] },
      `kill score ${caught - survivors.length} of ${caught}`,
    )
    // A single change is a single cause; two are for what is wrong in two places.
    assert.ok(single >= 0.9 * failing, `${single} of ${failing} with one cause`)
    assert.ok(caught > 120 / step, `${caught} ways to break`)
  })
}
