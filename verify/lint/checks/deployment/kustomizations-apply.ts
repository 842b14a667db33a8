import { oneAPlace, remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { filesOfGenerator, kustomizedObjects, nameOfObject as nameOf, resourcesOf } from '../../../config/deployment/kubernetes-objects.ts'
import { isMeant, patchesOf, patchPathsOf, type Patch } from '../../../config/deployment/kustomize.ts'

/** https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/ */
const KEYS =
  'apiVersion kind metadata resources bases components crds namespace namePrefix nameSuffix labels commonLabels commonAnnotations buildMetadata images replicas patches patchesStrategicMerge patchesJson6902 replacements vars configMapGenerator secretGenerator generatorOptions generators transformers validators configurations helmCharts helmGlobals helmChartInflationGenerator openapi sortOptions inventory'.split(
    ' ',
  )

export const check: Check = {
  meta: {
    id: 'kustomizations-apply',
    needs: ['kustomization'],
    title: 'What a kustomization names is there: files, patched objects, containers, images',
    failureTitle: 'A kustomization cannot be built, or changes nothing of what it names',
    why: 'kustomize ends at a file that is missing, a key that it does not know and a patch whose object is not there. A patch with a target that selects nothing, and an image that no container has, change nothing without a word. https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/',
    mend: 'In the kustomization or its patch, correct the path, kind, name or container that the finding names.',
    example: 'patches:\n  - target: { kind: Deployment, name: grafana } # the Deployment is monitoring-grafana\n    path: memory.yaml',
  },
  *judge(input) {
    for (const root of input.config.kustomizations) {
      yield* keys(root)
      yield* generators(root, input)
      yield* paths(root, input)
      const objects = kustomizedObjects(root, input.config)
      if (objects !== undefined && objects.length > 0) {
        for (const patch of patchesOf(root, input.config.manifests, input.config.texts)) yield* judgePatch(patch, objects)
        yield* names(root, objects)
      }
    }
  },
}

const KINDS = /^kustomize\.config\.k8s\.io\/v1(?:alpha1|beta1)?$|^(?:Kustomization|Component)$/
const GENERATOR = 'name namespace behavior files literals envs env options type'.split(' ')

/** Each has a name and something to make its keys of; a folder is no file. */
function* generators(root: Cursor, { config }: LintInput): Generator<Remark> {
  for (const generator of ['configMapGenerator', 'secretGenerator'].flatMap((key) => root.items(key))) {
    const name = generator.string('name') ?? ''
    const odd = generator.pairs().find(([key]) => !GENERATOR.includes(key))
    if (odd !== undefined)
      yield remark(name || 'generator', odd[1].keyPlace(), `one of ${GENERATOR.join(', ')}`, `${odd[0]}, which kustomize does not know`)
    else if (name === '') yield remark('generator', generator, 'a name', 'none')
    else if (
      !['files', 'literals', 'envs', 'env'].some((key) => generator.has(key)) ||
      (generator.items('files').length === 0 && generator.has('files'))
    )
      yield remark(name, generator, 'files or literals, of which it is made', 'neither')
    for (const { file, at } of filesOfGenerator(generator))
      if (config.texts.some((text) => text.file.startsWith(`${file}/`))) yield remark(name, at, 'a file', `${file}, a folder`)
  }
  for (const { file, at } of resourcesOf(root)) {
    const folder = file.replace(/\/$/, '')
    const inside = config.texts.filter((text) => text.file.startsWith(`${folder}/`))
    if (inside.length > 0 && !inside.some((text) => /^kustomization\.ya?ml$/i.test(text.file.slice(folder.length + 1))))
      yield remark(folder, at, `a kustomization.yaml in ${folder}`, 'none')
  }
}

function* keys(root: Cursor): Generator<Remark> {
  for (const [key, value] of root.pairs()) {
    if (['apiVersion', 'kind'].includes(key) && !KINDS.test(value.string() ?? ''))
      yield remark(key, value, 'kustomize.config.k8s.io/v1beta1, Kustomization', value.string() ?? 'none')
    if (KEYS.includes(key)) continue
    const near = nearest(
      key,
      KEYS.filter((each) => !root.has(each)),
      2,
    )
    yield remark(key, value.keyPlace(), near ?? 'a key of a kustomization', `${key}, which kustomize does not know`)
  }
}

/** Resources and generators: kustomization-files-exist. */
function* paths(root: Cursor, { exists, config }: LintInput): Generator<Remark> {
  const folder = (file: string): string => file.replace(/[^/]*$/, '')
  for (const { file, at } of patchPathsOf(root)) {
    const beside = config.texts.filter((text) => folder(text.file) === folder(file)).map((text) => text.file.slice(folder(file).length))
    if (!exists(file))
      yield remark(root.text.file, at, `${file} on the disk`, `no such file${didYouMean(file.slice(folder(file).length), beside)}`)
  }
}

function* judgePatch({ target, patch }: Patch, objects: readonly Cursor[]): Generator<Remark> {
  if (target?.has('annotationSelector') === true) return
  const labels = labelsAsked(target)
  if (labels === undefined) return
  const meant = objects.filter(
    (each) =>
      isMeant(target, patch, each) && Object.entries(labels).every(([label, value]) => each.labels('metadata', 'labels')[label] === value),
  )
  // What has the labels of a selector may get them from a kustomization.
  if (meant.length === 0 && Object.keys(labels).length > 0) return
  const [kind, name] = [
    target?.string('kind') ?? patch.string('kind') ?? '',
    target?.string('name') ?? (target === undefined ? nameOf(patch) : ''),
  ]
  if (meant.length === 0 && (kind !== '' || name !== '')) {
    const at = target ?? patch.near('metadata', 'name')
    const known = objects.map((each) => `${each.string('kind') ?? ''} ${nameOf(each)}`)
    const near = nearest(`${kind} ${name}`, known)
    // Secrets and ConfigMaps may be generated.
    if (!/^(?:ConfigMap|Secret)$/.test(kind))
      yield remark(
        name || kind,
        at,
        `an object of the kustomization: ${near ?? known.slice(0, 6).join(', ')}`,
        `${`${kind} ${name}`.trim()}, which is none: ${target === undefined ? 'kustomize ends' : 'nothing is patched'}`,
      )
    return
  }
  for (const base of meant) {
    if (!patch.isList()) yield* containers(patch, base)
  }
  if (patch.isList()) yield* oneAPlace(meant.flatMap((base) => [...operations(patch, base)]))
}

/** feature=simulation; undefined: a selector of another form. */
function labelsAsked(target: Cursor | undefined): Record<string, string> | undefined {
  const text = target?.string('labelSelector') ?? ''
  if (text === '') return {}
  const pairs = text.split(',').map((each) => /^\s*([\w./-]+)\s*==?\s*([\w.-]+)\s*$/.exec(each))
  return pairs.includes(null) ? undefined : Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']))
}

/** A container of another name is a further one, and needs an image. */
function* containers(patch: Cursor, base: Cursor): Generator<Remark> {
  const own = base.items('spec', 'template', 'spec', 'containers').flatMap((each) => each.string('name') ?? [])
  for (const container of patch.items('spec', 'template', 'spec', 'containers')) {
    const name = container.string('name') ?? ''
    if (own.length > 0 && !own.includes(name) && !container.has('image') && container.string('$patch') === undefined)
      yield remark(
        nameOf(base),
        container.near('name'),
        `a container of ${nameOf(base)}: ${own.join(', ')}`,
        `${name}${didYouMean(name, own)}: a further one, without an image`,
      )
  }
}

/** https://datatracker.ietf.org/doc/html/rfc6902: what is replaced or removed has to be there. */
function* operations(patch: Cursor, base: Cursor): Generator<Remark> {
  for (const operation of patch.items()) {
    const [op, path] = [operation.string('op') ?? '', operation.string('path') ?? '']
    const steps = path
      .split('/')
      .slice(1)
      .map((each) => each.replaceAll('~1', '/').replaceAll('~0', '~'))
    const needed = /^(?:replace|remove|test)$/.test(op) ? steps : steps.slice(0, -1)
    if (!/^(?:add|replace|remove|test|move|copy)$/.test(op))
      yield remark(nameOf(base), operation.near('op'), 'add, replace, remove, move, copy or test', op || 'none')
    if (!/^(?:add|replace|remove|test)$/.test(op) || needed.length === 0) continue
    let at: Cursor | undefined = base
    for (const step of needed) at = at?.get(/^\d+$/.test(step) && at.isList() ? Number(step) : step)
    if (at === undefined)
      yield remark(
        nameOf(base),
        operation.near('path'),
        `a path of ${base.string('kind') ?? ''} ${nameOf(base)}`,
        `${op} ${path}, which is not there`,
      )
  }
}

function* names(root: Cursor, objects: readonly Cursor[]): Generator<Remark> {
  const images = objects.flatMap(imagesIn)
  const bare = new Set(images.map((image) => image.replace(/@.*$/, '').replace(/:[^/:]*$/, '')))
  for (const at of root.items('images')) {
    const name = at.string('name') ?? ''
    if (bare.size > 0 && name !== '' && !bare.has(name))
      yield warning(
        name,
        at.near('name'),
        `an image of a container: ${[...bare].slice(0, 6).join(', ')}`,
        `${name}${didYouMean(name, bare)}: nothing is changed`,
      )
  }
  const scaled = objects
    .filter((each) => /^(?:Deployment|StatefulSet|ReplicaSet|ReplicationController)$/.test(each.string('kind') ?? ''))
    .map(nameOf)
  for (const at of root.items('replicas')) {
    const name = at.string('name') ?? ''
    if (scaled.length > 0 && !scaled.includes(name))
      yield remark(name, at.near('name'), `what has replicas: ${scaled.join(', ')}`, `${name}${didYouMean(name, scaled)}`)
  }
}

function imagesIn(object: Cursor): string[] {
  const specs = [
    object.get('spec', 'template', 'spec'),
    object.get('spec', 'jobTemplate', 'spec', 'template', 'spec'),
    object.string('kind') === 'Pod' ? object.get('spec') : undefined,
  ]
  return specs.flatMap((spec) =>
    ['containers', 'initContainers'].flatMap((key) => spec?.items(key).flatMap((each) => each.string('image') ?? []) ?? []),
  )
}
