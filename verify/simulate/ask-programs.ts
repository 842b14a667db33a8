import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ConfigText, Cursor } from '../config/yaml/cursor.ts'
import type { Configuration } from '../config/configuration.ts'
import type { Labels, Spec } from '../model/spec.ts'
import { alertLabels } from '../config/alerting/routed-alerts.ts'
import { definitionsIn } from '../config/templates/template-definitions.ts'
import { runTool } from './promtool.ts'
import { annotationsFor } from './unit-tests.ts'

/** What a program says of a file, or of a template in it. */
export interface Answer {
  at: Cursor
  subject: string
  /** Its complaint; absent where it has none. */
  refused?: string
  /** Where it complains of a file of templates: counted from 1 in its text. */
  inFile?: { text: ConfigText; line: number; column: number }
}

/** An Alertmanager's receivers and the files of its templates; not `isWhole`: it has others, which are not here. */
export interface MessageSources {
  root: Cursor
  templates: readonly ConfigText[]
  isWhole: boolean
}

/** Programs that check their own configuration, and how they are asked. */
const CHECKED = [
  // What it names (rules, password files) lies elsewhere: its own syntax alone.
  { tool: 'promtool', roots: 'prometheus', args: (file: string) => ['check', 'config', '--syntax-only', file] },
  { tool: 'loki', roots: 'loki', args: (file: string) => [`-config.file=${file}`, '-verify-config=true'] },
  { tool: 'promtail', roots: 'promtail', args: (file: string) => [`-config.file=${file}`, '-check-syntax'] },
  { tool: 'otelcol', roots: 'collectors', args: (file: string) => ['validate', `--config=${file}`] },
] as const

export type Program = (typeof CHECKED)[number]['tool']

/** Each program on each of its files; one that is not installed is not asked. */
export async function askPrograms(
  tools: Partial<Record<Program, string>>,
  config: Configuration,
  folder: string,
  signal?: AbortSignal,
): Promise<Answer[]> {
  const asked = CHECKED.flatMap(({ tool, roots, args }) => {
    const program = tools[tool]
    return program === undefined ? [] : config[roots].map((root) => ({ tool, program, root, args }))
  })
  return Promise.all(
    asked.map(async ({ tool, program, root, args }, index): Promise<Answer> => {
      const own = path.join(folder, `${tool}-${index}`)
      await mkdir(own, { recursive: true })
      await writeFile(path.join(own, 'config.yml'), root.text.text)
      const ran = await runTool(program, args('config.yml'), { cwd: own, timeoutMs: 20_000, ...(signal === undefined ? {} : { signal }) })
      // An older program that does not know the flag has not been asked.
      const isUnasked = /unknown (?:long |short )?flag|flag provided but not defined/.test(ran.stderr)
      return {
        at: root,
        subject: tool === 'promtool' ? 'prometheus' : tool,
        ...(ran.code === 0 || isUnasked ? {} : { refused: complaintOf(`${ran.stderr}\n${ran.stdout}`) }),
      }
    }),
  )
}

