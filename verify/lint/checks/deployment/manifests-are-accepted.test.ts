import { findsInManifests as finds, passesInManifests as passes } from '../../../../testing/lint/kubernetes-files.ts'

const ID = 'manifests-are-accepted'
finds(
  ID,
  'an apiVersion without the kind, a key that a container does not have',
  { file: 'app.yaml', from: 'apiVersion: apps/v1', to: 'apiVersion: apps/v2', line: 'apps/v2' },
  { file: 'app.yaml', from: 'apiVersion: apps/v1', to: 'apiVersion: extensions/v1beta1', line: 'extensions/v1beta1' },
  { file: 'app.yaml', from: 'apiVersion: v1\nkind: Service', to: 'apiVersion: apps/v1\nkind: Service', line: 'apps/v1' },
  { file: 'app.yaml', from: 'image: example/app:1', to: 'imag: example/app:1', line: 'imag:', observed: 'a container does not have' },
  { file: 'prometheus.yaml', from: 'readinessProbe:', to: 'readynessProbe:', line: 'readynessProbe' },
)
passes(ID, 'a Service of Knative', 'app.yaml', 'apiVersion: v1\nkind: Service', 'apiVersion: serving.knative.dev/v1\nkind: Service')
