import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { matches } from '../cache.ts'
import type { Surroundings } from '../cache.ts'
import type { DebianRecipe, Part } from '../parts.ts'
import type { Step, StepContext } from './recipe.ts'

/** Package lists older than this are fetched again: a mirror drops old versions of a package. */
const LISTS_FRESH_MS = 12 * 60 * 60 * 1000

/**
 * Options that give apt lists and archives of our own, so that neither root nor the machine's own lists are needed and nothing of the
 * system changes. Without a sandbox user, because that user may not enter our folder.
 */
export function aptOptions(around: Surroundings): string[] {
  const folder = aptFolder(around)
  return [
    '-o',
    `Dir::State::Lists=${path.join(folder, 'lists')}`,
    '-o',
    `Dir::Cache=${path.join(folder, 'cache')}`,
    '-o',
    'Debug::NoLocking=true',
    '-o',
    'APT::Sandbox::User=',
    '-o',
    'Acquire::Languages=none',
    '-o',
    'Acquire::Retries=2',
  ]
}

/** The step that all packages wait for. */
export const packageListStep: Step = {
  lane: 'network',
  doing: 'fetching package lists',
  seconds: 5,
  exclusive: 'apt',
  run: async ({ around, run, signal }) => {
    const folder = aptFolder(around)
    for (const needed of ['lists/partial', 'cache/archives/partial']) mkdirSync(path.join(folder, needed), { recursive: true })
    if (listsAgeMs(folder) < LISTS_FRESH_MS) return
    signal.throwIfAborted()
    await run({ program: 'apt-get', args: [...aptOptions(around), '-q', 'update'] })
  },
}

export function debianSteps(part: Part, recipe: DebianRecipe): Step[] {
  return [
    {
      lane: 'network',
      doing: 'unpacking packages',
      seconds: part.seconds.network + part.seconds.cpu,
      exclusive: 'apt',
      run: async (context) => {
        const { around, run, work, out, signal } = context
        const packages = await wantedPackages(recipe, context)
        signal.throwIfAborted()
        await run({ program: 'apt-get', args: [...aptOptions(around), '-q', 'download', ...packages], cwd: work })
        for (const archive of readdirSync(work)
          .filter((file) => file.endsWith('.deb'))
          .sort()) {
          signal.throwIfAborted()
          await run({ program: 'dpkg-deb', args: ['-x', path.join(work, archive), out] })
        }
        for (const pattern of recipe.drop ?? []) for (const file of matches(out, pattern)) rmSync(file, { recursive: true })
        for (const folder of ['usr/share/doc', 'usr/share/man', 'usr/share/locale'])
          rmSync(path.join(out, folder), { recursive: true, force: true })
      },
    },
  ]
}

async function wantedPackages(recipe: DebianRecipe, { around, run }: StepContext): Promise<string[]> {
  const apt = aptOptions(around)
  let number = ''
  if (recipe.release !== undefined) {
    number = releaseNumber(await run({ program: 'apt-cache', args: [...apt, 'depends', recipe.release] }), recipe.release)
  }
  const named = recipe.packages.map((name) => name.replace('{}', number))
  if (!recipe.libraries) return named
  const simulated = await run({ program: 'apt-get', args: [...apt, '-q', '--simulate', '--no-install-recommends', 'install', ...named] })
  return [...new Set([...named, ...missingLibraries(simulated, recipe.omit ?? [])])]
}

/** `15` from the words of `apt-cache depends postgresql`. */
export function releaseNumber(depends: string, release: string): string {
  const match = new RegExp(`^\\s*Depends: ${release}-(\\d+)\\s*$`, 'm').exec(depends)
  if (match?.[1] === undefined) throw new Error(`the distribution's package ${release} names no version:\n${depends}`)
  return match[1]
}

/** Packages of shared libraries among those that `apt-get --simulate install` would install or renew. */
export function missingLibraries(simulated: string, omit: readonly string[]): string[] {
  return [...simulated.matchAll(/^Inst (\S+) /gm)]
    .map((match) => match[1] ?? '')
    .filter(
      (name) =>
        name.startsWith('lib') && !name.endsWith('-perl') && !name.startsWith('libc6') && !omit.some((prefix) => name.startsWith(prefix)),
    )
}

/**
 * Folders of the unpacked tree that hold shared libraries, relative to it: `usr/lib` and `lib`, and in them `x86_64-linux-gnu` and the
 * like.
 */
export function libraryFolders(out: string): string[] {
  return ['usr/lib', 'lib']
    .flatMap((folder) => [
      folder,
      ...namesIn(path.join(out, folder))
        .filter((name) => name.includes('-linux-'))
        .map((name) => path.join(folder, name)),
    ])
    .filter((folder) => namesIn(path.join(out, folder)).some((file) => /\.so(\.|$)/.test(file)))
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

function aptFolder(around: Surroundings): string {
  return path.join(around.cacheRoot, 'apt')
}

function listsAgeMs(folder: string): number {
  const lists = readdirSync(path.join(folder, 'lists')).filter((file) => /_Packages|_InRelease/.test(file))
  if (!lists.some((file) => file.includes('_Packages'))) return Infinity
  return Date.now() - Math.min(...lists.map((file) => statSync(path.join(folder, 'lists', file)).ctimeMs))
}
