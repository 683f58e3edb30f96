import { CopyButton } from './copy.tsx'

/** A command to be typed in a terminal, or copied there. */
export const CommandLine = ({ command, does }: { command: string; does: string }) => (
  <span className="flex items-center gap-2 rounded-md bg-sunken px-3 py-2">
    <code className="min-w-0 grow font-mono text-sm break-words">{command}</code>
    <CopyButton text={command} what={`the command: ${does}`} />
  </span>
)
