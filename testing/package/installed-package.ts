import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cacheRoot } from '../../lab/tools/cache.ts'
import { TOOL_ROOT } from '../../verify/tool/tool-files.ts'

export interface Ran {
  code: number | null
  out: string
  err: string
}

export interface InstalledPackage {
  /** Empty but for node_modules, where `npm install TARBALL` put the package alone. */
  folder: string
  /** node_modules/firedrill in it. */
  root: string
  tarballBytes: number
  /** Paths in the package, with their bytes. */
  files: { path: string; bytes: number }[]
  /** As `npx firedrill ARGV...` does, on the Node of the PATH. */
  run(argv: readonly string[], node: string, env?: Record<string, string>, cwd?: string): Promise<Ran>
  remove(): void
}

/** `npm pack`, then `npm install` of what it made, offline, in an empty folder. */
export function installPackage(): InstalledPackage {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill package '))
  const typed = (program: string, argv: string[], cwd: string): string =>
    execFileSync(program, argv, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  // One at a time: dist/ and package.json are the checkout's own while npm packs.
  typed('flock', [join(TOOL_ROOT, 'package'), 'npm', 'pack', '--silent', '--pack-destination', folder], TOOL_ROOT)
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack made no tarball')
  const tarballBytes = statSync(join(folder, tarball)).size
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  typed('npm', ['install', '--silent', '--offline', '--no-audit', '--no-fund', `./${tarball}`], folder)
  const root = join(folder, 'node_modules/firedrill')
  return {
    folder,
    root,
    tarballBytes,
    files: readdirSync(root, { recursive: true, encoding: 'utf8' })
      .map((path) => ({ path, entry: statSync(join(root, path)) }))
      .flatMap(({ path, entry }) => (entry.isFile() ? [{ path, bytes: entry.size }] : [])),
    run: (argv, node, env = {}, cwd = folder) => run(join(folder, 'node_modules/.bin/firedrill'), argv, node, env, cwd, folder),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

function run(program: string, argv: readonly string[], node: string, env: Record<string, string>, cwd: string, home: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Nothing of this machine's caches, and no program beside those of the system.
      env: { PATH: `${dirname(node)}:/usr/bin:/bin`, HOME: home, NO_COLOR: '1', ...env },
    })
    let [out, err] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (err += text))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, out, err }))
  })
}

/** The newest of each; 24 is the one that this runs on. */
const VERSIONS: Record<number, string> = { 20: '20.20.2', 22: '22.23.3' }

/** The program of another Node, of npm's package `node`, kept beside the lab's parts; the first time it is fetched. */
export function nodeProgram(major: 20 | 22): string {
  const version = VERSIONS[major] ?? ''
  const folder = join(cacheRoot(process.env), 'node', version)
  const program = join(folder, 'node_modules/node/bin/node')
  if (existsSync(program)) return program
  const fresh = `${folder}.${process.pid}`
  mkdirSync(fresh, { recursive: true })
  writeFileSync(join(fresh, 'package.json'), '{ "private": true, "allowScripts": { "node": true } }\n')
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', `node@${version}`], {
    cwd: fresh,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  rmSync(folder, { recursive: true, force: true })
  renameSync(fresh, folder)
  return program
}
