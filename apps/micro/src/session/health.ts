import { ConnectionError, sendRaw } from '@micro/client'
import { transportOptions, type Access } from './api.ts'
import { serverSeconds } from './server-time.ts'

export interface PartHealth {
  readonly status: string
  readonly reason?: string
}

/** What a gateway says of itself and of the services behind it. */
export interface Health {
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly version: string
  readonly services: Readonly<Record<string, PartHealth>>
  readonly bus: PartHealth
  readonly limiter: PartHealth
}

export interface HealthAnswer {
  readonly health: Health
  /** The server's time, from its `Date` header; undefined when it sent none. In Unix seconds. */
  readonly now: number | undefined
}

const parse = (text: string): Health | undefined => {
  try {
    const value = JSON.parse(text) as Partial<Health> | null
    return typeof value?.status === 'string' && typeof value.services === 'object' ? (value as Health) : undefined
  } catch {
    return undefined
  }
}

const healthMsMax = 10_000

/** Asks a gateway how it is. @throws ConnectionError when none is there, or what answers is none */
export const askHealth = async (access: Access): Promise<HealthAnswer> => {
  const { text, headers } = await sendRaw(transportOptions({ timeoutMs: healthMsMax, ...access }), {
    method: 'GET',
    path: '/health',
  })
  const health = parse(text)
  if (health === undefined)
    throw new ConnectionError(`What answers at ${access.gatewayUrl} is no Micro gateway. Is the address right?`)
  return { health, now: serverSeconds(headers) }
}
