import { dirname, normalize } from 'node:path'
import { remembered } from '../../text/remembered.ts'
import type { Configuration } from '../configuration.ts'
import { pointed, type Operation } from '../yaml/layers.ts'
import type { Cursor } from '../yaml/cursor.ts'
import { nameOfObject, resourcesOf, wholeObjects } from './kubernetes-objects.ts'
import { isMeant, patchesOf, withPatches } from './kustomize.ts'

/** An object of Kubernetes as it comes to the API server. */
export interface Deployed {
  /** With the patches and replicas of its kustomizations; places are those of what is written. */
  object: Cursor
  /** With prefix and suffix. */
  name: string
  /** undefined: that of `kubectl apply`, which is not known here. */
  namespace: string | undefined
  /** The outermost kustomization that it is a part of; undefined: applied as it is written. */
  by: Cursor | undefined
  /** The namePrefix or nameSuffix that gives it another name than is written. */
  renamedBy: Cursor | undefined
  /** As it is written. */
  base: Cursor
  /** A patch takes it out; none that deployedObjects returns. */
  isGone?: boolean
}

export type Written = Pick<Configuration, 'manifests'> & Partial<Pick<Configuration, 'kustomizations' | 'texts'>>
type Known = Pick<Configuration, 'manifests' | 'kustomizations' | 'texts'>

/**
 * Each object once for each outermost kustomization that it is a part of, or as it is written where it is a part of none. What a
 * kustomization takes from elsewhere, from Helm charts or from generators of its own is not among them.
 */
export function deployedObjects(config: Written): readonly Deployed[] {
  return ofConfiguration(config)
}

const ofConfiguration = remembered(({ manifests, kustomizations = [], texts = [] }: Written): readonly Deployed[] => {
  const known = { manifests, kustomizations, texts }
  const built = outermost(known).flatMap((root) => builtBy(root, known).map((each) => ({ ...each, by: root })))
  const reached = new Set(built.map(({ base }) => base.node))
  return [...built, ...wholeObjects(known).flatMap((object) => (reached.has(object.node) ? [] : [asWritten(object)]))].filter(
    ({ isGone }) => isGone !== true,
  )
})

/** The same objects, those alike once; of one that some kustomization patches, what is patched alone. */
export function deployedManifests(config: Written): readonly Cursor[] {
  return alike(config)
}

const alike = remembered((config: Written): readonly Cursor[] => {
  const all = deployedObjects(config)
  const changed = new Set(all.filter(({ object, base }) => object !== base).map(({ base }) => base.node))
  return [...new Set(all.filter(({ object, base }) => object !== base || !changed.has(base.node)).map(({ object }) => object))]
})

function spaceOf(object: Cursor): string | undefined {
  return object.string('metadata', 'namespace')
}

function asWritten(object: Cursor): Deployed {
  return { object, base: object, name: nameOfObject(object), namespace: spaceOf(object), by: undefined, renamedBy: undefined }
}

/** Kustomizations that no other one names; a component is a part of others only. */
function outermost({ kustomizations }: Known): Cursor[] {
  const named = new Set(kustomizations.flatMap((root) => resourcesOf(root).map(({ file }) => file.replace(/\/$/, ''))))
  return kustomizations.filter((root) => root.string('kind') !== 'Component' && !named.has(folderOf(root)) && !named.has(pathOf(root)))
}

function folderOf({ text }: Cursor): string {
  return dirname(normalize(text.file))
}

function pathOf({ text }: Cursor): string {
  return normalize(text.file)
}

const byFile = remembered((known: Known) => Map.groupBy(wholeObjects(known), pathOf))

/** Deeper ones name each other in a circle, which kustomize refuses. */
const DEEPEST = 20

