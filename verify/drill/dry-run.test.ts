import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faults } from '../../chaos/fault-registry.ts'
import type { Target } from '../model/target.ts'
import { loadSpec } from '../spec/load.ts'
import { composeTarget } from '../targets/compose.ts'
import { dryRunText } from './dry-run.ts'
import { planFor } from './plan-for.ts'
import { requestFrom } from './request.ts'

const { spec } = await loadSpec()
assert.ok(spec !== undefined)
const plan = planFor(spec, requestFrom({ thorough: true, realTime: true }), 'uninstrumented', { runs: [], nowMs: 0 })
const uses = [
  ...plan.experiments.flatMap(({ legs }) => legs.flatMap(({ fault }) => fault ?? [])),
  ...(plan.outages ?? []).flatMap(({ fault }) => fault ?? []),
]
const compose: Target = composeTarget({ HOME: '/nowhere', DOCKER_HOST: 'unix:///nowhere/docker.sock', FIREDRILL_SYSTEM_TOOLS: 'never' })
const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0

test('every fault of the plan is there with its undo and who feels it, by the means that the target offers', () => {
  const text = dryRunText(plan, compose, faults)
  const refused = count(text, /refused and skipped/g)
  assert.ok(uses.length > 15)
  assert.equal(count(text, /^ {17}fault /gm), uses.length)
  assert.equal(count(text, /^ {17}undo: /gm), uses.length - refused)
  assert.equal(count(text, /^ {17}felt by: /gm), uses.length - refused)
  assert.match(text, /fault kill-container redis \(container moalog-redis\)\n +undo: The container runs and is not paused\./)
  assert.match(text, /fault cut-connection otlp.*: refused and skipped, .*does not list the part "otlp"/)
  assert.doesNotMatch(text, /kill-process/)
})

test('every load is there with its undo, and the alerts that a fault brings along', () => {
  const text = dryRunText(plan, compose, faults)
  const loads = plan.experiments.flatMap(({ legs }) => legs.flatMap(({ load }) => load ?? []))
  assert.ok(loads.length > 5)
  assert.equal(count(text, /^ {17}load .*; undo: k6 ends$/gm), loads.length)
  for (const { alert } of plan.experiments.flatMap(({ alsoMust, may }) => [...alsoMust, ...may])) assert.ok(text.includes(alert), alert)
  assert.match(text, /synthetic alerts are posted to Alertmanager/)
})

test('loads from pods are said to be undone as they are: by deleting the Job', () => {
  const load = { context: 'staging', namespace: 'shop', pods: 4, image: 'k6', services: {}, cpu: '250m', memory: '256Mi', startWithinS: 60 }
  const kubernetes = { context: 'staging', namespace: 'shop', kind: 'statefulset', name: 'redis' } as const
  const text = dryRunText(plan, { ...compose, load, parts: { redis: { name: 'redis', kubernetes } } }, faults)
  const loads = plan.experiments.flatMap(({ legs }) => legs.flatMap(({ load: use }) => use ?? []))
  assert.equal(
    count(
      text,
      /^ {17}load .* from 4 pods of a Job in namespace shop of context staging\n {17}undo: The Job is deleted, .*Secret\.\n {17}felt by: .*250m of CPU and 256Mi/gm,
    ),
    loads.length,
  )
  assert.doesNotMatch(text, /k6 ends/)
  assert.match(text, /fault scale-away redis \(statefulset shop\/redis of context staging\)/)
})

test('who else decides of a workload is named with its fault', () => {
  const kubernetes = { context: 'staging', namespace: 'shop', kind: 'statefulset', name: 'redis' } as const
  const keepers = new Map([['kill-process redis', ['HorizontalPodAutoscaler redis pauses meanwhile']]])
  const text = dryRunText(plan, { ...compose, parts: { redis: { name: 'redis', kubernetes } } }, faults, keepers)
  assert.match(text, /fault scale-away redis .*\n +undo: .*\n +felt by: .*\n +also there: HorizontalPodAutoscaler redis pauses meanwhile\n/)
})

test('a target that only watches refuses every fault; without a target the means are those of the specification', () => {
  const { deliveryProbes: _, ...rest } = compose
  const watched = dryRunText(plan, { ...rest, parts: {} }, faults)
  assert.equal(count(watched, /refused and skipped/g), uses.length)
  assert.doesNotMatch(watched, /synthetic alerts/)
  const lab = dryRunText(plan, undefined, faults)
  assert.match(lab, /^dry run on lab \(not up/)
  assert.match(lab, /fault kill-process redis\n +undo: The process runs and answers its health check\./)
  assert.doesNotMatch(lab, /refused and skipped/)
})

test('what others have in force already is said once, before what is asked besides', () => {
  const text = dryRunText(plan, compose, faults, new Map(), ['PodChaos other/theirs is in force'])
  assert.match(text, /\n\nalready there: PodChaos other\/theirs is in force\nbesides: /)
  assert.doesNotMatch(dryRunText(plan, compose, faults), /already there/)
})
