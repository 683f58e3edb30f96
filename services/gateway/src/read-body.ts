import type { IncomingMessage } from 'node:http'
import { Fault } from '@micro/kernel'
import { decodeBody } from '@micro/service'

/**
 * Reads and decodes a body that the gateway answers itself, of at most `bytesMax`.
 * @throws Fault body_too_large, body_invalid, content_type_unsupported
 */
export const readBody = async (request: IncomingMessage, bytesMax: number): Promise<object> => {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > bytesMax) throw new Fault('body_too_large', { limit: bytesMax })
      chunks.push(chunk)
    }
  } catch (cause) {
    throw cause instanceof Fault ? cause : new Fault('body_invalid', { reason: 'it broke off' }, { cause })
  }
  const { value } = decodeBody(Buffer.concat(chunks), request.headers['content-type'])
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Fault('body_invalid', { reason: 'it must be an object with named parameters' })
  return value
}
