import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

/** Debian's package; CHROMIUM names another. */
export const CHROMIUM: string | undefined = [
  process.env['CHROMIUM'] ?? '',
  ...(process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name))),
].find((file) => file !== '' && existsSync(file))

const OPTIONS = {
  ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}

/** A browser that looks for nothing in the network by itself. */
export async function openChromium(): Promise<Browser> {
  return chromium.launch(OPTIONS)
}

/** The same, to be killed in the middle. */
export async function openMortalChromium(): Promise<{ browser: Browser; kill(): Promise<void> }> {
  const server = await chromium.launchServer(OPTIONS)
  return { browser: await chromium.connect(server.wsEndpoint()), kill: () => server.kill() }
}
