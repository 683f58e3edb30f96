import { createHash } from 'node:crypto'
import type { RedisClient } from '@micro/bus/redis'
import type { Take, Taken } from './limiter.ts'

/**
 * The window of one key: a sorted set of who let a request through and when, in microseconds of Redis's own clock, so
 * that gateways need not agree on the time.
 *
 * KEYS[1] the set. ARGV: limit · window in µs · member to add when allowed, or '' to look only · a member that must be
 * there, or '' · then pairs of member and age in µs that are to be counted too.
 * Returns {allowed, remaining, ms until one more leaves}, or {-1} when the member that must be there is not.
 */
const script = `
local key, limit, window = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local text = function(number) return string.format('%.0f', number) end
local changed = false

-- A clock set back counts as no time at all: the past moves back with it, or the window would stay shut for as long.
local newest = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
if newest[2] and tonumber(newest[2]) > now then
  local back = tonumber(newest[2]) - now
  local all = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  for at = 1, #all, 2 do redis.call('ZADD', key, text(tonumber(all[at + 1]) - back), all[at]) end
  changed = true
end

redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now - window))
if ARGV[4] ~= '' and not redis.call('ZSCORE', key, ARGV[4]) then return {-1} end
for at = 5, #ARGV, 2 do
  local age = tonumber(ARGV[at + 1])
  if age < window then
    redis.call('ZADD', key, 'NX', text(now - age), ARGV[at])
    changed = true
  end
end

local count = redis.call('ZCARD', key)
local allowed = count < limit
if allowed and ARGV[3] ~= '' then
  redis.call('ZADD', key, text(now), ARGV[3])
  count = count + 1
  changed = true
end
-- A second longer than needed: what is too old is removed above, exactly; this only forgets idle keys.
if changed then redis.call('PEXPIRE', key, text(window / 1000 + 1000)) end

local reset = 0
if count > 0 then
  local leaving = math.max(0, count - limit)
  local oldest = redis.call('ZRANGE', key, leaving, leaving, 'WITHSCORES')
  reset = math.ceil((tonumber(oldest[2]) + window - now) / 1000)
end
return {allowed and 1 or 0, math.max(0, limit - count), reset}
`

const sha = createHash('sha1').update(script).digest('hex')

/** Spares the first request the script's way to Redis. */
export const loadWindow = (redis: RedisClient): Promise<unknown> => redis.sendCommand(['SCRIPT', 'LOAD', script])

export interface WindowQuestion extends Take {
  /** How Redis shall call this request when it is allowed. */
  readonly member: string
  /** Something that Redis must have counted unless it has lost its memory. */
  readonly witness: string | undefined
  /** What Redis may not have counted yet. */
  readonly uncounted: readonly { readonly member: string; readonly ageMs: number }[]
}

const micros = (ms: number): string => String(Math.round(ms * 1_000))

/** One round trip. Undefined: Redis lacks the witness. @throws what Redis answers instead, or the loss of its connection */
export const askWindow = async (redis: RedisClient, question: WindowQuestion): Promise<Taken | undefined> => {
  const { key, limit, windowMs, cost = 1, member, witness, uncounted } = question
  // The braces are the hash tag: in a cluster nothing but the key decides where its window lies.
  const rest = [
    '1',
    `rl:{${key}}`,
    String(limit),
    micros(windowMs),
    cost === 1 ? member : '',
    witness ?? '',
    ...uncounted.flatMap((one) => [one.member, micros(one.ageMs)]),
  ]
  const answer: unknown = await redis.sendCommand(['EVALSHA', sha, ...rest]).catch((error: unknown) => {
    if (error instanceof Error && error.message.startsWith('NOSCRIPT'))
      return redis.sendCommand(['EVAL', script, ...rest])
    throw error
  })
  const [allowed, remaining, resetMs] = Array.isArray(answer) ? answer.map(Number) : []
  if (allowed === -1) return undefined
  if (remaining === undefined || resetMs === undefined) throw new Error('Redis did not answer with a window')
  return { allowed: allowed === 1, remaining, resetMs }
}