/** The lines that complain, without time and caller. */
function complaintOf(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => /\berr="?(.*?)"?$/.exec(line)?.[1] ?? /\bmsg="?(.*?)"?$/.exec(line)?.[1] ?? line)
    .map((line) =>
      line
        .replaceAll('\\n', ' ')
        .replace(/^\s*FAILED: (?:parsing YAML file \S+: )?/, '')
        .trim(),
    )
    .filter((line) => line !== '' && !/^(?:Checking |SUCCESS)/.test(line) && !/^(?:level|ts)=info\b/.test(line))
  // Of a YAML error what is said of the lines; how to expand variables is another question.
  const ofLines = lines.flatMap((line) => /\bline \d+: .*/.exec(line)?.[0].replace(/\. Use `-config\.expand-env.*$/, '') ?? [])
  if (ofLines.length > 0) return ofLines.slice(0, 3).join('; ')
  return [...new Set(lines)].slice(0, 3).join('; ').slice(0, 400) || 'it exits without a message'
}

/**
 * Every template of a receiver is executed on a notification of a specified alert, by amtool.
 * https://prometheus.io/docs/alerting/latest/notification_examples/
 */
export async function renderMessages(
  amtool: string,
  { root, templates: files, isWhole }: MessageSources,
  spec: Spec,
  folder: string,
  signal?: AbortSignal,
): Promise<Answer[]> {
  const [own, data] = [path.join(folder, 'templates'), path.join(folder, 'notification.json')]
  await mkdir(own, { recursive: true })
  // amtool asks for one file at least. Of two files with one name the later one counts, as in Alertmanager.
  await writeFile(path.join(own, 'none.tmpl'), '')
  for (const { path: file, text } of files) await writeFile(path.join(own, path.basename(file)), text)
  await writeFile(data, JSON.stringify(sampleOf(spec)))
  const defined = new Set(files.flatMap((text) => definitionsIn(text).definitions.map(({ name }) => name)))
  const templates = root
    .items('receivers')
    .flatMap((receiver) => texts(receiver).map((at) => ({ at, subject: receiver.string('name') ?? '', text: at.string() ?? '' })))
    // What further files of `templates` define is not here.
    .filter(({ text }) => isWhole || [...text.matchAll(/\{\{-?\s*template\s+"([^"]*)"/g)].every(([, name = '']) => defined.has(name)))
  return Promise.all(
    templates.map(async ({ at, subject, text }): Promise<Answer> => {
      const args = [
        'template',
        'render',
        `--template.glob=${path.join(own, '*')}`,
        `--template.data=${data}`,
        `--template.text=${text}`,
        '--no-version-check',
      ]
      const ran = await runTool(amtool, args, { timeoutMs: 20_000, ...(signal === undefined ? {} : { signal }) })
      const complaint = ran.stderr.replace(/^amtool: error: (?:template: )?/m, '').trim()
      const refused = complaint.split('\n')[0] ?? 'amtool fails'
      if (ran.code === 0 || (!isWhole && /template "[^"]*" not defined/.test(refused))) return { at, subject }
      // `slack.tmpl:4:4: executing "slack.text" at <.Foo>: ...`
      const [, name, line, column] = /^([^:\s]+):(\d+)(?::(\d+))?:/.exec(refused) ?? []
      const file = files.find((each) => path.basename(each.path) === name)
      const inFile = file === undefined ? {} : { inFile: { text: file, line: Number(line), column: Number(column ?? 0) + 1 } }
      return { at, subject, refused, ...inFile }
    }),
  )
}

function texts(at: Cursor, depth = 0): Cursor[] {
  if (depth > 10) return []
  if (at.string()?.includes('{{') === true) return [at]
  return [...at.items(), ...at.pairs().map(([, value]) => value)].flatMap((each) => texts(each, depth + 1))
}

/** Data of a notification as templates see it: two firing alerts and a resolved one. */
function sampleOf({ rules }: Spec): object {
  const alerts = rules.slice(0, 3).map((rule, index) => {
    const labels: Labels = { job: 'sample', instance: 'sample:80', ...(alertLabels(rule)[0] ?? {}) }
    return {
      status: index === 2 ? 'resolved' : 'firing',
      labels,
      annotations: annotationsFor(rule, labels),
      startsAt: '2026-01-02T03:04:05Z',
      endsAt: index === 2 ? '2026-01-02T03:14:05Z' : '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus:9090/graph',
      fingerprint: `00000000000000${index}f`,
    }
  })
  const [first] = alerts
  return {
    receiver: 'sample',
    status: 'firing',
    alerts,
    groupLabels: { alertname: first?.labels['alertname'] ?? '' },
    commonLabels: first?.labels ?? {},
    commonAnnotations: first?.annotations ?? {},
    externalURL: 'http://alertmanager:9093',
  }
}
