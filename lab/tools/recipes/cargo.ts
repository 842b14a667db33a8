import { copyFileSync } from 'node:fs'
import path from 'node:path'
import { CARGO_FLAGS } from '../recipe-inputs.ts'
import type { Part, Recipe } from '../parts.ts'
import type { Step } from './recipe.ts'

export function cargoSteps(part: Part, recipe: Extract<Recipe, { kind: 'cargo' }>): Step[] {
  const manifest = (checkout: string) => ['--manifest-path', path.join(checkout, recipe.folder, 'Cargo.toml')]
  return [
    {
      lane: 'network',
      doing: 'downloading crates',
      seconds: part.seconds.network,
      run: async ({ run, around }) => {
        await run({ program: 'cargo', args: ['fetch', '--locked', ...manifest(around.checkout)] })
      },
    },
    {
      lane: 'cpu',
      doing: 'compiling',
      seconds: part.seconds.cpu,
      run: async ({ run, around, out }) => {
        // Not in the part's scratch folder: a change of the source must not compile all crates again.
        const target = path.join(around.cacheRoot, 'cargo-target', part.id)
        await run({ program: 'cargo', args: [...CARGO_FLAGS, ...manifest(around.checkout)], env: { CARGO_TARGET_DIR: target } })
        copyFileSync(path.join(target, 'release', recipe.output), path.join(out, recipe.output))
      },
    },
  ]
}
