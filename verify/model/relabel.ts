import type { Labels } from './spec.ts'

/** One entry of a list of relabel_configs, its defaults filled in. */
export interface RelabelStep {
  action: string
  sourceLabels: string[]
  separator: string
  regex: string
  /** As written: it may be larger than a number holds. */
  modulus: string
  targetLabel: string
  replacement: string
}

/** What Prometheus does to the labels of an alert on its way to Alertmanager. */
export interface AlertRelabelling {
  externalLabels: Labels
  /** For every Alertmanager, and then for each of them. */
  all: RelabelStep[]
  each: RelabelStep[][]
}
