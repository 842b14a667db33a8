import { didYouMean } from '../text/did-you-mean.ts'
import { templateActions } from './template-actions.ts'
import { ALERTMANAGER } from './template-dialects.ts'
import { executionProblem } from './template-types.ts'

/** Functions of Go's templates and those that Alertmanager adds. https://prometheus.io/docs/alerting/latest/notifications/#functions */
const FUNCTIONS = new Set(
  [
    'and or not len index slice print printf println html js urlquery call eq ne lt le gt ge toUpper toLower title trimSpace',
    'join match safeHtml safeUrl urlUnescape reReplaceAll stringSlice date tz since humanizeDuration toJson list append dict',
  ].flatMap((line) => line.split(' ')),
)
const KEYWORDS = new Set('if else end range with define block template break continue true false nil'.split(' '))
/**
 * https://prometheus.io/docs/alerting/latest/notifications/#data: another field is an error when the message is made, and no message is
 * sent.
 */
const FIELDS = {
  message: new Set(
    ['Receiver Status Alerts GroupLabels CommonLabels CommonAnnotations ExternalURL NotificationReason RouteLabels'].flatMap((line) =>
      line.split(' '),
    ),
  ),
  alert: new Set(['Status', 'Labels', 'Annotations', 'StartsAt', 'EndsAt', 'GeneratorURL', 'Fingerprint']),
}
/** Those that come with Alertmanager. */
const SHIPPED = /^__|^[a-z]+\.default\./

type Dot = 'message' | 'alert' | 'unknown'

/**
 * Why Alertmanager cannot make a text of this template; undefined when nothing speaks against it. `named`: templates of its own files, null
 * where they are not known.
 */
export function templateProblem(text: string, named: ReadonlySet<string> | null = new Set()): string | undefined {
  const parts = templateActions(text)
  if (parts === undefined) return '{{ that is never closed by }}'
  const open: { keyword: string; dot: Dot; variables: number }[] = []
  const variables = ['$']
  const defined = new Set([...text.matchAll(/\{\{-?\s*(?:define|block)\s+"([^"]*)"/g)].map(([, name = '']) => name))
  let dot: Dot = 'message'
  for (const action of parts) {
    const bare = action.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)*'/g, '""')
    const [keyword = ''] = /^[a-z]+/.exec(bare) ?? []
    if (keyword === 'end') {
      const last = open.pop()
      if (last === undefined) return '{{ end }} where nothing is open'
      dot = last.dot
      variables.length = last.variables
      continue
    }
    const [opened] = open.slice(-1)
    if (keyword === 'else' && opened === undefined) return '{{ else }} where nothing is open'
    // There was nothing to range over: the dot is what it was before.
    if (keyword === 'else' && opened !== undefined) dot = /^else\s+with\b/.test(bare) ? 'unknown' : opened.dot
    for (const [, name = ''] of bare.matchAll(/(\$\w*)/g))
      if (!variables.includes(name) && !new RegExp(`\\${name}\\s*(?:,\\s*\\$\\w+\\s*)?:=|,\\s*\\${name}\\s*:=`).test(bare))
        return `the variable ${name}, which is not defined${name === '$labels' ? ': that is of rules, here it is .CommonLabels or .Labels of each of .Alerts' : ''}`
    const called = [...bare.matchAll(/(?<![\w.$"])([a-zA-Z_]\w*)/g)].map(([, name = '']) => name)
    for (const name of called)
      if (!FUNCTIONS.has(name) && !KEYWORDS.has(name))
        return `the function ${name}, which Alertmanager has not${didYouMean(name, FUNCTIONS)}`
    for (const [, root = '', field = ''] of bare.matchAll(/(?<![\w)"])(\$)?\.([A-Za-z_]\w*)/g)) {
      // A variable's own fields are not followed.
      const of: Dot = root === '$' ? 'message' : dot
      if (of !== 'unknown' && !FIELDS[of].has(field))
        return `.${field}, which ${of === 'message' ? 'a message' : 'an alert'} has not${didYouMean(field, FIELDS[of])}${of === 'message' && FIELDS.alert.has(field) ? ': it is of each of .Alerts' : ''}`
    }
    const template = /^template\s+"([^"]*)"/.exec(action)?.[1]
    if (template !== undefined && named !== null && !named.has(template) && !defined.has(template) && !SHIPPED.test(template))
      return `the template "${template}", which no file of templates defines`
    if (['if', 'range', 'with', 'define', 'block'].includes(keyword)) {
      open.push({ keyword, dot, variables: variables.length })
      if (keyword === 'range')
        dot =
          /^range\s+(?:\$\w+\s*(?:,\s*\$\w+\s*)?:=\s*)?(?:\$?\.Alerts(?:\.(?:Firing|Resolved))?|\.Alerts\.(?:Firing|Resolved))\s*$/.test(
            bare,
          ) &&
          (dot === 'message' || bare.includes('$.'))
            ? 'alert'
            : 'unknown'
      else if (keyword !== 'if') dot = 'unknown'
    }
    for (const [, name = '', second] of bare.matchAll(/(\$\w+)\s*(?:,\s*(\$\w+)\s*)?:=/g))
      variables.push(name, ...(second === undefined ? [] : [second]))
  }
  const left = open.at(-1)
  return left === undefined ? executionProblem(text, ALERTMANAGER) : `{{ ${left.keyword} }} without its {{ end }}`
}
