import { existsSync, rmSync } from 'node:fs'

const removeTries = 100
const removePauseMs = 20

/** For the last moments of a process, where nothing can be awaited: PostgreSQL may still be writing while it ends. */
export const removeNow = (directory: string): void => {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let tries = 1; tries <= removeTries && existsSync(directory); tries++) {
    try {
      rmSync(directory, { recursive: true, force: true })
    } catch {
      // A file appeared while its folder was being removed.
    }
    if (existsSync(directory)) Atomics.wait(pause, 0, 0, removePauseMs)
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * When a run is cut short its teardown does not happen, yet no process and no directory may stay behind. Only kill -9
 * leaves them. Returns the way to call it off.
 */
export const atUntimelyEnd = (cleanUp: () => void): (() => void) => {
  const onSignal = (name: NodeJS.Signals) => {
    callOff()
    cleanUp()
    process.kill(process.pid, name)
  }
  const callOff = () => {
    process.off('exit', cleanUp)
    for (const name of SIGNALS) process.off(name, onSignal)
  }
  process.once('exit', cleanUp)
  for (const name of SIGNALS) process.once(name, onSignal)
  return callOff
}
