import { hostname } from 'node:os'
import { sendRaw } from '@micro/client'
import { monotonicMs, unixSeconds, type Clock } from '@micro/kernel'
import { judge } from '../rest/send.ts'
import { transportOptions, type Access } from '../session/api.ts'
import { serverSeconds } from '../session/server-time.ts'

/** A session of the log, as the server opened it: what a connection to it is made with. */
export interface LogSession {
  readonly websocket_id: string
  readonly websocket_url: string
}

export interface OpenedSession {
  readonly session: LogSession
  /** The id of the request that opened it, which is in the log itself. */
  readonly requestId: string | null
  /** The server's time then, in Unix seconds, and ours. */
  readonly openedSeconds: number
  readonly openedMs: number
}

/** Opens a session of the log for requests that pass these filters. @throws ApiError when the key may not look; ConnectionError */
export const openLogSession = async (access: Access, filters: object, clock: Clock): Promise<OpenedSession> => {
  const answer = await sendRaw(transportOptions(access), {
    method: 'POST',
    path: '/v1/stripecli/sessions',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({
      device_name: hostname().slice(0, 255),
      websocket_features: ['request_logs'],
      filters: JSON.stringify(filters),
    }),
  })
  judge(answer)
  return {
    session: JSON.parse(answer.text) as LogSession,
    requestId: answer.headers.get('request-id'),
    openedSeconds: serverSeconds(answer.headers) ?? unixSeconds(clock.now()),
    openedMs: monotonicMs(),
  }
}
