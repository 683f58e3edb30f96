const two = (value: number): string => String(value).padStart(2, '0')

/** Local time as one looks at it: 18:40:01. */
const timeText = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`

/** The same with its day, for who reads it later. */
const dayAndTimeText = (date: Date): string =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${timeText(date)}`

/** When a line was printed: without its day on a terminal, where it is looked at now. */
export const stampFor = ({ width }: { readonly width: number | undefined }): ((date: Date) => string) =>
  width === undefined ? dayAndTimeText : timeText
