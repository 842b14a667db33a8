import { fileURLToPath } from 'node:url'
import { readPlatform } from '../../verify/platform/read-platform.ts'

/** The platform of this repository. */
export const OWN_PLATFORM = readPlatform({ cwd: fileURLToPath(new URL('.', import.meta.url)), stderr: () => undefined })
