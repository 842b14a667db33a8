import { remark, type Check } from '../../lint-check.ts'
import { pairs } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-annotations-match',
    needs: ['rules'],
    title: 'Every alert has the specified annotations',
    failureTitle: 'An annotation differs from the specification',
    why: 'Annotations are the text of a notification. A specified annotation has to be present word for word; further annotations are allowed.',
    mend: 'In the rule file, write the annotation word for word as in the specification (rules/), templates included.',
    example: 'annotations:\n  summary: "Redis is down" # specified: Redis is not reachable',
  },
  *judge(input) {
    for (const [spec, rule] of pairs(input)) {
      for (const [name, text] of Object.entries(spec.annotations)) {
        const observed = rule.at.string('annotations', name)
        if (observed !== undefined && sameText(observed, text)) continue
        yield remark(
          spec.alert,
          rule.at.get('annotations', name) ?? rule.at.near('annotations'),
          `${name}: ${text}`,
          observed === undefined ? `no annotation ${name}` : `${name}: ${observed}`,
        )
      }
    }
  },
}

/** Go templates do not care for blanks inside {{ }}, and .Labels is $labels. */
function sameText(a: string, b: string): boolean {
  const canonical = (text: string): string =>
    text
      .trim()
      .replace(
        /\{\{-?\s*(.*?)\s*-?\}\}/g,
        (_, inner: string) => `{{${inner.replace(/\s+/g, ' ').replaceAll('.Labels.', '$labels.').replaceAll('.Value', '$value')}}}`,
      )
  return canonical(a) === canonical(b)
}
