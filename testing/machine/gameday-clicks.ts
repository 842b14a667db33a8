import type { Locator, Page as Tab } from 'playwright-core'

/** What a person does on the cockpit of a game day, click by click. Each waits until the page shows that it was done. */
export interface Injection {
  id: string
  /** Absent of a scenario. */
  part?: string
  /** Fields to fill, and lists to choose from. */
  fill?: Readonly<Record<string, string>>
  select?: Readonly<Record<string, string>>
  /** What the page must say before anything is done: of the alert that should fire, and of who feels it. */
  fires?: RegExp
  felt?: RegExp
}

/** Chooses, reads what should fire and who feels it, confirms. `number`: of the injection in this game day. */
export async function injectByClicks(
  tab: Tab,
  number: number,
  { id, part, fill = {}, select = {}, fires, felt }: Injection,
): Promise<void> {
  await tab.getByLabel('fault or scenario').selectOption(id)
  // The text of a label has its options as well.
  const field = (name: string): Locator => tab.locator('.chooser label', { hasText: new RegExp(`^${name}`) })
  if (part !== undefined) await field('part').locator('select').selectOption(part)
  for (const [name, value] of Object.entries(fill)) await field(name).locator('input').fill(value)
  for (const [name, value] of Object.entries(select)) await field(name).locator('select').selectOption(value)
  if (fires !== undefined) await tab.getByText(fires).waitFor()
  await tab.getByRole('button', { name: 'inject', exact: true }).click()
  const asked = tab.getByRole('alert')
  await (felt === undefined ? asked : asked.getByText(felt)).waitFor()
  await tab.getByRole('button', { name: `yes, inject ${id}${part === undefined ? '' : ` into ${part}`}`, exact: true }).click()
  await tab.locator('.active', { hasText: `${number}: ${id}` }).waitFor()
}

/** The same by keys alone: i, the first letters of what is chosen, Enter, and Enter again for the confirmation. */
export async function injectByKeys(tab: Tab, number: number, { id, part }: Pick<Injection, 'id' | 'part'>): Promise<void> {
  const { keyboard } = tab
  const focused = 'document.activeElement'
  await tab.getByLabel('fault or scenario').waitFor()
  await keyboard.press('i')
  await tab.waitForFunction(`${focused}.id === 'choose'`)
  await keyboard.type(id)
  await tab.waitForFunction(`${focused}.value === '${id}'`)
  if (part !== undefined) {
    await keyboard.press('Tab')
    await keyboard.type(part)
    await tab.waitForFunction(`${focused}.value === '${part}'`)
  }
  for (let reached = false; !reached; reached = await tab.evaluate<boolean>(`${focused}.textContent === 'inject'`))
    await keyboard.press('Tab')
  await keyboard.press('Enter')
  await tab.getByRole('alert').waitFor()
  await keyboard.press('Enter')
  await tab.locator('.active', { hasText: `${number}: ${id}` }).waitFor()
}

export async function undoByClicks(tab: Tab, number: number): Promise<void> {
  await tab.getByRole('button', { name: `undo ${number}`, exact: true }).click()
  await tab.getByRole('button', { name: `undo ${number}`, exact: true }).waitFor({ state: 'detached' })
}

/** Pauses: everything is undone; then goes on. */
export async function pauseByClicks(tab: Tab): Promise<void> {
  await tab.getByRole('button', { name: 'pause', exact: true }).click()
  await tab.getByText(/^Paused for/).waitFor()
  await tab.getByText('Nothing is in effect.').waitFor()
  await tab.getByRole('button', { name: 'resume', exact: true }).click()
  await tab.getByRole('button', { name: 'inject', exact: true }).waitFor()
}

export async function noteByClicks(tab: Tab, text: string): Promise<void> {
  await tab.getByLabel('note').fill(text)
  await tab.getByRole('button', { name: 'write it into the journal' }).click()
  // The field is emptied when the session has it.
  await tab.waitForFunction(`document.getElementById('note')?.value === ''`)
}

export async function finishByClicks(tab: Tab): Promise<void> {
  await tab.getByRole('button', { name: 'finish', exact: true }).click()
  await tab.getByRole('button', { name: 'yes, finish', exact: true }).click()
}

/** Waits for the dot of a notification in the lanes of the page. */
export async function notifiedOnPage(
  tab: Tab,
  receiver: string,
  status: 'firing' | 'resolved',
  alert: string,
  timeout: number,
): Promise<void> {
  await tab
    .locator(`.mark.${status} title`, { hasText: new RegExp(`^${receiver}: ${status}: .*\\b${alert}\\b`) })
    .first()
    .waitFor({ state: 'attached', timeout })
}
