import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { VERSIONS } from '../../verify/drill/request.ts'
import { runSteps, STEPS, type Step } from './steps.ts'

const ROOT = new URL('../../', import.meta.url)
const scripts = (JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { scripts: Record<string, string> }).scripts

test('each step runs a program, a script and files that are there', () => {
  assert.equal(new Set(STEPS.map(({ name }) => name)).size, STEPS.length)
  for (const { name, argv } of STEPS) {
    const [program, ...args] = argv
    if (program === 'npm') assert.ok(scripts[args[args.indexOf('run') + 2] ?? ''] !== undefined, `${name}: ${argv.join(' ')}`)
    else if (program !== 'node') assert.ok(existsSync(new URL(program, ROOT)), `${name}: ${program}`)
    for (const file of args.filter((word) => word.endsWith('.ts'))) assert.ok(existsSync(new URL(file, ROOT)), `${name}: ${file}`)
  }
  assert.deepEqual(
    STEPS.slice(-2).map(({ name, cleans }) => [name, cleans]),
    [
      ['compose-down', true],
      ['engine-down', true],
    ],
    'containers first, then their engine',
  )
})

test('each set of versions is a file, and is drilled and broken', () => {
  assert.deepEqual(readdirSync(new URL('lab/versions/', ROOT)).sort(), VERSIONS.map((name) => `${name}.yaml`).sort())
  for (const name of VERSIONS) assert.equal(STEPS.filter(({ argv }) => argv.includes('--versions') && argv.includes(name)).length, 2)
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

test('a step by name comes with its engine and its end', async () => {
  assert.deepEqual(await outcomes({}, ['breaks']), ['up passed', 'breaks passed', 'down passed'])
})

test('an interruption ends what runs and cleans up', async () => {
  assert.deepEqual(await outcomes({ drill: 130 }, [], 'drill'), ['up passed', 'drill failed', 'breaks left out', 'down passed'])
})
