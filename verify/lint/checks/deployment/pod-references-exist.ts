import { refused, remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { namedData, nameOfObject, objectsOf, type NamedData } from '../../../config/deployment/kubernetes-objects.ts'
import { podTemplates, type PodTemplate } from '../../../config/deployment/pod-templates.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { didYouMean, nearest, slipOf } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'pod-references-exist',
    needs: ['manifest'],
    title: 'Every ConfigMap, Secret and volume that a pod names exists, with the key that it names',
    failureTitle: 'A pod names a ConfigMap, Secret, key or volume that does not exist',
    why: 'A pod whose ConfigMap is missing stays in ContainerCreating (FailedMount), one whose key is missing in CreateContainerConfigError. https://kubernetes.io/docs/concepts/configuration/configmap/#configmaps-and-pods',
    mend: 'In the pod template, use the name of a ConfigMap or Secret of the same files or of a generator of the kustomization, and one of its keys. A mount names a volume of its pod.',
    example: 'volumes:\n  - { name: configuration, configMap: { name: alert-manager } } # configMapGenerator has alertmanager',
  },
  *judge({ config }) {
    const known = { ConfigMap: namedData(config, 'ConfigMap'), Secret: namedData(config, 'Secret') }
    const pods = podTemplates(config)
    const all = pods.flatMap((pod) => referencesIn(pod).map((each) => ({ ...each, pod })))
    const used = pods.flatMap((pod) => referencesIn(pod, true))
    for (const { pod, kind, name, key, at } of all) {
      const found = known[kind].filter((each) => each.name === name)
      if (found.length === 0) yield* judgeName(pod, { kind, name, at }, known[kind], { all, used }, config)
      else if (key !== undefined && !found.some(({ keys }) => keys.has(key.text))) {
        const keys = found.flatMap((each) => [...each.keys.keys()])
        // Where not all keys are known, one that is nearly a known one is a slip all the same.
        if (found.some(({ open }) => open) && slipOf(key.text, new Set(keys)) === undefined) continue
        yield remark(pod.name, key.at, `a key of ${kind} ${name}: ${keys.join(', ')}`, `${key.text}${didYouMean(key.text, keys)}`)
      }
    }
    for (const pod of pods) {
      yield* judgeMounts(pod)
      yield* judgeClaims(pod, config)
    }
  },
}

interface Reference {
  kind: 'ConfigMap' | 'Secret'
  name: string
  key?: { text: string; at: Cursor }
  at: Cursor
}

/** What must be there before the pod starts; `optional` ones need not, and are used all the same. */
function referencesIn({ spec, containers }: PodTemplate, withOptional = false): Reference[] {
  const refer = (kind: Reference['kind'], at: Cursor | undefined, name = 'name'): Reference[] => {
    const text = at?.string(name)
    if (at === undefined || text === undefined || (at.bool('optional') === true && !withOptional)) return []
    const keys = [...at.items('items').map((each) => each.get('key')), at.get('key')].flatMap((each) => each ?? [])
    const own = { kind, name: text, at: at.near(name) }
    return keys.length === 0 ? [own] : keys.map((key) => ({ ...own, key: { text: key.string() ?? '', at: key } }))
  }
  const volumes = spec.items('volumes')
  const sources = [...volumes, ...volumes.flatMap((volume) => volume.items('projected', 'sources'))]
  return [
    ...sources.flatMap((each) => [
      ...refer('ConfigMap', each.get('configMap')),
      ...refer('Secret', each.get('secret'), each.get('secret')?.has('secretName') === true ? 'secretName' : 'name'),
    ]),
    ...containers.flatMap((container) => [
      ...container
        .items('env')
        .flatMap((each) => [
          ...refer('ConfigMap', each.get('valueFrom', 'configMapKeyRef')),
          ...refer('Secret', each.get('valueFrom', 'secretKeyRef')),
        ]),
      ...container
        .items('envFrom')
        .flatMap((each) => [...refer('ConfigMap', each.get('configMapRef')), ...refer('Secret', each.get('secretRef'))]),
    ]),
  ]
}

