import type { Labels } from '../model/spec.ts'
import type { Selected } from './select.ts'

/** All that is known beforehand of the alert that an experiment makes fire. */
export function statedLabels({ rule, experiment }: Selected): Labels {
  return { alertname: rule.alert, ...rule.labels, ...experiment.subject }
}

/** Labels whose value is not known beforehand, but which its series has: its target's, those it is promised for, those its texts name. */
export function unstatedLabel({ rule }: Selected): (label: string) => boolean {
  const named = Object.values(rule.annotations).flatMap((text) => [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label))
  const names = new Set(['instance', ...Object.keys(rule.holdsFor), ...named])
  return (label) => names.has(label)
}
