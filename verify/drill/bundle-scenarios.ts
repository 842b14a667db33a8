import { build } from 'esbuild'
import type { PlatformFolder } from '../model/platform-folder.ts'

/** The program of each scenario in one file, for a k6 that has no folder of scenarios. */
export async function bundleScenarios({ scripts }: Pick<PlatformFolder, 'scripts'>): Promise<Map<string, string>> {
  const names = Object.keys(scripts)
  const { outputFiles } = await build({
    entryPoints: Object.entries(scripts).map(([name, { script }]) => ({ in: script, out: name })),
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
