import type { Mode } from '@micro/contracts'
import type { Bench } from '../payments.fixture.ts'
import type { KeyVerdict, LiveProcessors } from './live.ts'
import type { Processor, ProcessorOutcome } from './processor.ts'

const card = { brand: 'visa', last4: '4242', country: 'US', funding: 'credit' }
const face = { ...card, cvcCheck: 'pass', line1Check: 'pass', postalCheck: 'pass' }

type Answers = Record<string, ProcessorOutcome['kind'] | 'soft' | 'silent'>

/** Processors of live mode that answer as told, by their ids; each keeps a book of what it charged. */
export const scriptedProcessors = (bench: Bench, answers: Answers, verdicts: Record<string, KeyVerdict> = {}) => {
  const charged = new Map<string, ProcessorOutcome>()
  const asked: string[] = []
  const keysAsked: { secretKey: string; payment: string | null }[] = []
  const charge: Processor['charge'] = async ({ id }) => {
    const [row] = await bench.database.db.sql<{ processor: string }>`
      select processor from payments.charges where id = ${id}`
    const processor = row?.processor ?? ''
    asked.push(processor)
    const how = answers[processor]
    if (how === 'silent') throw new Error('no answer')
    const decline = { kind: 'declined', code: 'card_declined', message: 'No.' } as const
    const outcome: ProcessorOutcome =
      how === 'succeeded'
        ? { kind: 'succeeded', processorId: `theirs_${id}` }
        : { ...decline, declineCode: how === 'soft' ? 'try_again_later' : 'lost_card' }
    charged.set(id, outcome)
    return outcome
  }
  const find: Processor['find'] = (id) => Promise.resolve(charged.get(id))
  const live: LiveProcessors = {
    of: () => ({ ...bench.processor, challenges: () => false, charge, find }),
    list: async ({ merchant, mode }: { merchant: string; mode: Mode }) =>
      bench.database.db.sql`select * from payments.processors where merchant = ${merchant} and mode = ${mode}`,
    teller: () => Promise.reject(new Error('it tells nothing')),
    pages: () => {
      throw new Error('it has no pages')
    },
    check: ({ secretKey, payment }) => {
      keysAsked.push({ secretKey, payment })
      return Promise.resolve(verdicts[secretKey] ?? 'taken')
    },
    describe: () => Promise.resolve({ face, exp_month: 12, exp_year: 2040, fingerprint: 'f' }),
  }
  return { live, asked, charged, keysAsked }
}
