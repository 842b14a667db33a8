import type { Suppressed } from '../model/lint-finding.ts'
import type { ConfigText } from '../config/yaml/cursor.ts'
import { suggestion } from '../text/did-you-mean.ts'
import { parseInstant } from '../text/instant.ts'
import type { Area, LintMeta, Remark } from './lint-check.ts'

const DAY_MS = 86_400_000
const EXAMPLE = '# firedrill disable rule-for-on-grid until 2027-01-31: the new interval is rolled out in January'

/** What is found about the comments themselves; no file in checks/, because they look at what the other checks found. */
export const COMMENT_CHECKS: readonly (LintMeta & { area: Area })[] = [
  {
    id: 'disable-comment-malformed',
    area: 'platform',
    title: 'Every `# firedrill disable` comment has a known check, a date and a reason',
    failureTitle: 'A `# firedrill disable` comment is incomplete, and suppresses nothing',
    why: 'A comment without a date is never looked at again, and one without a reason cannot be judged by its next reader.',
    mend: `Write the comment as \`${EXAMPLE}\`.`,
    example: '# firedrill disable rule-for-on-grid',
  },
  {
    id: 'disable-comment-expired',
    area: 'platform',
    severity: 'warning',
    title: 'No `# firedrill disable` comment is past its date',
    failureTitle: 'A `# firedrill disable` comment is past its date, and suppresses nothing',
    why: 'The date is when the reason was expected to be gone. From the day after it the finding is reported again.',
    mend: 'Correct what the check finds and delete the comment, or set a new date and say why in its reason.',
    example: 'for: 20s # firedrill disable rule-for-on-grid until 2020-01-31: until the interval is 10 s',
  },
  {
    id: 'disable-comment-unused',
    area: 'platform',
    severity: 'warning',
    title: 'Every `# firedrill disable` comment suppresses a finding',
    failureTitle: 'A `# firedrill disable` comment suppresses nothing',
    why: 'What it excused is gone or stands in another line. Left in place, it would hide the next finding there.',
    mend: 'Delete the comment, or move it to the line above the one that the finding names.',
    example: '# firedrill disable rule-for-on-grid until 2027-01-31: until the interval is 10 s\nfor: 30s',
  },
]

/** `line`: of the comment. */
interface Disable extends Omit<Suppressed, 'subject'> {
  column: number
  length: number
  /** The line in which it suppresses. */
  target: number
}

/** Of `# firedrill disable ...` comments: which findings remain, which are suppressed, and what is found of the comments. */
export function applyDisables<F extends Pick<Suppressed, 'id' | 'subject' | 'file' | 'line'>>(
  findings: readonly F[],
  texts: readonly ConfigText[],
  options: { known: readonly string[]; ran: ReadonlySet<string>; nowMs: number },
): { kept: F[]; suppressed: Suppressed[]; remarks: (Remark & { id: string })[] } {
  const read = texts.flatMap((text) => disablesIn(text, options.known))
  const remarks: (Remark & { id: string })[] = read.flatMap((each) =>
    'id' in each ? [] : [remarkOf('disable-comment-malformed', each, each.expected)],
  )
  const used = new Set<Disable>()
  const valid = read.filter((each): each is Disable => 'id' in each)
  const inForce = valid.filter(({ until }) => options.nowMs < (parseInstant(`${until}T00:00:00Z`) ?? 0) + DAY_MS)
  const suppressed: Suppressed[] = []
  const kept = findings.filter(({ id, subject, file, line }) => {
    const by = inForce.find((each) => each.id === id && each.file === file && each.target === line)
    if (by === undefined) return true
    used.add(by)
    suppressed.push({ id, subject, file, line, until: by.until, reason: by.reason })
    return false
  })
  for (const each of valid) {
    if (!inForce.includes(each)) remarks.push(remarkOf('disable-comment-expired', each, `a date that is not past`, each.until))
    // A check that did not run may find something the next time.
    else if (!used.has(each) && options.ran.has(each.id))
      remarks.push(remarkOf('disable-comment-unused', each, `a finding of ${each.id} in line ${each.target}`, 'none'))
  }
  return { kept, suppressed, remarks }
}

type Malformed = Omit<Disable, 'id' | 'until' | 'reason' | 'target'> & { expected: string; observed: string }

function disablesIn({ file, text }: ConfigText, known: readonly string[]): (Disable | Malformed)[] {
  if (!/\.ya?ml$/.test(file) || !text.includes('firedrill disable')) return []
  const lines = text.split(/\r?\n/)
  return lines.flatMap((source, index): (Disable | Malformed)[] => {
    const found = /(^|\s)#\s*firedrill disable\b(.*)$/.exec(source)
    if (found === null) return []
    const start = found.index + (found[1] ?? '').length
    const at = { file, line: index + 1, column: start + 1, length: source.trimEnd().length - start }
    const observed = source.slice(start).trim()
    const [, id = '', until = '', reason = ''] = /^\s*([\w-]*)(?:\s+until\s+([^\s:]*))?\s*(?::\s*(.*))?$/.exec(found[2] ?? '') ?? []
    const expected =
      id === ''
        ? `a check: ${EXAMPLE}`
        : !known.includes(id)
          ? `a check of lint instead of ${id}. ${suggestion(id, known.length > 10 ? known.filter((each) => each.startsWith(id.slice(0, 4))) : known)}`
          : !/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(until)
            ? `a date after the check: disable ${id} until 2027-01-31: reason`
            : reason.trim() === ''
              ? `a reason after the date: disable ${id} until ${until}: reason`
              : undefined
    if (expected !== undefined) return [{ ...at, expected, observed }]
    // Alone in its line it is about the next line that is no comment.
    const alone = source.slice(0, start).trim() === ''
    const next = lines.findIndex((line, position) => position > index && !/^\s*(#|$)/.test(line))
    return [{ ...at, target: (alone ? (next === -1 ? index : next) : index) + 1, id, until, reason: reason.trim() }]
  })
}

function remarkOf(
  id: string,
  { file, line, column, length, ...rest }: Pick<Disable, 'file' | 'line' | 'column' | 'length'> & { id?: string; observed?: string },
  expected: string,
  observed = rest.observed ?? '',
): Remark & { id: string } {
  return { id, subject: rest.id ?? 'comment', at: { file, line, column, length }, expected, observed }
}
