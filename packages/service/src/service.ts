import type { Api, Principal, ServiceName, StreamFormat } from '@micro/contracts'
import { assert } from '@micro/kernel'
import type { FastifyInstance } from 'fastify'
import type { Checks, Handlers } from './call.ts'
import type { Runtime } from './dependencies.ts'
import type { ExpandSource } from './expand/expansion.ts'
import { createHttp } from './http.ts'
import type { Idempotency } from './idempotency.ts'
import { watchedIdempotency, watchedOperations } from './metrics/operation-metrics.ts'
import { watchWorkers } from './metrics/worker-metrics.ts'
import { createOperations, type AnyCheck, type AnyHandler } from './operation.ts'
import type { Worker } from './worker.ts'

/** What a service is made of; its composition root returns this through `createService`. */
export interface ServiceParts<A extends Api> {
  readonly name: ServiceName
  readonly api: A
  readonly handlers: Handlers<A>
  readonly checks?: Checks<A>
  /** How to find the objects that callers may have in place of their ids; every kind that its answers name. */
  readonly expand?: ExpandSource
  readonly workers?: readonly Worker[]
  readonly idempotency?: Idempotency
  /** Operations without an effect before the database transaction that claims their key or stores their answer. */
  readonly claimedWithWork?: readonly (keyof A & string)[]
  /** Throws when the service cannot do its work now (database unreachable). */
  readonly ready: () => Promise<void>
  /** What is wrong although the service does its work, for anyone to read. */
  readonly warnings?: () => readonly string[]
  /** Releases what the service itself opened, after its workers have stopped. */
  readonly close?: () => Promise<void>
}

/** A service ready to run, whichever way its calls arrive. */
export interface Service {
  readonly name: ServiceName
  /** The router; a listening server or the gateway hands requests to it. Call `start` first. */
  readonly http: FastifyInstance
  /** Calls an operation in process. @throws Fault */
  execute(operation: string, principal: Principal, input: ExecuteInput): Promise<unknown>
  start(): Promise<void>
  /** Tells what waits for long, or never ends by itself, to end now. */
  drain(): void
  /** Stops workers, waits for what is under way, releases resources. */
  stop(): Promise<void>
  /** Resolves with what is wrong although it does its work. Rejects when it cannot. */
  ready(): Promise<readonly string[]>
}

export interface ExecuteInput {
  readonly params?: object
  readonly query?: object
  readonly body?: object
  readonly requestId?: string
  readonly idempotencyKey?: string
  /** Ends a stream that the caller no longer reads. */
  readonly signal?: AbortSignal
  /** Asks for a stream, of a route that can answer with either. */
  readonly accepts?: StreamFormat
}

/** Turns the parts of a service into one that runs: contract → HTTP and in-process calls. */
export const createService = <A extends Api>(parts: ServiceParts<A>, runtime: Runtime): Service => {
  const { log, newId, traces } = runtime
  const operations = watchedOperations(
    createOperations(
      parts.api,
      parts.handlers as unknown as Record<string, AnyHandler>,
      parts.idempotency && watchedIdempotency(parts.idempotency, runtime),
      parts.checks as unknown as Record<string, AnyCheck> | undefined,
      parts.expand,
      parts.claimedWithWork,
    ),
    runtime,
  )
  const ending = new AbortController()
  const draining = ending.signal
  const http = createHttp({ service: parts.name, operations: operations.values(), log, newId, traces, draining })
  const workers = parts.workers ?? []
  watchWorkers(workers, runtime)

  return {
    name: parts.name,
    http,
    async execute(name, principal, input) {
      const operation = operations.get(name)
      assert(operation !== undefined, `${parts.name} has no operation ${name}`)
      return operation.invoke({
        path: operation.route.path,
        principal,
        requestId: input.requestId ?? newId('request'),
        clientIp: '',
        inClear: false,
        // Validation fills in defaults: a caller's objects stay its own.
        params: { ...input.params },
        query: { ...input.query },
        body: { ...input.body },
        coerceBody: false,
        idempotencyKey: input.idempotencyKey,
        accepts: input.accepts,
        ...(input.signal === undefined ? {} : { signal: input.signal }),
      })
    },
    async start() {
      await http.ready()
      for (const worker of workers) worker.start()
    },
    drain: () => ending.abort(),
    async stop() {
      ending.abort()
      await Promise.all(workers.map((worker) => worker.stop()))
      await http.close()
      await parts.close?.()
    },
    async ready() {
      await parts.ready()
      return parts.warnings?.() ?? []
    },
  }
}
