import type { Health, PartHealth } from '../session/health.ts'
import { checkOf, type Check } from './check.ts'

export const checkGateway = (url: string, health: Health | undefined): Check => {
  const check = checkOf('Gateway')
  if (health === undefined) return check.problem(`nothing answers as Micro at ${url}`, 'Start it: micro up')
  if (health.status === 'ok') return check.ok(`${url} is ok`)
  return check[health.status === 'unavailable' ? 'problem' : 'warning'](
    `${url} is ${health.status}`,
    'See below, and: micro status',
  )
}

export const checkVersions = (own: string, health: Health | undefined): Check => {
  const check = checkOf('Versions')
  if (health === undefined) return check.skipped(`this command line is ${own}`)
  return health.version === own
    ? check.ok(`${own}, everywhere`)
    : check.warning(
        `the server is ${health.version}, this command line ${own}`,
        'Bring both to one version: they understand each other as far as they are alike.',
      )
}

const isWell = ({ status }: PartHealth): boolean => status === 'ok' || status === 'exact'

const told = ([name, { status, reason }]: readonly [string, PartHealth]): string => `${name}: ${reason ?? status}`

/** Each service is ready only when its database answers, so this is about both. */
export const checkDatabases = (health: Health | undefined): Check => {
  const check = checkOf('Databases')
  if (health === undefined) return check.skipped('asked by way of the gateway')
  const unwell = Object.entries(health.services).filter(([, each]) => !isWell(each))
  if (unwell.length === 0) return check.ok(`those of ${Object.keys(health.services).join(', ')} answer`)
  const isOut = unwell.some(([, { status }]) => status === 'unavailable')
  return check[isOut ? 'problem' : 'warning'](
    unwell.map(told).join('; '),
    'See the log of what is named: .micro/log here, docker compose logs in containers.',
  )
}

/** Where all runs in one process, it is its own bus and limiter. */
export const checkRedis = (health: Health | undefined): Check => {
  const check = checkOf('Redis')
  if (health === undefined) return check.skipped('asked by way of the gateway')
  const unwell = Object.entries({ bus: health.bus, limiter: health.limiter }).filter(([, each]) => !isWell(each))
  return unwell.length === 0
    ? check.ok('bus and limits work')
    : check.warning(
        unwell.map(told).join('; '),
        'Nothing is lost meanwhile, but start it again: docker compose up -d redis',
      )
}
