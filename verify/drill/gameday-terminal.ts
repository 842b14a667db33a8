import { clearScreenDown, createInterface, cursorTo } from 'node:readline'
import { PassThrough } from 'node:stream'
import type { CommandIo } from '../model/command-io.ts'
import type { Line } from './gameday-input.ts'

export interface Terminal {
  /** What was typed, and what others said, in the order in which it came; ends with the input. */
  lines: AsyncIterable<Line>
  say(line: Line): void
  /** Aborted by Ctrl-C. */
  left: AbortSignal
  /** To standard output, or by another way, above the prompt; what is being typed stays below it. */
  print(text: string, by?: (text: string) => void): void
  prompt(): void
  close(): void
}

/** The terminal of a game day; `complete` is asked for what a line may go on with. */
export function openTerminal(
  stdin: NodeJS.ReadableStream,
  io: Pick<CommandIo, 'isTTY' | 'stdout'>,
  complete: (line: string) => [string[], string],
): Terminal {
  const lines = new PassThrough({ objectMode: true })
  const say = (line: Line): void => {
    if (!lines.writableEnded) lines.write(line)
  }
  const typed = createInterface({
    input: stdin,
    ...(io.isTTY ? { output: process.stderr } : {}),
    terminal: io.isTTY,
    prompt: 'gameday> ',
    completer: complete,
  })
  typed.on('line', (text) => say({ text, by: 'terminal' }))
  typed.on('close', () => lines.end())
  const left = new AbortController()
  // A terminal in line-editing mode hands Ctrl-C to readline instead of raising the signal.
  typed.on('SIGINT', () => left.abort(new Error('interrupted')))
  let asking = false
  return {
    lines,
    say,
    left: left.signal,
    print(text, by = io.stdout) {
      if (io.isTTY) {
        cursorTo(process.stderr, 0)
        clearScreenDown(process.stderr)
      }
      by(text)
      if (io.isTTY && asking && text.endsWith('\n')) typed.prompt(true)
    },
    prompt() {
      asking = true
      if (io.isTTY) typed.prompt(true)
    },
    close() {
      asking = false
      typed.close()
    },
  }
}
