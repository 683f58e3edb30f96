import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { monotonicMs } from '@micro/kernel'
import type { Seeded } from '../random.ts'
import type { Affliction, Stream, ToxicOf } from './toxics.ts'

/** Bytes that wait in one direction before its source is read no further. */
const heldBytesMax = 1024 * 1024

type Piece = { readonly bytes: Buffer; readonly atMs: number } | 'end'

/** The pieces of one stream as they come in, with the time each arrived; ends with the stream. */
const arrivals = (source: Socket, signal: AbortSignal) => {
  const pieces: Piece[] = []
  let held = 0
  let wake = Promise.withResolvers<void>()
  const add = (piece: Piece): void => {
    pieces.push(piece)
    wake.resolve()
  }
  source.on('data', (bytes: Buffer) => {
    held += bytes.length
    if (held > heldBytesMax) source.pause()
    add({ bytes, atMs: monotonicMs() })
  })
  source.once('end', () => add('end'))
  signal.addEventListener('abort', () => wake.resolve(), { once: true })
  return {
    async next(): Promise<Piece | undefined> {
      for (;;) {
        if (signal.aborted) return undefined
        const piece = pieces.shift()
        if (piece === undefined) {
          await wake.promise
          wake = Promise.withResolvers<void>()
          continue
        }
        if (piece !== 'end') {
          held -= piece.bytes.length
          if (held <= heldBytesMax) source.resume()
        }
        return piece
      }
    },
  }
}

const slices = (bytes: Buffer, size: number, random: Seeded): Buffer[] => {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const length = Math.max(1, random.between(Math.ceil(size / 2), Math.ceil(size * 1.5)))
    parts.push(bytes.subarray(at, at + length))
    at += length
  }
  return parts
}

export interface Link {
  /** Resets both sides. */
  reset(): void
  /** Neither side is open any more. */
  readonly closed: Promise<void>
}

