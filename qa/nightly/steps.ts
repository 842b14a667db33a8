import { TOOL_IDS } from '../../lab/tools/parts.ts'
import { VERSIONS } from '../../verify/drill/request.ts'

type Engine = 'docker' | 'cluster'

/** One program of the nightly, and what its failure means for those behind it. */
export interface Step {
  name: string
  /** Which engine it needs. */
  on?: Engine
  /** The program and its arguments, from the checkout. */
  argv: readonly [string, ...string[]]
  /** Where it fails, nothing behind it on the same engine can be said: that is left out, but for what cleans up. */
  gate?: true
  /** Runs in each case, also after an interruption. */
  cleans?: true
  /** "Could not tell" (exit code 3) is tried once more, and is seen to be. */
  again?: true
  /** The step before it that must have passed: else nothing can be said, and it is left out. */
  needs?: 'published-crds'
  /** Needs the variables by which other programs find an engine that `npm run engine:docker` made. */
  findsEngine?: true
}

const docker = (...args: string[]): Step['argv'] => ['npm', 'run', '--silent', 'engine:docker', '--', ...args]
const cluster = (...args: string[]): Step['argv'] => ['npm', 'run', '--silent', 'engine:kubernetes', '--', ...args]

/** With FIREDRILL_TEST_CRDS. */
const withCrds = (...command: string[]): Step['argv'] => ['node', 'qa/nightly/with-crds.ts', ...command]

const UP: readonly Step[] = [
  { on: 'docker', name: 'engine', argv: docker('up'), gate: true },
  { on: 'docker', name: 'compose', argv: docker('compose', 'up', '--detach', '--build', '--wait'), gate: true },
]
const DOWN: readonly Step[] = [
  { on: 'docker', name: 'compose-down', argv: docker('compose', 'down', '--remove-orphans'), cleans: true },
  { on: 'docker', name: 'engine-down', argv: docker('down'), cleans: true },
]
/** A rule by a kill, one by load, a trace path, a log stream and an outage. */
const SELECTED = ['redis-killed', 'rate-limit-burst', 'path-fluxpay-order', 'rate-limiter', 'loki-stopped']

/** `--short`: a few minutes where the images are there. */
export const SHORT_STEPS: readonly Step[] = [
  ...UP,
  {
    on: 'docker',
    name: 'compose-short-drill',
    argv: ['bin/firedrill', 'run', '--target', 'compose', '--speed', '15', '--only', ...SELECTED],
    again: true,
  },
  { on: 'docker', name: 'compose-one-break', argv: ['npm', 'run', '--silent', 'breaks', '--', '--compose', 'critical-route-to-default'] },
  ...DOWN,
]

const NODE_UP: readonly Step[] = [
  { on: 'cluster', name: 'cluster', argv: cluster('up'), gate: true },
  { on: 'cluster', name: 'cluster-deploy', argv: cluster('deploy'), gate: true },
]
const NODE_DOWN: Step = { on: 'cluster', name: 'cluster-down', argv: cluster('down'), cleans: true }

/** `--short-cluster`: a rule by taking a workload away, one by a frozen one, one by load, and one break. */
export const SHORT_CLUSTER_STEPS: readonly Step[] = [
  ...NODE_UP,
  {
    on: 'cluster',
    name: 'cluster-short-drill',
    argv: cluster(
      ...['exec', 'bin/firedrill', 'run', '--platform', 'examples/kubernetes', '--confirm', 'node'],
      ...['--only', 'redis-killed', 'redis-hung', 'rate-limit-burst'],
    ),
    again: true,
  },
  { on: 'cluster', name: 'cluster-one-break', argv: cluster('exec', 'node', 'qa/kubernetes/cluster-breaks.ts', 'receiver-address') },
  NODE_DOWN,
]

/** Half of the platform on Kubernetes, where NetworkPolicies are enforced. */
const ON_CLUSTER: readonly Step[] = [
  ...NODE_UP.map((step) => (step.name === 'cluster' ? { ...step, argv: cluster('up', '--policies') } : step)),
  {
    on: 'cluster',
    name: 'cluster-drill',
    argv: cluster('exec', 'bin/firedrill', 'run', '--platform', 'examples/kubernetes', '--confirm', 'node'),
  },
  { on: 'cluster', name: 'cluster-breaks', argv: cluster('exec', 'node', 'qa/kubernetes/cluster-breaks.ts') },
  { on: 'cluster', name: 'cluster-load', argv: cluster('exec', 'node', 'qa/kubernetes/cluster-load.ts') },
  { on: 'cluster', name: 'cluster-kills', argv: cluster('exec', 'node', 'qa/kubernetes/cluster-kills.ts') },
  { on: 'cluster', name: 'cluster-isolation', argv: cluster('exec', 'node', 'qa/kubernetes/cluster-isolation.ts') },
  {
    on: 'cluster',
    name: 'cluster-keepers',
    argv: cluster('exec', 'env', 'FIREDRILL_TEST_CONTEXT=admin', 'node', '--test', 'chaos/cluster-keepers.deep.test.ts'),
  },
  {
    on: 'cluster',
    name: 'cluster-crashes',
    argv: cluster('exec', 'env', 'FIREDRILL_TEST_CONTEXT=admin', 'node', '--test', 'chaos/cluster-crash.deep.test.ts'),
  },
  ...['chaos-mesh', 'mesh-crash', 'mesh-drill'].map((test): Step => ({
    on: 'cluster',
    name: `cluster-${test}`,
    needs: 'published-crds',
    argv: cluster(...['exec', 'env', 'FIREDRILL_TEST_CONTEXT=admin', ...withCrds('node', '--test', `chaos/${test}.deep.test.ts`)]),
  })),
  NODE_DOWN,
]

