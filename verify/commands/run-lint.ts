import { existsSync } from 'node:fs'
import path from 'node:path'
import { readSpec } from '../drill/read-spec.ts'
import { readSources, nothing } from '../config/read-sources.ts'
import { buildSources } from '../config/build-sources.ts'
import { ignoredFiles } from '../config/ignored-files.ts'
import { lint } from '../lint/lint.ts'
import { CHECKS } from '../lint/lint-checks.ts'
import { COMMENT_CHECKS } from '../lint/disable-comments.ts'
import { knowledgeFor } from '../recordings/read-recordings.ts'
import { formatFindings } from '../report/finding-formats.ts'
import { exitCodeOf } from '../report/result.ts'
import { findPlatform, readPlatform } from '../platform/read-platform.ts'
import { TRAPS, isOfASpecification } from '../lint/traps.ts'
import { noSpecification } from '../lint/no-specification.ts'
import { configure } from '../config/configuration.ts'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import type { Rung } from '../model/rung.ts'
import { toolVersion } from '../drill/version.ts'
import { didYouMean } from '../text/did-you-mean.ts'
import { formatError } from '../text/error-text.ts'
import { present } from '../text/present.ts'
import { defaultPaths, deployedPaths, recordingsFor } from './deployed-paths.ts'
import { rungFor } from './rung-result.ts'

export interface LintFlags {
  spec?: string
  /** What is wrong in itself, without a specification. */
  traps?: boolean
  format?: 'text' | 'json' | 'sarif' | 'junit'
  catalogue?: string
  only?: string[]
  disable?: string[]
}

/** What it printed, for the journal of a drill; undefined: there was nothing to judge. */
export async function runLint(io: CommandIo, paths: string[], flags: LintFlags): Promise<Rung | undefined> {
  const isTraps = flags.traps === true
  if (isTraps && flags.spec !== undefined)
    throw new FiredrillError('LINT_TRAPS', '--traps judges without a specification', { next: 'Leave out --traps or --spec.' })
  // What is wrong in itself needs no platform; one that is here says where the files are.
  const platform = isTraps && findPlatform(io)?.isFound !== true ? undefined : readPlatform(io)
  const read = isTraps ? null : await readSpec(flags.spec, io, 'offline')
  if (read === undefined) return
  const checks = isTraps ? TRAPS : CHECKS
  const metas = [...checks.map(({ meta }) => meta), ...COMMENT_CHECKS]
  const ids = metas.map(({ id }) => id)
  const unknown = [...(flags.only ?? []), ...(flags.disable ?? [])].find((id) => !ids.includes(id))
  if (unknown !== undefined && isTraps && isOfASpecification(unknown))
    throw new FiredrillError('LINT_TRAPS', `${unknown} compares with a specification, and --traps has none`, {
      next: 'Run it without --traps, with --spec DIR.',
    })
  if (unknown !== undefined)
    throw new FiredrillError('UNKNOWN_CHECK', `no check of lint is called ${JSON.stringify(unknown)}${didYouMean(unknown, ids)}`, {
      next: 'All checks: firedrill list checks',
    })
  const given = paths.length > 0 ? paths : platform?.isFound === true ? deployedPaths(platform, io.cwd) : defaultPaths(io.cwd)
  if (given.length === 0) {
    io.stderr(
      formatError(
        new FiredrillError(
          'LINT_NO_CONFIG',
          'there is nothing to lint: none of the files that firedrill.yaml names, no monitoring/ and no docker-compose.yaml here',
          {
            next: 'Name what to lint: firedrill lint PATH...',
          },
        ),
      ) + '\n',
    )
    io.exitCode = 2
    return undefined
  }
  const [sources, knowledge] = await Promise.all([
    readSources(given, io.cwd),
    knowledgeFor(
      isTraps ? undefined : recordingsFor(platform, flags.spec, io.cwd),
      flags.catalogue === undefined ? undefined : path.resolve(io.cwd, flags.catalogue),
    ),
  ])
  const exists = (file: string): boolean => existsSync(path.resolve(io.cwd, file))
  const { texts, variables, examples } = sources
  for (const folder of sources.skipped) io.stderr(`not read: ${folder}/, by its name; to read it, name it: firedrill lint ${folder}\n`)
  const spec = read ?? noSpecification(configure(texts, variables))
  const result = lint(texts, {
    spec,
    checks: [...checks],
    ...knowledge,
    variables,
    examples,
    exists,
    isIgnored: ignoredFiles(io.cwd),
    sources: buildSources(io.cwd),
    nowMs: Date.now(),
    ...present({ only: flags.only, disable: flags.disable }),
  })
  const problems = [...sources.problems, ...result.problems]
  if (problems.length === 0 && result.config.files.length === 0) problems.push(nothing(given.join(', ')))
  const { findings, summary } = result
  io.stdout(
    await formatFindings(
      flags.format ?? 'text',
      { rung: 'lint', version: toolVersion(), findings, summary, problems, metas },
      { color: io.color },
    ),
  )
  io.exitCode = exitCodeOf({ findings, problems })
  // Rules that are not there have not passed.
  const untested = result.config.ruleFiles.length > 0 ? [] : ['rules: no rule file was given']
  return rungFor('lint', given, findings, { problems, untested })
}
