import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Ajv } from 'ajv'
import { parse, parseAllDocuments } from 'yaml'
import { OWN_PLATFORM } from '../../testing/spec/own-platform.ts'
import { compressExpr } from '../compress/compress.ts'
import { bundleScenarios } from '../drill/bundle-scenarios.ts'
import type { Plan } from '../model/plan.ts'
import { plan } from '../plan/make-plan.ts'
import { loadSpec } from '../spec/load.ts'
import { chaosWorkflow, type Manifest } from './chaos-workflow.ts'
import { k6TestRuns } from './k6-testruns.ts'
import { manifestsText } from './manifests-text.ts'

const { spec } = await loadSpec()
assert.ok(spec !== undefined)
const made = plan(spec, { speed: 1, turn: { by: 'thorough' }, compressExpr })
const WHERE = { namespace: 'moalog', label: 'app.kubernetes.io/name' }
const scripts = await bundleScenarios(OWN_PLATFORM)

interface Template {
  name: string
  templateType: string
  deadline?: string
  children?: string[]
  podChaos?: { action: string; mode: string; selector: { labelSelectors: Record<string, string> } }
  networkChaos?: { action: string }
  stressChaos?: { stressors: object }
}
const templatesOf = (of: Plan): Template[] =>
  (chaosWorkflow(of, WHERE).objects[0]?.['spec'] as { templates: Template[] } | undefined)?.templates ?? assert.fail('no Workflow')

/** `12s` as ms. */
const lasts = ({ deadline = '' }: Template): number => Number.parseInt(deadline) * 1_000

test('each experiment waits and harms when the plan has it, within two seconds', () => {
  const all = templatesOf(made)
  const named = new Map(all.map((each) => [each.name, each]))
  assert.equal(named.size, all.length, 'names are unique')
  let compared = 0
  for (const { id, startMs, legs } of made.experiments) {
    const run = all.find(({ name, templateType }) => templateType === 'Serial' && name.startsWith(`run-${id}-`))
    let nowMs = 0
    for (const child of run?.children ?? []) {
      const template = named.get(child) ?? assert.fail(child)
      const leg = legs.find(({ name }) => template.name === `${id}-${name}`)
      if (leg !== undefined) {
        compared += 1
        assert.ok(Math.abs(nowMs - (startMs + leg.atMs)) <= 2_000, `${template.name} at ${nowMs}, planned at ${startMs + leg.atMs}`)
        assert.ok(Math.abs(lasts(template) - leg.holdMs) <= 1_000, template.name)
      }
      nowMs += lasts(template)
    }
  }
  assert.ok(compared >= 10, `${compared} faults`)
  assert.ok(all.every(({ name }) => name.length <= 63 && /^[a-z0-9-]+$/.test(name)))
})

test('a killed part is kept away, a frozen one answers nothing, and what Chaos Mesh cannot do is said', () => {
  const all = templatesOf(made)
  const of = (name: string): Template => all.find((each) => each.name === name) ?? assert.fail(name)
  assert.deepEqual(of('redis-killed-fire').podChaos, {
    mode: 'all',
    selector: { namespaces: ['moalog'], labelSelectors: { 'app.kubernetes.io/name': 'redis' } },
    action: 'pod-failure',
  })
  assert.equal(of('redis-hung-fire').networkChaos?.action, 'partition')
  const { leftOut } = chaosWorkflow(made, WHERE)
  assert.ok(leftOut.includes('slow-queries-fire: slow-queries on mysql has no equivalent in Chaos Mesh'), leftOut.join('; '))
  const named = new Set(all.map(({ name }) => name))
  for (const { id, legs } of made.experiments)
    for (const { name, fault } of legs)
      if (fault !== undefined)
        assert.ok(named.has(`${id}-${name}`) || leftOut.some((each) => each.startsWith(`${id}-${name}: `)), `${id}-${name}`)
})

interface Applied {
  metadata: { name: string }
  data: Record<string, string>
  // oxlint-disable-next-line typescript/no-explicit-any -- objects of others
  spec: Record<string, any>
}

