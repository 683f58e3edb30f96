import { stat, statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Clock } from '@micro/kernel'
import { checkOf, type Check } from './check.ts'

/** As scripts/node.sh asks for: type stripping and `import.meta.main`. */
export const checkNode = (version: string): Check => {
  const check = checkOf('Node')
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isEnough = (major === 22 && minor >= 18) || (major === 24 && minor >= 2) || major > 24
  return isEnough
    ? check.ok(version)
    : check.problem(`${version} is too old`, 'Install Node 24, or start with ./micro, which fetches one.')
}

/** The folder itself, or the nearest one above it that is there. */
const nearest = async (path: string): Promise<string> => {
  const there = await stat(path).catch(() => undefined)
  return there !== undefined || dirname(path) === path ? path : nearest(dirname(path))
}

const gigabyte = 1024 ** 3
/** PostgreSQL stops for want of space long before the last byte. */
const freeBytesMin = gigabyte / 4
const freeBytesEnough = 2 * gigabyte

/** How much room there is where data lives. */
export const checkDisk = async (dataDir: string): Promise<Check> => {
  const check = checkOf('Disk space')
  const place = await nearest(resolve(dataDir))
  const { bavail, bsize } = await statfs(place)
  const free = bavail * bsize
  const detail = `${(free / gigabyte).toFixed(1)} GB free at ${place}`
  const mend = 'Make room, or put the data elsewhere: micro up --data-dir PATH'
  if (free < freeBytesMin) return check.problem(detail, mend)
  return free < freeBytesEnough ? check.warning(detail, mend) : check.ok(detail)
}

/** Further apart, signatures and tokens begin to be refused: those of webhooks after five minutes, of services after less. */
const skewSecondsOdd = 5
const skewSecondsMax = 30
/** No clock that is right shows an earlier time: this program is younger. In Unix seconds. */
const earliest = 1_767_225_600

/** This machine's clock, beside the server's where that is known. Times in Unix seconds. */
export const checkClock = (clock: Clock, serverNow: number | undefined): Check => {
  const check = checkOf('Clock')
  const now = Math.floor(clock.now().getTime() / 1000)
  const shown = clock.now().toISOString()
  const mend = 'Set the clock by the network: timedatectl set-ntp true'
  if (now < earliest) return check.problem(`${shown} is in the past`, mend)
  if (serverNow === undefined) return check.ok(shown)
  const skew = Math.abs(now - serverNow)
  const detail =
    skew <= 1 ? `${shown}, as the server's` : `${skew} s ${now > serverNow ? 'ahead of' : 'behind'} the server's`
  if (skew > skewSecondsMax) return check.problem(detail, mend)
  return skew > skewSecondsOdd ? check.warning(detail, mend) : check.ok(detail)
}
