import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * Whether a file that is not there is one that .gitignore lists, as git reads it (https://git-scm.com/docs/gitignore): its owner says that
 * it is made elsewhere, when the platform is deployed. Files are named as texts are, from `cwd`; those outside of a repository never are.
 */
export function ignoredFiles(cwd: string): (file: string) => boolean {
  const read = new Map<string, IgnoreRule[]>()
  const rulesIn = (folder: string): IgnoreRule[] => {
    const known = read.get(folder) ?? ignoreRules(textOf(path.join(folder, '.gitignore')))
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
      const isFolder = depth + 1 < parts.length
      return folders
        .filter((folder) => target.startsWith(`${folder}${path.sep}`))
        .flatMap((folder) => rulesIn(folder).map((rule) => ({ rule, name: path.relative(folder, target) })))
        .reduce((ignored, { rule, name }) => (matches(rule, name.split(path.sep).join('/'), isFolder) ? !rule.isNegated : ignored), false)
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

interface IgnoreRule {
  pattern: RegExp
  isNegated: boolean
  /** Folders alone. */
  isOfFolders: boolean
}

/** The lines of a .gitignore, last one counts. */
function ignoreRules(text: string): IgnoreRule[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const written = line.replace(/(?<!\\)\s+$/, '')
    if (written === '' || written.startsWith('#')) return []
    const isNegated = written.startsWith('!')
    const plain = (isNegated ? written.slice(1) : written).replace(/^\\(?=[!#])/, '')
    const isOfFolders = plain.endsWith('/')
    const name = isOfFolders ? plain.slice(0, -1) : plain
    // With a slash at its beginning or in its middle it is one of this folder, without one of any folder below.
    const anchored = name.includes('/') ? name.replace(/^\//, '') : `**/${name}`
    return [{ pattern: new RegExp(`^${globSource(anchored)}$`), isNegated, isOfFolders }]
  })
}

function globSource(glob: string): string {
  return [...glob.matchAll(/\*\*\/|\/\*\*$|\*|\?|\[!?[^\]]+\]|\\.|./gs)]
    .map(([part]) => {
      if (part === '**/') return '(?:.*/)?'
      if (part === '/**') return '/.*'
      if (part === '*') return '[^/]*'
      if (part === '?') return '[^/]'
      if (/^\[.+\]$/.test(part)) return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\')
      return (part.length === 2 && part.startsWith('\\') ? part.slice(1) : part).replace(/[.+^${}()|[\]\\*?]/g, '\\$&')
    })
    .join('')
}

function matches({ pattern, isOfFolders }: IgnoreRule, name: string, isFolder: boolean): boolean {
  return (!isOfFolders || isFolder) && pattern.test(name)
}
