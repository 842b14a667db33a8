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
finds(
  ID,
  'a kind, a number and a quantity that Kubernetes does not read',
  { file: 'app.yaml', from: 'kind: Deployment', to: 'kind: Deploymnet', line: 'Deploymnet' },
  { file: 'app.yaml', from: 'kind: ConfigMap', to: 'kind: Configmap', line: 'Configmap' },
  { file: 'app.yaml', from: 'containerPort: 8080', to: 'containerPort: http', line: 'containerPort: http' },
  { file: 'app.yaml', from: '  selector: { matchLabels', to: '  replicas: two\n  selector: { matchLabels', line: 'replicas: two' },
  { file: 'patch.yaml', from: 'memory: 128Mi', to: 'memory: 128MB', line: '128MB' },
  { file: 'patch.yaml', from: 'memory: 128Mi', to: 'memory: 128 Mi', line: '128 Mi' },
)
passes(ID, 'a quantity as a number', 'patch.yaml', 'memory: 128Mi', 'memory: 134217728')
passes(
  ID,
  'a kind of an operator',
  'app.yaml',
  'apiVersion: apps/v1\nkind: Deployment',
  'apiVersion: argoproj.io/v1alpha1\nkind: Deploymnet',
)
passes(ID, 'a Service of Knative', 'app.yaml', 'apiVersion: v1\nkind: Service', 'apiVersion: serving.knative.dev/v1\nkind: Service')

const MONITOR = (interval: string): string =>
  `apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: { name: app, namespace: shop }\nspec:\n  selector: { matchLabels: { app: none } }\n  endpoints: [{ port: http, interval: ${interval} }]\n---\n`
for (const interval of ['30', '"1 m"', '1.5m'])
  finds(ID, `an interval of a monitor that the operator refuses: ${interval}`, {
    file: 'app.yaml',
    from: 'apiVersion: v1\nkind: Service',
    to: `${MONITOR(interval)}apiVersion: v1\nkind: Service`,
    line: 'interval:',
  })
passes(ID, 'an interval of a monitor', 'app.yaml', 'apiVersion: v1\nkind: Service', `${MONITOR('1m30s')}apiVersion: v1\nkind: Service`)
