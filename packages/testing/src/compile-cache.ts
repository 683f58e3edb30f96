import { fileURLToPath } from 'node:url'

/**
 * For the environment of the programs that tests start from their sources: Node keeps what it compiled, and the types it
 * took out before, for the next process. `make clean` removes it.
 */
export const compileCache = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../../node_modules/.cache/micro-tests', import.meta.url)),
} as const