/** Others may deploy what is not here; what is nearly the same name, or is made here for no pod at all, was meant. */
function* judgeName(
  pod: PodTemplate,
  { kind, name, at }: Reference,
  known: readonly NamedData[],
  { all, used }: { all: readonly Reference[]; used: readonly Reference[] },
  { kustomizations }: Configuration,
): Generator<Remark> {
  const names = known.map((each) => each.name)
  // Secrets are seldom kept in a repository: one of a test says nothing of those of a pod elsewhere.
  const near =
    kind === 'Secret'
      ? known
          .filter(({ at: made }) => isBeside(made, pod.object) || kustomizations.some((root) => root.text === made.text))
          .map((each) => each.name)
      : names
  const idle = near.filter((each) => !used.some((other) => other.kind === kind && other.name === each))
  // Made by hand, and not here: what several others name was meant.
  const others = Map.groupBy(
    all.flatMap((other) => (other.kind === kind && other.name !== name ? other.name : [])),
    (each) => each,
  )
  const own = all.filter((other) => other.kind === kind && other.name === name).length
  const usual = [...others].flatMap(([each, uses]) => (uses.length > 1 && uses.length > own ? each : []))
  const alike = nearest(name, usual, 1)
  // One and two of a kind are names of their own.
  const slip = alike?.replace(/\d/g, '') === name.replace(/\d/g, '') ? undefined : alike
  const meant = nearest(name, names, 3) ?? slip ?? (idle.length === 1 ? idle[0] : undefined)
  if (meant !== undefined) yield remark(pod.name, at, `${kind} ${meant}`, `${name}: there is no such ${kind}`)
  else if (kind === 'ConfigMap' && kustomizations.length > 0 && names.length > 0)
    yield warning(pod.name, at, `one of the ConfigMaps here: ${names.join(', ')}`, `${name}: not among them`)
}

/** In one folder, or one in a folder of the other's. */
function isBeside(one: Cursor, other: Cursor): boolean {
  const [a, b] = [one, other].map(({ text }) => text.file.replace(/[^/\\]*$/, ''))
  return a !== undefined && b !== undefined && (a.startsWith(b) || b.startsWith(a))
}

/** A claim that is nearly one of those here; another one may be made elsewhere. */
function* judgeClaims({ name, spec }: PodTemplate, config: Configuration): Generator<Remark> {
  const claims = objectsOf(config)
    .filter((each) => each.string('kind') === 'PersistentVolumeClaim')
    .map(nameOfObject)
  for (const volume of spec.items('volumes')) {
    const claim = volume.string('persistentVolumeClaim', 'claimName') ?? ''
    if (claim !== '' && !claims.includes(claim) && nearest(claim, claims, 2) !== undefined)
      yield remark(
        name,
        volume.near('persistentVolumeClaim', 'claimName'),
        `a PersistentVolumeClaim: ${claims.join(', ')}`,
        `${claim}${didYouMean(claim, claims)}`,
      )
  }
}

/** The API server refuses a mount of a volume that the pod does not have. */
function* judgeMounts({ name, spec, containers, object }: PodTemplate): Generator<Remark> {
  const volumes = [
    ...spec.items('volumes').flatMap((each) => each.string('name') ?? []),
    ...object.items('spec', 'volumeClaimTemplates').flatMap((each) => each.string('metadata', 'name') ?? []),
  ]
  for (const container of containers)
    for (const mount of container.items('volumeMounts')) {
      const volume = mount.string('name') ?? ''
      if (!volumes.includes(volume))
        yield refused(
          remark(name, mount.near('name'), `a volume of the pod: ${volumes.join(', ')}`, `${volume}${didYouMean(volume, volumes)}`),
        )
    }
}
