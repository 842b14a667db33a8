import { dirname, join, normalize } from 'node:path'
import { readableDocuments, type Cursor } from './document.ts'
import { patched } from './layers.ts'

/**
 * Kubernetes objects as kustomize deploys them: each with the patches of its kustomization laid over it, once for each kustomization that
 * patches it. A patch is a part of an object: by itself it is none, and one whose base is not here is left out.
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
 */
export function patchedManifests(manifests: readonly Cursor[], kustomizations: readonly Cursor[]): Cursor[] {
  const files = new Set(kustomizations.flatMap(patchFiles))
  const bases = manifests.filter((root) => !files.has(normalize(root.text.file)))
  const variants = new Map<Cursor, Cursor[]>()
  for (const kustomization of kustomizations) {
    const all = patchesOf(kustomization, manifests)
    for (const base of all.length === 0 ? [] : bases) {
      const own = all.filter(({ target, patch }) => isMeant(target, patch, base)).map(({ patch }) => patch)
      if (own.length > 0) variants.set(base, [...(variants.get(base) ?? []), patched(base, own)])
    }
  }
  return bases.flatMap((base) => variants.get(base) ?? [base])
}

const LISTS = ['patches', 'patchesStrategicMerge', 'patchesJson6902']

function patchFiles(kustomization: Cursor): string[] {
  const folder = dirname(kustomization.text.file)
  const entries = LISTS.flatMap((key) => kustomization.items(key))
  return entries.flatMap((at) => at.string() ?? at.string('path') ?? []).map((file) => normalize(join(folder, file)))
}

interface Patch {
  /** What it is for, where the kustomization says so. */
  target: Cursor | undefined
  patch: Cursor
}

function patchesOf(kustomization: Cursor, manifests: readonly Cursor[]): Patch[] {
  const folder = dirname(kustomization.text.file)
  return LISTS.flatMap((key) => kustomization.items(key)).flatMap((at): Patch[] => {
    const inline = at.get('patch')?.embedded('patch') ?? (/\n/.test(at.string() ?? '') ? at.embedded('patch') : undefined)
    const file = normalize(join(folder, at.string('path') ?? at.string() ?? ''))
    const roots = inline === undefined ? manifests.filter((root) => normalize(root.text.file) === file) : readableDocuments(inline)
    return roots.filter((root) => root.isMap()).map((patch) => ({ target: at.get('target'), patch }))
  })
}

function isMeant(target: Cursor | undefined, patch: Cursor, base: Cursor): boolean {
  const [kind, name] = [target?.string('kind') ?? patch.string('kind'), target?.string('name')]
  if (kind !== undefined && kind !== base.string('kind')) return false
  const own = base.string('metadata', 'name') ?? ''
  if (target === undefined) return patch.string('metadata', 'name') === own
  return name === undefined || name === own || isPattern(name, own)
}

/** The name of a target is a regular expression, anchored. */
function isPattern(name: string, own: string): boolean {
  const literal = name.split('.*').map((part) => part.replace(/[^\w-]/g, '\\$&'))
  return new RegExp(`^${literal.join('.*')}$`).test(own)
}
