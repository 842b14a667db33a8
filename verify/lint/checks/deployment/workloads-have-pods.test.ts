import { findsInManifests as finds, passesInManifests as passes } from '../../../../testing/lint/kubernetes-files.ts'

const ID = 'workloads-have-pods'
const DEPLOYMENT = 'kind: Deployment\nmetadata: { name: alertmanager, namespace: monitoring }\nspec:\n'
const patch = (target: string, body: string): string => `patches:\n  - path: patch.yaml\n  - ${target}patch: |-\n      ${body}\n`
finds(
  ID,
  'no pod of what is asked: in the manifest, by the kustomization, by a patch',
  { file: 'alertmanager.yaml', from: DEPLOYMENT, to: `${DEPLOYMENT}  replicas: 0\n`, line: 'replicas: 0', observed: 'replicas: 0' },
  { file: 'kustomization.yaml', from: 'count: 2', to: 'count: 0', line: 'count: 0' },
  {
    file: 'kustomization.yaml',
    from: 'patches:\n  - path: patch.yaml\n',
    to: patch('target: { kind: Deployment, name: alertmanager }\n    ', '[{ op: add, path: /spec/replicas, value: 0 }]'),
    line: 'value: 0',
  },
)

finds(ID, 'what none of the files asks is a warning', {
  file: 'prometheus.yaml',
  from: 'kind: Deployment\nmetadata: { name: prometheus, namespace: monitoring }\nspec:\n',
  to: 'kind: Deployment\nmetadata: { name: prometheus, namespace: monitoring }\nspec:\n  replicas: 0\n',
  line: 'replicas: 0',
  severity: 'warning',
})
const SCALER = (kind: string): string =>
  `---\nkind: ${kind}\napiVersion: autoscaling/v2\nmetadata: { name: alertmanager }\nspec: { scaleTargetRef: { kind: Deployment, name: alertmanager } }\n---\n`
const START = 'apiVersion: apps/v1\n'
passes(
  ID,
  'an autoscaler decides',
  'alertmanager.yaml',
  `${START}${DEPLOYMENT}`,
  `${SCALER('HorizontalPodAutoscaler')}${START}${DEPLOYMENT}  replicas: 0\n`,
)
passes(
  ID,
  'another workload of the Service has pods',
  'alertmanager.yaml',
  `${START}${DEPLOYMENT}`,
  `kind: Pod\napiVersion: v1\nmetadata: { name: other, labels: { app: alertmanager } }\nspec: { containers: [] }\n---\n${START}${DEPLOYMENT}  replicas: 0\n`,
)
