import { oncePerPlace, warning, type Check, type Remark } from '../../lint-check.ts'
import { ENV_WORDS } from '../../env-words.ts'
import { slipOf } from '../../../text/did-you-mean.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

export const check: Check = {
  meta: {
    id: 'variables-are-spelt',
    area: 'platform',
    severity: 'warning',
    needs: ['workloads'],
    title: 'The words in the names of environment variables are spelt right',
    failureTitle: 'A word in the name of an environment variable is misspelt: the program reads another name',
    why: 'A program does not see a variable whose name has a slip of the fingers in it: it takes its default, or does not start. Only words that are one slip away from a usual one, or from the name of a service, are reported.',
    mend: 'Correct the name of the variable in the compose file or manifest.',
    example: 'kafka:\n  environment:\n    KAFKA_ADVERTISED_LSITENERS: INTERNAL://kafka:29092',
  },
  *judge({ config }) {
    const words = new Set([...ENV_WORDS, ...config.workloads.flatMap(({ name }) => name.toUpperCase().split(/[^A-Z0-9]+/))])
    yield* oncePerPlace(config.workloads.flatMap((workload) => [...judgeNames(workload, words)]))
  },
}

function* judgeNames({ name: subject, env }: Workload, words: ReadonlySet<string>): Generator<Remark> {
  for (const [name, { at }] of env) {
    for (const word of name.split('_')) {
      const meant = word.length < 4 ? (word === 'ULR' || word === 'UR' ? 'URL' : undefined) : slipOf(word, words)
      if (meant === undefined) continue
      yield warning(subject, at.key === name ? at.keyPlace() : at, name.replace(word, meant), name)
      break
    }
  }
}
