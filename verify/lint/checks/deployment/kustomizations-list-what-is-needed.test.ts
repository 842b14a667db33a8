import { findsInManifests as finds, passesInManifests as passes } from '../../../../testing/lint/kubernetes-files.ts'

const ID = 'kustomizations-list-what-is-needed'
const ALL = 'resources: [prometheus.yaml, alertmanager.yaml, app.yaml]'
const line = 'resources: ['
finds(
  ID,
  'a file beside it that what is listed needs',
  { file: 'kustomization.yaml', from: ALL, to: 'resources: [prometheus.yaml, app.yaml]', line, observed: 'not listed' },
  { file: 'kustomization.yaml', from: ALL, to: 'resources: [prometheus.yaml, alertmanager.yaml]', line },
)
passes(ID, 'a file that nothing needs', 'kustomization.yaml', ALL, 'resources: [alertmanager.yaml, app.yaml]')
passes(ID, 'a kustomization that takes no file of its folder', 'kustomization.yaml', ALL, 'resources: [../other]')
