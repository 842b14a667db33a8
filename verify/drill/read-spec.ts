import { readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatError } from '../text/error-text.ts'
import type { Spec } from '../model/spec.ts'
import { loadSpec } from '../spec/load.ts'
import type { CommandIo } from '../model/command-io.ts'

/** The specification, or undefined after its problems were told and the exit code was set to 2. */
export async function readSpec(folder: string | undefined, io: CommandIo): Promise<Spec | undefined> {
  const known = { faults: unitsIn('../../chaos/faults/'), scenarios: unitsIn('../../scenarios/') }
  const { spec, problems } = await loadSpec(folder === undefined ? undefined : path.resolve(io.cwd, folder), known)
  if (spec !== undefined && problems.length === 0) return spec
  for (const problem of problems) io.stderr(`${formatError(problem)}\n`)
  io.exitCode = 2
  return undefined
}

/** Ids are file names (a test holds that), and a folder is read faster than the clients that the faults import. */
function unitsIn(folder: string): string[] {
  return readdirSync(fileURLToPath(new URL(folder, import.meta.url)))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => name.slice(0, -'.ts'.length))
    .sort()
}
