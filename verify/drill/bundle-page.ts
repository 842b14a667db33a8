import { build } from 'esbuild'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { PageCode } from '../model/page.ts'

/** The page's code and style, each as one text, made from verify/page/; takes about a tenth of a second and no network. */
export async function bundlePage(): Promise<PageCode> {
  const { outputFiles } = await build({
    entryPoints: [
      fileURLToPath(new URL('../page/main.tsx', import.meta.url)),
      fileURLToPath(new URL('../page/style.css', import.meta.url)),
    ],
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
