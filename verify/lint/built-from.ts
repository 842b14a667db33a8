import type { LintInput } from './lint-check.ts'
import { sourceOf } from '../config/deployment/container-files.ts'
import type { Workload } from '../config/deployment/workloads.ts'

/**
 * The image that a service's own is made from: that of the last stage of its Dockerfile, in the compose file or in its build context.
 * undefined: it is not built here, or its Dockerfile is not known.
 */
export function builtFrom({ at }: Workload, { sources }: Pick<LintInput, 'sources'>): string | undefined {
  const text = at.string('build', 'dockerfile_inline') ?? dockerfile(at, sources)
  const stages = [...(text ?? '').matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)].map(([, image = '', name = '']) => ({
    image,
    name,
  }))
  let image = stages.at(-1)?.image
  // A stage may be made from another one before it.
  for (const { name, image: base } of stages.toReversed().slice(1)) if (name !== '' && name === image) image = base
  return image
}

function dockerfile(at: Workload['at'], sources: LintInput['sources']): string | undefined {
  const context = at.string('build') ?? at.string('build', 'context')
  const folder = context === undefined ? undefined : sourceOf(at, context.startsWith('.') ? context : `./${context}`)
  const name = at.string('build', 'dockerfile') ?? 'Dockerfile'
  return folder === undefined ? undefined : sources?.(folder).find(({ file }) => file === `${folder}/${name}` || file === name)?.text
}
