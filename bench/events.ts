// What it takes to tell of an event, beside programs that only tell. Usage: make bench-events ARGS='--seconds 2 --rounds 3'
import { parseArgs } from 'node:util'
import { createUndo } from '@micro/service'
import { measures, merchantsWithEndpoints, type Slice } from './events/measure.ts'
import { report, type Pair } from './events/report.ts'
import { openStage } from './events/stage.ts'

const { values } = parseArgs({
  options: {
    /** Of each slice at a steady pace; a row has as many slices as there are rounds. */
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    rates: { type: 'string', default: '100,1000' },
    sockets: { type: 'string', default: '1000,10000' },
    /** In a slice. */
    deliveries: { type: 'string', default: '2000' },
  },
})
const [seconds, rounds, deliveries] = [Number(values.seconds), Number(values.rounds), Number(values.deliveries)]
const numbers = (text: string): number[] => text.split(',').filter(Boolean).map(Number)
/** To all sockets, in a slice. */
const eventsToAll = 5
/** What `bare` posts at a time: what Micro has under way by default. */
const concurrency = 128

interface Way extends Pair {
  readonly measureMicro: () => Promise<Slice>
  readonly measureBare: () => Promise<Slice>
}

const bench = async (): Promise<void> => {
  const undo = createUndo()
  try {
    const stage = await openStage(undo, { endpoints: merchantsWithEndpoints })
    const { received, echoed, fannedOut, toldAll, delivered, posted } = measures(stage)
    const way = (name: string, bareName: string, micro: Way['measureMicro'], bare: Way['measureBare']): Way => ({
      name,
      bareName,
      micro: [],
      bare: [],
      measureMicro: micro,
      measureBare: bare,
    })
    const ways: Way[] = [
      ...numbers(values.rates).map((rate) =>
        way(
          `commit to listener, ${rate}/s`,
          `bare echo, ${rate}/s`,
          () => received(rate, seconds),
          () => echoed(rate, seconds),
        ),
      ),
      ...numbers(values.sockets).map((sockets) =>
        way(
          `commit to ${sockets} sockets`,
          `bare fan-out, ${sockets} sockets`,
          () => fannedOut(sockets, eventsToAll),
          () => toldAll(sockets, eventsToAll),
        ),
      ),
      ...(deliveries > 0
        ? [
            way(
              'webhooks',
              'bare posts',
              () => delivered(deliveries),
              () => posted(deliveries, concurrency),
            ),
          ]
        : []),
    ]
    // To warm up, and to see that it can be done at all.
    await received(100, 0.5)
    await echoed(100, 0.5)
    if (deliveries > 0) await Promise.all([delivered(200), posted(200, concurrency)])
    for (let round = 0; round < rounds; round++)
      for (const { micro, bare, measureMicro, measureBare } of ways) {
        bare.push(await measureBare())
        micro.push(await measureMicro())
      }
    report(ways)
  } finally {
    await undo.all()
  }
}

try {
  await bench()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
