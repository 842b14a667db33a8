import { causing, note, refused, remark, warning, type Check, type Remark } from '../../lint-check.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { isShipped } from '../../../config/templates/message-template.ts'
import { placeIn, type TemplateDefinition } from '../../../config/templates/template-definitions.ts'
import { templatesBeside } from '../../../config/deployment/template-files.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { ownTemplates, type OwnTemplates } from '../../message-templates.ts'

export const check: Check = {
  meta: {
    id: 'template-files-work',
    needs: ['alertmanager'],
    title: 'The files of templates are found, and what receivers take from them can be executed',
    failureTitle: 'A file of templates is not loaded, or a template in it fails on a notification',
    why: 'Alertmanager parses the files that `templates` names when it starts, and a pattern that finds no file is no error. What a receiver takes from them is executed when it notifies: a field that is not there, or a template that no file defines, loses the notification. https://prometheus.io/docs/alerting/latest/notification_examples/',
    mend: 'Mount the files where `templates` looks for them, and correct the template at the place; `amtool template render` shows its text.',
    example: '{{ define "slack.text" }}{{ .Annotations.summary }}{{ end }} {{/* of each of .Alerts */}}',
  },
  *judge(input) {
    for (const alertmanager of input.config.alertmanager) {
      const own = ownTemplates(alertmanager, input)
      for (const { at, message, refused: isRefused } of own.problems) {
        const said = remark(at.file.split('/').at(-1) ?? at.file, at, 'a template that can be executed', message)
        yield isRefused ? refused(said) : said
      }
      yield* idlePatterns(alertmanager, own, input.config)
      if (own.problems.length === 0 && own.missing.size === 0) yield* unused(own)
    }
  },
}

/** A pattern that finds no file. */
function* idlePatterns(alertmanager: Cursor, { patterns, defined, missing }: OwnTemplates, config: Configuration): Generator<Remark> {
  const isLost = [...missing].some((name) => !defined.has(name))
  const isCompose = config.compose.length > 0
  for (const { at, files, isWhole, isMounted } of patterns) {
    if (files.length > 0 || !isWhole) continue
    const near = templatesBeside(alertmanager, config).map(({ file }) => file)
    const expected =
      near.length > 0 ? `a pattern that finds ${near.slice(0, 3).join(', ')} where it is mounted` : 'a pattern that finds a file'
    const observed = `${at.string() ?? ''}: no file is there`
    if (isLost)
      yield causing(
        remark('templates', at, expected, `${observed}, and receivers take ${[...missing].join(', ')} from it`),
        at.lines(),
        'named-files-are-given',
      )
    // Below no mount: named-files-are-given says it.
    else if (isCompose && !isMounted) continue
    else if (near.length > 0) yield warning('templates', at, expected, observed, 'A pattern of templates finds no file')
    else yield note('templates', at, expected, observed, 'A pattern of templates finds no file')
  }
}

/** What nothing executes may be meant for later; a whole file of it was meant for a receiver. */
function* unused({ defined, used, files }: OwnTemplates): Generator<Remark> {
  const isUsed = ({ name }: TemplateDefinition): boolean => used.has(name) || isShipped(name)
  for (const text of files) {
    const own = [...defined.values()].filter((each) => each.text === text)
    const [first] = own
    const idle = own.filter((each) => !isUsed(each))
    if (first === undefined || idle.length === 0) continue
    const names = idle.map(({ name }) => name).join(', ')
    const at = placeIn(text, (idle[0] ?? first).at)
    const message = 'A template is defined that no receiver takes'
    if (idle.length === own.length)
      yield warning(names, at, 'a receiver that takes one of them', 'none: receivers show the default texts', message)
    else yield note(names, at, 'a receiver that takes it', 'none', message)
  }
}
