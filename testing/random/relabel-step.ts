import type { RelabelStep } from '../../verify/model/relabel.ts'

/** A relabel step with Prometheus' defaults: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config */
export function step(more: Partial<RelabelStep>): RelabelStep {
  return {
    action: 'replace',
    sourceLabels: [],
    separator: ';',
    regex: '(.*)',
    modulus: '0',
    targetLabel: '',
    replacement: '$1',
    ...more,
  }
}
