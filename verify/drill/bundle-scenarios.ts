import { FiredrillError } from '../model/error.ts'
import type { PlatformFolder } from '../model/platform-folder.ts'

/** The program of each scenario in one file, for a k6 that has no folder of scenarios. */
export async function bundleScenarios({ scripts }: Pick<PlatformFolder, 'scripts'>): Promise<Map<string, string>> {
  const { build } = await import('esbuild').catch((cause: unknown) => {
    // The package of `npm pack` comes without it: what a single option needs would be most of its size.
    throw new FiredrillError('ESBUILD_MISSING', 'k6 scripts are bundled by esbuild, which is not installed', {
      exitCode: 3,
      next: 'type: npm install esbuild',
      cause,
    })
  })
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
