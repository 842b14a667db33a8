import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Verdict } from '../../verify/model/verdict.ts'
import { judge } from '../../verify/judge/judge.ts'
import { seeded } from '../random/seeded-random.ts'
import { randomWorld, simulate } from './virtual-journal.ts'
import type { Mutant, World } from './virtual-journal.ts'

/** What is broken in the deployment, and the check that must say so (others may, too). */
const MUTANTS: Record<Exclude<Mutant, 'not-injected'>, { by: string; when?: (world: World) => boolean }> = {
  'for-doubled': { by: 'alert-fired' },
  'for-zero': { by: 'alert-fired' },
  // A gauge of 0 or 1 has no threshold to double; the other levels stay below twice the threshold.
  'threshold-doubled': { by: 'alert-fired', when: (world) => world.kind !== 'up' },
  // A gauge that jumps from nothing to well above never shows a level between; a rate has to climb through it.
  'threshold-halved': { by: 'oracle-replay', when: (world) => world.kind === 'rate' },
  'metric-misspelt': { by: 'alert-fired' },
  'wrong-receiver': { by: 'notification-delivered' },
  'second-receiver': { by: 'no-other-receiver' },
  'late-notification': { by: 'notification-delivered' },
  'early-notification': { by: 'notification-delivered' },
  'missing-notification': { by: 'notification-delivered' },
  'missing-resolve': { by: 'resolved-notified' },
  'severity-changed': { by: 'labels-exact' },
  'annotation-changed': { by: 'annotations-exact' },
  'keep-firing-added': { by: 'alert-resolved' },
  'stuck-firing': { by: 'alert-resolved' },
  'stray-alert': { by: 'isolation' },
  'wrong-starts-at': { by: 'notification-delivered' },
  'wrong-ends-at': { by: 'resolved-notified' },
}

/** `honest` random runs of a system that keeps its promises, and `broken` of each that does not. */
export function judgesRandomRuns({ honest, broken }: { honest: number; broken: number }): void {
  test('no false alarm in random runs of a system that keeps its promises', () => {
    let missed = 0
    for (let seed = 1; seed <= honest; seed++) {
      const random = seeded(seed)
      const world = randomWorld(random)
      const verdicts = judge(simulate(world, random))
      const wrong = verdicts.filter((verdict) => verdict.status === 'fail')
      assert.deepEqual(
        wrong.map((verdict) => `${verdict.check}: ${verdict.expected} / ${verdict.observed}`),
        [],
        `seed ${seed} ${JSON.stringify(world)}`,
      )
      // Only what the machine really lost may leave a run undecided.
      if (verdicts.some((verdict) => verdict.status === 'unknown')) {
        missed++
        assert.ok(
          world.skipChance > 0,
          `seed ${seed} is undecided although nothing was lost: ${JSON.stringify(verdicts.filter((v) => v.status === 'unknown'))}`,
        )
      } else {
        assert.ok(verdicts.filter((verdict) => verdict.status === 'pass').length >= 18, `seed ${seed}`)
      }
    }
    assert.ok(missed <= honest / 100, `${missed} runs undecided`)
  })

  for (const [mutant, { by, when }] of Object.entries(MUTANTS) as [Mutant, { by: string; when?: (world: World) => boolean }][]) {
    test(`${mutant} is never missed`, () => {
      for (let seed = 1, judged = 0; judged < broken; seed++) {
        const random = seeded(seed * 7_919)
        const world = randomWorld(random)
        // A run that skips evaluations may end as unknown, which is right but not what is shown here.
        if (when?.(world) === false || world.skipChance > 0) continue
        judged++
        const verdicts = judge(simulate(world, random, mutant))
        assert.equal(
          find(verdicts, by).status,
          'fail',
          `seed ${seed * 7_919} ${JSON.stringify(world)}\n${verdicts.map((v) => `${v.status} ${v.check} | ${v.expected} | ${v.observed}`).join('\n')}`,
        )
      }
    })
  }

  test('an injection that did not happen is never a failure and never a pass', () => {
    for (let seed = 1; seed <= broken; seed++) {
      const random = seeded(seed * 104_729)
      const verdicts = judge(simulate(randomWorld(random), random, 'not-injected'))
      assert.deepEqual(
        verdicts.filter((verdict) => verdict.status === 'fail'),
        [],
      )
      for (const check of ['alert-pending', 'alert-fired', 'stayed-quiet', 'notification-delivered']) {
        const verdict = find(verdicts, check)
        assert.equal(verdict.status, 'unknown', check)
        assert.equal(verdict.cause, 'not-injected', check)
      }
    }
  })
}

function find(verdicts: readonly Verdict[], check: string): Verdict {
  const verdict = verdicts.find((candidate) => candidate.check === check)
  assert.ok(verdict !== undefined, check)
  return verdict
}
