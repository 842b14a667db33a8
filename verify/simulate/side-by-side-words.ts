import type { Labels, RuleSpec } from '../model/spec.ts'
import { formatDuration } from '../promql/duration.ts'
import { labelKey, withoutLabels } from '../promql/labels.ts'
import { sameText } from './annotations.ts'
import type { NearTwin } from './near-twins.ts'
import { printedAlerts } from './promtool.ts'
import { SPECIFIED, type PrintedRow } from './side-by-side-tests.ts'

/** Words that no series showed to matter, each with what might stand there. */
export function untoldText(twins: readonly NearTwin[]): string {
  const words = Map.groupBy(twins, ({ word }) => word)
  const texts = [...words].map(
    ([word, own]) => `${word.replace(/\s+/g, ' ')} (${own.map(({ instead }) => instead || 'left out').join(', ')})`,
  )
  return `no series were found that tell ${texts.slice(0, 4).join('; ')}${texts.length > 4 ? `; and ${texts.length - 4} more words` : ''} from what is specified`
}

/** The first evaluation at which one of the alerts fires alone. */
export function difference(missing: readonly PrintedRow[] | undefined, tooMany: readonly PrintedRow[] | undefined): string {
  const all = [
    ...(missing ?? []).map((row) => ({ ...row, what: 'does not fire with the labels' })),
    ...(tooMany ?? []).map((row) => ({ ...row, what: 'fires with the labels' })),
  ].sort((a, b) => a.value - b.value)
  const [first] = all
  const labels = (first?.labels ?? '').replace(/(?:alertname|alertstate|__name__)="[^"]*",? ?/g, '')
  return `at ${formatDuration(Math.round((first?.value ?? 0) * 1000))}: ${first?.what ?? ''} ${labels}`
}

/** The first annotation that the two rules do not make alike. */
export function otherTexts(rule: RuleSpec, times: readonly string[], printed: string): string | undefined {
  const blocks = printed.split(/(?=\balertname: )/)
  const of = (alert: string, time: string): Map<string, Labels> => {
    const block = blocks.find((each) => each.startsWith(`alertname: ${alert}, time: ${time},`)) ?? ''
    const alerts = printedAlerts(block.trimEnd())?.observed ?? []
    return new Map(alerts.map(({ labels, annotations }) => [labelKey(withoutLabels(labels, ['alertname'])), annotations]))
  }
  for (const time of times) {
    const [own, specified] = [of(rule.alert, time), of(`${SPECIFIED}${rule.alert}`, time)]
    for (const [key, texts] of specified)
      for (const [name, text] of Object.entries(texts)) {
        const observed = own.get(key)?.[name]
        if (observed === undefined || !sameText(observed, text))
          return `at ${time}: ${name} is ${observed === undefined ? 'not there' : JSON.stringify(observed)}, specified ${JSON.stringify(text)}`
      }
  }
  return undefined
}
