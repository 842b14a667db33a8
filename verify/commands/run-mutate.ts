import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { readSpec } from '../drill/read-spec.ts'
import { readSources } from '../config/read-sources.ts'
import { buildSources } from '../config/build-sources.ts'
import { knowledgeFor } from '../recordings/read-recordings.ts'
import { mutate } from '../../qa/mutate/mutate.ts'
import { contradictionsIn, formatScore, scoreJson, scoreOf, unexplainedIn } from '../../qa/mutate/score.ts'
import { installedPrograms } from './installed-programs.ts'
import type { LiveJudge } from '../../qa/mutate/mutate.ts'
import type { CommandIo } from '../model/command-io.ts'
import { readPlatform } from '../platform/read-platform.ts'
import { formatError } from '../text/error-text.ts'
import { present } from '../text/present.ts'
import { defaultPaths, deployedPaths, recordingsFor } from './deployed-paths.ts'

/** The third rung: a judge, and what ends what it started. */
export interface Live {
  judge: LiveJudge
  close(): Promise<void>
}

export interface MutateFlags {
  spec?: string
  only?: string[]
  format?: 'text' | 'json'
  live?: boolean
  minimum?: string
  explained?: boolean
  blind?: string
  seed?: string
}

export async function runMutate(io: CommandIo, paths: string[], flags: MutateFlags, live?: Live): Promise<void> {
  const spec = await readSpec(flags.spec, io)
  if (spec === undefined) return
  const platform = readPlatform(io)
  const deployed = platform.isFound ? deployedPaths(platform, io.cwd) : defaultPaths(io.cwd)
  const sources = await readSources(paths.length > 0 ? paths : deployed, io.cwd)
  if (sources.problems.length > 0 || sources.texts.length === 0) {
    for (const problem of sources.problems) io.stderr(`${formatError(problem)}\n`)
    if (sources.texts.length === 0) io.stderr('there is nothing to mutate: name the folder of the configuration\n')
    io.exitCode = 2
    return
  }
  const tools = installedPrograms()
  let printed = 0
  const run = await mutate({
    spec,
    knowledge: await knowledgeFor(recordingsFor(platform, flags.spec, io.cwd), undefined),
    texts: sources.texts,
    variables: sources.variables,
    examples: sources.examples,
    tools,
    signal: io.signal,
    ...present({ only: flags.only }),
    ...blindOf(flags),
    exists: (file) => existsSync(resolve(io.cwd, file)),
    sources: buildSources(io.cwd),
    // What reads the kustomization of monitoring/.
    beside: paths.length === 0 && existsSync(resolve(io.cwd, 'deploy')) ? (await readSources(['deploy'], io.cwd)).texts : [],
    ...(flags.live === true && live !== undefined ? { live: live.judge } : {}),
    progress: (done, total) => {
      if (done - printed >= 100 || done === total) {
        printed = done
        io.stderr(`${done} of ${total} mutants judged\n`)
      }
    },
  }).finally(() => live?.close())
  for (const error of run.baseline) io.stderr(`the unchanged files have an error already: ${error}\n`)
  io.stdout(flags.format === 'json' ? scoreJson(run) : formatScore(run))
  const open = flags.explained === true ? [...unexplainedIn(run.blind), ...contradictionsIn(run.blind)] : []
  if (open.length > 0)
    io.stderr(
      `${open.length} blind changes without a right reason, ${open.map(({ mutant }) => mutant.id).join(', ')}: find each by a check, or say in qa/mutate/explanations.ts why not\n`,
    )
  const scores = [run.judged, run.blind].filter((judged) => judged.length > 0).map((judged) => scoreOf(judged).score)
  io.exitCode = io.signal.aborted
    ? 130
    : run.baseline.length > 0 || tools['promtool'] === undefined || scores.length === 0
      ? 3
      : open.length === 0 && scores.every((score) => 100 * score >= Number(flags.minimum ?? '95'))
        ? 0
        : 1
}

function blindOf({ blind = '300', seed = '1' }: MutateFlags): { blind?: { seed: number; sample?: number } } {
  if (blind === 'all') return { blind: { seed: Number(seed) } }
  return Number(blind) > 0 ? { blind: { seed: Number(seed), sample: Number(blind) } } : {}
}
