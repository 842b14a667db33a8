import { pauseProcess, processState, readRecord } from '../drivers/process.ts'
import { defineFault, notSteady, offered } from '../fault.ts'

export const pauseProcessFault = defineFault({
  meta: {
    id: 'pause-process',
    title: 'Freeze a native process (SIGSTOP): it accepts connections but never answers',
    needs: ['process'],
    leaves: 'hung',
    blastRadius: 'The process and its children; its clients hang until their own timeouts.',
    undone: 'The process runs and answers its health check.',
    params: {},
  },
  async prepare(part) {
    const { recordFile } = offered(part, 'process')
    const record = await readRecord(recordFile)
    const state = await processState(recordFile)
    if (state !== 'running') throw notSteady(`${part.name} is ${state}, so it cannot be paused`)
    return {
      undo: { driver: 'process', state: 'running', recordFile },
      async apply() {
        await pauseProcess(recordFile)
        return { detail: `${part.name} (pid ${record.pid}) is stopped` }
      },
    }
  },
})
