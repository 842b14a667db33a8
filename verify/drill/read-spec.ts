import path from 'node:path'
import { faults } from '../../chaos/fault-registry.ts'
import { formatError } from '../text/error-text.ts'
import type { PlatformFolder } from '../model/platform-folder.ts'
import type { Spec } from '../model/spec.ts'
import { readPlatform, scenarioUnits } from '../platform/read-platform.ts'
import { loadSpec } from '../spec/load.ts'
import type { Known } from '../spec/parse-spec.ts'
import type { CommandIo } from '../model/command-io.ts'

/** The faults and scenarios that a specification may name, with their parameters. */
export function knownTo(platform: Pick<PlatformFolder, 'scripts'>): Known {
  return { faults: faults.map(({ meta }) => meta), scenarios: scenarioUnits(platform) }
}

/** Names and values of what only a live drill uses. */
const OF_A_DRILL = /^SPEC_(?:UNKNOWN_(?:FAULT|SCENARIO|PARAM)|MISSING_PARAM|PARAM)$/

/**
 * The specification, or undefined after its problems were shown and the exit code was set to 2. Without a drill (`lint`, `simulate`) a
 * fault or scenario that firedrill does not have stops nothing: it is said.
 */
export async function readSpec(
  folder: string | undefined,
  io: CommandIo,
  use: 'drill' | 'offline' = 'drill',
  platform = readPlatform(io),
): Promise<Spec | undefined> {
  const resolved = folder === undefined ? platform.specification : path.resolve(io.cwd, folder)
  const { spec, problems } = await loadSpec(resolved, knownTo(platform))
  if (spec !== undefined && problems.length === 0) return spec
  for (const problem of problems) io.stderr(`${formatError(problem)}\n`)
  if (use === 'offline' && problems.length > 0 && problems.every(({ code }) => OF_A_DRILL.test(code))) {
    const without = await loadSpec(resolved)
    if (without.spec !== undefined) return without.spec
  }
  io.exitCode = 2
  return undefined
}
