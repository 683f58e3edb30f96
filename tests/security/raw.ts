import { connect } from 'node:net'

/**
 * Writes bytes as they are and resolves with all that came back, once the server has closed the connection or `until`
 * was seen. Rejects when neither happens within 20 s: a server that just waits is told apart from one that refuses.
 */
export const exchange = (url: string, bytes: string, until?: RegExp): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'))
    let text = ''
    socket.setTimeout(20_000, () => {
      socket.destroy()
      reject(new Error(`the server neither answered nor closed: ${JSON.stringify(text)}`))
    })
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (until?.test(text) === true) socket.destroy()
    })
    // A reset after the answer is how a socket with unread bytes closes.
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })

/** Statuses of the answers in what came back, in order. */
export const statusesOf = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
