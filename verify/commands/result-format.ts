import { Option } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import { widthOf } from '../text/columns.ts'

export type ResultFormat = 'text' | 'markdown' | 'json'

export function formatOption(): Option {
  return new Option('--format <format>', 'output').choices(['text', 'markdown', 'json'] satisfies ResultFormat[]).default('text')
}

/** A result for a person at a terminal, for a pull request, or for a program. */
export function inFormat<R>(
  format: ResultFormat,
  result: R,
  io: CommandIo,
  { text, markdown }: { text: (result: R, width: number) => string; markdown: (result: R) => string },
): string {
  if (format === 'json') return `${JSON.stringify(result, null, 2)}\n`
  return format === 'markdown' ? markdown(result) : text(result, widthOf(io))
}