function builtBy(root: Cursor, known: Known, depth = 0): Deployed[] {
  const named = (...keys: string[]): string[] => resourcesOf(root, keys).map(({ file }) => file.replace(/\/$/, ''))
  let found = named('resources', 'bases').flatMap((path) => atPath(path, root, known, depth))
  for (const path of named('components'))
    for (const component of known.kustomizations.filter((each) => each !== root && folderOf(each) === path))
      if (depth < DEEPEST) found = changedBy(component, [...found, ...builtBy(component, known, depth + 1)], known)
  return changedBy(root, found, known)
}

function atPath(path: string, root: Cursor, known: Known, depth: number): Deployed[] {
  const own = byFile(known).get(path)
  if (own !== undefined) return own.map(asWritten)
  const inner = known.kustomizations.find((each) => each !== root && folderOf(each) === path)
  if (inner !== undefined) return depth < DEEPEST ? builtBy(inner, known, depth + 1) : []
  // kustomize refuses a folder without a kustomization: kustomizations-apply says so.
  return wholeObjects(known)
    .filter((each) => folderOf(each) === path)
    .map(asWritten)
}

/** Those that neither prefix nor suffix changes: https://github.com/kubernetes-sigs/kustomize/blob/api/v0.20.1/api/internal/builtins/PrefixTransformer.go */
const KEEPS_ITS_NAME = /^(?:CustomResourceDefinition|APIService|Namespace)$/
const SCALED = /^(?:Deployment|StatefulSet|ReplicaSet|ReplicationController)$/

function changedBy(root: Cursor, all: readonly Deployed[], known: Known): Deployed[] {
  const patches = patchesOf(root, known.manifests, known.texts)
  const [prefix, suffix] = [root.string('namePrefix') ?? '', root.string('nameSuffix') ?? '']
  const namespace = root.string('namespace')
  return all.map((each): Deployed => {
    const own = patches.filter(({ target, patch }) => isMeant(target, patch, each.base)).map(({ patch }) => patch)
    if (own.some((patch) => patch.string('$patch') === 'delete')) return { ...each, isGone: true }
    const kind = each.base.string('kind') ?? ''
    const operations = [...(SCALED.test(kind) ? countsFor(each, root) : []), ...labelsOf(root, kind)]
    const patched = own.length === 0 ? each.object : withPatches(each.object, own)
    const isRenamed = prefix + suffix !== '' && !KEEPS_ITS_NAME.test(kind)
    return {
      ...each,
      object: pointed(patched, operations),
      namespace: namespace ?? (spaceOf(patched) === spaceOf(each.object) ? each.namespace : spaceOf(patched)),
      ...(isRenamed ? { name: `${prefix}${each.name}${suffix}`, renamedBy: root.get('namePrefix') ?? root.get('nameSuffix') } : {}),
    }
  })
}

function countsFor({ base }: Deployed, root: Cursor): Operation[] {
  const counts = root.items('replicas').filter((one) => one.string('name') === nameOfObject(base))
  return counts.flatMap((one) => one.get('count') ?? []).map((value) => ({ op: 'add', path: ['spec', 'replicas'], value }))
}

const TEMPLATE = ['spec', 'template', 'metadata', 'labels']

/**
 * Labels that are given to every object, where it has labels already.
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/labels/
 */
function labelsOf(root: Cursor, kind: string): Operation[] {
  const selector = ['spec', 'selector', ...(kind === 'Service' ? [] : ['matchLabels'])]
  const given = (pairs: Cursor | undefined, inSelectors: boolean, inTemplates: boolean): Operation[] => {
    const places = [['metadata', 'labels'], ...(inTemplates ? [TEMPLATE] : []), ...(inSelectors ? [selector] : [])]
    return (pairs?.pairs() ?? []).flatMap(([label, value]) =>
      places.map((path): Operation => ({ op: 'add', path: [...path, label], value })),
    )
  }
  return [
    ...given(root.get('commonLabels'), true, true),
    ...root.items('labels').flatMap((each) => {
      const inSelectors = each.bool('includeSelectors') === true
      return given(each.get('pairs'), inSelectors, inSelectors || each.bool('includeTemplates') === true)
    }),
  ]
}
