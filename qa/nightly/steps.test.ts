import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { VERSIONS } from '../../verify/drill/request.ts'
import { ON_COMPOSE } from '../breaks/break-matrix.ts'
import { CLUSTER_BREAKS } from '../kubernetes/cluster-matrix.ts'
import { exitCodeOf, runSteps, SHORT_CLUSTER_STEPS, SHORT_STEPS, STEPS, type Done, type Step } from './steps.ts'

const ROOT = new URL('../../', import.meta.url)
const scripts = (JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { scripts: Record<string, string> }).scripts

test('each step runs a program, a script and files that are there', () => {
  for (const steps of [STEPS, SHORT_STEPS, SHORT_CLUSTER_STEPS]) assert.equal(new Set(steps.map(({ name }) => name)).size, steps.length)
  for (const { name, argv } of [...STEPS, ...SHORT_STEPS, ...SHORT_CLUSTER_STEPS]) {
    const [program, ...args] = argv
    if (program === 'npm') assert.ok(scripts[args[args.indexOf('run') + 2] ?? ''] !== undefined, `${name}: ${argv.join(' ')}`)
    else if (program !== 'node') assert.ok(existsSync(new URL(program, ROOT)), `${name}: ${program}`)
    for (const file of args.filter((word) => word.endsWith('.ts'))) assert.ok(existsSync(new URL(file, ROOT)), `${name}: ${file}`)
  }
  for (const steps of [STEPS, SHORT_STEPS, SHORT_CLUSTER_STEPS])
    for (const [on, ends] of [['docker', ['compose-down', 'engine-down']] as const, ['cluster', ['cluster-down']] as const]) {
      const own = steps.filter((step) => step.on === on)
      assert.deepEqual(
        own.slice(-ends.length).map(({ name, cleans }) => [name, cleans]),
        own.length === 0 ? [] : ends.map((name) => [name, true]),
        'containers first, then their engine',
      )
    }
  for (const step of [...STEPS, ...SHORT_STEPS, ...SHORT_CLUSTER_STEPS])
    if (/engine:|compose|cluster/.test(step.argv.join(' '))) assert.ok(step.on !== undefined, step.name)
  const broken = SHORT_STEPS.find(({ name }) => name === 'compose-one-break')?.argv.at(-1)
  assert.ok(
    ON_COMPOSE.some((name) => name === broken),
    broken,
  )
  const brokenInCluster = SHORT_CLUSTER_STEPS.find(({ name }) => name === 'cluster-one-break')?.argv.at(-1)
  assert.ok(
    CLUSTER_BREAKS.some(({ name }) => name === brokenInCluster),
    brokenInCluster,
  )
})

test('each set of versions is a file, and is drilled and broken', () => {
  const sets = readdirSync(new URL('lab/versions/', ROOT)).filter((name) => name.endsWith('.yaml'))
  assert.deepEqual(sets.sort(), VERSIONS.map((name) => `${name}.yaml`).sort())
  for (const name of VERSIONS) assert.equal(STEPS.filter(({ argv }) => argv.includes('--versions') && argv.includes(name)).length, 2)
})

test('a step of one engine asks for nothing of the other, and an engine that does not start closes its own steps alone', async () => {
  const plan: Step[] = [
    step('up', { on: 'docker', gate: true }),
    step('drill', { on: 'docker' }),
    step('cluster', { on: 'cluster', gate: true }),
    step('cluster-drill', { on: 'cluster' }),
  ]
  const names = async (asked: string[], code: (name: string) => number): Promise<string[]> =>
    (await runSteps(plan, asked, ({ name }) => Promise.resolve(code(name)))).map(({ name, outcome }) => `${name} ${outcome}`)
  assert.deepEqual(await names(['cluster-drill'], () => 0), ['cluster passed', 'cluster-drill passed'])
  assert.deepEqual(await names([], (name) => (name === 'up' ? 3 : 0)), [
    'up failed',
    'drill left out',
    'cluster passed',
    'cluster-drill passed',
  ])
})

const step = (name: string, more: Partial<Step> = {}): Step => ({ name, argv: ['true'], ...more })
const PLAN = [step('up', { gate: true }), step('drill'), step('breaks'), step('down', { cleans: true })]

