import { isCollection, isNode, isPair, parseDocument } from 'yaml'
import type { Spec } from '../../verify/model/spec.ts'
import { configure } from '../../verify/config/configuration.ts'
import { readableDocuments } from '../../verify/config/yaml/cursor.ts'
import type { ConfigText } from '../../verify/config/yaml/cursor.ts'
import { kindOf } from '../../verify/config/kinds.ts'
import type { Knowledge } from '../../verify/recordings/read-recordings.ts'
import { lint, type LintOptions, type LintResult } from '../../verify/lint/lint.ts'
import { generate } from '../../verify/simulate/generate-tests.ts'
import { simulate, type SimulateOptions } from '../../verify/simulate/simulate.ts'
import { blindMutants, type BlindOptions } from './blind.ts'
import { equivalences } from './equivalences.ts'
import type { Judged, Mutant } from './mutant.ts'
import { difference } from './difference.ts'
import { editsOf } from './mutation-operators.ts'
import { explanationOf } from './explanations.ts'

/** Runs the drill of what a mutant touches on a changed copy of the files. 'unknown' counts as survived. */
export type LiveJudge = (mutant: Mutant, texts: ConfigText[]) => Promise<'killed' | 'survived' | 'unknown'>

export interface MutateOptions {
  spec: Spec
  knowledge: Knowledge
  texts: ConfigText[]
  variables: Record<string, string>
  /** What .env.example sets. */
  examples?: Record<string, string>
  tools: SimulateOptions['tools']
  /** Operators or files, part of the name; all when empty. */
  only?: string[]
  /** Changes that know nothing of the checks, besides those of the operators; none when absent. */
  blind?: BlindOptions
  /** Whether a file or folder is on the disk, named as texts are; without it nothing is missing. */
  exists?: (file: string) => boolean
  /**
   * Manifests that read a kustomization of the given files. They stay as they are, and are judged with a change of it alone: a second
   * Prometheus or Promtail beside the first would answer for it.
   */
  beside?: readonly ConfigText[]
  /** Sources of an image that is built, by its context's folder. */
  sources?: LintOptions['sources']
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
    const restore = rememberNodes(fresh)
    for (const edit of edits) {
      if (only.length > 0 && !only.some((part) => edit.operator.includes(part) || text.file.includes(part))) continue
      restore()
      try {
        edit.apply(fresh as never)
      } catch {
        continue
      }
      const mutated = render(fresh)
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

/** Puts a document back as it was before an edit: a copy for each edit costs more than all else of a mutant. */
function rememberNodes(document: ReturnType<typeof parseDocument>): () => void {
  const nodes: object[] = [document]
  const walk = (node: unknown): void => {
    if (isPair(node)) {
      nodes.push(node)
      walk(node.key)
      walk(node.value)
    } else if (isNode(node)) {
      nodes.push(node)
      if (isCollection(node)) for (const item of node.items) walk(item)
    }
  }
  walk(document.contents)
  const held = nodes.map((node) => ({ node, own: { ...node }, items: isCollection(node) ? [...node.items] : undefined }))
  return () => {
    for (const { node, own, items } of held) {
      for (const key of Object.keys(node)) if (!(key in own)) Reflect.deleteProperty(node, key)
      Object.assign(node, own)
      if (items !== undefined && isCollection(node)) node.items = [...items] as typeof node.items
    }
  }
}

export interface MutationRun {
  judged: Judged[]
  blind: Judged[]
  /** Error findings of the unchanged files: with any, no score means anything. */
  baseline: string[]
}

/** Ends `by` of a mutant that only a warning noticed. */
export const BY_WARNING = ' (a warning)'

export async function mutate(options: MutateOptions): Promise<MutationRun> {
  const { texts, variables, signal, progress } = options
  const ladder = new Ladder(options)
  const chosen = mutants(texts, variables, options.only)
  const blind = options.blind === undefined ? [] : blindMutants(texts, options.blind)
  const run: MutationRun = { judged: [], blind: [], baseline: ladder.baseline }
  const all = [...chosen.map((mutant) => ({ mutant, isBlind: false })), ...blind.map((mutant) => ({ mutant, isBlind: true }))]
  for (const [index, { mutant, isBlind }] of all.entries()) {
    if (signal?.aborted === true) break
    if (isBlind) run.blind.push(await ladder.judgeBlind(mutant))
    else run.judged.push(await ladder.judge(mutant))
    progress?.(index + 1, all.length)
  }
  return run
}

/** What only simulate asks the programs about, by the kind of the file. */
const PARTS: Partial<Record<ReturnType<typeof kindOf>, readonly ('rules' | 'routing' | 'delivery' | 'programs')[]>> = {
  rules: ['rules'],
  alertmanager: ['routing', 'delivery'],
}
const BLIND_PARTS: typeof PARTS = {
  ...PARTS,
  alertmanager: ['routing', 'delivery', 'programs'],
  prometheus: ['programs'],
  loki: ['programs'],
  promtail: ['programs'],
  collector: ['programs'],
}

type Simulated = Awaited<ReturnType<typeof simulate>>

const KUSTOMIZATION = /(?:^|\/)kustomization\.ya?ml$/

/** The rungs one after the other, for one mutant at a time. */
class Ladder {
  readonly baseline: string[]
  private readonly options: MutateOptions
  private readonly generated: ReturnType<typeof generate>
  private readonly known: Set<string>

  constructor(options: MutateOptions) {
    this.options = options
    this.generated = generate(options.spec, options.knowledge.catalogue)
    const { problems, findings } = this.lint(options.texts)
    this.baseline = [
      ...problems.map((problem) => problem.message),
      ...findings
        .filter((finding) => finding.severity === 'error')
        .map((finding) => `${finding.file}:${finding.line}: ${finding.message} (${finding.subject})`),
    ]
    this.known = new Set(
      findings.filter((finding) => finding.severity !== 'note').map((finding) => `${finding.id} ${finding.subject} ${finding.observed}`),
    )
  }

  async judge(mutant: Mutant): Promise<Judged> {
    const { texts, spec } = this.options
    const changed = texts.map((text) => (text.file === mutant.file ? { ...text, text: mutant.text } : text))
    const equivalence = equivalences.find((each) => each.holds(mutant, spec))
    if (equivalence !== undefined) return { mutant, fate: 'equivalent', by: equivalence.because }
    const result = this.lint(this.withReaders(mutant, changed))
    const invalid = result.problems[0]?.message ?? result.findings.find((finding) => finding.id === 'rule-parses')?.observed
    if (invalid !== undefined) return { mutant, fate: 'stillborn', by: invalid }
    return this.climb(mutant, changed, result.findings, false)
  }

  /** As `judge`, but what is refused at start counts as found: a blind change was not chosen to be valid. */
  async judgeBlind(mutant: Mutant): Promise<Judged> {
    const explanation = explanationOf(mutant)
    const judged = await this.asItIs(mutant, explanation?.because)
    if (explanation?.fate !== 'equivalent') return judged
    // What an error notices is no equivalent: the check or the explanation is wrong.
    if (judged.fate === 'killed' && !judged.by.endsWith(BY_WARNING)) return { ...judged, contradicts: explanation.because }
    return { mutant, fate: 'equivalent', by: explanation.because }
  }

  private async asItIs(mutant: Mutant, because: string | undefined): Promise<Judged> {
    const { texts } = this.options
    const missing = mutant.operator === 'file missing'
    const changed = texts.flatMap((text) => (text.file !== mutant.file ? [text] : missing ? [] : [{ ...text, text: mutant.text }]))
    const result = this.lint(this.withReaders(mutant, changed), missing ? mutant.file : undefined)
    const [problem] = result.problems
    if (problem !== undefined) return { mutant, fate: 'killed', rung: 'lint', by: problem.code }
    return this.climb(mutant, changed, result.findings, true, because)
  }

  /** What lint found, then simulate, then the drill, which blind changes are too many for. */
  private async climb(
    mutant: Mutant,
    changed: ConfigText[],
    findings: LintResult['findings'],
    isBlind: boolean,
    survives = '',
  ): Promise<Judged> {
    const fresh = findings.filter((each) => !this.known.has(`${each.id} ${each.subject} ${each.observed}`))
    const finding = fresh.find((each) => each.severity === 'error')
    if (finding !== undefined) return { mutant, fate: 'killed', rung: 'lint', by: finding.id }
    const simulated = await this.simulate(mutant, changed, isBlind ? BLIND_PARTS : PARTS)
    const [first] = simulated?.findings ?? []
    if (simulated?.refused === true && !isBlind) return { mutant, fate: 'stillborn', by: first?.observed ?? 'refused' }
    if (first !== undefined) return { mutant, fate: 'killed', rung: 'simulate', by: `${first.id}: ${first.message}` }
    if (!isBlind && (await this.options.live?.(mutant, changed)) === 'killed')
      return { mutant, fate: 'killed', rung: 'live', by: 'the drill' }
    // A warning is read by the author of the change, but stops no pipeline: it counts last, and the score says how many stand on one.
    const warning = fresh.find((each) => each.severity === 'warning')
    if (warning !== undefined) return { mutant, fate: 'killed', rung: 'lint', by: `${warning.id}${BY_WARNING}` }
    return { mutant, fate: 'survived', by: survives }
  }

  private withReaders({ file }: Mutant, texts: ConfigText[]): ConfigText[] {
    return KUSTOMIZATION.test(file) ? [...texts, ...(this.options.beside ?? [])] : texts
  }

  private lint(texts: ConfigText[], missing?: string): LintResult {
    const { spec, knowledge, variables, examples = {}, exists = (): boolean => true, sources } = this.options
    return lint(texts, {
      spec,
      ...knowledge,
      variables,
      examples,
      ...(sources === undefined ? {} : { sources }),
      exists: (file) => file !== missing && exists(file),
    })
  }

  private async simulate(mutant: Mutant, changed: ConfigText[], parts: typeof PARTS): Promise<Simulated | undefined> {
    const [root] = readableDocuments({ file: mutant.file, path: mutant.file, text: mutant.text, lineOffset: 0, columnOffset: 0 })
    const asked = root === undefined ? undefined : parts[kindOf(root)]
    if (asked === undefined) return undefined
    const { spec, knowledge, variables, tools, signal } = this.options
    return simulate({
      spec,
      catalogue: knowledge.catalogue,
      config: configure(changed, variables),
      tools,
      generated: this.generated,
      parts: [...asked],
      ...(signal === undefined ? {} : { signal }),
    })
  }
}
