import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { scenarios } from '../../scenarios/meta.ts'

/** The program of each scenario in one file, for a k6 that has no folder of scenarios. */
export async function bundleScenarios(): Promise<Map<string, string>> {
  const names = Object.keys(scenarios)
  const { outputFiles } = await build({
    entryPoints: names.map((name) => fileURLToPath(new URL(`../../scenarios/${name}.ts`, import.meta.url))),
    bundle: true,
    write: false,
    outdir: '/',
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    external: ['k6', 'k6/*'],
    charset: 'utf8',
    tsconfigRaw: '{}',
  })
  return new Map(names.map((name) => [name, outputFiles.find(({ path }) => path.endsWith(`/${name}.js`))?.text ?? '']))
}
