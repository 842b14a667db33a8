/**
 * The undo ledger: one append-only NDJSON file a drill. What must be undone is on disk (file and directory fsynced) before anything
 * is harmed, so any process that finds the file later can undo everything.
 */
import { createHash } from 'node:crypto'
import { open, mkdir, readFile, readdir, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { syncDirectory } from './files.ts'
import { carryOut, settled, stillWrong } from './undo.ts'
import type { Undo } from './undo-record.ts'

/** What is being harmed: the fault's id, the part's name, the experiment's id. */
export interface Subject {
  fault: string
  target: string
  experiment: string
}

export type LedgerLine =
  | { state: 'intended'; id: string; atMs: number; subject: Subject; undo: Undo }
  | { state: 'applied'; id: string; atMs: number }
  | { state: 'undone'; id: string; atMs: number; by: string }
  /** The watchdog acts although the tool may live (its lease ran out): the tool must not harm anything from here on. */
  | { state: 'taken-over'; atMs: number }
  /** A person gave up undoing what is left: the entries count as undone from here on. */
  | { state: 'forgotten'; atMs: number }

export interface LedgerEntry {
  id: string
  subject: Subject
  undo: Undo
  state: 'intended' | 'applied' | 'undone'
}

export interface LedgerContent {
  /** Oldest first. */
  entries: LedgerEntry[]
  takenOver: boolean
  /** Damage other than a torn last line, which is what a crash leaves and means: never happened. */
  problems: string[]
}

/** Called between the steps of writing; the crash tests stop here. */
export type AtStep = (step: string) => void | Promise<void>

const PREFIX = 'ledger-'
const SUFFIX = '.ndjson'

export class Ledger {
  readonly file: string
  readonly #handle: FileHandle
  readonly #atStep: AtStep
  #queue: Promise<unknown> = Promise.resolve()

  private constructor(file: string, handle: FileHandle, atStep: AtStep) {
    this.file = file
    this.#handle = handle
    this.#atStep = atStep
  }

  /** Creates the file, or opens one to go on with it. The directory is made with mode 0700. */
  static async open(file: string, atStep: AtStep = () => {}): Promise<Ledger> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const handle = await open(file, 'a+', 0o600)
    await repairTail(handle)
    await handle.sync()
    await syncDirectory(dirname(file))
    return new Ledger(file, handle, atStep)
  }

  /** Resolves when the line is on disk. Lines are written one at a time, in the order of the calls. */
  append(line: LedgerLine): Promise<void> {
    const written = this.#queue.then(async () => {
      const { size } = await this.#handle.stat()
      await this.#handle.appendFile(encodeLine(line)).catch(async (error: unknown) => {
        // A disk that is full takes a part of the line, and the next one, once there is room again, must not stand behind that.
        await this.#handle.truncate(size)
        throw error
      })
      await this.#atStep(`${line.state}:written`)
      await this.#handle.sync()
      await this.#atStep(`${line.state}:synced`)
    })
    this.#queue = written.catch(() => undefined)
    return written
  }

  async close(): Promise<void> {
    await this.#queue
    await this.#handle.close()
  }
}

/** A torn last line must not swallow the first line written now. A whole one that lacks only its newline stays. */
async function repairTail(handle: FileHandle): Promise<void> {
  const bytes = await handle.readFile()
  const end = bytes.lastIndexOf(0x0a) + 1
  if (end === bytes.length) return
  if (decodeLine(bytes.subarray(end).toString()) === null) await handle.truncate(end)
  else await handle.appendFile('\n')
}

export function newLedgerFile(dir: string): string {
  return join(dir, `${PREFIX}${new Date().toISOString().replace(/[:.]/g, '-')}-${process.pid}${SUFFIX}`)
}

/** The checksum covers the exact bytes of the body, so it stands before it. */
export function encodeLine(line: LedgerLine): string {
  const body = JSON.stringify(line)
  return `{"sum":"${sum(body)}","line":${body}}\n`
}

function sum(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 16)
}

function decodeLine(text: string): LedgerLine | null {
  const match = /^\{"sum":"([0-9a-f]{16})","line":(.*)\}$/.exec(text)
  const body = match?.[2]
  return body === undefined || sum(body) !== match?.[1] ? null : (JSON.parse(body) as LedgerLine)
}

export function readLedgerText(text: string): LedgerContent {
  const content: LedgerContent = { entries: [], takenOver: false, problems: [] }
  const lines = text.split('\n')
  lines.forEach((raw, index) => {
    if (raw === '') return
    const line = decodeLine(raw)
    const last = index === lines.length - 1
    if (line !== null) applyLine(content, line, index + 1)
    // Only a last line without its newline can be torn, and it was never fsynced: what it says never came to pass.
    else if (!last) content.problems.push(`line ${index + 1} is damaged`)
  })
  return content
}

