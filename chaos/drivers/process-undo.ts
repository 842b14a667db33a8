import { existsSync } from 'node:fs'
import { basename, dirname, isAbsolute } from 'node:path'
import type { Undo, UndoDriver } from '../undo-record.ts'
import { PATIENT_MS, healthAnswers, processState, readRecord, resumeProcess, startProcess, waitHealthy } from './process.ts'

type ProcessUndo = Extract<Undo, { driver: 'process' }>

export const processUndo: UndoDriver<ProcessUndo> = {
  async restore(undo, signal) {
    if (labIsGone(undo.recordFile)) return
    await resumeProcess(undo.recordFile)
    await startProcess(undo.recordFile)
    await waitHealthy(undo.recordFile, signal)
  },
  async readBack(undo) {
    if (labIsGone(undo.recordFile)) return null
    const record = await readRecord(undo.recordFile)
    const state = await processState(undo.recordFile)
    if (state !== 'running') return `${record.name} is ${state}`
    return (await healthAnswers(record.health, PATIENT_MS)) ? null : `${record.name} runs but its health check does not answer`
  },
}

/**
 * A lab's records are removed with their folder: then there is nothing to restore, and nothing may be started again. A record of a target
 * file that is missing says nothing of its process.
 */
export function labIsGone(recordFile: string | undefined): boolean {
  if (recordFile === undefined) return false
  const folder = dirname(recordFile)
  return isAbsolute(folder) && basename(folder) === 'records' && !existsSync(folder)
}
