import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { writeAtomically } from '../chaos/files.ts'
import { FiredrillError } from '../verify/model/error.ts'
import type { Allowed } from './compose/compose-file.ts'
import type { Overrides } from './overrides.ts'
import type { Secrets } from './parts/part.ts'
import type { Address, PortName } from './parts/part-ports.ts'

/** What `lab.json` says of a lab. The processes themselves are known by their records. */
export interface LabState {
  version: 1
  labDir: string
  /** `starting` and `stopping` outlive a lab only when its starter or stopper was killed. */
  phase: 'starting' | 'up' | 'stopping'
  speed: number
  monitoringDir: string
  composeFile: string
  addresses: Record<PortName, Address>
  overrides: Overrides
  /** In the order in which they are stopped, last first. */
  parts: LabPartState[]
  /** ISO time, UTC. */
  startedAt: string
  /** From the first start to the last part's answer; null until then. */
  readyAfterMs: number | null
  /** Values of the secrets' variables; the folder is closed to others. */
  secrets: Secrets
  /** The first segment of the paths that Alertmanager posts to, another for each lab; absent where it runs outside of the lab. */
  receiverPath?: string
  /** Of another platform: what its compose file allows beside its parts. */
  allows?: Allowed
}

export interface LabPartState {
  id: string
  /** `external`: runs already, outside of the lab. */
  kind: 'process' | 'external'
  recordFile: string | null
  logFile: string | null
}

/**
 * `$XDG_STATE_HOME/firedrill/lab-<port of Prometheus>`, else below ~/.local/state. Root has it in /var/lib, because
 * PostgreSQL refuses to run as root and another user cannot enter root's home.
 */
export function labDirectory(env: NodeJS.ProcessEnv, prometheusPort: number, isRoot = process.getuid?.() === 0): string {
  const xdg = env['XDG_STATE_HOME']
  const home = isRoot ? '/var/lib' : path.join(env['HOME'] ?? homedir(), '.local', 'state')
  return path.join(xdg !== undefined && path.isAbsolute(xdg) ? xdg : home, 'firedrill', `lab-${prometheusPort}`)
}

function stateFile(labDir: string): string {
  return path.join(labDir, 'lab.json')
}

/** undefined when there is no lab; throws LAB_STATE when the file cannot be understood. */
export async function readState(labDir: string): Promise<LabState | undefined> {
  const file = stateFile(labDir)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const state = JSON.parse(text) as LabState
    if (state.version !== 1 || !Array.isArray(state.parts)) throw new Error(`version ${String(state.version)} is not known`)
    return state
  } catch (error) {
    throw new FiredrillError('LAB_STATE', `not the state of a lab: ${(error as Error).message}`, {
      exitCode: 3,
      place: { file },
      next: 'type: npm run lab -- down',
      cause: error,
    })
  }
}

/** Whole or not at all. */
export async function writeState(state: LabState): Promise<void> {
  await writeAtomically(stateFile(state.labDir), JSON.stringify(state, null, 2) + '\n')
}
