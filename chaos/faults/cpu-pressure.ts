import { startBurners } from '../drivers/cpu-driver.ts'
import { defineFault, notPossible, offered } from '../fault.ts'

export const cpuPressureFault = defineFault({
  meta: {
    id: 'cpu-pressure',
    title: 'Keep a share of the cores of this machine busy with processes of its own',
    needs: ['cpu'],
    blastRadius: 'Everything on the machine has less processor time; what runs at a lower nice value goes first.',
    undone: 'No process of the fault runs.',
    params: {
      cores: { kind: 'number', default: 1, min: 0.1, max: 64, title: 'cores in use, at most as many as the part allows' },
      nice: {
        kind: 'integer',
        default: 10,
        min: 0,
        max: 19,
        title: 'nice value; above 0 the time is counted as mode="nice" by node_exporter',
      },
      expirySeconds: { kind: 'integer', default: 600, min: 5, max: 3_600, title: 'the processes end by themselves after this' },
    },
  },
  async prepare(part, params, context) {
    const { cores: allowed } = offered(part, 'cpu')
    if (params.cores > allowed) throw notPossible(`${part.name} allows ${allowed} cores, not ${params.cores}`)
    const marker = `firedrill-cpu-${context.token}`
    return {
      undo: { driver: 'cpu', state: 'ended', marker },
      async apply() {
        const { cores, nice, expirySeconds: seconds } = params
        const burners = await startBurners({ marker, cores, nice, seconds }, context.signal)
        const startedMs = Date.now()
        await context.step('apply:burning')
        const reached = await burners.reached()
        return {
          startedMs,
          detail: `${burners.pids.length} processes keep ${reached.toFixed(2)} of ${cores} cores busy at nice ${nice}`,
          stop: burners.stop,
        }
      },
    }
  },
})