function applyLine(content: LedgerContent, line: LedgerLine, number: number): void {
  if (line.state === 'taken-over') {
    content.takenOver = true
  } else if (line.state === 'forgotten') {
    for (const entry of content.entries) entry.state = 'undone'
    content.problems = []
  } else if (line.state === 'intended') {
    content.entries.push({ id: line.id, subject: line.subject, undo: line.undo, state: 'intended' })
  } else {
    const entry = content.entries.find((each) => each.id === line.id)
    if (entry === undefined) content.problems.push(`line ${number}: ${line.state} of an entry that is not there`)
    else if (entry.state !== 'undone') entry.state = line.state
  }
}

export async function readLedger(file: string): Promise<LedgerContent> {
  return readLedgerText(await readFile(file, 'utf8'))
}

export async function ledgerFiles(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names
    .filter((name) => name.startsWith(PREFIX) && name.endsWith(SUFFIX))
    .sort()
    .map((name) => join(dir, name))
}

/** True when something that may be in effect was not undone. Changes nothing. */
export async function hasLeftover(dir: string): Promise<boolean> {
  for (const file of await ledgerFiles(dir)) {
    // One that is gone by now was done: the process that undoes it (the watchdog, say) removes it then.
    const content = await readLedger(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (content === undefined) continue
    const { entries, problems } = content
    if (problems.length > 0 || entries.some((entry) => entry.state !== 'undone')) return true
  }
  return false
}

export interface Recovery {
  /** "kill-process redis (experiment redis-killed)", newest first. */
  undone: string[]
  /** The same with what is still wrong. */
  notUndone: string[]
}

export interface RecoverOptions {
  /** Written into the ledger. */
  by: string
  attempts?: number
  atStep?: AtStep
  /** Keeps the file even when all is undone, for a tool that may still be writing to it. */
  keep?: boolean
}

/**
 * Undoes all that is not undone in a folder's ledgers, newest first, and removes every ledger that is then done. The caller holds the
 * folder's lock.
 */
export async function recoverLedger(dir: string, options: RecoverOptions): Promise<Recovery> {
  const recovery: Recovery = { undone: [], notUndone: [] }
  for (const file of (await ledgerFiles(dir)).reverse()) {
    const { undone, notUndone } = await recoverFile(file, options)
    recovery.undone.push(...undone)
    recovery.notUndone.push(...notUndone)
  }
  return recovery
}

/** recoverLedger for one file. */
export async function recoverFile(file: string, options: RecoverOptions): Promise<Recovery> {
  const content = await readLedger(file)
  const recovery: Recovery = { undone: [], notUndone: content.problems.map((problem) => `${file}: ${problem}`) }
  const ledger = await Ledger.open(file, options.atStep)
  try {
    for (const entry of content.entries.filter((each) => each.state !== 'undone').reverse()) {
      const wrong = await undoEntry(ledger, entry, options)
      // The caller goes on with a system that must be well, not merely running.
      const unwell = wrong === null ? await settled(entry.undo) : wrong
      if (unwell === null) recovery.undone.push(describe(entry))
      else recovery.notUndone.push(`${describe(entry)}: ${unwell}`)
    }
  } finally {
    await ledger.close()
  }
  if (recovery.notUndone.length === 0 && options.keep !== true) await removeLedger(file)
  return recovery
}

/** How long a request of a killed tool may still be on its way (a pipelined SET, a POST): after that the undo is looked at again. */
const IN_FLIGHT_MS = 500

/** Undoes one entry with bounded retries and marks it. Null, or what is still wrong. */
export async function undoEntry(ledger: Ledger, entry: LedgerEntry, options: RecoverOptions): Promise<string | null> {
  const attempts = options.attempts ?? 4
  let wrong: string | null = null
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      await options.atStep?.('undo:begin')
      await carryOut(entry.undo)
      if (entry.state === 'intended') {
        await delay(IN_FLIGHT_MS)
        wrong = await stillWrong(entry.undo)
        if (wrong !== null) continue
      }
      await options.atStep?.('undo:done')
      await ledger.append({ state: 'undone', id: entry.id, atMs: Date.now(), by: options.by })
      return null
    } catch (error) {
      wrong = (error as Error).message
    }
    if (attempt < attempts) await delay(100 * 2 ** attempt)
  }
  return wrong
}

/** Gives up what is left: for a system that no longer exists. The caller holds the folder's lock. */
export async function forgetLedger(dir: string): Promise<void> {
  for (const file of await ledgerFiles(dir)) {
    const ledger = await Ledger.open(file)
    await ledger.append({ state: 'forgotten', atMs: Date.now() })
    await ledger.close()
    await removeLedger(file)
  }
}

export async function removeLedger(file: string): Promise<void> {
  await rm(file, { force: true })
  await syncDirectory(dirname(file))
}

export function describe(entry: { subject: Subject }): string {
  return `${entry.subject.fault} ${entry.subject.target} (experiment ${entry.subject.experiment})`
}
