import { connect } from 'node:net'

/** Sends one command in Redis's inline form, past every proxy. @throws what Redis answers with a minus */
export const askRedis = (url: string, command: string) =>
  new Promise<string>((resolve, reject) => {
    const { hostname, port, password } = new URL(url)
    const socket = connect(Number(port), hostname, () =>
      socket.write(`AUTH "${decodeURIComponent(password)}"\r\n${command}\r\nQUIT\r\n`),
    )
    let answer = ''
    socket.on('data', (data) => (answer += data.toString())).once('error', reject)
    socket.once('close', () => {
      const refused = answer.split('\r\n').find((line) => line.startsWith('-'))
      if (refused === undefined) resolve(answer)
      else reject(new Error(`Redis answered ${command} with ${refused}`))
    })
  })
