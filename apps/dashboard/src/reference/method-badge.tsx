import { Badge, type Tone } from '../ui/badge.tsx'
import type { Operation } from './operation.ts'

const tones: Readonly<Record<Operation['method'], Tone>> = { GET: 'accent', POST: 'good', DELETE: 'bad' }

export const MethodBadge = ({ method }: Pick<Operation, 'method'>) => <Badge tone={tones[method]}>{method}</Badge>
