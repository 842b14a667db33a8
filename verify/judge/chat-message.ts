/**
 * What each service accepts, in characters. Slack: https://docs.slack.dev/changelog/2018-truncating-really-long-messages and
 * https://docs.slack.dev/reference/methods/chat.postMessage (attachments, blocks); Discord: https://discord.com/developers/docs/resources/message#embed-object-embed-limits
 */
const LIMITS = {
  slack: { text: 40_000, attachments: 100, title: Infinity, body: 40_000, total: Infinity },
  discord: { text: 2_000, attachments: 10, title: 256, body: 4_096, total: 6_000 },
}
const UNRESOLVED = /\{\{|<no value>|%!\w?\(/

/** Why a channel of that kind would refuse this body of an incoming webhook, or show nonsense; empty when it would not. */
export function chatProblems(kind: 'slack' | 'discord', body: unknown): string[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return ['the body is no JSON object']
  const limits = LIMITS[kind]
  const fields = body as Record<string, unknown>
  const problems: string[] = []
  for (const list of ['attachments', 'blocks']) if (fields[list] !== undefined && !Array.isArray(fields[list])) problems.push(`${list} is no list`)
  const attachments = objectsIn(fields['attachments'])
  const blocks = objectsIn(fields['blocks'])
  if (problems.length === 0 && textOf(fields['text']).trim() === '' && blocks.length === 0 && !attachments.some((each) => ['title', 'text', 'pretext', 'blocks', 'fields'].some((name) => present(each[name])))) problems.push('there is nothing to show: no text, no block, no attachment with either')
  if (fields['text'] !== undefined && typeof fields['text'] !== 'string') problems.push('text is no text')
  if (kind === 'discord' && fields['text'] === undefined && attachments.length === 0) problems.push('Discord reads text and attachments only')
  if (textOf(fields['text']).length > limits.text) problems.push(`text of ${textOf(fields['text']).length} characters, at most ${limits.text} are shown`)
  if (attachments.length > limits.attachments) problems.push(`${attachments.length} attachments, at most ${limits.attachments} are accepted`)
  if (blocks.length > 50) problems.push(`${blocks.length} blocks, at most 50 are accepted`)
  for (const attachment of attachments) {
    for (const [name, most] of [['title', limits.title], ['text', limits.body]] as const) {
      if (attachment[name] !== undefined && typeof attachment[name] !== 'string') problems.push(`${name} of an attachment is no text`)
      if (textOf(attachment[name]).length > most) problems.push(`${name} of ${textOf(attachment[name]).length} characters, at most ${most} are accepted`)
    }
  }
  const texts = chatTexts(body)
  const total = texts.reduce((sum, text) => sum + text.length, 0)
  if (total > limits.total) problems.push(`${total} characters in all, at most ${limits.total} are accepted`)
  const unresolved = texts.map((text) => UNRESOLVED.exec(text)?.[0]).find((found) => found !== undefined)
  if (unresolved !== undefined) problems.push(`an unresolved template (${unresolved})`)
  return problems
}

/** What a person gets to read, wherever it stands in the body. */
export function chatTexts(body: unknown): string[] {
  if (typeof body === 'string') return [body]
  if (Array.isArray(body)) return body.flatMap(chatTexts)
  if (typeof body !== 'object' || body === null) return []
  return Object.entries(body).flatMap(([name, value]) => (SHOWN.has(name) ? chatTexts(value) : []))
}

/** The fallback is the attachment once more, for clients that cannot show it. */
const SHOWN = new Set(['text', 'attachments', 'blocks', 'title', 'pretext', 'fields', 'value', 'elements', 'footer'])

function objectsIn(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((each): each is Record<string, unknown> => typeof each === 'object' && each !== null) : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function present(value: unknown): boolean {
  return typeof value === 'string' ? value.trim() !== '' : Array.isArray(value) && value.length > 0
}
