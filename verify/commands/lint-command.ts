import { existsSync } from 'node:fs'
import path from 'node:path'
import { Command, Option } from 'commander'
import { FiredrillError } from '../model/error.ts'
import { didYouMean } from '../text/did-you-mean.ts'
import { formatError } from '../text/error-text.ts'
import { toolVersion } from '../drill/version.ts'
import type { CommandIo } from '../model/command-io.ts'
import type { PlatformFolder } from '../model/platform-folder.ts'
import type { Rung } from '../model/rung.ts'
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

/** `firedrill lint`: 0 nothing wrong, 1 error findings, 2 nothing to judge, 3 a file could not be read. */
export function lintCommand(io: CommandIo): Command {
  return new Command('lint')
    .description('compare what is written (rules, scrapes, routing, log and trace pipelines, dashboards) with the specification')
    .argument('[paths...]', 'files, folders or Kubernetes manifests (default: those of firedrill.yaml)')
    .option('--spec <dir>', 'folder of the specification')
    .option('--traps', 'what is wrong in itself: any rule file, route tree, collector, log agent or dashboard; needs no specification')
    .option('--catalogue <dir>', 'folder of recorded expositions, <job>.prom (with --spec: none unless named)')
    .option('--only <id...>', 'run these checks alone')
    .option('--disable <id...>', 'run all checks but these')
    .addOption(new Option('--format <format>', 'output').choices(['text', 'json', 'sarif', 'junit']).default('text'))
    .addHelpText(
      'after',
      '\nExamples:\n  firedrill lint\n  firedrill lint k8s/ --format sarif > lint.sarif\n  firedrill lint monitoring/alert-rules.yml --format json\n  firedrill lint --traps rules/ alertmanager.yml\n  firedrill lint --only rule-exists rule-for-matches\n\nIn a YAML file a comment suppresses one check in the next line, or at the end of a line in that line:\n  # firedrill disable rule-for-on-grid until 2027-01-31: the new interval is rolled out in January\nDate and reason are required; a comment that is past its date or suppresses nothing is a finding itself.',
    )
    .action(async (paths: string[], flags: LintFlags) => {
      await runLint(io, paths, flags)
    })
}

/** The deployed files of a platform that are there, as seen from `cwd`. */
export function deployedPaths({ monitoring, compose }: Pick<PlatformFolder, 'monitoring' | 'compose'>, cwd: string): string[] {
  return [...monitoring, ...(compose === undefined ? [] : [compose])].filter((file) => existsSync(file)).map((file) => seenFrom(cwd, file))
}

function seenFrom(cwd: string, file: string): string {
  const relative = path.relative(cwd, file)
  return relative.startsWith('..') ? file : relative === '' ? '.' : relative
}

/** Of the platform's own specification; of another one nothing was recorded. */
export function recordingsFor(
  platform: Pick<PlatformFolder, 'specification' | 'recordings'> | undefined,
  spec: string | undefined,
  cwd: string,
): string | undefined {
  return spec === undefined || path.resolve(cwd, spec) === platform?.specification ? platform?.recordings : undefined
}

/** Where no platform says more. */
export function defaultPaths(cwd: string): string[] {
  return ['monitoring', 'docker-compose.yaml', 'docker-compose.yml', 'compose.yaml'].filter((name) => existsSync(path.resolve(cwd, name)))
}

/** What it printed, for the journal of a drill; undefined: there was nothing to judge. */
export async function runLint(io: CommandIo, paths: string[], flags: LintFlags): Promise<Rung | undefined> {
  // Imported here: `firedrill --help` should not pay for the parsers.
  const [
    { readSpec },
    { readSources, nothing },
    { buildSources },
    { lint },
    { CHECKS },
    { COMMENT_CHECKS },
    { knowledgeFor },
    { formatFindings },
    { exitCodeOf },
    { findPlatform, readPlatform },
    { TRAPS, isOfASpecification },
    { noSpecification },
    { configure },
  ] = await Promise.all([
    import('../drill/read-spec.ts'),
    import('../config/read-sources.ts'),
    import('../config/build-sources.ts'),
    import('../lint/lint.ts'),
    import('../lint/lint-checks.ts'),
    import('../lint/disable-comments.ts'),
    import('../recordings/read-recordings.ts'),
    import('../report/finding-formats.ts'),
    import('../report/result.ts'),
    import('../platform/read-platform.ts'),
    import('../lint/traps.ts'),
    import('../lint/no-specification.ts'),
    import('../config/configuration.ts'),
  ])
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
  const only = flags.only === undefined ? {} : { only: flags.only }
  const disable = flags.disable === undefined ? {} : { disable: flags.disable }
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
    sources: buildSources(io.cwd),
    nowMs: Date.now(),
    ...only,
    ...disable,
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
