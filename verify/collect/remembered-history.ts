import { createReadStream, existsSync, openSync, readSync, writeSync, closeSync, truncateSync, statSync } from 'node:fs'
import { FiredrillError } from '../model/error.ts'
import type { Answer, History } from '../backtest/history-port.ts'

/** First line of a progress file: of which look back its answers are. */
export interface ProgressHeader {
  firedrill: 'backtest progress 1'
  prometheus: string
  fromMs: number
  untilMs: number
}

export interface Remembered {
  history: History
  /** Answers that were there already. */
  known: number
  close(): void
}

/** The header of a progress file; undefined where there is none yet. Throws PROGRESS_INVALID for a file that is another one. */
export async function progressHeader(file: string): Promise<ProgressHeader | undefined> {
  if (!existsSync(file) || statSync(file).size === 0) return undefined
  for await (const { text } of linesOf(file)) {
    try {
      const value = JSON.parse(text) as ProgressHeader
      if (value.firedrill === 'backtest progress 1' && Number.isFinite(value.fromMs) && Number.isFinite(value.untilMs)) return value
    } catch {
      // It is no progress file.
    }
    break
  }
  throw new FiredrillError('PROGRESS_INVALID', 'this is no progress file of a backtest, and it is left as it is', {
    place: { file },
    next: 'Name another file by --resume, or remove this one.',
  })
}

/**
 * The same history, each answer kept in a file as it comes: a backtest that was interrupted goes on where it was. A line that was cut off
 * is asked for again.
 */
export async function remembered(history: History, file: string, header: ProgressHeader): Promise<Remembered> {
  const places = new Map<string, { offset: number; length: number }>()
  let size = 0
  if (existsSync(file)) {
    for await (const { text, offset, length, isWhole } of linesOf(file)) {
      const question = isWhole ? questionIn(text) : undefined
      if (offset > 0 && question === undefined) break
      if (question !== undefined) places.set(question, { offset, length })
      size = offset + length + 1
    }
    if (statSync(file).size > size) truncateSync(file, size)
  }
  const descriptor = openSync(file, 'a+', 0o600)
  const append = (text: string): { offset: number; length: number } => {
    const bytes = Buffer.from(`${text}\n`)
    writeSync(descriptor, bytes)
    const place = { offset: size, length: bytes.length - 1 }
    size += bytes.length
    return place
  }
  if (size === 0) append(JSON.stringify(header))
  const known = places.size
  const ask = async (question: string, from: () => Promise<Answer>): Promise<Answer> => {
    const place = places.get(question)
    if (place !== undefined) {
      const bytes = Buffer.alloc(place.length)
      readSync(descriptor, bytes, 0, place.length, place.offset)
      return (JSON.parse(bytes.toString('utf8')) as { a: Answer }).a
    }
    const answer = await from()
    // Partial answers are asked for again.
    if (answer.warnings.length === 0) places.set(question, append(`{"q":${JSON.stringify(question)},"a":${JSON.stringify(answer)}}`))
    return answer
  }
  return {
    known,
    close: () => {
      closeSync(descriptor)
    },
    history: {
      ...history,
      instant: (expr, atMs) => ask(JSON.stringify([expr, atMs]), () => history.instant(expr, atMs)),
      range: (expr, startMs, endMs, stepMs) =>
        ask(JSON.stringify([expr, startMs, endMs, stepMs]), () => history.range(expr, startMs, endMs, stepMs)),
    },
  }
}

function questionIn(line: string): string | undefined {
  try {
    const { q, a } = JSON.parse(line) as { q?: unknown; a?: { series?: unknown } }
    return typeof q === 'string' && Array.isArray(a?.series) ? q : undefined
  } catch {
    return undefined
  }
}

/** Lines with their place in bytes; readline does not say where a line begins. */
async function* linesOf(file: string): AsyncGenerator<{ text: string; offset: number; length: number; isWhole: boolean }> {
  let rest: Buffer = Buffer.alloc(0)
  let offset = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      yield { text: rest.toString('utf8', 0, end), offset, length: end, isWhole: true }
      rest = rest.subarray(end + 1)
      offset += end + 1
    }
  }
  if (rest.length > 0) yield { text: rest.toString('utf8'), offset, length: rest.length, isWhole: false }
}
