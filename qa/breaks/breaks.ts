import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Cause, Report } from '../../verify/model/report.ts'
import type { Verdict } from '../../verify/model/verdict.ts'
import { COMPOSE, DRILLS as OWN_DRILLS, ON_COMPOSE, pathOf, type Break, type Drill, type Edit, type Refusal } from './break-matrix.ts'
import { firedrill, ROOT } from '../command.ts'
import { HOST_DRILLS } from './host-matrix.ts'
import { deployCompose } from './compose-deployment.ts'
import { besideStarving } from './starve.ts'

/**
 * Breaks things one by one, in a copy of docker-compose.yaml and monitoring/ or in a part of the lab, drills them live by short targeted
 * drills on one lab, and looks whether each drill fails at the right place, names the broken link, and fails nowhere else, and whether the
 * report lists one cause for each break whose headline names the right part: npm run breaks [-- --short | -- NAME...], where a name is that
 * of a drill or a break. Exit code 1 when a break was not found or not named; what that drill recorded is then in reports/breaks-DRILL.
 *
 * npm run breaks -- --compose [NAME...]: ten of them, one at a time, in the containers of the Docker engine that is up; in the end the
 * delivered files are deployed again.
 *
 * npm run breaks -- --host [--short | NAME...]: those of the second platform, examples/host.
 *
 * npm run breaks -- --versions SET ...: with the programs of lab/versions/SET.yaml.
 *
 * npm run breaks -- --reports ...: what each drill recorded is kept in reports/breaks-DRILL, to be read: does its report.html alone say
 * what failed and what to change?
 */
const onCompose = process.argv.includes('--compose')
const onHost = process.argv.includes('--host')
const DRILLS = onHost ? HOST_DRILLS : OWN_DRILLS
const HOST = join(ROOT, 'examples/host')
const versionsAt = process.argv.indexOf('--versions')
const versions = versionsAt < 0 ? [] : process.argv.slice(versionsAt, versionsAt + 2)
const keepsReports = process.argv.includes('--reports')
const asked = process.argv.slice(2).filter((name) => !['--short', '--compose', '--host', '--reports', ...versions].includes(name))
const brokenBy = ({ breaks, refusal }: Drill): (Break | Refusal)[] => [...breaks, ...(refusal === undefined ? [] : [refusal])]
const names = onCompose ? [...ON_COMPOSE] : DRILLS.flatMap((drill) => [drill.name, ...brokenBy(drill).map((each) => each.name)])
const unknown = asked.filter((name) => !names.includes(name))
if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')}; known: ${names.join(', ')}`)
const chosen = DRILLS.flatMap((drill): Drill[] => {
  if (onCompose)
    return drill.breaks
      .filter(({ name }) => (asked.length === 0 ? names : asked).includes(name))
      .map((each) => ({ name: each.name, only: drill.only, breaks: [each] }))
  if (process.argv.includes('--short')) return drill.short === true ? [drill] : []
  if (asked.length === 0 || asked.includes(drill.name)) return [drill]
  if (drill.refusal !== undefined && asked.includes(drill.refusal.name)) return [drill]
  const breaks = drill.breaks.filter(({ name }) => asked.includes(name))
  return breaks.length === 0 ? [] : [{ ...drill, breaks }]
})

const folder = mkdtempSync(join(tmpdir(), 'firedrill-breaks-'))
const began = performance.now()
let missed = 0
let looked = 0
let leftBroken = false
// The drill that is under way is interrupted by firedrill(); the next one must not begin.
let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    interrupted = true
  })
