import { PATIENT_MS, killProcess, stopProcess, healthAddress, probePort, processState, readRecord } from '../drivers/process.ts'
import { defineFault, notSteady, offered } from '../fault.ts'

export const killProcessFault = defineFault({
  meta: {
    id: 'kill-process',
    title: 'Kill or stop a native process and keep it dead',
    needs: ['process'],
    leaves: 'down',
    blastRadius: 'The process and its children; its clients see refused connections.',
    undone: 'The process runs and answers its health check.',
    params: {
      how: {
        kind: 'choice',
        default: 'kill',
        choices: ['kill', 'stop'],
        title: 'kill takes it away at once; stop asks it to end, so that it can write down what it has in memory',
      },
    },
  },
  async prepare(part, params, context) {
    const { recordFile } = offered(part, 'process')
    const record = await readRecord(recordFile)
    const state = await processState(recordFile)
    if (state !== 'running') throw notSteady(`${part.name} is ${state}, so it cannot be killed`)
    return {
      undo: { driver: 'process', state: 'running', recordFile },
      async apply() {
        await (params.how === 'stop' ? stopProcess : killProcess)(recordFile)
        await context.step('apply:killed')
        const address = healthAddress(record.health)
        if (address === undefined) return { detail: `${part.name} (pid ${record.pid}) is dead` }
        // It may have been restarted from outside, or another process may share the port: then the fault is not what the plan says.
        const port = await probePort(address.host, address.port, PATIENT_MS)
        if (port !== 'refused') throw new Error(`${part.name} was killed, yet ${address.host}:${address.port} is ${port}`)
        return { detail: `${part.name} (pid ${record.pid}) is dead, ${address.host}:${address.port} refuses connections` }
      },
    }
  },
})
