import { systemClock } from '@micro/kernel'
import manifest from '../../package.json' with { type: 'json' }
import { sizeText } from '../archive/size.ts'
import { runTool } from '../tool.ts'
import { backUp } from './backup.ts'
import { readBackupConfig } from './config.ts'

/** What `micro backup` runs. */
await runTool(async (signal) => {
  const config = readBackupConfig(process.argv.slice(2), systemClock)
  const { file, bytes, files } = await backUp(config, { clock: systemClock, micro: manifest.version, signal })
  process.stdout.write(
    config.json
      ? `${JSON.stringify({ file, bytes, files }, null, 2)}\n`
      : `${file} (${sizeText(bytes)}, ${files} files)\nIt holds every secret of this installation: keep it as you would keep a key. Restore it with:\n  micro restore ${file} --data-dir NEW_FOLDER\n`,
  )
})
