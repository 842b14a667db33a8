import type { Matcher } from '../model/route.ts'
import type { Labels } from '../model/spec.ts'
import { anchored } from '../text/re2.ts'

/** A name of any letters and signs but these, since 0.27: https://prometheus.io/docs/alerting/latest/configuration/#utf-8-in-label-names */
const MATCHER = /^\s*([^\s"'`{},\\!=~:]+|"(?:[^"\\]|\\.)*")\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^"{},]*?)\s*$/s

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

/** Values that the matchers of a label name, and one that none of them does: on both sides of each of them, mostly. */
export function valuesBeside(matchers: readonly Matcher[], label: string): string[] {
  const named = matchers.filter((matcher) => matcher.label === label).flatMap(({ op, value }) => (/~/.test(op) ? texts(value) : [value]))
  return [...new Set([...named, 'firedrill-probe', ''])]
}

/** Labels that all matchers take, those that are given included; undefined where no such values are known. */
export function labelsFor(matchers: readonly Matcher[], given: Labels = {}): Labels | undefined {
  const labels = { ...given }
  for (const label of new Set(matchers.map((matcher) => matcher.label))) {
    const own = matchers.filter((matcher) => matcher.label === label)
    const known = [labels[label] ?? '', ...valuesBeside(own, label)].find((value) =>
      own.every((matcher) => matches(matcher, { [label]: value })),
    )
    if (known === undefined || (given[label] !== undefined && known !== given[label])) return undefined
    if (known !== '') labels[label] = known
  }
  return labels
}

/** Texts that an expression stands for, as far as they are written in it: `a|b`, `(?:db|cache)-.+`. */
function texts(pattern: string): string[] {
  const open = /^(.*?)\((?:\?:)?([^()]*)\)(.*)$/s.exec(pattern)
  if (open !== null) return (open[2] ?? '').split('|').flatMap((each) => texts(`${open[1] ?? ''}${each}${open[3] ?? ''}`))
  return pattern.split('|').map((each) =>
    each
      .replace(/^\^|\$$/g, '')
      .replace(ATOM, (atom: string, first?: string, often?: string, times?: string) => {
        // A dot by itself is mostly meant as one.
        if (atom === '.') return atom
        if (often === '*' || often === '?') return ''
        return (first ?? (atom.startsWith('\\d') ? '1' : 'x')).repeat(Number(times ?? 1))
      })
      .replace(/\\(.)/g, '$1'),
  )
}

/** Any of several characters, and how many of them. */
const ATOM = /(?:\[(\w)[^\]]*\]|\\[dw]|\.)([+*?]|\{(\d+)(?:,\d*)?\})?/g
