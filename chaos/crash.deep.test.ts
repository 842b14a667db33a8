/** kill -9 at every step, of the tool, of the watchdog, of both. */
import { bothKilled, STEPS, toolKilled, tracesRemoved, watchdogKilled } from '../testing/chaos/crashes.ts'
import { CPU_PRESSURE, FILL_DISK } from '../testing/chaos/own-traces.ts'

toolKilled('kill-process', STEPS)
toolKilled(
  'pause-process',
  STEPS.filter((step) => step !== 'apply:killed'),
)
bothKilled(STEPS)
watchdogKilled(['watchdog:died', 'undo:begin', 'undo:done', 'undone:written', 'undone:synced'])
for (const own of [FILL_DISK, CPU_PRESSURE])
  tracesRemoved(
    own,
    STEPS.flatMap((step) => (step === 'apply:killed' ? own.steps : [step])),
  )
