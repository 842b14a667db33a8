import { remark, type Check, type Remark } from '../../lint-check.ts'
import { localDefaults } from '../../local-defaults.ts'
import type { VariableRead } from '../../../config/deployment/service-variables.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

export const check: Check = {
  meta: {
    id: 'local-defaults-are-set',
    needs: ['compose'],
    title: 'A service that is built here gets every variable without which it asks or listens on localhost',
    failureTitle: 'A service lacks a variable and takes its default: an address inside its own container',
    why: 'A default on 127.0.0.1 is for a developer. In a container it is the container itself: the service finds no database, or nothing outside finds the service. The sources of each build context are read for the variables that they name and their defaults.',
    mend: 'In the compose file, set the variable under environment of the service; the finding names the source that reads it.',
    example: 'shop:\n  build: services/shop # reads DATABASE_URL, by default mysql://127.0.0.1:3306/shop\n  environment: {}',
  },
  *judge(input) {
    const found = new Map<string, { read: VariableRead; workloads: Workload[]; why: string }>()
    for (const workload of input.config.workloads)
      for (const { read, why } of localDefaults(workload, input)) {
        const key = `${read.file} ${read.name}`
        const known = found.get(key) ?? { read, workloads: [], why }
        known.workloads.push(workload)
        found.set(key, known)
      }
    for (const { read, workloads, why } of found.values()) yield said(read, workloads, why)
  },
}

function said({ name, file, line }: VariableRead, workloads: readonly Workload[], why: string): Remark {
  const [first] = workloads
  const at = (first!.at.get('environment') ?? first!.at).keyPlace()
  return remark(workloads.map((each) => each.name).join(', '), at, `${name} in the environment`, `not set: ${why} (${file}:${line})`)
}
