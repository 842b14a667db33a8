/**
 * Compiles the tool into dist/, what `npm pack` takes: Node strips no types below node_modules. All that is imported is in it, so that the
 * package has no dependencies; what each command imports lies in chunks of its own, so that it alone is read.
 */
import { build, type Metafile } from 'esbuild'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bundlePage, PACKED_PAGE } from '../verify/drill/bundle-page.ts'
import { TOOL_ROOT, toolFile } from '../verify/tool/tool-files.ts'
import { COMMONJS } from './commonjs.ts'

/** Programs that run as processes of their own: dist/ has each at the path of its source. */
const PROGRAMS = ['verify/cli.ts', 'chaos/watchdog.ts', 'verify/targets/cpu-wait-process.ts']
/** Compiled add-ons that only speed something up, and the one tool that a package does without. */
const LEFT_OUT = ['cpu-features', '*.node', 'esbuild']

interface Built {
  /** Paths from the root of the tool. */
  files: string[]
  /** Packages that are compiled in. */
  packages: string[]
}

async function buildPackage(out: string): Promise<Built> {
  rmSync(out, { recursive: true, force: true })
  const { metafile } = await build({
    absWorkingDir: TOOL_ROOT,
    entryPoints: PROGRAMS,
    outbase: '.',
    outdir: out,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    inject: ['package/node-20.ts'],
    external: LEFT_OUT,
    // Names stay: stacks and `constructor.name` are read.
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
  })
  const packages = packagesIn(metafile)
  writeFileSync(join(out, 'licences.txt'), packages.map(licenceOf).join('\n'))
  writeFileSync(join(out, PACKED_PAGE.replace(/^dist\//, '')), JSON.stringify(await bundlePage()))
  const dropped = new Set(dropMapsOfOthers(metafile))
  return { files: Object.keys(metafile.outputs).filter((path) => !dropped.has(path)), packages }
}

/** Chunks of packages alone keep no map: theirs would be five times as large as ours, and only who mends them asks for it. */
function dropMapsOfOthers({ outputs }: Metafile): string[] {
  const others = Object.entries(outputs).flatMap(([path, { inputs }]) => {
    const sources = Object.keys(inputs)
    return sources.length > 0 && sources.every((source) => source.includes('node_modules/')) ? [path] : []
  })
  for (const path of others) {
    const file = join(TOOL_ROOT, path)
    rmSync(`${file}.map`)
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\/\/# sourceMappingURL=.*\n$/m, ''))
  }
  return others.map((path) => `${path}.map`)
}

function packagesIn({ inputs }: Metafile): string[] {
  const folders = Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
  return [...new Set(folders)].sort()
}

/** Each licence of these packages asks that its text goes along. */
function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(TOOL_ROOT, folder, 'package.json'), 'utf8')) as Record<string, unknown>
  const texts = readdirSync(join(TOOL_ROOT, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isFile() && /^(?:licen[cs]e|copying|notice)/i.test(entry.name) ? [entry.name] : [],
  )
  const text = texts.map((file) => readFileSync(join(TOOL_ROOT, folder, file), 'utf8').trim()).join('\n\n')
  return `${'='.repeat(80)}\n${String(name)} ${String(version)}: ${typeof license === 'string' ? license : 'see below'}\n\n${text}\n`
}

const MANIFEST = toolFile('package.json')
const KEPT = toolFile('node_modules/.cache/package.json.kept')

/**
 * What is compiled in is no dependency of the package. npm reads package.json itself, so it is another one while npm packs; its scripts
 * stay, because others may run them meanwhile.
 */
function leaveOutDependencies(): void {
  restoreManifest()
  copyFileSync(MANIFEST, KEPT)
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as Record<string, unknown>
  for (const key of ['dependencies', 'devDependencies', 'allowScripts']) delete manifest[key]
  writeFileSync(`${MANIFEST}.new`, `${JSON.stringify(manifest, null, 2)}\n`)
  renameSync(`${MANIFEST}.new`, MANIFEST)
}

/** A pack that was killed has left it. */
function restoreManifest(): void {
  if (existsSync(KEPT)) renameSync(KEPT, MANIFEST)
}

if (import.meta.main) {
  if (process.argv.includes('--restore')) restoreManifest()
  else {
    mkdirSync(dirname(KEPT), { recursive: true })
    const { files, packages } = await buildPackage(toolFile('dist'))
    leaveOutDependencies()
    process.stderr.write(`dist/: ${files.length} files, with ${packages.length} packages compiled in\n`)
  }
}
