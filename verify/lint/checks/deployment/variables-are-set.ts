import { remark, type Check } from '../../lint-check.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import { scalarsIn } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'variables-are-set',
    severity: 'warning',
    needs: ['compose'],
    title: 'Every variable without a default is in .env or .env.example',
    failureTitle: 'A variable of the compose file is set nowhere',
    why: 'Compose does not start with ${NAME:?message} unset, and puts an empty text in for ${NAME}. Checked where a .env or .env.example is beside the file.',
    mend: 'Correct the name of the variable in the compose file, give it a default (${NAME:-value}), or add it to .env.example.',
    example: 'GF_SECURITY_ADMIN_PASSWORD: ${GRAFANA_PASSWORD:?} # .env.example has GRAFANA_ADMIN_PASSWORD',
  },
  *judge({ config: { compose, variables } }) {
    const names = Object.keys(variables)
    if (names.length === 0) return
    const reported = new Set<string>()
    // What several places share by an anchor counts once.
    const values = compose.flatMap(scalarsIn)
    for (const root of compose)
      for (const [, secret] of [...root.pairs('secrets'), ...root.pairs('configs')]) {
        const at = secret.get('environment')
        const name = at?.string() ?? ''
        if (at !== undefined && name !== '' && !names.includes(name) && !name.includes('$'))
          yield remark(name, at, `${name} in .env.example`, `not set${didYouMean(name, names)}`)
      }
    const unused = names.filter((name) => !values.some((at) => at.string()?.includes(`\${${name}`) === true))
    for (const at of values)
      for (const [, name = '', operator = ''] of (at.string() ?? '').replaceAll('$$', '').matchAll(/\$\{(\w+)(:?[-+?])?/g)) {
        if (names.includes(name) || /[-+]$/.test(operator) || reported.has(name)) continue
        reported.add(name)
        // A name that stands elsewhere in the file is meant only when it is a letter or two away.
        const near = nearest(name, unused) ?? nearest(name, names, 2)
        yield remark(name, at, `${name} in .env.example, or a default`, `not set${near === undefined ? '' : `; did you mean ${near}?`}`)
      }
  },
}
