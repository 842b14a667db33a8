import { unknownKey, type Check } from '../../lint-check.ts'
import { componentKeys, type Reaction } from '../../known-keys/components.ts'
import { nearest } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

const OUTCOME: Readonly<Record<Reaction, string>> = {
  refused: 'the file is refused',
  ignored: 'it is ignored',
  // https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation
  dropped: 'kubectl refuses it, and what applies without validation drops it',
}

export const check: Check = {
  meta: {
    id: 'keys-are-known',
    isRefusal: true,
    title: 'Every key is known to the program that reads it',
    failureTitle: 'A key is not known to the program that reads it',
    why: 'Prometheus, Alertmanager, Loki, Promtail and the collector refuse a file with an unknown key; Jaeger and Grafana ignore the key without a word. Of a resource of the Prometheus operator kubectl refuses it, and without validation it is dropped. Where the deployed version is unknown, only keys close to a known one are reported: other versions have further keys.',
    mend: "Correct the key's spelling in the file; the finding names the known key.",
    example: 'global:\n  scrape_intervall: 15s',
  },
  *judge({ config }) {
    for (const { key, at, owner, path, near, known, reaction, isListed, lackedBy } of componentKeys(config)) {
      if (lackedBy !== undefined) {
        const message = `${key} is a key of ${path} in other versions than ${lackedBy}, which is deployed: ${OUTCOME[reaction]}`
        yield unknownKey(key, at, owner, near ?? `a key that ${lackedBy} has`, message)
        continue
      }
      // Without a version a key is mistyped when it is within two letters of a known one: newer versions have further keys.
      const meant = inOtherStyle(key, known, owner) ?? (isListed ? near : nearest(key, known, key.length < 5 ? 1 : 2))
      if (meant === undefined && !isListed) continue
      const expected = meant ?? `one of ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', ...' : ''}`
      const message = `${key} is not a key of ${path}${meant === undefined ? '' : `, ${meant} is`}`
      const found = unknownKey(key, at, owner, expected, `${message}: ${OUTCOME[reaction]}`)
      // Of a pipeline with a stage that is none, what its lines become follows.
      yield path.includes('pipeline_stages')
        ? { ...found, causes: { lines: owner.lines(), elsewhere: { of: ['log-lines-are-parsed'] } } }
        : found
    }
  },
}

/** What a scrape job of prometheus.yml calls otherwise than the operator's endpoint does. */
const OF_JOBS: Readonly<Record<string, string>> = {
  scrapeinterval: 'interval',
  metricspath: 'path',
  relabelconfigs: 'relabelings',
  metricrelabelconfigs: 'metricRelabelings',
}

/** scrape_timeout of a ServiceMonitor, groupWait of Alertmanager: the same words in another program's style. */
function inOtherStyle(key: string, known: readonly string[], owner: Cursor): string | undefined {
  const words = (text: string): string => text.replace(/[_-]/g, '').toLowerCase()
  return known.find((each) => (words(each) === words(key) || OF_JOBS[words(key)] === each) && !owner.has(each))
}
