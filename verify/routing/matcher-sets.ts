import type { Matcher } from '../model/route.ts'
import { matches } from './route-matchers.ts'

/** Every value that a matcher takes, where they are written in it: a text, or alternatives without a sign of regular expressions. */
export function valuesOf({ op, value }: Matcher): string[] | undefined {
  if (op === '=') return [value]
  if (op !== '=~') return undefined
  const bare = value.replace(/^\^|\$$/g, '').replace(/^\((?:\?:)?([^()]*)\)$/, '$1')
  return /^[\w\s:/@,|-]*$/.test(bare) ? bare.split('|') : undefined
}

/** Two matchers of one label that no value meets together with the others of it; undefined where one may. */
export function excluding(all: readonly Matcher[]): readonly [Matcher, Matcher] | undefined {
  for (const own of Map.groupBy(all, ({ label }) => label).values()) {
    if (own.length < 2) continue
    for (const one of own) {
      const values = valuesOf(one)
      const other = own.find((each) => each !== one && (values === undefined ? negates(one, each) : !takesOne(each, one.label, values)))
      if (other !== undefined) return [one, other]
      if (values !== undefined && !values.some((value) => own.every((each) => matches(each, { [one.label]: value }))))
        return [one, own.find((each) => each !== one) ?? one]
    }
  }
  return undefined
}

function takesOne(matcher: Matcher, label: string, values: readonly string[]): boolean {
  return values.some((value) => matches(matcher, { [label]: value }))
}

function negates(one: Matcher, other: Matcher): boolean {
  return one.value === other.value && ((one.op === '=~' && other.op === '!~') || (one.op === '!~' && other.op === '=~'))
}

/** Whether every alert that passes `inner` surely passes `outer`. */
export function covers(outer: readonly Matcher[], inner: readonly Matcher[]): boolean {
  return outer.every((matcher) => {
    if (takesAll(matcher)) return true
    const own = inner.filter(({ label }) => label === matcher.label)
    if (own.some(({ op, value }) => op === matcher.op && value === matcher.value)) return true
    return own.some((each) =>
      valuesOf(each)
        ?.filter((value) => own.every((other) => matches(other, { [matcher.label]: value })))
        .every((value) => matches(matcher, { [matcher.label]: value })),
    )
  })
}

/** Every alert has a name. */
function takesAll({ label, op, value }: Matcher): boolean {
  if (op === '=~') return /^\^?(?:\(\.\*\)|\.\*)\$?$/.test(value) || (label === 'alertname' && /^\^?(?:\(\.\+\)|\.\+)\$?$/.test(value))
  return label === 'alertname' && op === '!=' && value === ''
}

/**
 * The routes of `earlier` that together take everything that passes `inner`: one of them, or several that share its alternatives among
 * them; none where something may be left.
 */
export function takenBy<R extends { matchers: readonly Matcher[] }>(earlier: readonly R[], inner: readonly Matcher[]): R[] {
  const one = earlier.find(({ matchers }) => covers(matchers, inner))
  if (one !== undefined) return [one]
  for (const matcher of inner) {
    const values = valuesOf(matcher)
    if (values === undefined || values.length < 2) continue
    const each = values.map((value) => earlier.find(({ matchers }) => covers(matchers, [...inner, { ...matcher, op: '=', value }])))
    if (each.every((route) => route !== undefined)) return [...new Set(each)]
  }
  return []
}