try {
  for (const drill of chosen) {
    if (interrupted) break
    missed += await carryOut(drill, join(folder, drill.name))
    looked += Math.max(1, brokenBy(drill).length)
  }
} finally {
  const left = onCompose ? await deployCompose(ROOT) : undefined
  if (left !== undefined) {
    // What `firedrill undo` deploys again lies there.
    process.stdout.write(`WRONG         the delivered files are not deployed again: ${left}\n    ${folder} stays until then\n`)
    leftBroken = true
  }
  if (!onCompose) await firedrill(['lab', 'down'])
  if (!leftBroken) rmSync(folder, { recursive: true, force: true })
}
const total = chosen.reduce((sum, drill) => sum + Math.max(1, brokenBy(drill).length), 0)
process.stdout.write(`${looked - missed} of ${total} as they must be, after ${Math.round((performance.now() - began) / 1000)} s\n`)
process.exitCode = interrupted ? 130 : missed === 0 && !leftBroken ? 0 : 1

/** Number of breaks (or of drills that must pass) that did not come out as they must. */
async function carryOut(drill: Drill, workFolder: string): Promise<number> {
  const monitoring = join(workFolder, 'monitoring')
  const overrides = join(workFolder, 'lab.yaml')
  const out = join(workFolder, 'run')
  mkdirSync(workFolder)
  if (onHost) cpSync(HOST, workFolder, { recursive: true, filter: (file) => file !== join(HOST, 'reports') })
  else {
    cpSync(join(ROOT, 'monitoring'), monitoring, { recursive: true })
    // Beside monitoring/, where a drill looks for it.
    cpSync(join(ROOT, COMPOSE), join(workFolder, COMPOSE))
  }
  for (const { name, change } of brokenBy(drill))
    if ('file' in change) {
      const file = join(workFolder, onHost ? change.file : pathOf(change))
      writeFileSync(file, broken(readFileSync(file, 'utf8'), change, name))
    }
  if (onCompose) {
    const failed = await deployCompose(workFolder)
    if (failed !== undefined) {
      process.stdout.write(`WRONG         ${drill.name}: ${failed}\n`)
      return 1
    }
  }
  // JSON is YAML.
  writeFileSync(
    overrides,
    JSON.stringify({
      parts: Object.fromEntries(
        brokenBy(drill).flatMap(({ name, change }): [string, object][] => {
          if ('part' in change) {
            const { part, ...override } = change
            return [[part, override]]
          }
          if (change.current === undefined || versions[1] !== 'current') return []
          const config = join(workFolder, basename(change.current.file))
          if (!existsSync(config)) cpSync(join(ROOT, change.current.file), config)
          writeFileSync(config, broken(readFileSync(config, 'utf8'), change.current, name))
          return [[change.current.part, { config }]]
        }),
      ),
    }),
  )
  const where = onCompose
    ? ['--target', 'compose', '--speed', '15']
    : ['--keep', ...(onHost ? ['--platform', workFolder] : ['--monitoring', monitoring, '--lab', overrides, ...versions])]
  const [{ exitCode, wallS, stderr }, starved] = await besideStarving(drill.starved, out, () =>
    firedrill(['run', '--retries', '0', ...where, '--only', ...drill.only, '--out', out], {
      ...(drill.env === undefined ? {} : { env: drill.env }),
    }),
  )
  const verdicts = verdictsOf(out)
  const causes = causesIn(out)
  const failed = verdicts.filter(({ status }) => status === 'fail')
  const stray = failed.filter(({ subject }) => !drill.breaks.some(({ may }) => may.test(subject.replace(/--alone$/, ''))))
  const say = (good: boolean, what: string, detail: string[]): number => {
    // To be looked into: what the drill recorded.
    if ((!good || keepsReports) && existsSync(out))
      cpSync(out, join(ROOT, 'reports', `breaks-${drill.name}`), { recursive: true, force: true })
    process.stdout.write(
      `${good ? 'as it must be' : 'WRONG       '}  ${what} (drill ${drill.name}: exit code ${exitCode}, ${Math.round(wallS)} s)\n${detail.map((line) => `    ${line}\n`).join('')}`,
    )
    return good ? 0 : 1
  }
  const { refusal } = drill
  if (refusal !== undefined) return say(exitCode === 1 && refusal.says.test(stderr), refusal.name, stderr.trim().split('\n').slice(-5))
  if (drill.starved !== undefined) {
    const { experiment, says, part } = drill.starved
    const open = verdicts.filter(({ status }) => status === 'fail' || status === 'unknown')
    const said = says.every(({ check, because }) =>
      open.some(
        (verdict) =>
          verdict.subject === experiment && verdict.check === check && verdict.status === 'unknown' && because.test(verdict.observed),
      ),
    )
    return say(
      starved && exitCode === 3 && failed.length === 0 && said,
      `${part} had no CPU while ${experiment} was in force: could not tell`,
      // A drill that ended before it could judge says why.
      verdicts.length === 0 ? stderr.trim().split('\n').slice(-5) : open.map(describe),
    )
  }
  if (drill.breaks.length === 0)
    return say(
      exitCode === 0 && verdicts.some(({ status }) => status === 'pass'),
      'nothing broken: it must pass',
      verdicts.filter(({ status }) => status === 'fail' || status === 'unknown').map(describe),
    )
  // What one check says of one subject is one cause, however much of it was broken.
  const fewest = new Set(drill.breaks.map(({ must, check, name }) => `${must} ${check ?? name}`)).size
  const most = drill.breaks.reduce((sum, each) => sum + (each.causes ?? 1), 0)
  return drill.breaks.reduce((sum, each) => {
    const finding = failed.find((verdict) => isIt(each, verdict))
    const cause = causes.find(({ root, also, consequences }) => [root, ...also, ...consequences].some((verdict) => isIt(each, verdict)))
    const good =
      exitCode === 1 &&
      finding !== undefined &&
      stray.length === 0 &&
      cause !== undefined &&
      headline(cause).includes(each.part) &&
      causes.length >= fewest &&
      causes.length <= most
    return (
      sum +
      say(
        good,
        each.name,
        finding === undefined
          ? [
              'not found, or not named; what failed:',
              ...failed.map(describe),
              ...verdicts.filter(({ status }) => status === 'unknown').map(describe),
              // A drill that ended before it could judge says why.
              ...(verdicts.length === 0 ? stderr.trim().split('\n').slice(-5) : []),
            ]
          : [
              describe(finding),
              ...stray.map((verdict) => `and where nothing is broken: ${describe(verdict)}`),
              ...(good ? [] : [`causes (${causes.length}, must be ${fewest} to ${most}):`, ...causes.map(headline)]),
            ],
      )
    )
  }, 0)
}

