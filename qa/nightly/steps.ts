import { TOOL_IDS } from '../../lab/tools/parts.ts'
import { VERSIONS } from '../../verify/drill/request.ts'

/** One program of the nightly, and what its failure means for those behind it. */
export interface Step {
  name: string
  /** The program and its arguments, from the checkout. */
  argv: readonly [string, ...string[]]
  /** Where it fails, nothing behind it can be said: that is left out, but for what cleans up. */
  gate?: true
  /** Runs in each case, also after an interruption. */
  cleans?: true
  /** Needs the variables by which other programs find an engine that `npm run engine:docker` made. */
  findsEngine?: true
}

const docker = (...args: string[]): Step['argv'] => ['npm', 'run', '--silent', 'engine:docker', '--', ...args]

const UP: readonly Step[] = [
  { name: 'engine', argv: docker('up'), gate: true },
  { name: 'compose', argv: docker('compose', 'up', '--detach', '--build', '--wait'), gate: true },
]
const DOWN: readonly Step[] = [
  { name: 'compose-down', argv: docker('compose', 'down', '--remove-orphans'), cleans: true },
  { name: 'engine-down', argv: docker('down'), cleans: true },
]
/** A rule by a kill, one by load, a trace path, a log stream and an outage. */
const SELECTED = ['redis-killed', 'rate-limit-burst', 'path-fluxpay-order', 'rate-limiter', 'loki-stopped']

/** `--short`: a few minutes where the images are there. */
export const SHORT_STEPS: readonly Step[] = [
  ...UP,
  { name: 'compose-short-drill', argv: ['bin/firedrill', 'run', '--target', 'compose', '--speed', '15', '--only', ...SELECTED] },
  { name: 'compose-one-break', argv: ['npm', 'run', '--silent', 'breaks', '--', '--compose', 'critical-route-to-default'] },
  ...DOWN,
]

/** What takes too long for .ci/run: other versions, and the platform in containers of a real engine, drilled, broken and killed. */
export const STEPS: readonly Step[] = [
  {
    name: 'versions',
    argv: ['npm', 'run', '--silent', 'setup', '--', ...TOOL_IDS.filter((id) => /-(required|current)$/.test(id))],
  },
  ...VERSIONS.flatMap((versions): Step[] => [
    { name: `${versions}-drill`, argv: ['bin/firedrill', 'run', '--versions', versions] },
    { name: `${versions}-breaks`, argv: ['npm', 'run', '--silent', 'breaks', '--', '--short', '--versions', versions] },
  ]),
  ...UP,
  { name: 'compose-drill', argv: ['bin/firedrill', 'run', '--target', 'compose', '--speed', '15'] },
  { name: 'compose-breaks', argv: ['npm', 'run', '--silent', 'breaks', '--', '--compose'] },
  { name: 'compose-real-time', argv: ['bin/firedrill', 'run', '--target', 'compose'] },
  {
    name: 'engine-kills',
    argv: [
      ...(['node', '--test', '--test-concurrency=1'] as const),
      ...['chaos/engine-crash.deep.test.ts', 'verify/targets/compressed-compose.deep.test.ts'],
    ],
    findsEngine: true,
  },
  ...DOWN,
]

export type Outcome = 'passed' | 'failed' | 'left out'

export interface Done {
  name: string
  outcome: Outcome
  exitCode?: number
}

/**
 * 3 where this machine has no Docker engine and can make none (`up` ends with 3, and has left nothing behind): nothing was drilled, so
 * nothing is known of it.
 */
export function exitCodeOf(done: readonly Done[]): 0 | 1 | 3 {
  if (done.every(({ outcome }) => outcome === 'passed')) return 0
  const codeOf = (step: string): number | undefined => done.find(({ name }) => name === step)?.exitCode
  const others = done.filter(({ name }) => !name.startsWith('engine') && !name.startsWith('compose'))
  const noEngine = codeOf('engine') === 3 && codeOf('engine-down') === 0
  return noEngine && others.every(({ outcome }) => outcome === 'passed') ? 3 : 1
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
  let closed = false
  for (const step of steps) {
    const { name, gate, cleans } = step
    if (asked.length > 0 && !asked.includes(name) && gate !== true && cleans !== true) continue
    if (cleans !== true && (closed || interrupted())) {
      done.push({ name, outcome: 'left out' })
      continue
    }
    const exitCode = await run(step)
    done.push({ name, outcome: exitCode === 0 ? 'passed' : 'failed', exitCode })
    if (gate === true && exitCode !== 0) closed = true
  }
  return done
}
