import { parseDocument } from 'yaml'
import type { Spec } from '../../verify/model/spec.ts'
import { configure } from '../../verify/config/configuration.ts'
import { readableDocuments } from '../../verify/config/document.ts'
import type { ConfigText } from '../../verify/config/document.ts'
import { kindOf } from '../../verify/config/kinds.ts'
import type { Knowledge } from '../../verify/recordings/read-recordings.ts'
import { lint } from '../../verify/lint/lint.ts'
import { generate } from '../../verify/simulate/generate.ts'
import { simulate } from '../../verify/simulate/simulate.ts'
import { equivalences } from './equivalences.ts'
import type { Judged, Mutant } from './mutant.ts'
import { editsOf } from './operators.ts'

/** Runs the drill of what a mutant touches on a changed copy of the files. 'unknown' counts as survived. */
export type LiveJudge = (mutant: Mutant, texts: ConfigText[]) => Promise<'killed' | 'survived' | 'unknown'>

export interface MutateOptions {
  spec: Spec
  knowledge: Knowledge
  texts: ConfigText[]
  variables: Record<string, string>
  tools: { promtool?: string; amtool?: string; alertmanager?: string }
  /** Operators or files, part of the name; all when empty. */
  only?: string[]
  live?: LiveJudge
  signal?: AbortSignal
  progress?: (done: number, total: number) => void
}

/** Every single change that the operators make to the given files. */
export function mutants(texts: ConfigText[], variables: Record<string, string> = {}, only: string[] = []): Mutant[] {
  const config = configure(texts, variables)
  const found: Mutant[] = []
  const seen = new Set<string>()
  for (const text of texts) {
    const [root, ...others] = readableDocuments(text)
    if (root === undefined || others.length > 0 || kindOf(root) === 'other') continue
    const render = (document: ReturnType<typeof parseDocument>): string =>
      text.file.endsWith('.json') ? `${JSON.stringify(document.toJS(), null, 2)}\n` : document.toString({ lineWidth: 0 })
    // Compared with the file as it would be written unchanged, so that a mutant differs in its one change alone.
    const edits = editsOf(root, config)
    if (edits.length === 0) continue
    const fresh = parseDocument(text.text)
    const unchanged = render(fresh)
    for (const edit of edits) {
      if (only.length > 0 && !only.some((part) => edit.operator.includes(part) || text.file.includes(part))) continue
      const document = fresh.clone()
      try {
        edit.apply(document as never)
      } catch {
        continue
      }
      const mutated = render(document)
      if (mutated === unchanged || seen.has(`${text.file}\0${mutated}`)) continue
      seen.add(`${text.file}\0${mutated}`)
      found.push({
        id: `m${found.length + 1}`,
        operator: edit.operator,
        file: text.file,
        what: edit.what,
        text: mutated,
        touches: edit.touches,
        ...difference(unchanged, mutated),
      })
    }
  }
  return found
}

/** The lines that differ. */
function difference(before: string, after: string): { before: string; after: string } {
  const [a, b] = [before.split('\n'), after.split('\n')]
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  return { before: a.slice(head, a.length - tail).join('\n'), after: b.slice(head, b.length - tail).join('\n') }
}

export interface MutationRun {
  judged: Judged[]
  /** Error findings of the unchanged files: with any, no score means anything. */
  baseline: string[]
}

/** Ends `by` of a mutant that only a warning noticed. */
export const BY_WARNING = ' (a warning)'

const FILES_OF_SIMULATE = new Set(['rules', 'alertmanager'])

export async function mutate(options: MutateOptions): Promise<MutationRun> {
  const { spec, knowledge, texts, variables } = options
  const lintOf = (all: ConfigText[]): ReturnType<typeof lint> => lint(all, { spec, ...knowledge, variables })
  const base = lintOf(texts)
  const baseline = [
    ...base.problems.map((problem) => problem.message),
    ...base.findings
      .filter((finding) => finding.severity === 'error')
      .map((finding) => `${finding.file}:${finding.line}: ${finding.message} (${finding.subject})`),
  ]
  const generated = generate(spec, knowledge.catalogue)
  const chosen = mutants(texts, variables, options.only)
  const judged: Judged[] = []
  const baseLines = new Set(
    base.findings.filter((finding) => finding.severity !== 'note').map((finding) => `${finding.id} ${finding.subject} ${finding.observed}`),
  )
  const judge = async (mutant: Mutant): Promise<Judged> => {
    const changed = texts.map((text) => (text.file === mutant.file ? { ...text, text: mutant.text } : text))
    const equivalence = equivalences.find((each) => each.holds(mutant, spec))
    if (equivalence !== undefined) return { mutant, fate: 'equivalent', by: equivalence.because }
    const result = lintOf(changed)
    const invalid = result.problems[0]?.message ?? result.findings.find((finding) => finding.id === 'rule-parses')?.observed
    if (invalid !== undefined) return { mutant, fate: 'stillborn', by: invalid }
    const fresh = result.findings.filter((each) => !baseLines.has(`${each.id} ${each.subject} ${each.observed}`))
    const finding = fresh.find((each) => each.severity === 'error')
    if (finding !== undefined) return { mutant, fate: 'killed', rung: 'lint', by: finding.id }
    const [root] = readableDocuments({ file: mutant.file, path: mutant.file, text: mutant.text, lineOffset: 0, columnOffset: 0 })
    const kind = root === undefined ? 'other' : kindOf(root)
    if (FILES_OF_SIMULATE.has(kind)) {
      const { findings, refused } = await simulate({
        spec,
        catalogue: knowledge.catalogue,
        config: configure(changed, variables),
        tools: options.tools,
        generated,
        parts: kind === 'rules' ? ['rules'] : ['routing', 'delivery'],
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      })
      if (refused) return { mutant, fate: 'stillborn', by: findings[0]?.observed ?? 'refused' }
      const [first] = findings
      if (first !== undefined) return { mutant, fate: 'killed', rung: 'simulate', by: `${first.id}: ${first.message}` }
    }
    if (options.live !== undefined && (await options.live(mutant, changed)) === 'killed')
      return { mutant, fate: 'killed', rung: 'live', by: 'the drill' }
    // A warning is read by the author of the change, but stops no pipeline: it counts last, and the score says how many stand on one.
    const warning = fresh.find((each) => each.severity === 'warning')
    if (warning !== undefined) return { mutant, fate: 'killed', rung: 'lint', by: `${warning.id}${BY_WARNING}` }
    return { mutant, fate: 'survived', by: '' }
  }
  for (const mutant of chosen) {
    if (options.signal?.aborted === true) break
    judged.push(await judge(mutant))
    options.progress?.(judged.length, chosen.length)
  }
  return { judged, baseline }
}
