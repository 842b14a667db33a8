import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { redact } from './redact.ts'
import type { Clock, JournalSink } from '../run/ports.ts'

/**
 * Appends entries to journal.ndjson, one write a line, so that a killed drill leaves at most one torn line.
 * `secrets` never reach the disk, nor `watch`, which is called with each line once it is written.
 */
export function openJournalFile(
  file: string,
  clock: Clock,
  secrets: readonly string[] = [],
  watch?: (line: string) => void,
): JournalSink & { close(): void } {
  const descriptor = openSync(file, 'ax', 0o644)
  let seq = 0
  return {
    append(body) {
      const number = seq
      seq += 1
      const line = redact(JSON.stringify({ seq: number, atMs: clock.now(), ...body }), secrets)
      writeSync(descriptor, `${line}\n`)
      watch?.(line)
      return number
    },
    close() {
      fsyncSync(descriptor)
      closeSync(descriptor)
    },
  }
}
