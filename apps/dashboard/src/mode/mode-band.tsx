import { Link } from '@tanstack/react-router'
import { useMode } from './mode.ts'

const bands = {
  test: { look: 'bg-test text-[#231800]', says: 'Test mode', means: 'No money moves here.' },
  live: { look: 'bg-live text-white', says: 'Live mode', means: 'This is real money.' },
} as const

const tab = 'rounded px-2.5 py-0.5 text-sm font-semibold'

/** Over every page, in a colour and in words: which money this is, and the way to the other. */
export const ModeBand = () => {
  const mode = useMode()
  const { look, says, means } = bands[mode]
  return (
    <div className={`flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-1.5 ${look}`}>
      <p>
        <strong>{says}.</strong> {means}
      </p>
      {/* To the first page: what is shown of one mode does not exist in the other. */}
      <nav aria-label="Mode" className="flex gap-1 rounded-md bg-black/15 p-0.5">
        {(['test', 'live'] as const).map((each) => (
          <Link
            key={each}
            to="/"
            search={each === 'live' ? { mode: 'live' } : { mode: undefined }}
            activeOptions={{ exact: false, includeSearch: false }}
            aria-current={each === mode ? 'true' : undefined}
            className={each === mode ? `${tab} bg-white text-[#151a22]` : `${tab} hover:bg-black/10`}
          >
            {each === 'test' ? 'Test' : 'Live'}
          </Link>
        ))}
      </nav>
    </div>
  )
}
