import { warning, type Check } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import type { TemplateDefinition } from '../../../config/templates/template-definitions.ts'
import { ownTemplates, templatedTexts } from '../../message-templates.ts'

export const check: Check = {
  meta: {
    id: 'messages-fit-their-format',
    needs: ['alertmanager'],
    severity: 'warning',
    title: 'HTML is sent where HTML is read, and text where text is',
    failureTitle: 'A message has the format of another place: tags are shown, or lines run together',
    why: "Slack, Discord, a mail's `text` and its headers show what is sent as it is; a mail's `html` shows no line break that is no tag. https://prometheus.io/docs/alerting/latest/configuration/#email_config",
    mend: 'In alertmanager.yml, take a template of that format: HTML in `html` of email_configs, text elsewhere.',
    example: 'email_configs:\n  - to: ops@example.org\n    text: \'{{ template "email.default.html" . }}\'',
  },
  *judge(input) {
    for (const alertmanager of input.config.alertmanager) {
      const { defined } = ownTemplates(alertmanager, input)
      for (const { receiver, kind, at, integration } of templatedTexts(alertmanager)) {
        const shown = bodyOf(at.string() ?? '', defined)
        const isHtml = kind === 'email_configs' && at.key === 'html'
        if (!isHtml && showsAsItIs(kind, at, integration)) {
          const tag = shown.whole.match(TAG)?.[0]
          if (tag !== undefined) yield warning(receiver, at, `text: ${nameOf(kind, at)} is shown as it is`, `HTML: ${tag}`)
        } else if (isHtml && shown.isWhole && /\S[^\S\n]*\n\s*\S/.test(shown.whole) && !/<|safeHtml/.test(shown.whole))
          yield warning(receiver, at, 'HTML: <br> or <p> where a line ends', 'lines of text, which are shown as one')
      }
    }
  },
}

const TAG = /<(?:!DOCTYPE|html|body|table|t[rd]|div|span|p|br|hr|h[1-6]|strong|ul|li|style)\b[^>|]*>|email\.default\.html/i

function showsAsItIs(kind: string, at: Cursor, integration: Cursor): boolean {
  return (
    /^(?:slack|discord|pagerduty)_configs$/.test(kind) ||
    (kind === 'email_configs' && (at.key === 'text' || integration.pairs('headers').some(([, each]) => each.node === at.node)))
  )
}

function nameOf(kind: string, { key }: Cursor): string {
  return `${key} of ${kind}`
}

/** A text with the templates that it takes in their places, without what stands between braces. */
function bodyOf(text: string, defined: ReadonlyMap<string, TemplateDefinition>, depth = 0): { whole: string; isWhole: boolean } {
  let isWhole = true
  const whole = text.replace(/\{\{-?\s*template\s+"([^"]+)"[^}]*\}\}|\{\{(?:(?!\}\})[\s\S])*\}\}/g, (action, name?: string) => {
    if (name === undefined) return action.includes('safeHtml') || /"[^"]*<[a-z]/i.test(action) ? action : 'x'
    const own = defined.get(name)
    if (own === undefined || depth > 10) {
      isWhole = false
      return name
    }
    const inner = bodyOf(own.body, defined, depth + 1)
    isWhole &&= inner.isWhole
    return inner.whole
  })
  return { whole, isWhole }
}
