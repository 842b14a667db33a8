import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { allRoutes, routeTree } from '../../../config/alerting/route-tree.ts'
import type { RouteNode } from '../../../routing/tree.ts'
import { scalarsIn, type ConfigText, type Cursor } from '../../../config/yaml/cursor.ts'
import { integrationsOf } from '../../receivers.ts'
import { ownTemplates } from '../../message-templates.ts'
import type { Configuration } from '../../../config/configuration.ts'
import type { Spec } from '../../../model/spec.ts'
import { slipOf } from '../../../text/did-you-mean.ts'
import { templateProblem } from '../../../config/templates/message-template.ts'
import { templatesBeside } from '../../../config/deployment/template-files.ts'

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
  *judge(input) {
    const { config, spec } = input
    const known = namesOf(spec, config)
    for (const alertmanager of config.alertmanager) {
      const { defined, isWhole, patterns, problems } = ownTemplates(alertmanager, input)
      // Where a pattern finds no file, or a file is not parsed, that is what is wrong.
      const isKnown = isWhole && patterns.every(({ files }) => files.length > 0) && !problems.some(({ refused }) => refused)
      const names = new Set([...DEFAULTS, ...defined.keys()])
      const beside = templatesBeside(alertmanager, config)
      const root = routeTree(alertmanager)
      const routes = root === undefined ? [] : [...allRoutes(root)]
      for (const receiver of alertmanager.items('receivers'))
        for (const at of integrationsOf(receiver).flatMap(({ at }) => scalarsIn(at))) {
          const text = at.string() ?? ''
          const problem = text.includes('{{') ? templateProblem(text, defined, isKnown) : undefined
          if (problem !== undefined)
            yield remark(receiver.string('name') ?? '', at, 'a template that can be executed', `${problem}${unloaded(problem, beside)}`)
          else {
            yield* ungrouped(receiver.string('name') ?? '', at, routes)
            yield* misspeltTemplate(receiver.string('name') ?? '', at, names)
            for (const { 0: whole, 1: name = '' } of text.matchAll(/\.(?:Common|Group)?(?:Labels|Annotations)\.(\w+)/g)) {
              const meant = slipOf(name, known)
              if (meant !== undefined)
                yield warning(receiver.string('name') ?? '', at, whole.replace(name, meant), `${whole}, which no alert has`)
            }
          }
        }
    }
  },
}

/** Which file beside alertmanager.yml defines a template that is not defined. */
function unloaded(problem: string, beside: readonly ConfigText[]): string {
  const name = /^the template "([^"]*)"/.exec(problem)?.[1]
  const own = name === undefined ? undefined : beside.find(({ text }) => text.includes(`define ${JSON.stringify(name)}`))
  return own === undefined ? '' : `: ${own.file} does, and templates does not name it`
}

/** Labels and annotations that alerts usually have, and those of the specification and of the rules. */
function namesOf({ rules }: Spec, config: Configuration): ReadonlySet<string> {
  const usual = 'alertname severity job instance namespace cluster service summary description message runbook_url dashboard_url'.split(' ')
  const written = config.rules.flatMap(({ at }) => ['labels', 'annotations'].flatMap((list) => at.pairs(list).map(([name]) => name)))
  return new Set([...usual, ...rules.flatMap(({ annotations }) => Object.keys(annotations)), ...written])
}

/** GroupLabels holds what the route groups by, and nothing else. */
function* ungrouped(receiver: string, at: Cursor, routes: readonly RouteNode<Cursor>[]): Generator<Remark> {
  const own = routes.filter((route) => route.receiver === receiver)
  for (const { 0: whole, 1: label = '' } of (at.string() ?? '').matchAll(/\.GroupLabels\.([a-zA-Z_]\w*)/g)) {
    if (/^(?:SortedPairs|Names|Values|Remove)$/.test(label) || own.length === 0) continue
    if (own.some(({ groupBy }) => groupBy.includes('...') || groupBy.includes(label))) continue
    const groups = own[0]?.groupBy.join(', ') ?? ''
    yield warning(
      receiver,
      at,
      `.CommonLabels.${label}, or group_by with ${label}`,
      `${whole}: the route groups by ${groups === '' ? 'nothing' : groups}`,
      'A message shows a label that its route does not group by: its place is always empty',
    )
  }
}

/** https://github.com/prometheus/alertmanager/blob/main/template/default.tmpl */
const DEFAULTS = new Set([
  ...'title username fallback callbackid pretext titlelink iconemoji iconurl text footer'.split(' ').map((part) => `slack.default.${part}`),
  ...'description client clientURL instances'.split(' ').map((part) => `pagerduty.default.${part}`),
  ...'message description source'.split(' ').map((part) => `opsgenie.default.${part}`),
  ...['email.default.subject', 'email.default.html', 'telegram.default.message', 'discord.default.title', 'discord.default.message'],
  ...['webex.default.message', 'pushover.default.title', 'pushover.default.message', 'sns.default.subject', 'sns.default.message'],
  ...['msteams.default.title', 'msteams.default.text', 'msteams.default.summary', '__subject', '__description', '__text_alert_list'],
])

/** A name that is nearly that of a default, or of a file: other files may have others. */
function* misspeltTemplate(receiver: string, at: Cursor, names: ReadonlySet<string>): Generator<Remark> {
  for (const { 1: name = '' } of (at.string() ?? '').matchAll(/\{\{-?\s*template\s+"([^"]+)"/g)) {
    const meant = slipOf(name, names)
    if (meant !== undefined)
      yield remark(receiver, at, `template ${JSON.stringify(meant)}`, `template ${JSON.stringify(name)}, which is not defined`)
  }
}
