/**
 * What CommonJS asks for where it is compiled into a module. Uses nothing but what it imports: esbuild does not read it, so a name of ours
 * in the same chunk (a constant called URL) may hide a global.
 */
export const COMMONJS =
  "import{createRequire as $createRequire}from'node:module';import{fileURLToPath as $pathOf}from'node:url';import{dirname as $folderOf}from'node:path';const require=$createRequire(import.meta.url),__filename=$pathOf(import.meta.url),__dirname=$folderOf(__filename);"
