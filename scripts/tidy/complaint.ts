export type Complaint = {
  readonly file: string
  readonly line: number
  readonly rule: string
  /** What is wrong there. */
  readonly problem: string
  readonly mend: string
}

/** `services/x.ts:3  rule: problem` and, indented below it, how to mend it. */
export const printed = ({ file, line, rule, problem, mend }: Complaint): string =>
  `${file}:${line}  ${rule}: ${problem}\n    ${mend}`
