import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { FiredrillError } from '../model/error.ts'
import { sameName } from '../text/names.ts'
import type { LabState } from '../../lab/stack.ts'
import type { CommandIo } from '../model/command-io.ts'
import type { Spec } from '../model/spec.ts'
import type { Live } from './run-mutate.ts'

/** From monitoring/; the lab deploys the one beside the folder that it is given. */
const COMPOSE = join('..', 'docker-compose.yaml')

const SPEED = 15

/**
 * Drills a mutant of monitoring/ in the lab, which stays up in between; at the end it is as it was before: down, or up with its own files.
 * Killed is what the drill fails; a file that the lab does not deploy stays unknown.
 */
export function liveJudge(io: CommandIo): Live {
  let before: LabState | null | undefined
  const judge: Live['judge'] = async (mutant) => {
    const {
      monitoring: [deployed = ''],
      specification,
    } = (await import('../platform/read-platform.ts')).readPlatform(io)
    const file = relative(deployed, resolve(io.cwd, mutant.file))
    if (file.startsWith('..') && file !== COMPOSE) return 'unknown'
    const [{ drill }, { labThatIsUp }, { loadSpec }] = await Promise.all([
      import('../drill/drill.ts'),
      import('../targets/lab.ts'),
      import('../spec/load.ts'),
    ])
    if (before === undefined) before = (await labThatIsUp(io.env)) ?? null
    const { spec } = await loadSpec(specification)
    if (spec === undefined) return 'unknown'
    const alerts = spec.rules.map(({ alert }) => alert).filter((alert) => mutant.touches.some((touched) => sameName(touched, alert)))
    const folder = mkdtempSync(join(tmpdir(), 'firedrill-mutant-'))
    try {
      const monitoring = join(folder, 'monitoring')
      cpSync(deployed, monitoring, { recursive: true })
      writeFileSync(join(monitoring, file), mutant.text)
      const { exitCode } = await drill(
        {
          speed: SPEED,
          only: alerts.length > 0 ? alerts : [await shortest(spec)],
          skip: [],
          target: 'lab',
          out: join(folder, 'run'),
          seed: 0,
          serial: false,
          monitoring,
          keep: true,
          watch: false,
          retries: 0,
        },
        io,
      )
      return exitCode === 1 ? 'killed' : exitCode === 0 ? 'survived' : 'unknown'
    } catch (error) {
      if (io.signal.aborted) throw error
      io.stderr(`${mutant.id}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}\n`)
      // A part that refuses the mutant's configuration has noticed it; any other trouble (a busy port) says nothing of the mutant.
      return error instanceof FiredrillError && ['PART_NOT_READY', 'PART_LACKS_FILE'].includes(error.code) ? 'killed' : 'unknown'
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  const close = async (): Promise<void> => {
    if (before === undefined) return
    const { labDown, reconfigure } = await import('../../lab/stack.ts')
    if (before === null) await labDown({ env: io.env })
    else await reconfigure({ speed: before.speed, monitoringDir: before.monitoringDir, env: io.env })
  }
  return { judge, close }
}

/** What is drilled for a change that touches no rule (a pipeline, a panel), so that the signals are looked at. */
async function shortest(spec: Spec): Promise<string> {
  const [{ planFor }, { requestFrom }] = await Promise.all([import('../drill/plan-for.ts'), import('../drill/request.ts')])
  const ids = spec.rules.flatMap(({ experiments }) => experiments.flatMap(({ id, inTurnWith }) => (inTurnWith === undefined ? [id] : [])))
  const lasts = (id: string): number =>
    planFor(spec, { ...requestFrom({ seed: 0, only: [id] }), speed: SPEED }, 'uninstrumented', { runs: [], nowMs: 0 }).makespanMs
  const [first = ''] = ids
    .map((id) => ({ id, ms: lasts(id) }))
    .sort((a, b) => a.ms - b.ms)
    .map(({ id }) => id)
  return first
}
