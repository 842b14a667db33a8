import type { CounterSeries } from '../../model/journal.ts'
import type { Matcher } from '../../model/route.ts'
import { matches } from '../../routing/route-matchers.ts'
import { isScrape, PATH_LABELS } from '../../promql/request-series.ts'
import { isOwn } from './truth.ts'

/** Which answers a panel may count: "all requests" leaves open whether what the platform asks of itself is one. */
export interface Reading {
  counts: (series: CounterSeries) => boolean
  note: string
}

const READINGS: readonly [Reading, ...Reading[]] = [
  { counts: (series) => !isScrape(series), note: '' },
  { counts: () => true, note: ", Prometheus' own scrapes counted with the answers" },
  { counts: (series) => !isOwn(series), note: ', health checks and the like left out' },
]

/**
 * The readings that the query itself makes, by its matchers of paths: a value that another reading would give is a coincidence. All of them
 * where
 * the query names the metric in no way that is known here.
 */
export function readingsOf(query: string, metric: string, series: readonly CounterSeries[]): readonly Reading[] {
  const selectors = [...query.matchAll(SELECTOR)].flatMap(([, name, matchers = '']) => (name === metric ? [matchers] : []))
  if (selectors.length === 0) return READINGS
  const made = READINGS.filter(({ counts }) => selectors.some((matchers) => series.every((one) => counts(one) === keeps(matchers, one))))
  return made.length > 0 ? made : READINGS.slice(0, 1)
}

const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/.source
const SELECTOR = new RegExp(`([a-zA-Z_:][\\w:]*)\\s*(?:\\{((?:[^}"'\`]|${QUOTED})*)\\})?`, 'g')
const MATCHER = new RegExp(`(\\w+)\\s*(=~|!~|!=|=)\\s*(${QUOTED})`, 'g')

/** As far as it goes by paths: what counts as an error is another question. */
function keeps(matchers: string, { metric }: CounterSeries): boolean {
  return [...matchers.matchAll(MATCHER)].every(([, label = '', op, quoted = '']) => {
    const text = quoted.slice(1, -1)
    return (
      !PATH_LABELS.includes(label) ||
      matches({ label, op: op as Matcher['op'], value: quoted.startsWith('`') ? text : text.replace(/\\(.)/g, '$1') }, metric)
    )
  })
}
