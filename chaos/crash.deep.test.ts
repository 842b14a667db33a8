/** kill -9 at every step, of the tool, of the watchdog, of both. */
import { bothKilled, STEPS, toolKilled, watchdogKilled } from '../testing/chaos/crashes.ts'

toolKilled('kill-process', STEPS)
toolKilled(
  'pause-process',
  STEPS.filter((step) => step !== 'apply:killed'),
)
bothKilled(STEPS)
watchdogKilled(['watchdog:died', 'undo:begin', 'undo:done', 'undone:written', 'undone:synced'])
