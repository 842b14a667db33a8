import { existsSync } from 'node:fs'
import { readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { allProcesses, outputPaths, procInfo, signalProcess } from '../chaos/drivers/proc.ts'
import type { ProcInfo } from '../chaos/drivers/proc.ts'
import { isRunning, readRecord, stopProcess } from '../chaos/drivers/process.ts'
import { FiredrillError } from '../verify/model/error.ts'
import { KNOWN_PARTS } from './parts/lab-parts.ts'

/**
 * Ends every process of a lab, up or half-started, and removes its folder; a second call finds nothing to do.
 * A process is the lab's when its record says so (pid, start time and boot) or when its output goes into the lab's folder:
 * the second finds what was started right before the starter was killed.
 */
export async function takeDown(
  labDir: string,
  stopping: (part: string) => void = () => undefined,
): Promise<{ stopped: string[]; strays: number }> {
  if (!existsSync(labDir)) return { stopped: [], strays: 0 }
  requireLabFolder(labDir)
  const records = path.join(labDir, 'records')
  const names = existsSync(records) ? await readdir(records) : []
  const ids = names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).map((name) => name.slice(0, -'.json'.length))
  const pids: number[] = []
  const stopped: string[] = []
  const ended = new Map<string, Promise<void>>()
  const end = (id: string): Promise<void> => {
    const known = ended.get(id)
    if (known !== undefined) return known
    // A part goes after those that need it, so that their logs do not end with complaints about it.
    const dependents = KNOWN_PARTS.filter(({ needs = [], after = [] }) => [...needs, ...after].includes(id))
      .filter((part) => ids.includes(part.id))
      .map((part) => end(part.id))
    const work = Promise.all(dependents).then(async () => {
      const file = path.join(records, `${id}.json`)
      const record = await readRecord(file).catch(() => undefined)
      if (record?.pid !== null && record?.pid !== undefined) pids.push(record.pid)
      // An unreadable record is half of nothing: its process is found by its output.
      if (record === undefined || !(await isRunning(file))) return
      stopping(id)
      await stopProcess(file)
      stopped.push(id)
    })
    ended.set(id, work)
    return work
  }
  await Promise.all(ids.map(end))
  // Without a record no part can be started again, say by a drill that is undoing its faults.
  await rm(records, { recursive: true, force: true })
  const strays = await endStrays(labDir)
  await removeJvmFiles(pids)
  await rm(labDir, { recursive: true, force: true, maxRetries: 3 })
  return { stopped, strays }
}

/** So that a wrong path never removes anything else. */
function requireLabFolder(labDir: string): void {
  if (/^lab-\d+$/.test(path.basename(labDir)) && path.basename(path.dirname(labDir)) === 'firedrill') return
  throw new FiredrillError('LAB_STATE', `${labDir} is not a lab's folder`, { exitCode: 3 })
}

async function endStrays(labDir: string): Promise<number> {
  const inside = (await realpath(labDir)) + path.sep
  const find = () =>
    allProcesses().filter(
      (info) => info.pid !== process.pid && info.state !== 'Z' && outputPaths(info.pid).some((file) => file.startsWith(inside)),
    )
  const all = new Set<number>()
  // A stray may be starting another one, so look until a look finds none.
  for (let strays: ProcInfo[] = find(); strays.length > 0; strays = find()) {
    for (const stray of strays) {
      all.add(stray.pid)
      signalProcess(stray, 'SIGKILL')
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 10)
    })
  }
  return all.size
}

/** What an attached agent makes a JVM leave in the machine's folder for temporary files when it is killed. */
async function removeJvmFiles(pids: readonly number[]): Promise<void> {
  for (const pid of pids.filter((each) => procInfo(each) === undefined)) {
    await rm(path.join('/tmp', `.java_pid${pid}`), { force: true })
    await rm(path.join(tmpdir(), `.attach_pid${pid}`), { force: true })
  }
}
