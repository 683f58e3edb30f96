/** What compose.yaml started, as test files see it: it runs beside the test runner, once for all of them. */
import { inject } from 'vitest'

export interface Described {
  /** The folder that holds what the image holds. */
  readonly image: string
  readonly gateways: readonly string[]
  /** The folder that holds each volume under its name. */
  readonly volumes: string
  /** As people look in: user, password. */
  readonly databases: Readonly<Record<'auth' | 'payments' | 'ledger' | 'events', string>>
  readonly containers: readonly {
    readonly name: string
    readonly pid: number
    readonly starts: number
    readonly log: string
  }[]
}

export interface Extra {
  readonly name: string
  readonly url: string
  /** Resolves with what was wrong about its end, if anything. */
  stop(): Promise<string | undefined>
}

const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
  const response = await fetch(new URL(path, inject('composeWorld')), {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`what compose.yaml starts does not run: ${text}`)
  return JSON.parse(text) as T
}

/** Starts it when it is the first to ask. */
export const composeWorld = (): Promise<Described> => ask('GET', '/')

/** One more container of a service, under other variables of `.env`. */
export const addContainer = async (service: string, variables: Readonly<Record<string, string>>): Promise<Extra> => {
  const { name, url } = await ask<{ name: string; url: string }>('POST', `/${service}`, variables)
  return { name, url, stop: async () => (await ask<{ problem?: string }>('DELETE', `/containers/${name}`)).problem }
}