test('every load is a TestRun with its parameters, its duration and its script', () => {
  const { objects, leftOut } = k6TestRuns(made, spec.platform, { namespace: 'moalog', pods: 4, scripts })
  assert.deepEqual(leftOut, [])
  const [map, ...runs] = objects as unknown as Applied[]
  const legs = made.experiments.flatMap(({ id, legs: all }) =>
    all.flatMap((leg) => (leg.load === undefined ? [] : [{ id, ...leg, load: leg.load }])),
  )
  assert.equal(runs.length, legs.length)
  for (const { id, name, holdMs, load } of legs) {
    const run = runs.find(({ metadata }) => metadata.name === `${id}-${name}`) ?? assert.fail(`${id}-${name}`)
    const env = Object.fromEntries(run.spec['runner'].env.map((each: { name: string; value: string }) => [each.name, each.value]))
    assert.equal(env['DURATION_S'], String(Math.ceil(holdMs / 1000)))
    assert.equal(env['RATE_LIMITER_URL'], 'http://rate-limiter:8082')
    for (const value of Object.values(load.params)) assert.ok(Object.values(env).includes(String(value)), `${id}-${name}: ${value}`)
    assert.equal(run.spec['parallelism'], 4)
    const script = map?.data[run.spec['script'].configMap.file] ?? ''
    assert.match(script, /export \{[^}]*\bdefault\b|export default/)
    assert.doesNotMatch(script, /from "\.\.?\//, 'it needs no other file')
  }
  assert.equal(k6TestRuns(made, spec.platform, { namespace: 'moalog', pods: 1, scripts: new Map() }).leftOut.length > 0, true)
})

test('the text is what kubectl reads: one document an object', () => {
  const { objects } = chaosWorkflow(made, WHERE)
  const twice = [...objects, ...objects]
  assert.deepEqual(
    parseAllDocuments(manifestsText(twice)).map((document) => document.toJS() as Manifest),
    twice,
  )
})

/** The published CRDs are large: the folder that has them is named by FIREDRILL_TEST_CRDS. */
function validator(t: TestContext, file: string): ((object: unknown) => string[]) | undefined {
  const path = join(process.env['FIREDRILL_TEST_CRDS'] ?? '', file)
  if (process.env['FIREDRILL_TEST_CRDS'] === undefined || !existsSync(path)) {
    t.skip(
      `FIREDRILL_TEST_CRDS names no folder with ${file} (github.com/chaos-mesh/chaos-mesh and github.com/grafana/k6-operator, config/crd/bases)`,
    )
    return undefined
  }
  const crd = parse(readFileSync(path, 'utf8')) as { spec: { versions: { schema: { openAPIV3Schema: object } }[] } }
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(
    closed(crd.spec.versions[0]!.schema.openAPIV3Schema) as object,
  )
  return (object) => (validate(object) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`))
}

/** As `--validate=strict` has it: what a schema does not name is an error. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  const open = 'additionalProperties' in inner || inner['x-kubernetes-preserve-unknown-fields'] === true
  return 'properties' in inner && !open && inner['type'] === 'object' ? { ...inner, additionalProperties: false } : inner
}

test("the Workflow fits Chaos Mesh's published CRD, and one with a wrong action does not", (t) => {
  const errors = validator(t, 'chaos-mesh.org_workflows.yaml')
  if (errors === undefined) return
  const [workflow] = chaosWorkflow(made, WHERE).objects
  assert.deepEqual(errors(workflow), [])
  assert.ok(errors(JSON.parse(JSON.stringify(workflow).replace('pod-failure', 'pod-fail'))).length > 0)
  assert.ok(errors(JSON.parse(JSON.stringify(workflow).replace('"deadline"', '"until"'))).length > 0)
})

/** Ours, with one fault in the place of another. */
const withFault = (id: string, params: Record<string, number>): Plan =>
  ({
    ...made,
    experiments: made.experiments.map((each) => ({
      ...each,
      legs: each.legs.map((leg) =>
        each.id === 'redis-killed' && leg.fault !== undefined ? { ...leg, fault: { ...leg.fault, id, params } } : leg,
      ),
    })),
  }) as Plan

test('busy cores are a StressChaos, memory to a share of a limit is left out, and both are said', (t) => {
  const errors = validator(t, 'chaos-mesh.org_workflows.yaml')
  for (const id of ['cpu-pressure-pods', 'stress-pods-mesh']) {
    const busy = withFault(id, { cores: 2 })
    const stress = templatesOf(busy).find(({ name }) => name === 'redis-killed-fire')
    assert.deepEqual([stress?.templateType, stress?.stressChaos?.stressors], ['StressChaos', { cpu: { workers: 2, load: 100 } }])
    if (errors !== undefined) assert.deepEqual(errors(chaosWorkflow(busy, WHERE).objects[0]), [])
  }
  for (const [id, params] of [
    ['memory-pressure-pods', { share: 0.8 }],
    ['stress-pods-mesh', { cores: 1, share: 0.8 }],
  ] as const) {
    const { leftOut } = chaosWorkflow(withFault(id, params), WHERE)
    assert.ok(leftOut.includes(`redis-killed-fire: ${id} on redis has no equivalent in Chaos Mesh`), leftOut.join('; '))
  }
})

test("the TestRuns fit the k6 Operator's published CRD, and one with an unknown field does not", (t) => {
  const errors = validator(t, 'k6.io_testruns.yaml')
  if (errors === undefined) return
  const { objects } = k6TestRuns(made, spec.platform, { namespace: 'moalog', pods: 2, scripts })
  for (const run of objects.slice(1)) {
    assert.deepEqual(errors(run), [])
    assert.ok(errors(JSON.parse(JSON.stringify(run).replace('"runner"', '"runners"'))).length > 0)
    assert.ok(errors(JSON.parse(JSON.stringify(run).replace('"parallelism":2', '"parallelism":"2"'))).length > 0)
  }
})
