import { remark, type Check, type Remark } from '../../check.ts'
import type { Cursor } from '../../../config/document.ts'
import { templateProblem } from '../../../config/message-template.ts'

export const check: Check = {
  meta: {
    id: 'message-templates-work',
    area: 'alertmanager',
    severity: 'error',
    needs: ['alertmanager'],
    title: 'Every notification template can be executed',
    failureTitle: 'A notification template fails when it is executed',
    why: 'Alertmanager executes templates when it notifies, not when it starts: an invalid one becomes an error in its log and no notification.',
    mend: 'In alertmanager.yml, correct the template at the place; `amtool template render` shows its text.',
    example: "title: '{{ .CommonLabels.alertname | toUper }}'",
  },
  *judge({ config }) {
    for (const alertmanager of config.alertmanager) {
      // Files of templates are not configuration and are not among what is read.
      const named = (alertmanager.get('templates')?.items().length ?? 0) > 0 ? null : new Set<string>()
      for (const receiver of alertmanager.items('receivers')) {
        for (const [key, list] of receiver.pairs())
          if (key.endsWith('_configs'))
            for (const integration of list.items()) yield* judge(receiver.string('name') ?? '', integration, named, 0)
      }
    }
  },
}

function* judge(name: string, at: Cursor, named: ReadonlySet<string> | null, depth: number): Generator<Remark> {
  const text = at.string()
  if (text?.includes('{{') === true) {
    const problem = templateProblem(text, named)
    if (problem !== undefined) yield remark(name, at, 'a template that can be executed', problem)
  }
  if (depth > 10) return
  for (const [, value] of at.pairs()) yield* judge(name, value, named, depth + 1)
  for (const item of at.items()) yield* judge(name, item, named, depth + 1)
}
