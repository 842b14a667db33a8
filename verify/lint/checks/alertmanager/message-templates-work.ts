import { remark, warning, type Check } from '../../lint-check.ts'
import { scalarsIn } from '../../../config/yaml/cursor.ts'
import { integrationsOf } from '../../receivers.ts'
import type { Spec } from '../../../model/spec.ts'
import { slipOf } from '../../../text/did-you-mean.ts'
import { templateProblem } from '../../../config/templates/message-template.ts'

export const check: Check = {
  meta: {
    id: 'message-templates-work',
    needs: ['alertmanager'],
    title: 'Every notification template can be executed',
    failureTitle: 'A notification template fails when it is executed',
    why: 'Alertmanager executes templates when it notifies, not when it starts: an invalid one becomes an error in its log and no notification.',
    mend: 'In alertmanager.yml, correct the template at the place; `amtool template render` shows its text.',
    example: "title: '{{ .CommonLabels.alertname | toUper }}'",
  },
  *judge({ config, spec }) {
    const known = namesOf(spec)
    for (const alertmanager of config.alertmanager) {
      // Files of templates are not configuration and are not among what is read.
      const named = (alertmanager.get('templates')?.items().length ?? 0) > 0 ? null : new Set<string>()
      for (const receiver of alertmanager.items('receivers'))
        for (const at of integrationsOf(receiver).flatMap(({ at }) => scalarsIn(at))) {
          const text = at.string() ?? ''
          const problem = text.includes('{{') ? templateProblem(text, named) : undefined
          if (problem !== undefined) yield remark(receiver.string('name') ?? '', at, 'a template that can be executed', problem)
          else
            for (const { 0: whole, 1: name = '' } of text.matchAll(/\.(?:Common|Group)?(?:Labels|Annotations)\.(\w+)/g)) {
              const meant = slipOf(name, known)
              if (meant !== undefined)
                yield warning(receiver.string('name') ?? '', at, whole.replace(name, meant), `${whole}, which no alert has`)
            }
        }
    }
  },
}

/** Labels and annotations that alerts usually have, and those of the specification. */
function namesOf({ rules }: Spec): ReadonlySet<string> {
  const usual = 'alertname severity job instance namespace cluster service summary description message runbook_url dashboard_url'.split(' ')
  return new Set([...usual, ...rules.flatMap(({ annotations }) => Object.keys(annotations))])
}
