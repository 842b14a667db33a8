import path from 'node:path'
import { formatError } from '../model/error.ts'
import type { Spec } from '../model/spec.ts'
import { loadSpec } from '../spec/load.ts'
import type { CommandIo } from './io.ts'

/** The specification, or undefined after its problems were told and the exit code was set to 2. */
export async function readSpec(folder: string | undefined, io: CommandIo): Promise<Spec | undefined> {
  const { spec, problems } = await (folder === undefined ? loadSpec() : loadSpec(path.resolve(io.cwd, folder)))
  if (spec !== undefined && problems.length === 0) return spec
  for (const problem of problems) io.stderr(`${formatError(problem)}\n`)
  io.exitCode = 2
  return undefined
}
