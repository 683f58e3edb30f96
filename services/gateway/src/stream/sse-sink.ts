import type { ServerResponse } from 'node:http'
import { closeCodes } from '@micro/contracts'
import { errorBody, Fault } from '@micro/kernel'
import type { FrameSink } from './connection.ts'
import { commentText, errorText, eventText, placeText, retryText } from './sse.ts'

/** When a reader comes back whose connection broke off, and when one that was sent away by a server that ends. */
const brokenRetryMs = 3_000
const drainedRetryMs = 1_000
/** How long an answer that has ended may take to leave, to a reader that takes none of it. */
const leaveMsMax = 1_000

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  // A proxy that collected it first would hold back what is awaited.
  'x-accel-buffering': 'no',
} as const

/** Writes the frames of a connection as server-sent events. */
export interface SseSink extends FrameSink {
  /** Says so behind all there was. Before anything was sent whatever goes wrong is an ordinary answer. */
  caughtUp(): void
  /** Goes by an event that is not asked for. */
  pass(cursor: string): void
  /** Says that there is somebody, and moves the reader on behind what was gone by. */
  beat(): void
  /** Why it ended before it began. */
  readonly refused: Fault | undefined
}

/** The head alone, for who asked by HEAD. */
export const sendSseHead = (response: ServerResponse): void => void response.writeHead(200, headers).end()

export const createSseSink = (options: {
  response: ServerResponse
  /** The first line of all, for people. */
  greeting: (after: number) => string
  /** An error of the stream as one of the API. */
  faultOf: (code: string, message: string) => Fault
  /** An event has left: the network's word stands for the acknowledgement that this form has none of. */
  onLeft: (seq: number) => void
}): SseSink => {
  const { response } = options
  let begun = false
  let after = 0
  let passed: string | undefined
  let refused: Fault | undefined

  const write = (text: string, left: () => void = () => {}): void => {
    if (response.writableEnded) return
    response.write(text, (error) => {
      if (error === undefined || error === null) left()
    })
  }
  const begin = (): void => {
    if (begun) return
    begun = true
    response.writeHead(200, headers)
    write(retryText(brokenRetryMs) + commentText(options.greeting(after)))
  }

  const mark = (): void => {
    write(passed === undefined ? commentText('') : placeText(passed))
    passed = undefined
  }

  return {
    bufferedBytes: () => response.writableLength,
    send(frame, flushed) {
      switch (frame.type) {
        case 'hello':
          return
        case 'ready':
          after = frame.after
          return
        case 'event':
          begin()
          passed = undefined
          return write(eventText(frame), () => {
            options.onLeft(frame.seq)
            flushed()
          })
        case 'skip':
          begin()
          passed = String(frame.seq)
          return
        case 'error': {
          const fault = options.faultOf(frame.code, frame.message)
          if (begun) write(errorText(errorBody(fault)))
          else refused = fault
        }
      }
    },
    close(code) {
      if (!begun) return void (refused ??= new Fault('shutting_down'))
      if (code === closeCodes.restarting) write(retryText(drainedRetryMs))
      response.end()
      const timer = setTimeout(() => response.destroy(), leaveMsMax)
      response.once('close', () => clearTimeout(timer))
    },
    pass(cursor) {
      begin()
      passed = cursor
    },
    caughtUp() {
      begin()
      mark()
    },
    beat() {
      // Who has not taken what there is gets no more on top.
      if (begun && response.writableLength === 0) mark()
    },
    get refused() {
      return refused
    },
  }
}
