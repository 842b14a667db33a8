/**
 * What each service accepts, in characters. Slack: https://docs.slack.dev/changelog/2018-truncating-really-long-messages and
 * https://docs.slack.dev/reference/methods/chat.postMessage (attachments, blocks); Discord:
 * https://discord.com/developers/docs/resources/message#embed-object-embed-limits
 */
const LIMITS = {
  slack: {
    text: 40_000,
    attachments: 100,
    title: Infinity,
    body: 40_000,
    fields: Infinity,
    fieldName: Infinity,
    fieldValue: Infinity,
    total: Infinity,
  },
  discord: { text: 2_000, attachments: 10, title: 256, body: 4_096, fields: 25, fieldName: 256, fieldValue: 1_024, total: 6_000 },
}
/** https://docs.slack.dev/reference/block-kit/blocks: the text of a block, and how many parts it may have. */
const BLOCK_LIMITS: Record<string, { text: number; parts: number; part: number }> = {
  section: { text: 3_000, parts: 10, part: 2_000 },
  header: { text: 150, parts: 0, part: 0 },
  context: { text: 0, parts: 10, part: 3_000 },
  actions: { text: 0, parts: 25, part: 75 },
  markdown: { text: 12_000, parts: 0, part: 0 },
}
/** Of Alertmanager's templates, Go's formatting, and Prometheus' templates of annotations. */
const UNRESOLVED = /\{\{|<no value>|%!\w?\(|<error expanding template/

/** Why a channel of that kind would refuse this body of an incoming webhook, or show nonsense; empty when it would not. */
export function chatProblems(kind: 'slack' | 'discord', body: unknown): string[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return ['the body is no JSON object']
  const limits = LIMITS[kind]
  const fields = body as Record<string, unknown>
  // Discord's own form, which discord_configs post: https://discord.com/developers/docs/resources/webhook#execute-webhook
  const native = kind === 'discord' && (fields['embeds'] !== undefined || fields['content'] !== undefined)
  const [textName, listName, bodyName, nameName] = native
    ? (['content', 'embeds', 'description', 'name'] as const)
    : (['text', 'attachments', 'text', 'title'] as const)
  const problems: string[] = []
  for (const list of [listName, 'blocks'])
    if (present(fields[list], true) && !Array.isArray(fields[list])) problems.push(`${list} is no list`)
  const attachments = objectsIn(fields[listName])
  const blocks = objectsIn(fields['blocks'])
  const text = textOf(fields[textName])
  if (
    problems.length === 0 &&
    text.trim() === '' &&
    blocks.length === 0 &&
    !attachments.some((each) => ['title', 'text', 'description', 'pretext', 'blocks', 'fields'].some((name) => present(each[name])))
  )
    problems.push('there is nothing to show: no text, no block, no attachment with either')
  if (present(fields[textName], true) && typeof fields[textName] !== 'string') problems.push(`${textName} is no text`)
  if (kind === 'discord' && !native && fields['text'] === undefined && attachments.length === 0)
    problems.push('Discord reads text and attachments only')
  if (lengthOf(text) > limits.text) problems.push(`${textName} of ${lengthOf(text)} characters, at most ${limits.text} are shown`)
  if (attachments.length > limits.attachments)
    problems.push(`${attachments.length} ${listName}, at most ${limits.attachments} are accepted`)
  for (const attachment of attachments) {
    for (const [name, most] of [
      ['title', limits.title],
      [bodyName, limits.body],
    ] as const) {
      if (present(attachment[name], true) && typeof attachment[name] !== 'string') problems.push(`${name} of an attachment is no text`)
      if (lengthOf(textOf(attachment[name])) > most)
        problems.push(`${name} of ${lengthOf(textOf(attachment[name]))} characters, at most ${most} are accepted`)
    }
    const parts = objectsIn(attachment['fields'])
    if (parts.length > limits.fields) problems.push(`${parts.length} fields, at most ${limits.fields} are accepted`)
    for (const part of parts)
      for (const [name, most] of [
        [nameName, limits.fieldName],
        ['value', limits.fieldValue],
      ] as const) {
        if (lengthOf(textOf(part[name])) > most)
          problems.push(`${name} of a field of ${lengthOf(textOf(part[name]))} characters, at most ${most} are accepted`)
        if (native && textOf(part[name]).trim() === '') problems.push(`${name} of a field is empty, Discord refuses that`)
      }
  }
  if (kind === 'slack') problems.push(...[blocks, ...attachments.map((each) => objectsIn(each['blocks']))].flatMap(blockProblems))
  const texts = chatTexts(body)
  // https://discord.com/developers/docs/resources/message#embed-object-embed-limits: across all embeds; what stands before them has its
  // own.
  const total = (kind === 'discord' ? chatTexts(attachments) : texts).reduce((sum, each) => sum + lengthOf(each), 0)
  if (total > limits.total) problems.push(`${total} characters in all, at most ${limits.total} are accepted`)
  const unresolved = texts.map((each) => UNRESOLVED.exec(each)?.[0]).find((found) => found !== undefined)
  if (unresolved !== undefined) problems.push(`an unresolved template (${unresolved})`)
  return problems
}

function blockProblems(blocks: Record<string, unknown>[]): string[] {
  const problems = blocks.length > 50 ? [`${blocks.length} blocks, at most 50 are accepted`] : []
  for (const block of blocks) {
    const kind = textOf(block['type'])
    const limits = BLOCK_LIMITS[kind]
    if (kind === '') problems.push('a block without a type')
    if (limits === undefined) continue
    const length = lengthOf(blockText(block['text']))
    if (limits.text > 0 && length > limits.text) problems.push(`a ${kind} of ${length} characters, at most ${limits.text} are accepted`)
    const parts = [...list(block['fields']), ...list(block['elements'])]
    if (parts.length > limits.parts) problems.push(`a ${kind} with ${parts.length} parts, at most ${limits.parts} are accepted`)
    const longest = Math.max(0, ...parts.map((part) => lengthOf(blockText(part))))
    if (longest > limits.part) problems.push(`a part of a ${kind} of ${longest} characters, at most ${limits.part} are accepted`)
  }
  return problems
}

/** { type: mrkdwn, text } or the text itself, of a button in its text. */
function blockText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return textOf(value)
  return blockText((value as Record<string, unknown>)['text'])
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** As the services count: a rune each, an emoji is one. */
function lengthOf(text: string): number {
  return [...text].length
}

/** What a person gets to read, wherever it stands in the body. */
export function chatTexts(body: unknown): string[] {
  if (typeof body === 'string') return [body]
  if (Array.isArray(body)) return body.flatMap(chatTexts)
  if (typeof body !== 'object' || body === null) return []
  return Object.entries(body).flatMap(([name, value]) => (SHOWN.has(name) ? chatTexts(value) : []))
}

/** The fallback is the attachment once more, for clients that cannot show it. */
const SHOWN = new Set([
  'text',
  'attachments',
  'blocks',
  'title',
  'pretext',
  'fields',
  'value',
  'elements',
  'footer',
  'content',
  'embeds',
  'description',
  'name',
  'author',
])

function objectsIn(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((each): each is Record<string, unknown> => typeof each === 'object' && each !== null) : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Go writes what is not there as null. */
function present(value: unknown, evenEmpty = false): boolean {
  if (evenEmpty) return value !== undefined && value !== null
  return typeof value === 'string' ? value.trim() !== '' : Array.isArray(value) && value.length > 0
}
