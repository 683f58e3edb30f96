import { clientFrames, type ClientFrame, type ServerFrame } from '@micro/contracts'
import { compileValidator } from '@micro/service'
import { writtenOnce } from './written-once.ts'

const checks = { resume: compileValidator(clientFrames.resume), ack: compileValidator(clientFrames.ack) }

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const isOf = (type: keyof typeof checks, frame: object): boolean => {
  try {
    checks[type](frame, false)
    return true
  } catch {
    return false
  }
}

/** Reads one frame of a client; undefined for anything that is not exactly one of the protocol's. */
export const readClientFrame = (text: string): ClientFrame | undefined => {
  const frame = parse(text)
  if (frame === null || typeof frame !== 'object' || !('type' in frame)) return undefined
  const { type } = frame
  if (type !== 'resume' && type !== 'ack') return undefined
  return isOf(type, frame) ? (frame as ClientFrame) : undefined
}

const eventFrameText = writtenOnce((frame: Extract<ServerFrame, { type: 'event' }>) => JSON.stringify(frame))

/** A frame of the server as it is sent. */
export const frameText = (frame: ServerFrame): string =>
  frame.type === 'event' ? eventFrameText(frame) : JSON.stringify(frame)
