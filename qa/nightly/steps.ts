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

/** What takes too long for .ci/run: other versions, and the platform in containers of a real engine, drilled, broken and killed. */
export const STEPS: readonly Step[] = [
  {
    name: 'versions',
    argv: ['npm', 'run', '--silent', 'setup', '--', 'prometheus-required', 'prometheus-current', 'alertmanager-current'],
  },
  ...VERSIONS.flatMap((versions): Step[] => [
    { name: `${versions}-drill`, argv: ['bin/firedrill', 'run', '--versions', versions] },
    { name: `${versions}-breaks`, argv: ['npm', 'run', '--silent', 'breaks', '--', '--short', '--versions', versions] },
  ]),
  { name: 'engine', argv: docker('up'), gate: true },
  { name: 'compose', argv: docker('compose', 'up', '--detach', '--build', '--wait'), gate: true },
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
  { name: 'compose-down', argv: docker('compose', 'down', '--remove-orphans'), cleans: true },
  { name: 'engine-down', argv: docker('down'), cleans: true },
]

export type Outcome = 'passed' | 'failed' | 'left out'

/**
 * Runs the steps in their order; of those that are `asked` for (none: all) the gates before them and what cleans up run as well. `run`
 * resolves with an exit code. After `interrupted` only what cleans up is run.
 */
export async function runSteps(
  steps: readonly Step[],
  asked: readonly string[],
  run: (step: Step) => Promise<number>,
  interrupted: () => boolean = () => false,
): Promise<{ name: string; outcome: Outcome; exitCode?: number }[]> {
  const done: { name: string; outcome: Outcome; exitCode?: number }[] = []
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
