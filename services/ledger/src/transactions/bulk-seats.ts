import { PassThrough } from 'node:stream'
import { ledgerApi } from '@micro/contracts'
import { Fault, monotonicMs } from '@micro/kernel'
import { contextOf, type Service } from '@micro/service'
import { createYieldingSeats, type YieldingSeat } from '../bounds/yielding-seats.ts'

/** Bulks of which the body is still arriving, or that are at work, or of which the answer is still leaving. */
const open = { ofBook: 4, inAll: 12 }

type Requests = WeakMap<object, YieldingSeat>

const sizeOf = (payload: unknown): number => (typeof payload === 'string' ? Buffer.byteLength(payload) : 0)

/** The body on its way, counted. Breaking it off leaves the connection whole, so that the caller is told. */
const createPassage = (payload: NodeJS.ReadableStream) => {
  const passage = new PassThrough()
  let bytes = 0
  payload.on('data', (piece: Buffer) => (bytes += piece.length))
  payload.once('error', (error: Error) => passage.destroy(error))
  return { passage: payload.pipe(passage), bytes: () => bytes }
}

/**
 * Refuses more bulks at a time than there is memory for, before anything of them is read. Who sends or reads so slowly
 * that others could not get in is broken off for their sake; what is recorded of theirs answers `exists` when they
 * send it again.
 */
export const boundBulks = ({ http }: Pick<Service, 'http'>, nowMs = monotonicMs): void => {
  const takeSeat = createYieldingSeats(open, { nowMs })
  const seats: Requests = new WeakMap()

  http.addHook('preParsing', (request, reply, payload, done) => {
    const principal = contextOf(request.raw)?.principal
    const isBulk = request.routeOptions.url === ledgerApi.recordLedgerTransactions.path
    if (!isBulk || principal === undefined || principal.kind === 'service') return done(null, payload)
    try {
      const seat = takeSeat(principal)
      seats.set(request, seat)
      reply.raw.once('finish', seat.leave).once('close', seat.leave)
      const { passage, bytes } = createPassage(payload)
      const end = (): void => {
        // Nobody waits for the rest of it, either.
        void reply.header('connection', 'close')
        passage.destroy(new Fault('ledger_busy'))
      }
      seat.transfer({ bytes, end })
      done(null, passage)
    } catch (error) {
      done(error as Error)
    }
  })
  http.addHook('preValidation', (request, _reply, done) => {
    seats.get(request)?.work()
    done()
  })
  http.addHook('onSend', (request, reply, payload, done) => {
    const bytes = sizeOf(payload)
    seats.get(request)?.transfer({ bytes: () => bytes, end: () => void reply.raw.destroy() })
    done(null, payload)
  })
}