async function outcomes(codes: Record<string, number>, asked: string[] = [], interruptedAfter?: string): Promise<string[]> {
  const ran: string[] = []
  const run = ({ name }: Step): Promise<number> => {
    ran.push(name)
    return Promise.resolve(codes[name] ?? 0)
  }
  const done = await runSteps(PLAN, asked, run, () => interruptedAfter !== undefined && ran.includes(interruptedAfter))
  return done.map(({ name, outcome }) => `${name} ${outcome}`)
}

test('what fails is named, and what does not depend on it runs on', async () => {
  assert.deepEqual(await outcomes({ drill: 3 }), ['up passed', 'drill failed', 'breaks passed', 'down passed'])
})

test('without an engine nothing is drilled, and what may have been left is cleaned up', async () => {
  assert.deepEqual(await outcomes({ up: 3 }), ['up failed', 'drill left out', 'breaks left out', 'down passed'])
})

test('a drill that could not tell is run once more where the step says so; a failure is not', async () => {
  const codes = async (first: number, again?: true): Promise<(number | undefined)[]> => {
    const left = [first, 0]
    const [done] = await runSteps([step('drill', again === undefined ? {} : { again })], [], () => Promise.resolve(left.shift() ?? 9))
    return [done?.exitCode, left.length]
  }
  assert.deepEqual(
    [await codes(3, true), await codes(3), await codes(1, true)],
    [
      [0, 0],
      [3, 1],
      [1, 1],
    ],
  )
})

test('a step by name comes with its engine and its end', async () => {
  assert.deepEqual(await outcomes({}, ['breaks']), ['up passed', 'breaks passed', 'down passed'])
})

test('without the published CRDs what needs them is left out by name, and nothing is known of it', async () => {
  const needs = 'published-crds' as const
  const plan = [
    step(needs),
    step('exports-fit-crds', { needs }),
    step('up', { on: 'cluster', gate: true }),
    step('drill', { on: 'cluster' }),
  ]
  plan.push(step('cluster-mesh-crash', { on: 'cluster', needs }))
  const ran = (asked: string[], code: number): Promise<Done[]> =>
    runSteps(plan, asked, ({ name }) => Promise.resolve(name === needs ? code : 0))
  const said = (done: Done[]): string[] => done.map(({ name, outcome }) => `${name} ${outcome}`)
  const without = await ran([], 3)
  assert.deepEqual(said(without), [
    ...['published-crds failed', 'exports-fit-crds left out', 'up passed', 'drill passed', 'cluster-mesh-crash left out'],
  ])
  assert.deepEqual([exitCodeOf(without), exitCodeOf(await ran([], 1)), exitCodeOf(await ran([], 0))], [3, 1, 0])
  assert.deepEqual(said(await ran(['cluster-mesh-crash'], 0)), ['published-crds passed', 'up passed', 'cluster-mesh-crash passed'])
})

test('an interruption ends what runs and cleans up', async () => {
  assert.deepEqual(await outcomes({ drill: 130 }, [], 'drill'), ['up passed', 'drill failed', 'breaks left out', 'down passed'])
})

test('without an engine the outcome is "could not tell", and a failure wherever something else failed or was left behind', () => {
  const code = (...ended: [name: string, exitCode: number | undefined][]): number =>
    exitCodeOf(
      ended.map(([name, exitCode]): Done => ({
        name,
        outcome: exitCode === undefined ? 'left out' : exitCode === 0 ? 'passed' : 'failed',
        ...(exitCode === undefined ? {} : { exitCode }),
      })),
    )
  const noEngine = [
    ['engine', 3],
    ['compose', undefined],
    ['compose-down', 3],
  ] as const
  assert.equal(code(...noEngine.map(([name, exit]): [string, number | undefined] => [name, exit]), ['engine-down', 0]), 3)
  assert.equal(code(...noEngine.map(([name, exit]): [string, number | undefined] => [name, exit]), ['engine-down', 1]), 1)
  assert.equal(code(['required-drill', 1], ['engine', 3], ['compose', undefined], ['engine-down', 0]), 1)
  assert.equal(code(['engine', 1], ['compose', undefined], ['engine-down', 0]), 1)
  assert.equal(code(['engine', 0], ['compose', 0], ['compose-short-drill', 3], ['engine-down', 0]), 1)
  assert.equal(code(['engine', 0], ['compose-short-drill', 0], ['engine-down', 0]), 0)
})
