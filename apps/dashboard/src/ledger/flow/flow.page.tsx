import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useMode } from '../../mode/mode.ts'
import { Answered } from '../../ui/answered.tsx'
import { Card } from '../../ui/card.tsx'
import { CurrencyLinks, PeriodLinks } from '../../ui/choice-links.tsx'
import { periodTexts } from '../../ui/period.ts'
import { LedgerHeading } from '../parts.tsx'
import { FlowDrawing } from './drawing.tsx'
import { flowsIn } from './flow.data.ts'
import { flowSearchIn } from './flow-search.ts'
import type { Flows } from './flows.ts'
import { FlowTable } from './table.tsx'

const Seen = ({ flows }: { flows: Flows }) => (
  <>
    <Card title={`Where money went, ${flows.currency.toUpperCase()}`}>
      <FlowDrawing {...{ flows }} />
      <p className="pt-2 text-sm text-soft">
        Each band goes from what was debited to what was credited, and is as thick as what it moved. ↩ marks what money
        came back to.
      </p>
    </Card>
    <Card title="The same in numbers" flush>
      <FlowTable {...{ flows }} />
      {flows.hasPromises && (
        <p className="border-t border-line px-4 py-3 text-sm text-soft">
          What cards only promised (authorisations) moved nothing, and is left out.
        </p>
      )}
    </Card>
  </>
)

/** /dashboard/ledger/flow */
export const FlowPage = () => {
  const mode = useMode()
  const search = useSearch({ from: '/inside/ledger/flow', select: (given) => flowSearchIn({ ...given }) })
  const { period = '30d' } = search
  const seen = useQuery({
    ...flowsIn(mode, period),
    // Another period of the same mode; never money of the other one.
    placeholderData: (shown) => (shown?.mode === mode ? shown : undefined),
  })
  const moved = (seen.data?.currencies ?? []).filter(({ total }) => total > 0n)
  const { currency = moved[0]?.currency ?? '' } = search
  return (
    <div className="grid grid-cols-1 gap-4">
      <title>{`Flow of money · ${mode} · Micro`}</title>
      <LedgerHeading />
      <div className="flex flex-wrap items-center gap-2">
        <PeriodLinks {...{ period }} linkTo={(each) => ({ to: '/ledger/flow', search: { ...search, period: each } })} />
        <CurrencyLinks
          {...{ currency }}
          currencies={moved.map((each) => each.currency)}
          linkTo={(each) => ({ to: '/ledger/flow', search: { ...search, currency: each } })}
        />
      </div>
      <Answered asked={seen} rows={9} label="the flow of money">
        {() => {
          const flows = moved.find((each) => each.currency === currency)
          if (flows !== undefined) return <Seen {...{ flows }} />
          return (
            <Card>
              <p className="p-2 text-center text-soft">
                Nothing moved{search.currency === undefined ? '' : ` in ${currency.toUpperCase()}`} (
                {periodTexts[period].toLowerCase()}). Choose a longer period
                {mode === 'test' ? ', or make a test payment' : ''}.
              </p>
            </Card>
          )
        }}
      </Answered>
    </div>
  )
}
