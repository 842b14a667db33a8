/** The watchdog, killing itself at the step named by WATCHDOG_CRASH_AT; printing nothing but "ready". */
import { watch } from '../../chaos/watchdog.ts'

process.stdout.on('error', () => {})
process.stdout.write('ready\n')
const [ledgerFile = '', leaseMs = ''] = process.argv.slice(2)
await watch({
  input: process.stdin,
  ledgerFile,
  leaseMs: Number(leaseMs),
  log: () => {},
  atStep(step) {
    if (step === process.env.WATCHDOG_CRASH_AT) process.kill(process.pid, 'SIGKILL')
  },
})
process.exit(0)
