import builder from 'junit-report-builder'
import type { Builder } from 'junit-report-builder'
import { xml } from './escape.ts'
import type { Result, Results } from './result.ts'

/** JUnit XML: fail -> failure, unknown -> error, skipped -> skipped, a pass with a warning or note -> system-out. */
export function junit({ name, results }: Results): string {
  // Its types describe a default export inside the module; what Node imports is the builder itself.
  const root = (builder as unknown as Builder).newBuilder().name(xml(name))
  for (const own of grouped(results, ({ suite }) => suite)) {
    const suite = root.testSuite().name(xml(own[0].suite))
    for (const [first, ...more] of grouped(own, ({ className, name: test }) => `${className}\n${test}`)) {
      const all = [first, ...more]
      const test = suite.testCase().className(xml(first.className)).name(xml(first.name))
      const failed = all.filter(({ status }) => status === 'fail')
      const [unknown] = all.filter(({ status }) => status === 'unknown')
      const remarks = all.filter(({ status, level }) => status === 'pass' && level !== 'none')
      if (failed[0] !== undefined) test.failure(xml(`${failed[0].title}\n${failed.map(textOf).join('\n')}`), xml(first.id))
      else if (unknown !== undefined) test.error(xml(unknown.title), xml(unknown.cause ?? 'unknown'), xml(textOf(unknown)))
      else if (first.status === 'skipped') test.skipped()
      if (remarks.length > 0) test.standardOutput(xml(remarks.map((each) => `${each.level}: ${each.title}\n${textOf(each)}`).join('\n')))
    }
  }
  return root.build() + '\n'
}

/** In a file the place comes first; a verdict's journal entries are among its details. */
function textOf({ place: { file, line, column }, subject, details }: Result): string {
  const where = column === undefined ? [] : [`${file}:${line}:${column}: ${subject}`]
  return [...where, ...details].join('\n')
}

function grouped(results: readonly Result[], by: (result: Result) => string): [Result, ...Result[]][] {
  const groups = new Map<string, [Result, ...Result[]]>()
  for (const result of results) {
    const group = groups.get(by(result))
    if (group === undefined) groups.set(by(result), [result])
    else group.push(result)
  }
  return [...groups.values()]
}
