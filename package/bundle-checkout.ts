/**
 * What plan, list, explain and lint import as one file, which starts in half the time of its 600 sources: `npm ci` makes it (`prepare`),
 * and `npm run bundle` makes it anew. Used only while each of them is unchanged (checkout-start.mjs).
 */
import { build } from 'esbuild'
import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { messageOf } from '../verify/text/error-text.ts'
import { TOOL_ROOT } from '../verify/tool/tool-files.ts'
import { stateOf } from './checkout-start.mjs'
import { COMMONJS } from './commonjs.ts'

const COMMANDS = ['plan', 'list', 'explain', 'lint']
/** npm writes it at each install: a package of another version changes it. */
const INSTALLED = 'node_modules/.package-lock.json'
/** What lint never asks for and takes 20 ms to load; each is loaded when something of it is used. */
const SELDOM = /^node:(?:crypto|child_process|net|os|timers\/promises)$/
/** Clocks of files lag behind by a tick. */
const TICK_MS = 100

/** Resolves with the number of sources; undefined where one of them changed so late that it may not be what was read. */
export async function bundleCheckout(out: string): Promise<number | undefined> {
  const beganMs = Date.now()
  const fresh = `${out}.${process.pid}`
  rmSync(fresh, { recursive: true, force: true })
  const { metafile } = await build({
    absWorkingDir: TOOL_ROOT,
    entryPoints: ['verify/cli.ts'],
    outdir: fresh,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    charset: 'utf8',
    banner: { js: COMMONJS },
    metafile: true,
    tsconfigRaw: '{}',
    logLevel: 'warning',
    plugins: [
      {
        name: 'seldom used parts of Node',
        setup(its) {
          its.onResolve({ filter: SELDOM }, ({ path }) => ({ path, namespace: 'seldom' }))
          its.onLoad({ filter: /.*/, namespace: 'seldom' }, ({ path }) => ({ contents: whenUsed(path) }))
        },
      },
      {
        name: 'these commands alone',
        setup(its) {
          // Other commands are never asked for here; a driver's package is there when it is.
          its.onResolve({ filter: /.*/ }, ({ path, kind }) => {
            if (kind !== 'dynamic-import') return undefined
            const command = /\/commands\/(.+)-(?:command|live)\.ts$/.exec(path)?.[1]
            return (command !== undefined && !COMMANDS.includes(command)) || !path.startsWith('.') ? { path, external: true } : undefined
          })
        },
      },
    ],
  })
  const inputs = [...Object.keys(metafile.inputs).filter((path) => !path.startsWith('seldom:')), INSTALLED].map(
    (path) => [path, stateOf(join(TOOL_ROOT, path))] as const,
  )
  const late = inputs.filter(([path]) => statSync(join(TOOL_ROOT, path)).ctimeMs >= beganMs - TICK_MS)
  rmSync(out, { recursive: true, force: true })
  if (late.length > 0) {
    rmSync(fresh, { recursive: true })
    return undefined
  }
  writeFileSync(join(fresh, 'inputs.json'), JSON.stringify({ commands: COMMANDS, program: 'cli.mjs', inputs }))
  mkdirSync(dirname(out), { recursive: true })
  renameSync(fresh, out)
  return inputs.length
}

/** A module in place of one of Node's, which gets it as soon as something of it is read. */
function whenUsed(name: string): string {
  return `for (const key of ${JSON.stringify(Object.keys(process.getBuiltinModule(name) ?? {}))})
    Object.defineProperty(exports, key, { enumerable: true, get: () => process.getBuiltinModule(${JSON.stringify(name)})[key] })`
}

// npm runs `prepare` before it packs as well, where nothing is gained by it.
if (import.meta.main && process.env['npm_command'] !== 'pack')
  try {
    const out = join(TOOL_ROOT, 'node_modules/.cache/bundle')
    // npm may have written the last of them just before it came here.
    const count = (await bundleCheckout(out)) ?? (await bundleCheckout(out))
    process.stderr.write(
      count === undefined ? 'no bundle: a source changed just now\n' : `bundle of ${COMMANDS.join(', ')}: ${count} files\n`,
    )
  } catch (error) {
    // The sources work without it.
    process.stderr.write(`no bundle: ${messageOf(error)}\n`)
  }
