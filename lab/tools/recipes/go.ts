import { copyFile, cp, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { GO_FAST_FLAGS, goFlags, XK6_BUILD_FLAGS } from '../recipe-inputs.ts'
import type { Part, Recipe } from '../parts.ts'
import type { Step, StepContext } from './recipe.ts'

const GO_ENV = { CGO_ENABLED: '0' }

type GoRecipe = Extract<Recipe, { kind: 'go' }>
type Xk6Recipe = Extract<Recipe, { kind: 'xk6' }>

export function goSteps(part: Part, recipe: GoRecipe): Step[] {
  return [
    {
      lane: 'network',
      doing: 'downloading modules',
      seconds: part.seconds.network,
      run: async ({ run, around }) => {
        // -e: a file that the module lacks is no reason to stop here.
        await run(fetchPackages(moduleFolder(around.checkout, recipe.module), recipe.package, recipe.lacks === undefined ? [] : ['-e']))
      },
    },
    {
      lane: 'cpu',
      doing: 'compiling',
      seconds: part.seconds.cpu,
      run: async (context) => {
        const { run, around, out } = context
        await run({
          program: 'go',
          args: [
            'build',
            ...(await completed(recipe, context)),
            ...goFlags(recipe),
            `-ldflags=-s -w -X ${recipe.stamp}`,
            '-o',
            path.join(out, recipe.output),
            recipe.package,
          ],
          cwd: moduleFolder(around.checkout, recipe.module),
          env: GO_ENV,
        })
      },
    },
  ]
}

/** Flags that build with a copy of the module that has the file it lacks: Go lets nothing in its module cache be replaced. */
async function completed({ module, lacks }: GoRecipe, { run, around, work }: StepContext): Promise<string[]> {
  if (lacks === undefined) return []
  const cwd = moduleFolder(around.checkout, module)
  const copy = path.join(work, 'module')
  const source = await run({ program: 'go', args: ['list', '-m', '-f', '{{.Dir}}', lacks.module], cwd, env: GO_ENV })
  await rm(copy, { recursive: true, force: true })
  await cp(source.trim(), copy, { recursive: true })
  // The module cache is read-only, and so is a copy of it.
  await run({ program: 'chmod', args: ['-R', 'u+w', copy] })
  await mkdir(path.dirname(path.join(copy, lacks.file)), { recursive: true })
  await writeFile(path.join(copy, lacks.file), '')
  for (const file of ['go.mod', 'go.sum']) await copyFile(path.join(cwd, file), path.join(work, file))
  await run({ program: 'go', args: ['mod', 'edit', `-replace=${lacks.module}=${copy}`, path.join(work, 'go.mod')] })
  return [`-modfile=${path.join(work, 'go.mod')}`]
}

/** xk6 is k6's own builder; with it an extension is one word more. */
export function xk6Steps(part: Part, recipe: Xk6Recipe): Step[] {
  const builder = 'go.k6.io/xk6/cmd/xk6'
  return [
    {
      lane: 'network',
      doing: 'downloading modules',
      seconds: part.seconds.network,
      run: async ({ run, around, signal }) => {
        await run(fetchPackages(moduleFolder(around.checkout, recipe.module), builder))
        signal.throwIfAborted()
        // xk6 makes its own module, so what it will need is fetched by version.
        await run({
          program: 'go',
          args: ['mod', 'download', `go.k6.io/k6@${recipe.version}`],
          cwd: moduleFolder(around.checkout, recipe.module),
        })
      },
    },
    {
      lane: 'cpu',
      doing: 'compiling',
      seconds: part.seconds.cpu,
      run: async ({ run, around, work, out }) => {
        const xk6 = path.join(work, 'xk6')
        await run({
          program: 'go',
          args: ['build', ...GO_FAST_FLAGS, '-ldflags=-s -w', '-o', xk6, builder],
          cwd: moduleFolder(around.checkout, recipe.module),
          env: GO_ENV,
        })
        await run({
          program: xk6,
          args: ['build', recipe.version, '--output', path.join(out, 'k6')],
          cwd: work,
          env: { ...GO_ENV, XK6_BUILD_FLAGS },
        })
      },
    },
  ]
}

function moduleFolder(checkout: string, module: string): string {
  return path.join(checkout, 'lab/tools/go', module)
}

/** Listing what a package is made of downloads just that; `go mod download` would fetch everything go.mod mentions. */
function fetchPackages(cwd: string, target: string, flags: readonly string[] = []) {
  return { program: 'go', args: ['list', ...flags, '-deps', '-f', '{{if .Module}}{{end}}', target], cwd, env: GO_ENV }
}