/** Joins a client's connection with one to the server, with whatever is wrong between them. */
export const createLink = (options: {
  client: Socket
  /** Connects to the server; not called while nothing gets through. Undefined when nobody answers there. */
  dial: () => Promise<Socket | undefined>
  affliction: Affliction
  random: Seeded
}): Link => {
  const { client, affliction, random } = options
  const over = new AbortController()
  const closed = Promise.withResolvers<void>()
  let server: Socket | undefined
  let isDeaf = false
  /** The reply to what the client last sent, where it is to be cut: what passed of it since it was recognised. */
  let cut: { readonly toxic: ToxicOf<'cut_reply'>; recognised: boolean; passed: number } | undefined

  const end = (close: (socket: Socket) => void): void => {
    if (over.signal.aborted) return
    over.abort()
    for (const socket of [client, server]) if (socket !== undefined && !socket.destroyed) close(socket)
    closed.resolve()
  }
  const reset = (): void => end((socket) => void socket.resetAndDestroy())
  const finish = (): void => end((socket) => socket.destroySoon())
  const pause = (ms: number): Promise<void> => delay(ms, undefined, { signal: over.signal }).catch(() => {})

  const noteRequest = (bytes: Buffer): void => {
    const toxic = affliction
      .of('cut_reply', 'downstream')
      .find(({ request, toxicity = 1 }) => (request?.(bytes) ?? true) && random.chance(toxicity))
    cut = toxic && { toxic, recognised: false, passed: 0 }
  }

  /** How many bytes of this part of a reply may still pass. */
  const roomFor = (bytes: Buffer): number => {
    if (cut === undefined) return Number.POSITIVE_INFINITY
    cut.recognised ||= cut.toxic.reply?.(bytes) ?? true
    if (!cut.recognised) return Number.POSITIVE_INFINITY
    const room = cut.toxic.bytes - cut.passed
    cut.passed += bytes.length
    return room
  }

  const swallows = (stream: Stream): boolean => {
    isDeaf ||= affliction.of('half_open', stream).length > 0
    return isDeaf
  }

  /** Lets nothing through until the toxic closes the connection. True when there is such a toxic. */
  const timesOut = async (stream: Stream): Promise<boolean> => {
    const [toxic] = affliction.of('timeout', stream)
    if (toxic === undefined) return false
    if (toxic.ms > 0) await pause(toxic.ms)
    else while (affliction.holds(toxic) && !over.signal.aborted) await pause(10)
    finish()
    return true
  }

  const write = async (target: Socket, bytes: Buffer): Promise<void> => {
    if (over.signal.aborted || target.write(bytes)) return
    const drained = Promise.withResolvers<void>()
    target.once('drain', drained.resolve)
    over.signal.addEventListener('abort', () => drained.resolve(), { once: true })
    await drained.promise
  }

  const deliver = async (target: Socket, bytes: Buffer, stream: Stream): Promise<void> => {
    const [slicer] = affliction.of('slicer', stream)
    for (const part of slicer === undefined ? [bytes] : slices(bytes, slicer.bytes, random)) {
      for (const { bytesPerSecond } of affliction.of('bandwidth', stream))
        await pause((part.length / bytesPerSecond) * 1000)
      await write(target, part)
      if (slicer !== undefined) await pause(slicer.pauseMs)
    }
  }

  /** Holds a piece back for as long as its stream is slow. */
  const holdBack = async (atMs: number, stream: Stream): Promise<void> => {
    for (const { ms, jitterMs = 0 } of affliction.of('latency', stream)) {
      const waitMs = atMs + ms + random.between(-jitterMs, jitterMs) - monotonicMs()
      if (waitMs > 0) await pause(waitMs)
    }
  }

  const carry = async ({ from, to, stream }: { from: Socket; to: Socket; stream: Stream }): Promise<void> => {
    const { next } = arrivals(from, over.signal)
    let passed = 0
    let resetting = false
    for (let piece = await next(); piece !== undefined; piece = await next()) {
      if (swallows(stream)) continue
      if (piece === 'end') {
        for (const { ms } of affliction.of('slow_close', stream)) await pause(ms)
        to.end()
        return
      }
      if (await timesOut(stream)) return
      const [resets] = affliction.of('reset_peer', stream)
      if (resets !== undefined && !resetting) {
        resetting = true
        void pause(resets.ms).then(reset)
      }
      await holdBack(piece.atMs, stream)
      // What was on its way when the host vanished is lost with it.
      if (swallows(stream)) continue
      if (stream === 'upstream') noteRequest(piece.bytes)
      const room = stream === 'upstream' ? Number.POSITIVE_INFINITY : roomFor(piece.bytes)
      if (piece.bytes.length >= room) {
        await write(to, piece.bytes.subarray(0, Math.max(0, room)))
        return reset()
      }
      const limit = Math.min(...affliction.of('limit_data', stream).map((toxic) => toxic.bytes))
      const bytes = piece.bytes.subarray(0, Math.max(0, limit - passed))
      passed += bytes.length
      await deliver(to, bytes, stream)
      if (passed >= limit) return finish()
    }
  }

  // An end that was no orderly one is passed on as such.
  const follow = (socket: Socket): void => {
    socket.on('error', () => {})
    socket.once('close', (hadError) => {
      const other = socket === client ? server : client
      if (other === undefined || other.destroyed) return finish()
      // The side beyond a vanished host never hears of the end.
      if (hadError && !isDeaf) reset()
    })
  }

  const join = async (): Promise<void> => {
    follow(client)
    if (swallows('upstream')) return void client.resume()
    server = await options.dial()
    if (server === undefined || over.signal.aborted || client.destroyed) {
      server?.destroy()
      return reset()
    }
    follow(server)
    void carry({ from: client, to: server, stream: 'upstream' })
    void carry({ from: server, to: client, stream: 'downstream' })
  }

  void join()
  return { reset, closed: closed.promise }
}
