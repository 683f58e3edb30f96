import { addBackup } from './backup/backup.ts'
import { addBalance } from './balance/balance.ts'
import { addCharges } from './charges/charges.ts'
import { addClock } from './clock/clock.ts'
import { addCompletion } from './completion/completion.ts'
import { addConfig } from './config/config.ts'
import { addCustomers } from './customers/customers.ts'
import { addDb } from './db/db.ts'
import { addDelete } from './delete/delete.ts'
import { addDoctor } from './doctor/doctor.ts'
import { addDown } from './down/down.ts'
import { addEvents } from './events/events.ts'
import { addGet } from './get/get.ts'
import { addImportLedger } from './import-ledger/import-ledger.ts'
import { addKeys } from './keys/keys.ts'
import { addLedger } from './ledger/ledger.ts'
import { addListen } from './listen/listen.ts'
import { addLogin } from './login/login.ts'
import { addLogout } from './logout/logout.ts'
import { addLogs } from './logs/logs.ts'
import { addOpen } from './open/open.ts'
import { addPayments } from './payments/payments.ts'
import { addPayouts } from './payouts/payouts.ts'
import { addPost } from './post/post.ts'
import { addReconcile } from './reconcile/reconcile.ts'
import { addRefunds } from './refunds/refunds.ts'
import { addRestore } from './restore/restore.ts'
import { addSecrets } from './secrets/secrets.ts'
import { addStatus } from './status/status.ts'
import { addStripe } from './stripe/stripe.ts'
import { addTrigger } from './trigger/trigger.ts'
import { addUp } from './up/up.ts'
import { addVersion } from './version/version.ts'
import { addWebhooks } from './webhooks/webhooks.ts'
import { addWhoami } from './whoami/whoami.ts'
import { helpShape, MicroCommand } from './shell/command.ts'
import type { Shell } from './shell/shell.ts'

const description = 'Take payments, keep their ledger and receive their events, on your own machine.'

const helpCharsMax = 100

/** The whole command line; help lists commands in the order in which they are added. */
export const createProgram = (shell: Shell): MicroCommand => {
  const program = new MicroCommand('micro')
    .description(description)
    .examples(
      'micro up',
      'micro login',
      'micro listen --forward-to http://localhost:4242/webhook',
      'micro trigger payment_intent.succeeded',
    )
    .version(`micro ${shell.version}`, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .option('--config <path>', 'settings file (default "~/.micro.yaml")')
    .option('--profile <name>', 'a login and settings of their own, under this name')
    .option('--api-key <key>', 'API key to use instead of the one logged in with')
    .option('--gateway-url <url>', 'address of the gateway (default "http://localhost:8080")')
    .option('--json', 'print data as JSON')
    .option('--no-color', 'print without colour')
    .configureHelp(helpShape)
    .configureOutput({
      writeOut: (text) => void shell.stdout.write(text),
      writeErr: (text) => void shell.stderr.write(text),
      // Lines much longer than that read badly, wherever they are shown.
      getOutHelpWidth: () => Math.min(shell.stdout.columns ?? helpCharsMax, helpCharsMax),
      outputError: (text, write) => write(text.replace(/^error: (?:command-argument )?/, 'Error: ')),
    })
    .exitOverride()
  addUp(program, shell)
  addDown(program, shell)
  addStatus(program, shell)
  addOpen(program, shell)
  addDoctor(program, shell)
  addDb(program, shell)
  addBackup(program, shell)
  addRestore(program, shell)
  addImportLedger(program, shell)
  addLogin(program, shell)
  addLogout(program, shell)
  addWhoami(program, shell)
  addConfig(program, shell)
  addKeys(program, shell)
  addPayments(program, shell)
  addRefunds(program, shell)
  addCustomers(program, shell)
  addCharges(program, shell)
  addBalance(program, shell)
  addPayouts(program, shell)
  addClock(program, shell)
  addLedger(program, shell)
  addReconcile(program, shell)
  addListen(program, shell)
  addTrigger(program, shell)
  addEvents(program, shell)
  addWebhooks(program, shell)
  addLogs(program, shell)
  addGet(program, shell)
  addPost(program, shell)
  addDelete(program, shell)
  addStripe(program, shell)
  addSecrets(program, shell)
  addCompletion(program, shell)
  addVersion(program, shell)
  const help = new MicroCommand('help').argument('[command]').description('Show help about a command')
  program.addHelpCommand(help.helpGroup('Other commands:').helpOption(false))
  return program
}
