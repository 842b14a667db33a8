import { dirname, join, normalize } from 'node:path'
import { anchored } from '../../text/re2.ts'
import { readableDocuments, type ConfigText, type Cursor } from '../yaml/cursor.ts'
import { operationsIn, patched, pointed } from '../yaml/layers.ts'

/**
 * Kubernetes objects as kustomize deploys them: each with the patches of its kustomization laid over it, once for each kustomization that
 * patches it. A patch is a part of an object: by itself it is none, and one whose base is not here is left out.
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
 */
export function patchedManifests(
  manifests: readonly Cursor[],
  kustomizations: readonly Cursor[],
  texts: readonly ConfigText[] = [],
): Cursor[] {
  const files = new Set(kustomizations.flatMap(patchFilesOf))
  const bases = manifests.filter((root) => !files.has(normalize(root.text.file)))
  const variants = new Map<Cursor, Cursor[]>()
  for (const kustomization of kustomizations) {
    const all = patchesOf(kustomization, manifests, texts)
    for (const base of all.length === 0 ? [] : bases) {
      const own = all.filter(({ target, patch }) => isMeant(target, patch, base)).map(({ patch }) => patch)
      if (own.length > 0) variants.set(base, [...(variants.get(base) ?? []), withPatches(base, own)])
    }
  }
  return bases.flatMap((base) => variants.get(base) ?? [base])
}

/** Parts of an object are laid over it, operations of a JSON patch are carried out on it. */
export function withPatches(base: Cursor, patches: readonly Cursor[]): Cursor {
  const parts = patches.filter((patch) => patch.isMap())
  return pointed(parts.length === 0 ? base : patched(base, parts), patches.filter((patch) => patch.isList()).flatMap(operationsIn))
}

const LISTS = ['patches', 'patchesStrategicMerge', 'patchesJson6902']

/** Files of patches, as the kustomization names them. */
export function patchPathsOf(kustomization: Cursor): { file: string; at: Cursor }[] {
  const folder = dirname(kustomization.text.file)
  const named = [
    ...kustomization.items('patchesStrategicMerge'),
    ...LISTS.flatMap((key) => kustomization.items(key).flatMap((each) => each.get('path') ?? [])),
  ]
  return named.flatMap((at) => {
    const path = at.string() ?? ''
    return path === '' || /\n|:\/\/|\$/.test(path) ? [] : [{ file: normalize(join(folder, path)), at }]
  })
}

/** Files of patches, named as texts are. */
export function patchFilesOf(kustomization: Cursor): string[] {
  const folder = dirname(kustomization.text.file)
  const entries = LISTS.flatMap((key) => kustomization.items(key))
  return entries.flatMap((at) => at.string() ?? at.string('path') ?? []).map((file) => normalize(join(folder, file)))
}

export interface Patch {
  /** What it is for, where the kustomization says so. */
  target: Cursor | undefined
  patch: Cursor
}

export function patchesOf(kustomization: Cursor, manifests: readonly Cursor[], texts: readonly ConfigText[]): Patch[] {
  const folder = dirname(kustomization.text.file)
  return LISTS.flatMap((key) => kustomization.items(key)).flatMap((at): Patch[] => {
    const inline = at.get('patch')?.embedded('patch') ?? (/\n/.test(at.string() ?? '') ? at.embedded('patch') : undefined)
    const file = normalize(join(folder, at.string('path') ?? at.string() ?? ''))
    const own = manifests.filter((root) => normalize(root.text.file) === file)
    // A JSON patch is a list, and no manifest.
    const lists = texts.filter((text) => normalize(text.file) === file).flatMap(readableDocuments)
    const roots = inline !== undefined ? readableDocuments(inline) : own.length > 0 ? own : lists.filter((root) => root.isList())
    return roots.filter((root) => root.isMap() || (root.isList() && at.has('target'))).map((patch) => ({ target: at.get('target'), patch }))
  })
}

export function isMeant(target: Cursor | undefined, patch: Cursor, base: Cursor): boolean {
  const [kind, name] = [base.string('kind') ?? '', base.string('metadata', 'name') ?? '']
  if (target === undefined) return (patch.string('kind') ?? kind) === kind && patch.string('metadata', 'name') === name
  return (
    fits(target.string('kind'), kind) &&
    fits(target.string('name'), name) &&
    chosen(target.string('labelSelector'), base.labels('metadata', 'labels')) &&
    chosen(target.string('annotationSelector'), base.labels('metadata', 'annotations'))
  )
}

/** `a=b,c=d`; one with sets is not followed. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
function chosen(selector: string | undefined, labels: Readonly<Record<string, string>>): boolean {
  return (selector ?? '')
    .split(',')
    .filter((each) => each.trim() !== '')
    .every((each) => {
      const [, label = '', value] = /^\s*([\w./-]+)\s*==?\s*([\w.-]*)\s*$/.exec(each) ?? []
      return labels[label] !== undefined && labels[label] === value
    })
}

/**
 * Kind and name of a target are regular expressions, anchored.
 * https://github.com/kubernetes-sigs/kustomize/blob/api/v0.20.1/api/types/selector.go#L52-L87
 */
function fits(pattern: string | undefined, own: string): boolean {
  return pattern === undefined || pattern === '' || anchored(pattern)?.matcher(own).find() === true
}
