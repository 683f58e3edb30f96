/** A process of its own with a bus of its own: answers every ping with a pong, until its standard input ends. */
import { redisBus } from './redis-bus.ts'

const [url = '', prefix = ''] = process.argv.slice(2)
const bus = redisBus<{ ping: { n: number }; pong: { n: number } }>({
  url,
  prefix,
  onError: (error) => process.stderr.write(`${String(error)}\n`),
})
bus.subscribe('ping', ({ n }) => bus.publish('pong', { n }))
process.stdin.once('end', () => void bus.close()).resume()
