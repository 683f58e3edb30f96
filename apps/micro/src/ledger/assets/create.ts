import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { printFacts } from '../facts.ts'
import { openLedger } from '../open.ts'
import { readCount } from '../options.ts'
import { stamp } from '../times.ts'

interface Flags {
  readonly name?: string
  readonly scale: number
}

const run = async (context: Context, code: string, { name = code, scale }: Flags): Promise<void> => {
  const { client } = await openLedger(context)
  const asset = await client.createLedgerAsset({ body: { code, name, scale } })
  if (context.json) {
    printJson(context.terminal, asset)
    return
  }
  printFacts(context.terminal, [
    ['Asset', asset.code.toUpperCase()],
    ['Name', asset.name],
    ['Digits', `${asset.scale} after the decimal point`],
    ['Created', `${stamp(asset.created)} UTC`],
  ])
}

export const addAssetsCreate = (assets: MicroCommand, shell: Shell): void => {
  assets
    .command('create')
    .argument('<code>', 'what it is called in amounts, 3 to 17 letters, digits or _')
    .examples(
      'micro ledger assets create points --name "Loyalty points" --scale 0',
      'micro ledger assets create eth --name Ether --scale 18',
    )
    .summary('Create an asset')
    .description(
      'Create an asset, for good: neither name nor digits change. The same again changes nothing and shows it.',
    )
    .requiredOption('--scale <digits>', 'how many decimal digits an amount has, 0 to 18', readCount)
    .option('--name <name>', 'a name for people; the code unless given')
    .action((code: string, flags: Flags, command: MicroCommand) => run(contextOf(shell, command), code, flags))
}
