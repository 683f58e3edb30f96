import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Whether there is a process with this number. Another user's is alive all the same. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** By `ps`, where there is no /proc, as on macOS: to the second, and the same whoever asks. Empty without a `ps`. */
export const startByPs = (pid: number): string => {
  try {
    const env = { LC_ALL: 'C', TZ: 'UTC' }
    return execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5_000,
    }).trim()
  } catch {
    return ''
  }
}

/**
 * When a process started: with its number it names the process, even after the number went round. Empty where the system
 * does not tell. As the platform writes it into its lock.
 */
export const startOf = (pid: number): string => {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? ''
    return `${boot}:${afterName.split(' ')[19]}`
  } catch {
    return process.platform === 'linux' ? '' : startByPs(pid)
  }
}
