import { Readable } from 'node:stream'
import { pathsOf, type Route } from '@micro/contracts'
import { errorBody, Fault } from '@micro/kernel'
import { CommitUnknownError, isPassing } from '@micro/postgres'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { faultHeaders, jsonType } from './answer.ts'
import { bodyBytesMax, decodeBody, decodeQuery, supportedTypes, textOf, type DecodedBody } from './body.ts'
import type { SignedBody } from './call.ts'
import type { Runtime } from './dependencies.ts'
import { decodeLongBody } from './long-body.ts'
import { longListOf, type LongListSpec } from './long-list.ts'
import type { Operation } from './operation.ts'
import { contextOf } from './request-context.ts'
import { acceptedFormat, beginStream, streamHeaders, untilGone } from './stream-body.ts'
import { pageType } from './html-page.ts'
import type { StreamReply } from './stream-reply.ts'

/** Largest request body in bytes from callers nobody knows yet: address and password, however escaped, take less. */
const strangersBodyBytesMax = 32 * 1024

/** Largest request body of a known caller in bytes; without a route, that of any route. */
export const bodyBytesMaxOf = (route?: Route): number => route?.bodyBytesMax ?? bodyBytesMax

const frameworkFaults: Readonly<Record<string, (error: Error, bodyLimit: number) => Fault>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (cause, limit) => new Fault('body_too_large', { limit }, { cause }),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: (cause) =>
    new Fault('body_invalid', { reason: 'its length differs from Content-Length' }, { cause }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (cause) =>
    new Fault('content_type_unsupported', { given: '(malformed)', supported: supportedTypes }, { cause }),
  FST_ERR_BAD_URL: (cause) => new Fault('url_invalid', { reason: cause.message }, { cause }),
}

/** Everything a handler can end with, as something a caller may be told. What is unexpected stays in the log. */
export const faultOf = (error: unknown, service: string, bodyLimit = bodyBytesMaxOf()): Fault => {
  if (error instanceof Fault) return error
  const cause = error instanceof Error ? error : new Error(String(error))
  const known = frameworkFaults[(cause as { code?: string }).code ?? '']
  if (known !== undefined) return known(cause, bodyLimit)
  // Whether it happened only a later look can tell; the same idempotency key does.
  if (error instanceof CommitUnknownError) return new Fault('upstream_timeout', { service }, { cause })
  if (isPassing(error)) return new Fault('upstream_unavailable', { service, retry_after: 1 }, { cause })
  return new Fault('internal', {}, { cause })
}

/** Writes the error envelope, the same on every surface. */
export const sendFault = (reply: FastifyReply, fault: Fault): FastifyReply =>
  reply
    .code(fault.spec.status)
    .headers(faultHeaders(fault))
    .type(jsonType)
    .send(`${JSON.stringify(errorBody(fault))}\n`)

// Nobody is there to be answered; it is told apart so that clients who leave do not read like failures of ours in the log.
const wasCutOff = ({ raw }: FastifyRequest, error: unknown): boolean =>
  !raw.complete && (error as { code?: unknown } | null)?.code === 'ECONNRESET'

const idempotencyHeader = (request: FastifyRequest): string | undefined => {
  const value = request.headers['idempotency-key']
  return Array.isArray(value) ? value.join(',') : value
}

const isPrintable = (text: string): boolean => /^[\x20-\x7e]+$/.test(text)

/** A body that is judged by its signature is not looked into before. */
interface Undecoded {
  readonly signed: SignedBody
}

const signedBodyOf = ({ headers }: FastifyRequest, bytes: Buffer): Undecoded => {
  const given = headers['stripe-signature']
  return { signed: { payload: textOf(bytes), signature: typeof given === 'string' ? given : '' } }
}

const nothingSigned: SignedBody = { payload: '', signature: '' }

interface Handling extends Pick<Runtime, 'newId' | 'traces' | 'log'> {
  readonly service: string
  /** Aborted when the service is about to end. */
  readonly draining: AbortSignal
}

/** Writes what was thrown to the log where it is ours to mend. */
const tellFailure = (fault: Fault, request: FastifyRequest, log: Runtime['log']): Fault => {
  const requestId = contextOf(request.raw)?.requestId
  if (fault.spec.status >= 500)
    log.error({ err: fault.cause ?? fault, request_id: requestId, fault: fault.code }, 'request.failed')
  return fault
}

