import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const megabytes = 256

export interface SmallDisk {
  /** Leaves no byte free. */
  fill(): void
  /** Takes away what `fill` wrote. */
  free(): void
  remove(): void
}

/** A small file system of its own at `path`, in memory; undefined where this user may not mount one. */
export const mountSmallDisk = (path: string): SmallDisk | undefined => {
  mkdirSync(path, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'micro-faults', path], {
      stdio: 'ignore',
    })
  } catch {
    return undefined
  }
  // Lazily, since a server that is just ending may still be in it.
  const unmount = (): void => void execFileSync('umount', ['--lazy', path], { stdio: 'ignore' })
  process.once('exit', unmount)
  const ballast = join(path, 'ballast')
  return {
    fill() {
      const file = openSync(ballast, 'w')
      try {
        for (const bytes of [1024 * 1024, 4096]) {
          const block = Buffer.alloc(bytes)
          try {
            for (;;) writeSync(file, block)
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
          }
        }
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      process.off('exit', unmount)
      unmount()
    },
  }
}
