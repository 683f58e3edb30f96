import type { Mode } from '@micro/contracts'
import { systemClock, unixSeconds } from '@micro/kernel/clock'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useMode } from '../mode/mode.ts'
import { Button } from '../ui/button.tsx'
import { isoMoment } from '../ui/moment.ts'
import { Problem } from '../ui/problem.tsx'
import { exportPayments, rowsMax, type Exported, type Progress } from './export.ts'
import type { PaymentFilters } from './filters.ts'
import { readPayments } from './payments.data.ts'

const pageMax = 100

const waiting = (seconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(new Error('stopped'))
    })
  })

/** Has the browser keep a text as a file. */
const keep = (lines: readonly string[], mode: Mode): void => {
  const url = URL.createObjectURL(new Blob([...lines], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `payments-${mode}-${isoMoment(unixSeconds(systemClock.now())).replaceAll(':', '-')}.csv`
  link.click()
  URL.revokeObjectURL(url)
}

const count = (rows: number): string => `${rows.toLocaleString()} ${rows === 1 ? 'payment' : 'payments'}`

const progressText = ({ rows, waits }: Progress): string =>
  waits === undefined
    ? `${count(rows)} read…`
    : `${count(rows)} read; goes on in ${waits} s, when more may be asked for`

const doneText = ({ rows, more }: Exported): string =>
  more
    ? `The newest ${count(rows)} are in the file. There are more: filter by time, and export the rest by itself.`
    : `${count(rows)} in the file.`

/** Keeps the list that is shown, of all its pages, as a file for a spreadsheet. */
export const ExportButton = ({ filters }: { filters: PaymentFilters }) => {
  const mode = useMode()
  const stop = useRef<AbortController>(undefined)
  const [progress, setProgress] = useState<Progress>({ rows: 0 })
  const exporting = useMutation({
    mutationFn: async () => {
      const { signal } = (stop.current = new AbortController())
      setProgress({ rows: 0 })
      const exported = await exportPayments(
        (page) => readPayments({ mode, signal }, { filters, page, limit: pageMax }),
        { onProgress: setProgress, wait: (seconds) => waiting(seconds, signal) },
      )
      keep(exported.lines, mode)
      return exported
    },
  })
  useEffect(() => () => stop.current?.abort(), [])
  const { isPending, isSuccess, data, error } = exporting
  const wasStopped = stop.current?.signal.aborted === true
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <Button
        onClick={() => {
          if (isPending) stop.current?.abort()
          else exporting.mutate()
        }}
      >
        {isPending ? 'Stop' : 'Export CSV'}
      </Button>
      <span role="status" className="text-sm text-soft">
        {isPending
          ? progressText(progress)
          : isSuccess
            ? doneText(data)
            : `All that is listed, up to ${rowsMax.toLocaleString()}.`}
      </span>
      {error !== null && !wasStopped && (
        <div className="basis-full">
          <Problem {...{ error }} onAgain={() => exporting.mutate()} />
        </div>
      )}
    </div>
  )
}
