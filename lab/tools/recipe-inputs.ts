import type { Recipe } from './parts.ts'

/**
 * A third less CPU time than an optimised build (measured: k6 253 -> 174 CPU seconds), for programs that are not what is measured.
 * CGO is off so that the result needs no C compiler.
 */
export const GO_FAST_FLAGS = ['-trimpath', '-buildvcs=false', '-gcflags=all=-dwarf=false -N -l'] as const
/** For a program whose own use of the CPU counts: the compiler optimises. */
const GO_OPTIMISED_FLAGS = ['-trimpath', '-buildvcs=false', '-gcflags=all=-dwarf=false'] as const
/** xk6 splits this text like a shell. */
export const XK6_BUILD_FLAGS = "-trimpath -buildvcs=false -gcflags=all=-dwarf=false -ldflags='-s -w'"
export const MAVEN_FLAGS = ['-B', '-ntp', '-DskipTests'] as const
export const CARGO_FLAGS = ['build', '--release', '--locked'] as const

/** What besides the recipe itself decides the outcome: flags, and folders of the checkout whose files are read. */
export function recipeInputs(recipe: Recipe): { flags: readonly string[]; folders: readonly string[] } {
  switch (recipe.kind) {
    case 'go':
      return { flags: goFlags(recipe), folders: [`lab/tools/go/${recipe.module}`] }
    case 'xk6':
      return { flags: [XK6_BUILD_FLAGS], folders: [`lab/tools/go/${recipe.module}`] }
    case 'debian':
      return { flags: [], folders: [] }
    case 'maven-jars':
      return { flags: MAVEN_FLAGS, folders: [recipe.folder] }
    case 'maven-build':
      return { flags: MAVEN_FLAGS, folders: [recipe.folder] }
    case 'cargo':
      return { flags: CARGO_FLAGS, folders: [recipe.folder] }
    case 'script':
      return { flags: [], folders: [] }
  }
}

export function goFlags({ optimised }: Extract<Recipe, { kind: 'go' }>): readonly string[] {
  return optimised === true ? GO_OPTIMISED_FLAGS : GO_FAST_FLAGS
}
