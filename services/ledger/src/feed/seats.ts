import { Fault } from '@micro/kernel'
import type { BookKey } from '../books/book.ts'

/** Counts what one merchant has open at a time. `take` answers how to give back. @throws Fault stream_limit */
export const createSeats = ({ perMerchant }: { perMerchant: number }) => {
  const taken = new Map<string, number>()
  return {
    take({ merchant }: Pick<BookKey, 'merchant'>): () => void {
      const count = taken.get(merchant) ?? 0
      if (count >= perMerchant) throw new Fault('stream_limit', { scope: 'merchant', limit: perMerchant })
      taken.set(merchant, count + 1)
      let given = false
      return () => {
        if (given) return
        given = true
        const left = (taken.get(merchant) ?? 1) - 1
        if (left === 0) taken.delete(merchant)
        else taken.set(merchant, left)
      }
    },
  }
}

export type Seats = ReturnType<typeof createSeats>
