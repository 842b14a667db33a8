import { existsSync } from 'node:fs'
import path from 'node:path'
import { readSpec } from '../drill/read-spec.ts'
import { readSources } from '../config/read-sources.ts'
import { configure } from '../config/configuration.ts'
import { knowledgeFor } from '../recordings/read-recordings.ts'
import { simulate, SIMULATIONS } from '../simulate/simulate.ts'
import { installedPrograms } from './installed-programs.ts'
import { isToolId, remedyFor } from '../../lab/tools/tools.ts'
import { formatFindings } from '../report/finding-formats.ts'
import { exitCodeOf } from '../report/result.ts'
import { readPlatform } from '../platform/read-platform.ts'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import type { Rung } from '../model/rung.ts'
import { toolVersion } from '../drill/version.ts'
import { unreviewedText } from '../text/unreviewed.ts'
import { deployedPaths, recordingsFor } from './deployed-paths.ts'
import { rungFor } from './rung-result.ts'

export interface SimulateFlags {
  /** Instead of the platform's monitoring files; no option of the command. */
  monitoring?: string[]
  rules?: string[]
  alertmanager?: string
  prometheus?: string
  spec?: string
  catalogue?: string
  keep?: string
  format?: 'text' | 'json' | 'sarif' | 'junit'
}

/** What it printed, for the journal of a drill; undefined: the specification cannot be read. */
export async function runSimulate(io: CommandIo, flags: SimulateFlags): Promise<Rung | undefined> {
  const spec = await readSpec(flags.spec, io, 'offline')
  if (spec === undefined) return undefined
  // One of the two alone is enough: a rule file on the command line asks about rules.
  const platform = readPlatform(io)
  const monitoring = flags.monitoring ?? (platform.isFound ? deployedPaths({ monitoring: platform.monitoring }, io.cwd) : ['monitoring'])
  const named = flags.rules !== undefined || flags.alertmanager !== undefined
  const paths = [
    ...(flags.rules ?? []),
    ...(flags.alertmanager === undefined ? [] : [flags.alertmanager]),
    ...(flags.prometheus === undefined ? [] : [flags.prometheus]),
    ...(named ? [] : monitoring),
  ]
  const sources = await readSources(paths, io.cwd)
  const config = configure(sources.texts, sources.variables)
  const problems = [...sources.problems, ...config.problems]
  if (config.ruleFiles.length === 0 && config.alertmanager.length === 0 && problems.length === 0)
    problems.push(
      new FiredrillError('SIMULATE_NOTHING', 'neither alert rules nor an Alertmanager configuration', {
        place: { file: paths.join(', ') },
        next: 'Name them by --rules FILE and --alertmanager FILE.',
      }),
    )
  if (problems.length > 0) {
    const unread = { findings: [], problems }
    const summary = { errors: 0, warnings: 0, notes: 0, files: config.files.length, checks: 0 }
    io.stdout(
      await formatFindings(
        flags.format ?? 'text',
        { rung: 'simulate', version: toolVersion(), summary, metas: SIMULATIONS, ...unread },
        { color: io.color },
      ),
    )
    io.exitCode = exitCodeOf(unread)
    return rungFor('simulate', paths, [], { problems })
  }
  const parts = [
    ...(config.ruleFiles.length > 0 ? ['rules' as const] : []),
    ...(config.alertmanager.length > 0 ? ['routing' as const, 'delivery' as const] : []),
    'programs' as const,
  ]
  const tools = installedPrograms()
  // No part of the lab: the one that is installed.
  const otelcol = (io.env['PATH'] ?? '')
    .split(path.delimiter)
    .flatMap((folder) => ['otelcol-contrib', 'otelcol'].map((name) => path.join(folder, name)))
    .find((file) => path.isAbsolute(file) && existsSync(file))
  const knowledge = await knowledgeFor(
    recordingsFor(platform, flags.spec, io.cwd),
    flags.catalogue === undefined ? undefined : path.resolve(io.cwd, flags.catalogue),
  )
  const result = await simulate({
    spec,
    catalogue: knowledge.catalogue,
    config,
    tools: otelcol === undefined ? tools : { ...tools, otelcol },
    parts,
    signal: io.signal,
    ...(flags.keep === undefined ? {} : { keep: path.resolve(io.cwd, flags.keep) }),
  })
  for (const reason of result.untested) io.stderr(`not tested: ${reason}\n`)
  const missing = result.untested.flatMap((reason) => /: (\S+) is not installed$/.exec(reason)?.[1] ?? []).filter(isToolId)
  if (missing.length > 0) io.stderr(`${remedyFor(missing)}\n`)
  const { findings, summary, tests } = result
  const format = flags.format ?? 'text'
  io.stdout(
    format === 'text' && findings.length === 0
      ? `as specified: ${tests} tests of rules and routing at their boundaries\n${summary.unreviewed === undefined ? '' : `${unreviewedText(summary.unreviewed, 'simulate')}\n`}`
      : await formatFindings(
          format,
          { rung: 'simulate', version: toolVersion(), findings, summary, problems: [], metas: SIMULATIONS },
          { color: io.color },
        ),
  )
  io.exitCode = io.signal.aborted ? 130 : result.findings.length > 0 ? 1 : result.untested.length > 0 ? 3 : 0
  return rungFor('simulate', paths, findings, { problems: [], untested: result.untested })
}
