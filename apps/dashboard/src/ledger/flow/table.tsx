import { amountText } from '../amount.ts'
import { AccountLink, amountCell, cell } from '../parts.tsx'
import { meaningOf, type Flow, type Flows } from './flows.ts'

const Row = ({ flow, flows }: { flow: Flow; flows: Flows }) => {
  const meaning = meaningOf(flow)
  return (
    <tr className="border-t border-line hover:bg-sunken">
      <td className={cell}>
        {meaning !== undefined && <span className="block font-medium">{meaning}</span>}
        <span className="text-sm">
          <AccountLink id={flow.from} /> → <AccountLink id={flow.to} />
        </span>
      </td>
      <td className={`${amountCell} hidden sm:table-cell`}>{flow.transactions.toLocaleString()}</td>
      <td className={`${amountCell} font-medium`}>{amountText(flow.amount, flows)}</td>
    </tr>
  )
}

/** The numbers of the picture, which come to what was moved. */
export const FlowTable = ({ flows }: { flows: Flows }) => (
  <table className="w-full">
    <caption className="sr-only">Where money went, in {flows.currency.toUpperCase()}, the largest first</caption>
    <thead className="text-sm text-soft">
      <tr>
        <th className={cell}>From → to</th>
        <th className={`${amountCell} hidden sm:table-cell`}>Transactions</th>
        <th className={amountCell}>Amount</th>
      </tr>
    </thead>
    <tbody>
      {flows.flows.map((flow) => (
        <Row key={`${flow.from} ${flow.to}`} {...{ flow, flows }} />
      ))}
      {flows.rest && (
        <tr className="border-t border-line">
          <td className={`${cell} text-soft`}>Between other accounts, which the picture leaves out</td>
          <td className={`${amountCell} hidden sm:table-cell`}>{flows.rest.transactions.toLocaleString()}</td>
          <td className={`${amountCell} font-medium`}>{amountText(flows.rest.amount, flows)}</td>
        </tr>
      )}
    </tbody>
    <tfoot>
      <tr className="border-t-2 border-strong font-semibold">
        <th scope="row" className={cell}>
          Moved in all
        </th>
        <td className="hidden sm:table-cell" />
        <td className={amountCell}>{amountText(flows.total, flows)}</td>
      </tr>
    </tfoot>
  </table>
)
