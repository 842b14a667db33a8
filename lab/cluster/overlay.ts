import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { formatDuration } from '../../verify/promql/duration.ts'
import { compressed } from '../monitoring.ts'
import { resendDelayMs } from '../parts/prometheus.ts'
import type { MonitoringKind } from '../relocate/relocate.ts'
import { CHECKOUT } from '../tools/cache.ts'

/** Where times stand: ConfigMap, key in it and file of the checkout. */
const FILES: readonly { map: string; kind: MonitoringKind; file: string }[] = [
  { map: 'alert-rules', kind: 'alertRules', file: 'monitoring/alert-rules.yml' },
  { map: 'alertmanager', kind: 'alertmanager', file: 'monitoring/alertmanager/alertmanager.yml' },
  { map: 'prometheus', kind: 'prometheus', file: 'deploy/kubernetes/prometheus.yml' },
]
export const NAMESPACE = 'moalog'

/** Writes a kustomization of `base` with the times of its monitoring files divided by `speed` into `folder`, in place of what is there. */
export function writeOverlay(folder: string, base: string, speed: number): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const { kind, file } of FILES)
    writeFileSync(path.join(folder, path.basename(file)), compressed(kind, readFileSync(path.join(CHECKOUT, file), 'utf8'), speed, file))
  const resend = `--rules.alert.resend-delay=${formatDuration(resendDelayMs(speed))}`
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [path.relative(folder, base)],
    configMapGenerator: FILES.map(({ map, file }) => ({
      name: map,
      namespace: NAMESPACE,
      behavior: 'merge',
      files: [path.basename(file)],
    })),
    patches: [
      {
        target: { kind: 'StatefulSet', name: 'prometheus' },
        patch: JSON.stringify([{ op: 'add', path: '/spec/template/spec/containers/0/args/-', value: resend }]),
      },
    ],
  }
  writeFileSync(path.join(folder, 'kustomization.yaml'), JSON.stringify(kustomization, null, 2))
}
