import path from 'node:path'
import { faults } from '../../chaos/registry.ts'
import { scenarios } from '../../scenarios/meta.ts'
import { formatError } from '../text/error-text.ts'
import type { Unit } from '../model/param.ts'
import type { Spec } from '../model/spec.ts'
import { loadSpec } from '../spec/load.ts'
import type { Known } from '../spec/parse.ts'
import type { CommandIo } from '../model/command-io.ts'

/** The faults and scenarios that a specification may name, with their parameters. */
export const KNOWN: Known = {
  faults: faults.map(({ meta }) => meta),
  scenarios: Object.entries(scenarios).map(([id, { params }]): Unit => ({ id, params })),
}

/** The specification, or undefined after its problems were shown and the exit code was set to 2. */
export async function readSpec(folder: string | undefined, io: CommandIo): Promise<Spec | undefined> {
  const { spec, problems } = await loadSpec(folder === undefined ? undefined : path.resolve(io.cwd, folder), KNOWN)
  if (spec !== undefined && problems.length === 0) return spec
  for (const problem of problems) io.stderr(`${formatError(problem)}\n`)
  io.exitCode = 2
  return undefined
}
