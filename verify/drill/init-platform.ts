import { existsSync } from 'node:fs'
import path from 'node:path'
import { faults } from '../../chaos/fault-registry.ts'
import { configure } from '../config/configuration.ts'
import type { ConfigText } from '../config/yaml/cursor.ts'
import { readSources } from '../config/read-sources.ts'
import { changesOf, marked } from '../init/changes.ts'
import type { Change } from '../init/changes.ts'
import type { Deployed } from '../init/deployed.ts'
import type { InitResult } from '../init/init-text.ts'
import { platformFile, targetFile } from '../init/platform-files.ts'
import type { Runs } from '../init/proposed-cause.ts'
import { metricNames } from '../init/recording-text.ts'
import { specify } from '../init/specify.ts'
import type { InitFile, InitRow } from '../init/specify.ts'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import { parseDuration } from '../promql/duration.ts'
import { readPlatform } from '../platform/read-platform.ts'
import { parseExposition } from '../recordings/exposition.ts'
import { formatError } from '../text/error-text.ts'
import { askRunning, usualInterval } from './init-sources.ts'
import type { Addresses } from './init-sources.ts'
import { existingText, writeChanges, yamlFilesIn } from './written-files.ts'

export interface InitRequest extends Addresses {
  /** Files and folders that are deployed; none: what runs, or what lint reads by itself. */
  paths: string[]
  /** The platform's folder. */
  out: string
  dryRun: boolean
}

const DEFAULT_RESEND_DELAY_MS = 60_000

/** Makes a platform's folder from what runs and what is written; undefined after a complaint, with the exit code set. */
export async function initPlatform(io: CommandIo, request: InitRequest): Promise<InitResult | undefined> {
  const running = await askRunning(io, request)
  if (request.paths.length === 0 && running.texts.length === 0)
    throw new FiredrillError('INIT_NOTHING', 'there is nothing to make a specification from', {
      next: 'Give --prometheus URL, or the files: firedrill init monitoring/',
    })
  const sources = request.paths.length === 0 ? undefined : await readSources(request.paths, io.cwd)
  const texts = sources?.texts ?? running.texts.map(configText)
  const config = configure(texts, sources?.variables ?? {})
  const problems = [...(sources?.problems ?? []), ...config.problems]
  if (problems.length > 0) {
    for (const problem of problems) io.stderr(`${formatError(problem)}\n`)
    io.stderr('nothing was written\n')
    io.exitCode = problems.some(({ exitCode, code }) => exitCode === 3 || code.startsWith('CONFIG_')) ? 3 : 2
    return undefined
  }
  if (config.rules.length === 0)
    throw new FiredrillError('INIT_NO_RULES', 'there is no alerting rule', {
      next:
        running.urls.prometheus === undefined
          ? 'Name the rule files, or give --prometheus URL.'
          : 'Is a rule file loaded? /api/v1/rules has none.',
    })
  const layout = layoutOf(io, request.out)
  const before = existingText(request.out)
  const recordings = running.recordings.map((file) => keptRecording(layout(file), before))
  const deployed: Deployed = {
    from: [...(sources === undefined ? [] : request.paths), ...running.from].join(', '),
    config,
    catalogue: { targets: recordings.map(({ path: file, text }) => parseExposition(path.basename(file, '.prom'), text)) },
    running: running.prometheus?.targets ?? [],
    resendDelayMs: parseDuration(running.prometheus?.flags['rules.alert.resend-delay'] ?? '') ?? DEFAULT_RESEND_DELAY_MS,
    evaluationIntervalMs: running.prometheus === undefined ? 60_000 : usualInterval(running.prometheus),
    runs: runsIn(config),
    faults: new Set(faults.map(({ meta }) => meta.id)),
  }
  const specified = specify(deployed)
  const changes = changesOf(
    [
      platformFile(path.basename(path.resolve(request.out)), monitoringOf(request, io.cwd)),
      ...specified.files.map(layout),
      ...(sources === undefined ? running.texts : []),
      ...targetFile(running.urls, specified.services, specified.harmed, deployed.runs).map(layout),
    ],
    before,
  )
  const all = [...changes, ...recordings.map(({ change }) => change)]
  const { refused } = request.dryRun ? { refused: [] } : await writeChanges(request.out, all)
  return {
    from: [...(sources === undefined ? [] : request.paths), ...running.from],
    folder: path.relative(io.cwd, request.out) || '.',
    dryRun: request.dryRun,
    rows: specified.rows,
    others: [
      ...specified.others,
      ...running.remarks.map((reason) => ({ what: 'read', reason })),
      ...refused.map((file) => ({ what: file, reason: 'it appeared while this ran, and was left as it is' })),
      ...leftOver(request.out, layout, specified.rows),
    ],
    changes: all.map(({ text: _, ...change }) => change),
  }
}

function configText({ path: file, text }: InitFile): ConfigText {
  return { file, path: file, text, lineOffset: 0, columnOffset: 0 }
}

/** What lint and simulate read, relative to the platform's folder; undefined where it is what they read by themselves. */
function monitoringOf({ paths, out }: InitRequest, cwd: string): string[] | undefined {
  if (paths.length === 0) return undefined
  const own = paths.map((given) => path.relative(out, path.resolve(cwd, given)) || '.')
  return own.length === 1 && own[0] === 'monitoring' ? undefined : own
}

function runsIn({ kinds }: Pick<Deployed['config'], 'kinds'>): Runs {
  return kinds.has('manifest') ? 'kubernetes' : kinds.has('compose') ? 'container' : 'process'
}

/** Recordings are made once: values change with each scrape. A later init says which metrics came and went. */
function keptRecording({ path: file, text }: InitFile, before: (file: string) => string | undefined): InitFile & { change: Change } {
  const existing = before(file)
  if (existing === undefined) return { path: file, text, change: { path: file, what: 'created', text: marked(text), diff: [] } }
  const [old, fresh] = [metricNames(existing), metricNames(text)]
  const diff = [
    ...[...old].filter((name) => !fresh.has(name)).map((name) => `- ${name}`),
    ...[...fresh].filter((name) => !old.has(name)).map((name) => `+ ${name}`),
  ]
  const change: Change =
    diff.length === 0
      ? { path: file, what: 'unchanged', text: existing, diff }
      : { path: file, what: 'kept', why: 'is recorded once (delete it to record it anew)', text: existing, diff }
  return { path: file, text: existing, change }
}

/** Where a platform that is there has its folders; the defaults where there is none. */
function layoutOf({ stderr }: CommandIo, out: string): (file: InitFile) => InitFile {
  if (!existsSync(path.join(out, 'firedrill.yaml'))) return (file) => file
  const { specification, recordings, targets } = readPlatform({ cwd: out, platform: out, stderr })
  const folders: Record<string, string> = { spec: specification, recordings, targets }
  return ({ path: file, text }) => {
    const [first = '', ...rest] = file.split('/')
    const folder = folders[first]
    return { path: folder === undefined ? file : path.join(path.relative(out, folder), ...rest), text }
  }
}

/** Rules of the specification that nothing deploys any more. A promise is taken back by a person, not by its rule's absence. */
function leftOver(out: string, layout: (file: InitFile) => InitFile, rows: readonly InitRow[]): InitResult['others'] {
  const placed = (file: string): string => layout({ path: file, text: '' }).path
  const written = new Set(rows.flatMap(({ file }) => (file === undefined ? [] : [placed(file)])))
  return yamlFilesIn(out, placed('spec/rules'))
    .filter((file) => !written.has(file))
    .map((file) => ({ what: file, reason: 'no rule of its name is deployed (any more): delete it, or deploy the rule' }))
}