const sendStream = async (
  { route }: Operation,
  stream: StreamReply,
  { request, reply, status }: { request: FastifyRequest; reply: FastifyReply; status: number },
  { service, log }: Handling,
): Promise<FastifyReply> => {
  const text = await beginStream(stream, route, (error) => tellFailure(faultOf(error, service), request, log))
  const body = Readable.from(text, { objectMode: false, highWaterMark: 64 * 1024 })
  // Who asked for the headers alone has them with the first line.
  if (contextOf(request.raw)?.headOnly === true) {
    body.destroy()
    return reply.code(status).headers(streamHeaders(stream.format)).send()
  }
  return reply.code(status).headers(streamHeaders(stream.format)).send(body)
}

const handle =
  (operation: Operation, path: string, handling: Handling) => async (request: FastifyRequest, reply: FastifyReply) => {
    const { newId, traces } = handling
    const context = contextOf(request.raw)
    const requestId = context?.requestId ?? newId('request')
    const isSigned = operation.route.signed === true
    const decoded = (isSigned ? undefined : (request.body as DecodedBody | undefined)) ?? { value: {}, coerce: true }
    const idempotencyKey = idempotencyHeader(request)
    const raw = {
      // The concrete path, since a key's fingerprint covers it.
      path,
      principal: context?.principal,
      requestId,
      clientIp: context?.clientIp ?? '',
      inClear: context?.inClear ?? false,
      params: request.params as object,
      query: request.query as object,
      body: decoded.value,
      coerceBody: decoded.coerce,
      idempotencyKey,
      ...(isSigned ? { signed: (request.body as Undecoded | undefined)?.signed ?? nothingSigned } : {}),
      ...(operation.route.stream === undefined
        ? {}
        : {
            accepts: acceptedFormat(operation.route, request.headers.accept),
            signal: untilGone(reply.raw, [handling.draining, context?.draining]),
          }),
    }
    const isKeyed = idempotencyKey !== undefined && operation.route.idempotent === true
    // On errors, too. What a header may not hold is no key either, and refused as such.
    if (isKeyed && isPrintable(idempotencyKey))
      void reply.header('idempotency-key', idempotencyKey).header('original-request', requestId)
    // Named by the request: the body's arrival has left the asynchronous context behind.
    const answer = await traces.within(context?.trace, () => operation.answer(raw))
    if (answer.stream !== undefined)
      return sendStream(operation, answer.stream, { request, reply, status: answer.status }, handling)
    if (answer.page !== undefined)
      return reply.code(answer.status).headers(answer.page.headers).type(pageType).send(answer.page.body)
    if (answer.replayed !== undefined)
      void reply.header('original-request', answer.replayed.originalRequest).header('idempotent-replayed', 'true')
    // The line end is for people at a terminal.
    return reply.code(answer.status).type(jsonType).send(`${answer.body}\n`)
  }

/** A service's router: its operations as HTTP, with Micro's decoding and error envelope instead of the framework's. */
export const createHttp = (options: { operations: Iterable<Operation> } & Handling): FastifyInstance => {
  const app = fastify({
    logger: false,
    bodyLimit: bodyBytesMaxOf(),
    // The framework's own answer while closing is not in Micro's envelope; the hook below gives ours.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { querystringParser: decodeQuery, maxParamLength: 255, ignoreTrailingSlash: false },
  })
  let closing = false
  app.addHook('preClose', (done) => {
    closing = true
    done()
  })
  app.addHook('onRequest', (_request, _reply, done) => done(closing ? new Fault('shutting_down') : undefined))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request: FastifyRequest, bytes: Buffer, done) => {
    const type = request.headers['content-type']
    const { longList, signed } = request.routeOptions.config as { longList?: LongListSpec; signed?: boolean }
    if (longList !== undefined) {
      decodeLongBody(bytes, type, longList).then((decoded) => done(null, decoded), done)
      return
    }
    try {
      done(null, signed === true ? signedBodyOf(request, bytes) : decodeBody(bytes, type))
    } catch (error) {
      done(error as Error)
    }
  })
  app.setErrorHandler((error, request, reply) => {
    const fault = wasCutOff(request, error)
      ? new Fault('body_invalid', { reason: 'it broke off' })
      : faultOf(error, options.service, request.routeOptions.bodyLimit)
    return sendFault(reply, tellFailure(fault, request, options.log))
  })
  app.setNotFoundHandler((request, reply) =>
    sendFault(reply, new Fault('route_unknown', { method: request.method, path: request.url, hint: '' })),
  )
  for (const operation of options.operations) {
    const { route } = operation
    const bodyLimit = route.access.includes('public')
      ? (route.bodyBytesMax ?? strangersBodyBytesMax)
      : bodyBytesMaxOf(route)
    const config = { longList: longListOf(route.body), signed: route.signed === true }
    for (const url of pathsOf(route)) {
      app.route({ method: route.method, url, bodyLimit, config, handler: handle(operation, url, options) })
    }
  }
  return app
}
