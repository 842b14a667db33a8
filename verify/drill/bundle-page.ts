import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { PageCode } from '../model/page.ts'
import { IS_PACKAGE, toolFile } from '../tool/tool-files.ts'

/** Where a package has it, made when it was packed. */
export const PACKED_PAGE = 'dist/page.json'

/** The page's code and style, each as one text, made from verify/page/; takes about a tenth of a second and no network. */
export async function bundlePage(): Promise<PageCode> {
  if (IS_PACKAGE) return JSON.parse(readFileSync(toolFile(PACKED_PAGE), 'utf8')) as PageCode
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [toolFile('verify/page/main.tsx'), toolFile('verify/page/style.css')],
    bundle: true,
    minify: true,
    write: false,
    outdir: '/',
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'utf8',
    legalComments: 'none',
    tsconfigRaw: '{}',
  })
  const textOf = (name: string): string => outputFiles.find(({ path }) => path.endsWith(name))?.text ?? ''
  const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`
  // Neither may end the element that it stands in.
  const script = textOf('main.js').replaceAll('</script', '<\\/script')
  const style = textOf('style.css').replaceAll('</style', '<\\/style')
  return { script, scriptHash: hashOf(script), style, styleHash: hashOf(style) }
}
