import { fileURLToPath } from 'node:url'

/** The folder that holds the tool's own files, as package.json is in it: never the working folder, never the platform's. */
export const TOOL_ROOT = fileURLToPath(new URL('../..', import.meta.url))
