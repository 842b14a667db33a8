import type { Matcher } from '../model/route.ts'
import type { Labels } from '../model/spec.ts'
import { anchored } from '../text/re2.ts'

const MATCHER = /^\s*([a-zA-Z_][a-zA-Z0-9_]*|"(?:[^"\\]|\\.)*")\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^"{},]*?)\s*$/s

/**
 * One text of `matchers`: `severity="critical"`, or several in braces. https://prometheus.io/docs/alerting/latest/configuration/#matcher
 */
export function parseMatchers(text: string): { matchers: Matcher[]; broken: string[] } {
  const body = text.trim().replace(/^\{(.*)\}$/s, '$1')
  const parts = body.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []
  const matchers: Matcher[] = []
  const broken: string[] = []
  for (const part of parts) {
    if (part.trim() === '') continue
    const match = MATCHER.exec(part)
    if (match === null) broken.push(part.trim())
    else matchers.push({ label: unquote(match[1] ?? ''), op: (match[2] ?? '=') as Matcher['op'], value: unquote(match[3] ?? '') })
  }
  if (parts.length === 0 && text.trim() !== '' && text.trim() !== '{}') broken.push(text)
  return { matchers, broken }
}

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c)) : text
}

export function matches({ label, op, value: wanted }: Matcher, labels: Labels): boolean {
  const value = labels[label] ?? ''
  if (op === '=' || op === '!=') return (value === wanted) === (op === '=')
  return (anchored(wanted)?.matches(value) ?? false) === (op === '=~')
}
