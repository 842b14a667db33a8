import { Command, Option } from 'commander'
import type { Verdict } from '../model/verdict.ts'
import type { CommandIo } from '../model/command-io.ts'

export interface Change {
  subject: string
  check: string
  before: string
  after: string
  observed: string
}

/** Verdicts that differ in status between two runs; 'absent' where one run has no such verdict. */
export function changes(before: readonly Verdict[], after: readonly Verdict[]): Change[] {
  const key = (verdict: Verdict): string => `${verdict.subject} ${verdict.check}`
  const old = new Map(before.map((verdict) => [key(verdict), verdict]))
  const fresh = new Map(after.map((verdict) => [key(verdict), verdict]))
  return [...new Set([...old.keys(), ...fresh.keys()])].sort().flatMap((id) => {
    const [a, b] = [old.get(id), fresh.get(id)]
    if (a?.status === b?.status) return []
    const { subject, check } = (b ?? a)!
    return [{ subject, check, before: a?.status ?? 'absent', after: b?.status ?? 'absent', observed: b?.observed ?? '' }]
  })
}

export function diffCommand(io: CommandIo): Command {
  return new Command('diff')
    .description('what changed between two recorded runs; exit code 1 when something got worse')
    .argument('<before>')
    .argument('<after>')
    .addOption(new Option('--format <format>').choices(['text', 'json']).default('text'))
    .action(async (before: string, after: string, { format }: { format: string }) => {
      const { judgeFolder } = await import('../drill/judge-folder.ts')
      const { findRun } = await import('../drill/run-folder.ts')
      const found = changes((await judgeFolder(findRun(before, io.cwd))).verdicts, (await judgeFolder(findRun(after, io.cwd))).verdicts)
      const lines = found.map(
        ({ subject, check, before: was, after: is, observed }) =>
          `${subject} ${check}: ${was} -> ${is}${observed === '' ? '' : ` (${observed})`}\n`,
      )
      io.stdout(format === 'json' ? `${JSON.stringify(found, null, 2)}\n` : lines.length === 0 ? 'no verdict changed\n' : lines.join(''))
      io.exitCode = found.some(({ after: is }) => is !== 'pass' && is !== 'skipped') ? 1 : 0
    })
}
