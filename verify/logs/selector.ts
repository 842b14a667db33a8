import type { LogSpec } from '../model/spec.ts'

/** Labels that platforms name their services by, the usual ones first. */
const USUAL = [
  'service',
  'service_name',
  'app',
  'application',
  'app_kubernetes_io_name',
  'container',
  'container_name',
  'compose_service',
  'job',
]

/** The promised label by which a service's lines are asked for; the others are then looked at. */
export function labelOf({ service, labels }: Pick<LogSpec, 'service' | 'labels'>): { name: string; value: string } {
  const named = labels['service'] === undefined ? Object.keys(labels).find((name) => labels[name] === service) : 'service'
  const name = named ?? USUAL.find((usual) => labels[usual] !== undefined) ?? Object.keys(labels)[0] ?? 'service'
  return { name, value: labels[name] ?? service }
}

export function selectorOf(log: Pick<LogSpec, 'service' | 'labels'>): string {
  const { name, value } = labelOf(log)
  return `{${name}=${JSON.stringify(value)}}`
}

/** Of several services at once; of all streams when they have no label in common. */
export function selectorOfAll(logs: readonly Pick<LogSpec, 'service' | 'labels'>[]): string {
  const labels = logs.map(labelOf)
  const name = labels[0]?.name ?? 'service'
  const values =
    labels.every((label) => label.name === name) && labels.length > 0
      ? labels.map(({ value }) => value.replace(/[.+*?()|[\]{}^$\\]/g, '\\$&')).join('|')
      : '.+'
  return `{${name}=~${JSON.stringify(values)}}`
}

/** The service whose stream has these labels; '' when none has. */
export function serviceOf(labels: Record<string, string>, logs: readonly Pick<LogSpec, 'service' | 'labels'>[]): string {
  const own = logs.find((log) => {
    const { name, value } = labelOf(log)
    return labels[name] === value
  })
  return own?.service ?? labels['service'] ?? ''
}
