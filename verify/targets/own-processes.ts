import { liveProcess, readRecord } from '../../chaos/drivers/process.ts'
import { FiredrillError } from '../model/error.ts'
import type { Target } from '../model/target.ts'

/**
 * A process of a target file that no fault could kill is said before the drill, not in its middle. Rejects with PROCESS_RECORD where a
 * record cannot be read, and with PROCESS_OTHER where its process is gone: it may run again under another pid, which nothing says.
 */
export async function requireOwnProcesses({ kind, parts }: Pick<Target, 'kind' | 'parts'>): Promise<void> {
  if (kind !== 'file') return
  for (const [name, { process }] of Object.entries(parts)) {
    if (process === undefined) continue
    const { recordFile } = process
    const record = await readRecord(recordFile).catch((error: unknown) => {
      if (!(error instanceof FiredrillError)) throw error
      throw new FiredrillError(error.code, `parts.${name}.process: ${error.message}`, {
        exitCode: error.exitCode,
        place: { file: recordFile },
        next: `Write it by \`firedrill adopt PID ${recordFile} --health ADDRESS\`. Nothing was touched.`,
        cause: error,
      })
    })
    if (liveProcess(record) !== undefined) continue
    throw new FiredrillError(
      'PROCESS_OTHER',
      `parts.${name}.process: the process of this record (pid ${record.pid ?? 'none yet'}) is gone`,
      {
        exitCode: 3,
        place: { file: recordFile },
        next: `Start it. A process that was started again by another is known by \`firedrill adopt PID ${recordFile} --health ADDRESS\`. Nothing was touched.`,
      },
    )
  }
}
