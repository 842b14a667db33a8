import { execFileSync } from 'node:child_process'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { installPackage } from '../../testing/package/installed-package.ts'
import { ROOT } from '../command.ts'

interface Row {
  what: string
  reach: string
  measured: string
  verdict: 'held' | 'MISSED' | 'busy'
}

const RUNS = 20
const LIMIT_S = 0.3
const COMMANDS = [['plan'], ['list'], ['explain', 'rule-exists']] as const

/** From the command line to the answer, the middle of 20 runs: a checkout as npm ci leaves it, its sources, and the package. */
export function startRows(): Promise<Row[]> {
  execFileSync('npm', ['run', '--silent', 'bundle'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] })
  const installed = installPackage()
  try {
    const ways = {
      'checkout': [join(ROOT, 'bin/firedrill')],
      'sources after an edit': [
        'env',
        `NODE_COMPILE_CACHE=${join(ROOT, 'node_modules/.cache/compile')}`,
        join(ROOT, 'node_modules/.bin/node'),
        '--max-semi-space-size=4',
        join(ROOT, 'verify/cli.ts'),
      ],
      'package': [join(installed.folder, 'node_modules/.bin/firedrill')],
    }
    return Promise.resolve(
      COMMANDS.flatMap((argv) => Object.entries(ways).map(([way, program]) => row(`${argv.join(' ')}, ${way}`, [...program, ...argv]))),
    )
  } finally {
    installed.remove()
  }
}

function row(what: string, [program = '', ...argv]: readonly string[]): Row {
  const run = (): number => {
    const begin = performance.now()
    // The platform of this checkout; the package has none of its own.
    execFileSync(program, argv, { cwd: ROOT, stdio: 'ignore' })
    return (performance.now() - begin) / 1_000
  }
  // The first fills the compile cache.
  run()
  const walls = Array.from({ length: RUNS }, run).sort((a, b) => a - b)
  const middle = walls[RUNS / 2] ?? NaN
  const isBusy = (loadavg()[0] ?? 0) > availableParallelism()
  return {
    what,
    reach: `<= ${LIMIT_S} s`,
    measured: `${middle.toFixed(2)} s (shortest ${(walls[0] ?? NaN).toFixed(2)} s)`,
    verdict: middle <= LIMIT_S ? 'held' : isBusy ? 'busy' : 'MISSED',
  }
}
