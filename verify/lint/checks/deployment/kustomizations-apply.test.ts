import { findsInManifests as finds, passesInManifests as passes } from '../../../../testing/lint/kubernetes-files.ts'

const ID = 'kustomizations-apply'
const [K, P] = ['kustomization.yaml', 'patch.yaml']
const patch = (target: string, operation: string): string =>
  `  - target: { kind: Deployment, name: ${target} }\n    patch: |-\n      - { ${operation} }\n`
finds(
  ID,
  'a patch of what is not there',
  { file: P, from: 'name: app }', to: 'name: apps }', line: 'name: apps', observed: 'kustomize ends' },
  { file: P, from: 'kind: Deployment', to: 'kind: StatefulSet', line: 'name: app', observed: 'StatefulSet app' },
  { file: P, from: '- name: app\n', to: '- name: apps\n', line: '- name: apps', observed: 'without an image' },
  {
    file: K,
    from: '  - path: patch.yaml\n',
    to: patch('web', 'op: add, path: /spec/replicas, value: 2'),
    line: 'target',
    observed: 'nothing is patched',
  },
  {
    file: K,
    from: '  - path: patch.yaml\n',
    to: patch('app', 'op: replace, path: /spec/template/spec/containers/1/image, value: x'),
    line: 'containers/1',
    observed: 'not there',
  },
  { file: K, from: 'path: patch.yaml', to: 'path: patches.yaml', line: 'patches.yaml', observed: 'no such file' },
)
finds(
  ID,
  'an image, a scaled workload, a key',
  { file: K, from: 'example/app,', to: 'example/apps,', line: 'example/apps', observed: 'nothing is changed', severity: 'warning' },
  { file: K, from: '{ name: app, count', to: '{ name: apps, count', line: 'name: apps', observed: 'did you mean app' },
  { file: K, from: 'replicas:', to: 'replica:', line: 'replica:', observed: 'kustomize does not know' },
)
passes(ID, 'a patch by a target', K, '  - path: patch.yaml\n', patch('app', 'op: add, path: /spec/replicas, value: 2'))
passes(
  ID,
  'a pattern as a target',
  K,
  '  - path: patch.yaml\n',
  patch('.*', 'op: add, path: /spec/template/metadata/annotations, value: {}'),
)
passes(
  ID,
  'a base that is elsewhere',
  K,
  'resources: [prometheus.yaml, alertmanager.yaml, app.yaml]',
  'resources: [https://github.com/example/base]',
)
passes(ID, 'a container that the patch adds', P, 'resources: { limits: { memory: 128Mi } }', 'image: example/app:3')
finds(
  ID,
  'an apiVersion that is none, a generator without a name or files',
  { file: K, from: 'kustomize.config.k8s.io/v1beta1', to: 'kustomize.config.k7s.io/v1beta1', line: 'k7s.io' },
  {
    file: K,
    from: 'replicas:',
    to: 'configMapGenerator: [{ files: [app.yaml] }]\nreplicas:',
    line: 'configMapGenerator',
    observed: 'none',
  },
  { file: K, from: 'replicas:', to: 'configMapGenerator: [{ name: a, flies: [app.yaml] }]\nreplicas:', line: 'flies' },
  { file: K, from: 'replicas:', to: 'configMapGenerator: [{ name: a }]\nreplicas:', line: 'configMapGenerator', observed: 'neither' },
)

const selected = (labels: string, operation: string): string =>
  `  - target: { kind: Deployment, labelSelector: "${labels}" }\n    patch: |-\n      - { ${operation} }\n`
finds(
  ID,
  'an operation that there is not, and a path of what a selector finds',
  { file: K, from: '  - path: patch.yaml\n', to: patch('app', 'op: replaces, path: /spec/replicas, value: 2'), line: 'replaces' },
  { file: K, from: '  - path: patch.yaml\n', to: patch('app', 'path: /spec/replicas, value: 2'), line: '- {', observed: 'none' },
  {
    file: K,
    from: '  - path: patch.yaml\n',
    to: patch('.*', 'op: remove, path: /spec/strategy/rollingUpdate'),
    line: 'rollingUpdate',
    observed: 'not there',
  },
)
for (const [story, labels] of [
  ['a selector of another form', 'app in (a, b)'],
  ['labels that a kustomization may give', 'feature=none'],
] as const)
  passes(ID, story, K, '  - path: patch.yaml\n', selected(labels, 'op: replace, path: /spec/none, value: 2'))