/** What takes too long for .ci/run: other versions, and the platform in containers of real engines, drilled, broken and killed. */
export const STEPS: readonly Step[] = [
  {
    name: 'versions',
    argv: ['npm', 'run', '--silent', 'setup', '--', ...TOOL_IDS.filter((id) => /-(required|current)$/.test(id))],
  },
  ...VERSIONS.flatMap((versions): Step[] => [
    { name: `${versions}-drill`, argv: ['bin/firedrill', 'run', '--versions', versions] },
    { name: `${versions}-breaks`, argv: ['npm', 'run', '--silent', 'breaks', '--', '--short', '--versions', versions] },
  ]),
  { name: 'published-crds', argv: withCrds() },
  { name: 'exports-fit-crds', needs: 'published-crds', argv: withCrds('node', '--test', 'verify/export/export.test.ts') },
  ...UP,
  { on: 'docker', name: 'compose-drill', argv: ['bin/firedrill', 'run', '--target', 'compose', '--speed', '15'] },
  { on: 'docker', name: 'compose-breaks', argv: ['npm', 'run', '--silent', 'breaks', '--', '--compose'] },
  { on: 'docker', name: 'compose-real-time', argv: ['bin/firedrill', 'run', '--target', 'compose'] },
  {
    on: 'docker',
    name: 'engine-kills',
    argv: [
      ...(['node', '--test', '--test-concurrency=1'] as const),
      ...['chaos/engine-crash.deep.test.ts', 'verify/targets/compressed-compose.deep.test.ts'],
    ],
    findsEngine: true,
  },
  ...DOWN,
  ...ON_CLUSTER,
]

export type Outcome = 'passed' | 'failed' | 'left out'

export interface Done {
  name: string
  outcome: Outcome
  exitCode?: number
}

/**
 * 3 where this machine has no engine and can make none (`up` ends with 3, and has left nothing behind): nothing was drilled on it, so
 * nothing is known of it. One that should work and does not start is a failure (`up` ends with 1). So with the published CRDs, where the
 * network does not give them.
 */
export function exitCodeOf(done: readonly Done[]): 0 | 1 | 3 {
  const codeOf = (step: string): number | undefined => done.find(({ name }) => name === step)?.exitCode
  const absent = (up: string, down: string): boolean => codeOf(up) === 3 && codeOf(down) === 0
  const withoutCrds =
    codeOf('published-crds') === 3 ? STEPS.filter(({ name, needs }) => name === 'published-crds' || needs !== undefined) : []
  const none = [
    ...withoutCrds.map(({ name }) => new RegExp(`^${name}$`)),
    ...(absent('engine', 'engine-down') ? [/^(?:engine|compose)/] : []),
    ...(absent('cluster', 'cluster-down') ? [/^cluster/] : []),
  ]
  const others = done.filter(({ name }) => !none.some((of) => of.test(name)))
  if (others.some(({ outcome }) => outcome !== 'passed')) return 1
  return none.length === 0 ? 0 : 3
}

/**
 * Runs the steps in their order; of those that are `asked` for (none: all) the gates before them and what cleans up run as well. `run`
 * resolves with an exit code. After `interrupted` only what cleans up is run.
 */
export async function runSteps(
  steps: readonly Step[],
  asked: readonly string[],
  run: (step: Step) => Promise<number>,
  interrupted: () => boolean = () => false,
): Promise<Done[]> {
  const done: Done[] = []
  const closed = new Set<Engine | undefined>()
  const wanted = steps.filter(({ name }) => asked.includes(name))
  const engines = new Set(wanted.map(({ on }) => on))
  for (const step of steps) {
    const { name, on, gate, cleans, needs } = step
    const belongs = ((gate === true || cleans === true) && engines.has(on)) || wanted.some((each) => each.needs === name)
    if (asked.length > 0 && !asked.includes(name) && !belongs) continue
    const lacks = needs !== undefined && done.find((each) => each.name === needs)?.outcome !== 'passed'
    if (cleans !== true && (closed.has(on) || lacks || interrupted())) {
      done.push({ name, outcome: 'left out' })
      continue
    }
    const first = await run(step)
    const exitCode = first === 3 && step.again === true && !interrupted() ? await run(step) : first
    done.push({ name, outcome: exitCode === 0 ? 'passed' : 'failed', exitCode })
    if (gate === true && exitCode !== 0) closed.add(on)
  }
  return done
}
