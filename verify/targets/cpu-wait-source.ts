import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { knowsWaits } from '../../chaos/drivers/proc.ts'
import type { CpuWaits, MachineSource } from '../run/ports.ts'
import type { Target } from '../model/target.ts'
import { toolProgram } from '../tool/tool-files.ts'
import { ELSEWHERE, UNLISTED, type CpuSample } from './cpu-wait-sampler.ts'
import { messageOf } from '../text/error-text.ts'

const PROGRAM = toolProgram('verify/targets/cpu-wait-process.ts')
/** The process takes a last sample and ends; where it cannot within this, what it saw until then is known. */
const END_WITHIN_MS = 10_000

type Observed = Pick<Target, 'processRecords' | 'containers' | 'pods'>

/** Observes the parts that have a process record, a container or pods; `program` is what does it. */
export function cpuWaitSource(target: Observed, program = PROGRAM): MachineSource {
  const { processRecords, containers, pods } = target
  const why =
    processRecords === undefined && containers === undefined && pods === undefined
      ? 'the target does not say which of its processes run on this machine'
      : knowsWaits()
        ? undefined
        : 'this kernel does not say how long threads wait for a CPU (/proc/PID/schedstat)'
  return {
    watch: () =>
      why === undefined ? watching(program, target) : { stop: () => Promise.resolve({ seconds: [], waits: {}, unobserved: why }) },
  }
}

function watching(program: string, { processRecords, containers, pods }: Observed): ReturnType<MachineSource['watch']> {
  const seen: CpuWaits = { seconds: [], waits: {} }
  // Not detached, and no nice: it waits as the parts wait, which the same command has started.
  const places = [JSON.stringify({ ...processRecords, ...containers }), ...(pods === undefined ? [] : [JSON.stringify(pods)])]
  const child = spawn(process.execPath, [program, ...places], { stdio: ['pipe', 'pipe', 'ignore'] })
  const trouble = (what: string): void => {
    seen.unobserved = `the process that observes the machine ended: ${what}`
  }
  const closed = once(child, 'close').then(
    ([code, signal]) => {
      if (code === ELSEWHERE)
        seen.unobserved =
          pods === undefined
            ? 'the Docker engine runs on another machine, or none of its containers does'
            : `no pod of namespace ${pods.namespace} runs on this machine`
      else if (code === UNLISTED)
        seen.unobserved = `the API server of context ${pods?.context} does not list the pods of namespace ${pods?.namespace}`
      else if (code !== 0) trouble(`exit code ${String(code ?? signal)}`)
    },
    (error: unknown) => {
      trouble(messageOf(error))
    },
  )
  child.stdin.on('error', () => {
    /* It has ended, which is said above. */
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    const sample = parsed(line)
    if (sample === undefined) return
    const index = seen.seconds.push(sample.second) - 1
    for (const [part, ms] of Object.entries(sample.waitedMs)) (seen.waits[part] ??= []).push([index, ms])
  })
  // A drill that breaks off must not wait for it; it ends with its stdin. unref is missing in the types of a pipe's streams.
  for (const handle of [child, child.stdin, child.stdout]) (handle as unknown as { unref(): void }).unref()
  return {
    stop: async () => {
      child.stdin.end()
      const kill = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS)
      await closed
      clearTimeout(kill)
      return seen
    },
  }
}

/** undefined: the last line of one that was killed. */
function parsed(line: string): CpuSample | undefined {
  try {
    return JSON.parse(line) as CpuSample
  } catch {
    return undefined
  }
}
