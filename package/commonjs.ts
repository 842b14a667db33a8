/** What CommonJS asks for where it is compiled into a module. */
export const COMMONJS =
  "import{createRequire as $createRequire}from'node:module';import{fileURLToPath as $pathOf}from'node:url';const require=$createRequire(import.meta.url),__filename=$pathOf(import.meta.url),__dirname=$pathOf(new URL('.',import.meta.url));"
