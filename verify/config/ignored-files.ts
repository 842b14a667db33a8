import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ignore, { type Ignore } from 'ignore'

/**
 * Whether a file that is not there is one that .gitignore lists, as git reads it (https://git-scm.com/docs/gitignore): its owner says that
 * it is made elsewhere, when the platform is deployed. Files are named as texts are, from `cwd`; those outside of a repository never are.
 */
export function ignoredFiles(cwd: string): (file: string) => boolean {
  const read = new Map<string, Ignore>()
  const rulesIn = (folder: string): Ignore => {
    const known = read.get(folder) ?? ignore({ ignorecase: false }).add(textOf(path.join(folder, '.gitignore')))
    read.set(folder, known)
    return known
  }
  return (file) => {
    const absolute = path.resolve(cwd, file)
    const folders = foldersOfRepository(path.dirname(absolute))
    // The .gitignore nearest to the file counts last. A folder that is ignored takes all below it along.
    const parts = path.relative(folders[0] ?? absolute, absolute).split(path.sep)
    return parts.some((_, depth) => {
      const target = path.join(folders[0] ?? '', ...parts.slice(0, depth + 1))
      const ending = depth + 1 < parts.length ? '/' : ''
      return folders
        .filter((folder) => target.startsWith(`${folder}${path.sep}`))
        .map((folder) => rulesIn(folder).test(`${path.relative(folder, target).split(path.sep).join('/')}${ending}`))
        .reduce((known, { ignored, unignored }) => (ignored || unignored ? ignored : known), false)
    })
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // Without one nothing is ignored there.
    return ''
  }
}

/** From the root of the repository to the folder; none outside of one. */
function foldersOfRepository(from: string): string[] {
  const folders: string[] = []
  for (let folder = from; ; folder = path.dirname(folder)) {
    folders.unshift(folder)
    if (existsSync(path.join(folder, '.git'))) return folders
    if (path.dirname(folder) === folder) return []
  }
}
