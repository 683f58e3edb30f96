import type { ServerResponse } from 'node:http'
import { errorBody, type Fault } from '@micro/kernel'

export const jsonType = 'application/json; charset=utf-8'

/** Headers that a fault calls for. 409 and 429 say that a retry makes sense, final errors that none does. */
export const faultHeaders = (fault: Fault): Record<string, string> => {
  const { status, retryable } = fault.spec
  const told = fault.detail['retry_after']
  const retryAfter = typeof told === 'number' ? told : status === 503 ? 1 : undefined
  return {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(status === 401 ? { 'www-authenticate': 'Bearer realm="Micro"' } : {}),
    ...(status >= 409 ? { 'stripe-should-retry': String(retryable) } : {}),
  }
}

/** Answers on a bare response, where no framework is at hand. The line end is for people at a terminal. */
export const answerJson = (
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void => {
  const text = `${JSON.stringify(body)}\n`
  response
    .writeHead(status, { ...headers, 'content-type': jsonType, 'content-length': Buffer.byteLength(text) })
    .end(text)
}

export const answerFault = (response: ServerResponse, fault: Fault): void =>
  answerJson(response, fault.spec.status, errorBody(fault), faultHeaders(fault))
