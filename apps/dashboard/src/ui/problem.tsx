import { adviceFor } from '../api/advice.ts'
import { Refusal } from '../api/call.ts'
import { Button } from './button.tsx'

/** An error: what it means, what to do, and what to quote to whoever runs the installation. */
export const Problem = ({ error, onAgain }: { error: unknown; onAgain?: () => void }) => {
  const { title, remedy, again } = adviceFor(error)
  const said = error instanceof Error ? error.message : String(error)
  const requestId = error instanceof Refusal ? error.requestId : undefined
  return (
    <div role="alert" className="grid gap-1 rounded-lg border border-bad bg-bad-wash p-3 text-ink">
      <p className="font-semibold">{title}</p>
      <p>{remedy}</p>
      {said !== title && <p className="text-sm break-words">Micro said: {said}</p>}
      {requestId !== undefined && (
        <p className="text-sm">
          Request <code className="font-mono break-all">{requestId}</code>
        </p>
      )}
      {again && onAgain && (
        <p className="pt-1">
          <Button onClick={onAgain}>Try again</Button>
        </p>
      )}
    </div>
  )
}