function broken(before: string, { from, to }: Edit, name: string): string {
  const after = before.replace(from, to)
  if (after === before) throw new Error(`${name}: there is nothing to break`)
  return after
}

function isIt({ must, check, named }: Break, verdict: Verdict): boolean {
  return (
    verdict.subject === must &&
    (check === undefined || verdict.check === check) &&
    named.test(`${verdict.diagnosis ?? ''}\n${verdict.observed}`)
  )
}

/** None where the drill ended before it could judge. */
function verdictsOf(run: string): Verdict[] {
  try {
    return JSON.parse(readFileSync(join(run, 'verdicts.json'), 'utf8')) as Verdict[]
  } catch {
    return []
  }
}

/** What the report begins with; none where the drill ended before it could judge. */
function causesIn(run: string): readonly Cause[] {
  try {
    return (JSON.parse(readFileSync(join(run, 'report.json'), 'utf8')) as Report).causes
  } catch {
    return []
  }
}

function headline({ root }: Cause): string {
  return `${root.alert ?? root.subject} ${root.check}: ${root.observed} ${root.diagnosis ?? ''}`
}

function describe({ subject, check, status, observed, diagnosis }: Verdict): string {
  return `${subject} ${check}${status === 'fail' ? '' : ` (${status})`}: ${(diagnosis ?? observed).slice(0, 260)}`
}
