import { spawn } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cpuSeconds } from './cpu-seconds.ts'
import { TALLY, type Tally } from './failures-only.ts'

/**
 * Runs the tests. `npm test` runs *.test.ts without *.deep.test.ts, `npm run test:deep` the deep ones; paths or folders choose among them.
 *
 * --slow says what takes longest, and what ran when. --also SCRIPT runs a script of package.json beside the tests (`npm test`: formatter,
 * linter, types), in parallel with them.
 *
 * To start a process costs more than most test files: each reads, compiles and warms up all it imports. So the pure files of all rooms are
 * dealt to one process a core, a room whole to one; those that open ports or start processes to a few others; a file that is about its own
 * process (changes its environment, listens for signals, mocks timers) has one of its own.
 *
 * What waits most begins first, and what is short comes last: a core has nothing to do only when nothing is left.
 */
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
/** Another tree of tests: how the runner itself is tested. */
const ROOT = resolve(process.env['FIREDRILL_TESTS_ROOT'] ?? REPOSITORY)
const TREES = ['verify', 'chaos', 'lab', 'monitoring', 'qa', 'testing', 'docs', 'package']
/** Folders whose tests share a process: those of verify/ by room, those of chaos/, which wait longest, in three. */
const SHARED = /^(?:verify\/(?!page\/)(\w+)|(lab|monitoring|docs|qa|chaos(?:\/\w+(?=\/))?|testing))\//
/** Rooms that lint whole deployments, as lint's own tests do: where those run, all of lint is compiled and warm. */
const LINTING = new Set(['qa', 'monitoring'])
/** Waits for others more than it works (ports, processes, the doubles of testing/chaos/): shares a process with its like. */
const WAITS = /from '(?:node:(?:http|https|net|child_process|worker_threads)'|(?:\.\.\/)+testing\/chaos\/)/
/** To read the environment changes nothing. */
const CHANGES_ITS_PROCESS =
  /\bprocess\.(env(\.\w+|\[[^\]]*\])?\s*=(?!=)|chdir|on\b|exitCode\s*=)|(delete |deleteProperty\(|assign\()process\.env|\bmock\.(timers|module)/

/** Deep tests that take minutes each: the first to begin. */
const LONG = /^verify\/(?:backtest|simulate)\//

/** One process a core calculates; beside them so many run whose tests wait more than they work. */
const WAITING = 4

/** Seconds after which a process hangs: ten times what it takes on a busy machine. Set otherwise where the runner itself is tested. */
const limitS = (deep: boolean): number => Number(process.env['FIREDRILL_TESTS_LIMIT_S'] ?? (deep ? 1_800 : 600))

const isDeep = (file: string): boolean => file.endsWith('.deep.test.ts')

interface Unit {
  name: string
  files: string[]
  /** Calculates all the time: it keeps a core busy. */
  pure: boolean
  /** A command for the shell instead of files. */
  script?: string
}

/** What runs in one process each; `bins` for all that is pure. */
export function unitsOf(files: readonly { file: string; text: string }[], bins: number): Unit[] {
  const rooms = new Map<string, Room>()
  const live = new Map<string, Room>()
  const alone: Unit[] = []
  for (const { file, text } of files) {
    const [, inside, outside] = SHARED.exec(file) ?? []
    const room = inside ?? outside
    if (room === undefined || isDeep(file) || CHANGES_ITS_PROCESS.test(text)) {
      alone.push({ name: file, files: [file], pure: isDeep(file) })
      continue
    }
    const kind = WAITS.test(text) ? live : rooms
    const company = kind === rooms && LINTING.has(room) ? 'lint' : room
    const { files: others, length } = kind.get(company) ?? { files: [], length: 0 }
    // A row of such a test is a lint of a whole deployment.
    const weight = company === 'lint' ? 2 : 1
    kind.set(company, { files: [...others, file], length: length + weight * text.length })
  }
  // What waits begins first, so that nothing but waiting is left at the end.
  const waiting = dealt(live, WAITING).map((unit) => ({ ...unit, name: `${unit.name}, live`, pure: false }))
  return [...waiting, ...dealt(rooms, bins), ...alone.toSorted((a, b) => Number(LONG.test(b.name)) - Number(LONG.test(a.name)))]
}

/** `length`: of the text of its files, which says more of the time they take than their number. */
interface Room {
  files: readonly string[]
  length: number
}

/** Whole rooms, as they share what they import; the largest first, each to the process that has the least. */
function dealt(rooms: ReadonlyMap<string, Room>, bins: number): Unit[] {
  const units = Array.from({ length: bins }, () => ({ name: '', files: [] as string[], pure: true, length: 0 }))
  for (const [room, { files, length }] of [...rooms].sort(([, a], [, b]) => b.length - a.length)) {
    const least = units.reduce((a, b) => (b.length < a.length ? b : a))
    least.name += `${least.name === '' ? '' : ', '}${room}`
    least.files.push(...files)
    least.length += length
  }
  return units
    .filter(({ files }) => files.length > 0)
    .sort((a, b) => b.length - a.length)
    .map(({ name, files, pure }) => ({ name, files, pure }))
}

interface Outcome {
  unit: Unit
  startedMs: number
  endedMs: number
  tally: Tally | undefined
  text: string
  problem: string | undefined
}

async function runUnit(unit: Unit, slow = false): Promise<Outcome> {
  const startedMs = performance.now()
  if (unit.script !== undefined) {
    // As npm runs it, without the start of an npm.
    const PATH = [join(REPOSITORY, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter)
    const { text, code } = await outputOf('sh', ['-c', unit.script], limitS(false), { PATH })
    const tally = { passed: code === 0 ? 1 : 0, failed: 0, skipped: 0, files: {} }
    const problem = code === 0 ? undefined : `ended with ${code}: npm run ${unit.name}`
    return { unit, startedMs, endedMs: performance.now(), tally, text, problem }
  }
  const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
  const reporter = ['--test-reporter', beside('failures-only.ts'), ...(slow ? ['--import', beside('count-cpu.ts')] : [])]
  // A single file needs no runner above it.
  const argv = unit.files.length === 1 ? [...reporter, unit.files[0]!] : ['--test', '--test-isolation=none', ...reporter, ...unit.files]
  const { text, code } = await outputOf(process.execPath, argv, limitS(unit.files.some(isDeep)))
  const line = text.split('\n').find((candidate) => candidate.startsWith(TALLY))
  const tally = line === undefined ? undefined : (JSON.parse(line.slice(TALLY.length)) as Tally)
  return { unit, startedMs, endedMs: performance.now(), tally, text: text.replace(`${line}\n`, ''), problem: problemOf(code, tally) }
}

/** Scripts of package.json; `undefined` for a name that it does not have. */
function scriptsOf(names: readonly string[]): (Unit | undefined)[] {
  if (names.length === 0) return []
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
  return names.map((name) => {
    const script = scripts[name]
    return script === undefined ? undefined : { name, files: [], pure: false, script }
  })
}

/** What ends a shared process names no file: each by itself does. */
async function culprits(files: readonly string[]): Promise<string> {
  const said: string[] = []
  for (const file of files) {
    const { problem } = await runUnit({ name: file, files: [file], pure: true })
    if (problem !== undefined) said.push(`  ${file}: ${problem}\n`)
  }
  return said.length > 0 ? said.join('') : '  each of its files passes in a process of its own\n'
}

/** Whether no test is in it, nor comes from a function of testing/ or qa/: beside others in one process such a file would not be missed. */
function hasNoTest(text: string): boolean {
  return !/\btest\(/.test(text) && !/from '(?:\.\.\/)*(?:\.\/\w|testing\/|qa\/)/.test(text)
}

async function outputOf(
  program: string,
  argv: string[],
  mostS: number,
  more: NodeJS.ProcessEnv = {},
): Promise<{ text: string; code: number | string }> {
  const env = { ...process.env, ...more, NODE_TEST_CONTEXT: undefined }
  const child = spawn(program, argv, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const code = await new Promise<number | string>((done, fail) => {
    child.on('error', fail)
    child.on('close', (exit, signal) => done(exit ?? signal ?? 'unknown'))
    // What it started may hold its pipes for as long as it likes.
    const late = setTimeout(() => {
      child.kill('SIGKILL')
      for (const stream of [child.stdout, child.stderr]) stream.destroy()
      done(`SIGKILL, after ${mostS} s without an end,`)
    }, mostS * 1_000)
    child.on('close', () => clearTimeout(late))
  })
  return { text, code }
}

/** A process may also fail outside any test, and one without a test proves nothing. */
export function problemOf(code: number | string, tally: Tally | undefined): string | undefined {
  if (tally === undefined) return `ended with ${code} before its tests were done`
  if (tally.passed + tally.failed + tally.skipped === 0) return 'no test ran'
  if (code !== 0 && tally.failed === 0) return `ended with ${code} although no test failed`
  return undefined
}

function within(file: string, path: string): boolean {
  return path === '' || file === path || file.startsWith(`${path}/`)
}

/** Why a path of the command line chooses no test, and what to write instead; undefined when it chooses one. */
export function slipOf(path: string, all: readonly string[], deep: boolean): string | undefined {
  const inside = all.filter((file) => within(file, path))
  if (inside.some((file) => isDeep(file) === deep)) return undefined
  if (inside.length > 0) return `${path} has ${deep ? 'no deep tests: leave out --deep' : 'only deep tests: npm run test:deep, or --deep'}`
  const besides = [path.replace(/\.deep\.test\.ts$/, '.test.ts'), path.replace(/(?<!\.deep)\.test\.ts$/, '.deep.test.ts')]
  const [other] = besides.filter((each) => all.includes(each))
  const hint = other === undefined ? 'name a test file (*.test.ts) or a folder, from the root of the repository' : `there is ${other}`
  return `no tests in ${path}: ${hint}${other !== undefined && isDeep(other) && !deep ? ' (with --deep)' : ''}`
}

/** What ran when, and what takes longest: files by their CPU time, which a busy machine changes little. */
function costs(outcomes: readonly Outcome[], startedMs: number): string {
  const seconds = (ms: number): string => ((ms - startedMs) / 1_000).toFixed(1).padStart(6)
  const units = outcomes
    .toSorted((a, b) => a.startedMs - b.startedMs || a.endedMs - b.endedMs)
    .map((each) => `${seconds(each.startedMs)} to ${seconds(each.endedMs)} s  ${each.unit.name}\n`)
  const files = outcomes.flatMap(({ unit, tally }) =>
    Object.entries(tally?.files ?? {}).map(([file, seconds]): [string, number] => [
      file.startsWith('/') ? relative(ROOT, file) : `${file} ${unit.name}`,
      seconds,
    ]),
  )
  const longest = files
    .sort(([, a], [, b]) => b - a)
    .slice(0, 40)
    .map(([name, cpuS]) => `${cpuS.toFixed(2).padStart(8)} CPU-s  ${name}\n`)
  return [...units, ...longest].join('')
}

async function main(): Promise<void> {
  const argv = process.argv.slice(2)
  const deep = argv.includes('--deep')
  const slow = argv.includes('--slow')
  const also = argv.flatMap((argument, index) => (argument === '--also' ? (argv[index + 1] ?? []) : []))
  const paths = argv.filter((argument, index) => !argument.startsWith('--') && argv[index - 1] !== '--also')
  const chosen = paths.map((path) => relative(ROOT, resolve(path)))
  const all = globSync(
    TREES.map((tree) => `${tree}/**/*.test.ts`),
    { cwd: ROOT, exclude: ['**/node_modules/**', '**/target/**'] },
  )
  const scripts = scriptsOf(also)
  const slips = [
    ...chosen.flatMap((path) => slipOf(path, all, deep) ?? []),
    ...also.filter((_, index) => scripts[index] === undefined).map((name) => `package.json has no script ${name}`),
  ]
  if (slips.length > 0) {
    process.stderr.write(`${slips.join('\n')}\n`)
    process.exitCode = 2
    return
  }
  const files = all
    .filter((file) => isDeep(file) === deep)
    .filter((file) => chosen.length === 0 || chosen.some((path) => within(file, path)))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }))
  process.env['NODE_COMPILE_CACHE'] ??= join(REPOSITORY, 'node_modules/.cache/compiled')
  const started = performance.now()
  const cores = availableParallelism()
  const queue = unitsOf(files, cores)
  // Behind what shares a process, before the many that are short.
  queue.splice(
    queue.findIndex(({ files: together }) => together.length === 1),
    0,
    ...scripts.filter((script) => script !== undefined),
  )
  // Each takes its own kind as long as there is one, so that calculating and waiting go on side by side to the end.
  const next = (pure: boolean): Unit | undefined =>
    queue.splice(
      Math.max(
        0,
        queue.findIndex((unit) => unit.pure === pure),
      ),
      1,
    )[0]
  const outcomes: Outcome[] = []
  await Promise.all(
    Array.from({ length: cores + WAITING }, async (_, worker) => {
      for (let unit = next(worker < cores); unit !== undefined; unit = next(worker < cores)) {
        const outcome = await runUnit(unit, slow)
        outcomes.push(outcome)
        if (outcome.problem !== undefined || (outcome.tally?.failed ?? 0) > 0) process.stdout.write(`== ${unit.name}\n${outcome.text}`)
        if (outcome.problem === undefined) continue
        process.stdout.write(`✖ ${unit.name}: ${outcome.problem}\n`)
        if (unit.files.length > 1) process.stdout.write(await culprits(unit.files))
      }
    }),
  )
  if (slow) process.stdout.write(costs(outcomes, started))
  const sum = (key: 'passed' | 'failed' | 'skipped'): number => outcomes.reduce((total, { tally }) => total + (tally?.[key] ?? 0), 0)
  const idle = files.filter(({ text }) => hasNoTest(text))
  for (const { file } of idle) process.stdout.write(`✖ ${file}: no test is in it\n`)
  const failed = sum('failed') + idle.length + outcomes.filter(({ problem }) => problem !== undefined).length
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''
  const [tookS, cpuS] = [(performance.now() - started) / 1_000, cpuSeconds()]
  const took = `${tookS.toFixed(0)} s (${cpuS.toFixed(0)} CPU-s, ${((100 * cpuS) / tookS / cores).toFixed(0)} % of ${cores} cores)`
  process.stdout.write(`${sum('passed')} passed, ${failed} failed${skipped} in ${files.length} files, ${took}\n`)
  // Nothing chosen is a slip of the command line, not a success.
  process.exitCode = files.length === 0 ? 2 : failed > 0 ? 1 : 0
}

if (import.meta.main) await main()
