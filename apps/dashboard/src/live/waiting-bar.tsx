import { Button } from '../ui/button.tsx'

/** What arrived while a list is read. Its place is kept while nothing waits, so that the list does not move when something does. */
export const WaitingBar = ({
  count,
  noun,
  isFirst,
  onShow,
}: {
  count: number
  /** One of them: "event". */
  noun: string
  isFirst: boolean
  onShow: () => void
}) => (
  <div
    role="status"
    className={`flex min-h-12 items-center text-sm text-soft ${count > 0 ? 'sticky top-0 z-10 justify-center' : ''}`}
  >
    {count > 0 ? (
      <Button look="primary" onClick={onShow} className="shadow-lg">
        Show {count === 1 ? `1 new ${noun}` : `${count} new ${noun}s`}
      </Button>
    ) : isFirst ? (
      `New ${noun}s come on top; while you read they wait here.`
    ) : (
      `These are older ${noun}s.`
    )}
  </div>
)
