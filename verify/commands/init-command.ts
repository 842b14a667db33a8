import path from 'node:path'
import { Command } from 'commander'
import type { Addresses } from '../drill/init-sources.ts'
import type { CommandIo } from '../model/command-io.ts'
import { present } from '../text/present.ts'
import { readingFrom, withPrometheus } from './prometheus-flags.ts'
import type { PrometheusFlags } from './prometheus-flags.ts'
import { formatOption, inFormat } from './result-format.ts'
import type { ResultFormat } from './result-format.ts'

interface InitFlags extends PrometheusFlags, Pick<Addresses, 'alertmanager' | 'loki' | 'jaeger' | 'record'> {
  out: string
  dryRun?: boolean
  format: ResultFormat
}

/** `firedrill init`: 0 written, 2 nothing to make it from, 3 a source did not answer or could not be read, and nothing was written. */
export function initCommand(io: CommandIo): Command {
  return withPrometheus(new Command('init'))
    .description(
      'make a platform (firedrill.yaml, specification, recordings) from what runs and what is deployed; reads only, harms nothing',
    )
    .argument('[paths...]', 'deployed files: rules, prometheus.yml, alertmanager.yml, compose files, manifests (default: what runs)')
    .option('--alertmanager <url>', 'address of Alertmanager: route tree and receivers')
    .option('--loki <url>', 'address of Loki, for the target file')
    .option('--jaeger <url>', 'address of Jaeger, for the target file')
    .option('--out <dir>', "the platform's folder", '.')
    .option('--no-record', 'do not record what the targets expose')
    .option('--dry-run', 'say what would be written, and write nothing')
    .addOption(formatOption())
    .addHelpText(
      'after',
      '\nExamples:\n  firedrill init --prometheus http://127.0.0.1:9090 --alertmanager http://127.0.0.1:9093\n  firedrill init monitoring/ docker-compose.yaml\n  firedrill init rules/ --prometheus https://mimir.example.com/prometheus --tenant shop --bearer-token-env TOKEN\n\nEach promise that is copied says `reviewed: false`, and every report counts these. Run it again: it shows what changed as a diff, and writes\nno file that was edited or reviewed. The causes that it proposes are comments. docs/tutorial.md begins here.',
    )
    .action(async (paths: string[], flags: InitFlags) => {
      await runInit(io, paths, flags)
    })
}

async function runInit(io: CommandIo, paths: string[], flags: InitFlags): Promise<void> {
  const [{ initPlatform }, { initText, initMarkdown }] = await Promise.all([
    import('../drill/init-platform.ts'),
    import('../init/init-text.ts'),
  ])
  const result = await initPlatform(io, {
    ...readingFrom(flags, io.cwd),
    ...present({ alertmanager: flags.alertmanager, loki: flags.loki, jaeger: flags.jaeger }),
    paths,
    out: path.resolve(io.cwd, flags.out),
    record: flags.record,
    dryRun: flags.dryRun === true,
  })
  if (result === undefined) return
  io.stdout(inFormat(flags.format, result, io, { text: initText, markdown: initMarkdown }))
}
