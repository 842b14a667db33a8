import { order, type HeapStatus } from '../drivers/jvm-driver.ts'
import { liveProcess, readRecord } from '../drivers/process.ts'
import { defineFault, notSteady, offered } from '../fault.ts'

export const heapPressureFault = defineFault({
  meta: {
    id: 'heap-pressure',
    title: "Hold a share of a JVM's heap by an attached agent",
    needs: ['jvm', 'process'],
    blastRadius: 'The JVM: more garbage collection, less room for requests. The program itself is not changed.',
    undone: 'The agent holds nothing.',
    params: {
      share: { kind: 'number', default: 0.87, min: 0.1, max: 0.92, title: 'used / max over all heap pools to reach and keep' },
      expirySeconds: { kind: 'integer', default: 3_600, min: 5, max: 3_600, title: 'the agent lets go by itself after this' },
    },
  },
  async prepare(part, params, context) {
    const { java, heapAgentJar, statusFile } = offered(part, 'jvm')
    const { recordFile } = offered(part, 'process')
    const info = liveProcess(await readRecord(recordFile))
    if (info === undefined || info.state === 'T')
      throw notSteady(`${part.name} is ${info === undefined ? 'dead' : 'paused'}, so no agent can be attached`)
    const where = { java, heapAgentJar, recordFile, pid: info.pid, statusFile }
    return {
      undo: { driver: 'jvm', state: 'released', startTicks: info.startTicks, ...where },
      async apply() {
        const status = await order(where, `hold=${params.share},expiry_ms=${params.expirySeconds * 1_000}`, context.signal)
        return { detail: reached(`${part.name} (pid ${info.pid})`, status, params.share) }
      },
    }
  },
})

/** What the JVM says once it holds the share; throws where it holds less. */
export function reached(jvm: string, { share, held_bytes, limited }: HeapStatus, asked: number): string {
  if (share < asked) throw new Error(`${jvm} reached a heap share of only ${share} of ${asked}${limited ? ': no room for more' : ''}`)
  return `${jvm} has a heap share of ${share}, ${held_bytes} bytes of it held`
}
