import { oncePerPlace, remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { askedPorts } from '../../../config/deployment/links.ts'
import { localBindsOf } from '../../../config/deployment/listeners.ts'

export const check: Check = {
  meta: {
    id: 'listeners-are-reachable',
    needs: ['compose'],
    title: 'What other containers ask for does not listen on localhost',
    failureTitle: 'A program listens on the localhost of its own container, where no other container reaches it',
    why: 'Each container has a localhost of its own. A port that is bound to 127.0.0.1 refuses scrapes, pushes and queries from every other container, and a published port leads nowhere. The health check inside the container passes.',
    mend: 'Bind to 0.0.0.0 (or leave the address out, where the default of the program is all addresses).',
    example: 'gateway:\n  environment: { SERVER_ADDRESS: 127.0.0.1 } # scraped by prometheus',
  },
  *judge(input) {
    yield* oncePerPlace(judgeAll(input))
  },
}

function* judgeAll({ config }: LintInput): Generator<Remark> {
  for (const workload of config.workloads) {
    const mode = workload.at.string('network_mode') ?? ''
    if (mode === 'host' || /^(?:service|container):/.test(mode)) continue
    const asked = askedPorts(workload, config)
    for (const { host, ports, at } of localBindsOf(workload, config)) {
      const [port] = ports === undefined ? asked.keys() : ports.filter((each) => asked.has(each))
      if (port === undefined) continue
      yield remark(workload.name, at, `0.0.0.0: ${asked.get(port)} asks for port ${port}`, host)
    }
  }
}
