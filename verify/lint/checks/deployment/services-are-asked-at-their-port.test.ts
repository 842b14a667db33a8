import { findsInManifests as finds, passesInManifests as passes } from '../../../../testing/lint/kubernetes-files.ts'

const ID = 'services-are-asked-at-their-port'
finds(
  ID,
  'the port of the container, a port of its own, a Deployment without a Service',
  { file: 'prometheus.yaml', from: 'app:80"', to: 'app:8080"', line: 'app:8080', observed: '8080, where it does not listen' },
  { file: 'alertmanager.yaml', from: 'http://app:80/hook', to: 'http://app.monitoring.svc.cluster.local:8080/hook', line: '8080' },
  {
    file: 'alertmanager.yaml',
    from: 'port: 9093, targetPort: web',
    to: 'port: 80, targetPort: web',
    line: 'alertmanager:9093',
    observed: '9093',
  },
  {
    file: 'app.yaml',
    from: 'kind: Service\nmetadata: { name: app, namespace: monitoring, labels',
    to: 'kind: Service\nmetadata: { name: shop, namespace: monitoring, labels',
    line: 'name: shop',
    observed: 'shop',
  },
)
passes(ID, 'a Service of another namespace', 'prometheus.yaml', 'app:80"', 'app.shop.svc:8080"')
finds(ID, 'a Deployment without a Service', {
  file: 'alertmanager.yaml',
  from: 'kind: Service\nmetadata: { name: alertmanager,',
  to: 'kind: Service\nmetadata: { name: am,',
  line: 'alertmanager:9093',
  observed: 'no name in DNS',
})
passes(
  ID,
  'a headless Service',
  'app.yaml',
  'selector: { app: app }\n  ports: [{ name: http, port: 80',
  'clusterIP: None\n  selector: { app: app }\n  ports: [{ name: http, port: 8080',
)

finds(
  ID,
  'another name or namespace than that of the Service',
  {
    file: 'kustomization.yaml',
    from: 'namespace: monitoring',
    to: 'namespace: monitoring\nnamePrefix: dev-',
    line: 'namePrefix',
    observed: '3 addresses name alertmanager, app',
  },
  {
    file: 'kustomization.yaml',
    from: 'namespace: monitoring',
    to: 'nameSuffix: -dev\nnamespace: monitoring',
    line: 'nameSuffix',
    observed: '-dev',
  },
  {
    file: 'alertmanager.yaml',
    from: 'http://app:80/hook',
    to: 'http://app.shop.svc:80/hook',
    line: 'app.shop.svc',
    observed: 'app.shop',
    severity: 'error',
  },
)
passes(ID, 'a domain', 'alertmanager.yaml', 'http://app:80/hook', 'http://app.example:80/hook')
passes(ID, 'the namespace that the kustomization gives', 'alertmanager.yaml', 'http://app:80/hook', 'http://app.monitoring:80/hook')
passes(
  ID,
  'a prefix, and what writes addresses anew',
  'kustomization.yaml',
  'namespace: monitoring',
  'namespace: monitoring\nnamePrefix: dev-\nreplacements: []',
)
