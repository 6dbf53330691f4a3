import { STORE_WORDS } from './explain-store'
import type { Failure, FailureCode, FailureOf } from './failures'
import { canGrant } from './rights/whom'

export interface Words {
  says: string
  remedy: string
}
const words = (says: string, remedy: string): Words => ({ says, remedy })
const MOST_TOLD = 5
const list = (items: string[]) => items.join(', ')

// A table and not a switch, so that a new failure does not compile until it has words and a remedy.
const WORDS: { [C in FailureCode]: (data: FailureOf<C>['data']) => Words } = {
  FORBIDDEN: (data) =>
    words(
      `You may not ${data.verb} ${data.resource}${data.namespace ? ` in ${data.namespace}` : ''} on ${data.site}.`,
      canGrant(data.grantedBy),
    ),
  CREDENTIAL_REFUSED: (data) =>
    words(
      `${data.site} did not accept your sign-in: ${data.says}`,
      'Sign in again; plans and drafts are kept.',
    ),
  CLUSTER_UNREACHABLE: (data) =>
    words(
      `No answer from ${data.site} at ${data.server}: ${data.cause}.`,
      'Check the network or VPN, then retry. What is running goes on.',
    ),
  CLUSTER_TIMED_OUT: (data) =>
    words(
      `${data.site} at ${data.server} did not answer within ${data.afterSeconds} s.`,
      'Check the network or VPN, then retry. What is running goes on.',
    ),
  CLUSTER_UNTRUSTED: (data) =>
    words(
      `The certificate of ${data.site} at ${data.server} is not trusted: ${data.cause}.${data.issuer ? ` It was issued${data.name ? ` to ${data.name}` : ''} by ${data.issuer}.` : ''}`,
      'Add that authority in Settings, Network, or to the kubeconfig entry of this cluster.',
    ),
  NAME_UNRESOLVED: (data) =>
    words(
      `The name ${data.host} of ${data.site} is not known to DNS.`,
      'Join the network or VPN that knows it, or correct the server in the kubeconfig, then retry.',
    ),
  PROXY_FAILED: (data) =>
    words(
      `The proxy ${data.proxy} did not connect to ${data.site} at ${data.server}: ${data.cause}.`,
      data.status === 407
        ? 'The proxy wants a user name and password: put them into its address.'
        : 'Check the proxy in the kubeconfig, in Settings or in HTTPS_PROXY, or exclude the server with NO_PROXY.',
    ),
  CLUSTER_ANSWER_UNREADABLE: (data) =>
    words(
      `${data.server} answered ${data.contentType} where Kubernetes JSON was expected, beginning "${data.beginning}".`,
      'A proxy or sign-in page may stand in between: open the address in a browser, or correct the server in the kubeconfig.',
    ),
  CLUSTER_BUSY: (data) =>
    words(
      `${data.site} is busy and asks to wait ${data.retryAfterSeconds} s.`,
      'Nothing needs doing: it is tried again by itself.',
    ),
  CLUSTER_FAILED: (data) =>
    words(
      data.status > 0 && data.status < 300
        ? `${data.site} was asked, but ${data.says}.`
        : `${data.site} failed with status ${data.status}: ${data.says}`,
      'Retry in a minute; if it stays, show this to whoever runs the cluster.',
    ),
  REFUSED_BY_CLUSTER: (data) =>
    words(
      `${data.site} refused it: ${data.says}`,
      data.causes.length > 0
        ? `Correct ${list(data.causes.map(({ field }) => field))}.`
        : 'Correct the request and try again.',
    ),
  QUOTA_EXCEEDED: (data) =>
    words(
      `The quota does not allow it: ${data.says}`,
      'Choose a smaller size, stop something, or ask a lead to raise the quota.',
    ),
  SITE_UNKNOWN: (data) =>
    words(
      `There is no site called ${data.site}.`,
      'Pick one from the list of sites, or add its kubeconfig in Settings.',
    ),
  SITE_NOT_CONNECTED: (data) =>
    words(
      `${data.site} is not connected.`,
      'Connect it from the title bar or with takt site connect.',
    ),
  NO_HOME_SITE: () =>
    words(
      'No site holds the shared records yet.',
      'Open the plant or connect a cluster and make it home.',
    ),
  CLUSTER_NOT_PREPARED: (data) =>
    words(
      `${data.site} does not know ${list(data.missing)} yet.`,
      'Use "Prepare this cluster", or give its YAML to an administrator.',
    ),
  INVALID: (data) =>
    words(
      data.issues.map(({ path, says }) => (path ? `${path}: ${says}` : says)).join('; '),
      'Correct what is named and try again. Nothing was changed.',
    ),
  NOT_FOUND: (data) =>
    words(
      `There is no ${data.kind} called ${data.name}.`,
      'It may have been deleted: go back to the list.',
    ),
  ALREADY_EXISTS: (data) =>
    words(`A ${data.kind} called ${data.name} exists already.`, 'Choose another name.'),
  NAMESPACE_TAKEN: (data) => words(data.says, data.remedy),
  NOT_OURS: (data) =>
    words(
      `${data.kind} ${data.name} on ${data.site} does not carry the mark of what was to be changed: somebody else made it, or it was made anew.`,
      'It was left alone. Look at it, then plan again.',
    ),
  CONFLICT: (data) =>
    words(
      `${data.theirs} changed ${data.name} while you were editing it.`,
      `Choose which ${data.fields.length === 1 ? 'value' : 'values'} to keep: ${list(data.fields.map(({ path }) => path))}.`,
    ),
  FILE_UNREADABLE: (data) =>
    words(
      `${data.file} cannot be read: ${data.cause}.`,
      'Name a regular file that you may read, then try again.',
    ),
  KUBECONFIG_UNREADABLE: (data) =>
    words(
      `${data.file} cannot be used: ${data.cause}.`,
      'Correct the file; it is read again by itself when it changes.',
    ),
  PLUGIN_NEEDS_CONSENT: (data) =>
    words(
      `Signing in to ${data.site} runs ${data.command}.`,
      `Look at all of it (Settings, or takt site plugin ${data.site}), and allow it if you trust it. It is remembered by its hash.`,
    ),
  PLUGIN_FAILED: (data) =>
    words(
      `${data.command} ended with ${data.exitCode ?? 'no exit code'}: ${data.stderr}`,
      'Run the command in a terminal, mend what it reports, then retry.',
    ),
  PLUGIN_FORBIDDEN: (data) =>
    words(
      `${data.file} does not let ${data.command} run: its credentialPluginPolicy is ${data.policy}.`,
      'Add the command to credentialPluginAllowlist in that file if you trust it.',
    ),
  SIGN_IN_NEEDED: (data) =>
    words(
      `The sign-in for ${data.identity} has ended: ${data.says}`,
      'Sign in again; plans and drafts are kept.',
    ),
  SIGN_IN_WAITS: (data) =>
    words(
      `${data.identity} is not asked while nobody is here, because it may open a browser.`,
      'It goes on when you are back; figures stay as they were.',
    ),
  AWS_PROFILE_UNUSABLE: (data) =>
    words(
      `The AWS profile ${data.profile} cannot be used: ${data.says}`,
      'Correct it in the AWS configuration files; they are read again by themselves.',
    ),
  AWS_FAILED: (data) =>
    words(
      `AWS ${data.service} in ${data.region} answered ${data.error}${data.status ? ` (${data.status})` : ''}: ${data.says}`,
      'Retry in a minute; if it stays, show this to whoever runs the account.',
    ),
  AWS_DENIED: (data) =>
    words(
      `The AWS profile ${data.profile} may not ${data.action} in ${data.region}: ${data.says}`,
      'Ask whoever runs the account to allow this action, or choose another profile.',
    ),
  AWS_UNREACHABLE: (data) =>
    words(
      `No answer from AWS ${data.service} in ${data.region}: ${data.cause}.`,
      'Check the network, the proxy and the name of the region, then retry.',
    ),
  ISSUER_FAILED: (data) =>
    words(
      `${data.issuer} did not complete the sign-in (${data.error}): ${data.says}`,
      'Check the issuer address and the client id with whoever runs it, then sign in again.',
    ),
  PLAN_UNKNOWN: () =>
    words('This plan is no longer known.', 'Open the preview again and confirm that one.'),
  PLAN_IS_STALE: (data) =>
    words(
      `Things changed since "${data.title}" was planned: ${list(data.differs)}.`,
      'Look at the new plan and confirm again. Nothing was changed.',
    ),
  PLAN_IS_BLOCKED: (data) =>
    words(
      `"${data.title}" cannot run: ${data.reasons.join('; ')}`,
      'Resolve what is named, then plan again.',
    ),
  NAME_NOT_TYPED: (data) =>
    words('This deletes data, so its name has to be typed.', `Type ${data.name} to confirm.`),
  SOME_STEPS_FAILED: (data) =>
    words(
      `${data.failed.length} of ${data.steps} steps failed: ${data.failed
        .slice(0, MOST_TOLD)
        .map(({ step, says }) => `${step}: ${says}`)
        .join(
          ' ',
        )}${data.failed.length > MOST_TOLD ? ` And ${data.failed.length - MOST_TOLD} more.` : ''}`,
      'Mend what is named, then try again: only what failed is done again.',
    ),
  OBJECT_BUSY: (data) =>
    data.by === undefined
      ? words(
          `"${data.title}" waits its turn: "${data.other}" works on the same object.`,
          'Wait until that has ended, or cancel it in the operations drawer.',
        )
      : words(
          `"${data.title}" waits its turn: ${data.by} works on the same object from another Takt: "${data.other}".`,
          'Wait until that has ended, or ask whoever began it. Where that Takt has ended, its claim runs out after ten minutes.',
        ),
  MAY_NOT_ACT: (data) =>
    words(
      `"${data.title}" did not begin by itself: ${data.says}`,
      'Nothing needs doing: it is looked at again in the next round.',
    ),
  OPERATION_NOT_POSSIBLE: (data) => words(data.says, 'Look at its steps in the operations drawer.'),
  ...STORE_WORDS,
  VAULT_REFUSED: (data) =>
    words(
      `This machine would keep secrets in plain text (${data.backend}).`,
      'Secrets stay in memory until Takt closes. Install a keyring to keep them.',
    ),
  CLOUD_CAPACITY_SHORT: (data) =>
    words(
      `AWS has no capacity for ${data.nodeGroup} on ${data.site}: ${data.says}`,
      data.instead.length > 0
        ? `Try ${list(data.instead)}.`
        : 'Try another zone, type or region, or wait and retry.',
    ),
  PRICE_TOO_OLD: (data) =>
    words(
      `The price of ${data.pool} is ${Math.floor(data.ageDays)} days old (${data.source}, ${data.asOf.slice(0, 10)}); automatic mode wants it at most ${data.limitDays}.`,
      'Refresh the prices, or approve this one by hand.',
    ),
  DATA_MAY_NOT_LEAVE: (data) =>
    words(
      `${data.source} may not go to ${data.site}; it may go to ${data.mayGoTo.length > 0 ? list(data.mayGoTo) : 'no other site'}.`,
      `${data.owner} decides where it may go. Run where the data is, or use another source.`,
    ),
  SHIPMENT_DAMAGED: (data) =>
    words(
      `${data.objects.length} objects arrived at ${data.to} with another checksum, ${data.objects[0] ?? ''} among them.`,
      'Retry: only these are sent again. If it stays, the source was changed after its snapshot.',
    ),
  DIRECTORY_UNREACHABLE: (data) =>
    words(
      `No answer from the directory at ${data.server}: ${data.cause}.`,
      'Check the network or VPN and the address under Settings, then retry.',
    ),
  DIRECTORY_UNTRUSTED: (data) =>
    words(
      `The directory at ${data.server} cannot be trusted: ${data.cause}.`,
      "Name the file of the company's certificate authority under Settings. No password was sent.",
    ),
  DIRECTORY_SIGN_IN_NEEDED: (data) =>
    words(
      `You are not signed in to the directory at ${data.server}.`,
      'Sign in under Settings, People.',
    ),
  DIRECTORY_SIGN_IN_REFUSED: (data) =>
    words(
      `The directory at ${data.server} did not accept ${data.as}: ${data.says}.`,
      'Check name and password, then sign in again. A few wrong ones may lock the account, so nothing is tried again by itself.',
    ),
  DIRECTORY_BASE_UNKNOWN: (data) =>
    words(
      `The directory at ${data.server} has no ${data.base}, or does not show it to you.`,
      'Correct the base under Settings: dc=example,dc=com for example.com.',
    ),
  DIRECTORY_LIMIT: (data) =>
    words(
      `The directory at ${data.server} stopped before the end: ${data.says}.`,
      'Type more letters, or let whoever runs the directory raise its limit.',
    ),
  DIRECTORY_FAILED: (data) =>
    words(
      `The directory at ${data.server} failed: ${data.says}`,
      'Retry in a minute; if it stays, show this to whoever runs the directory.',
    ),
  INPUT_UNUSABLE: (data) => words(data.says, data.remedy),
  NOT_SUPPORTED_HERE: (data) => words(data.says, data.remedy),
  TOO_MANY_CALLS: (data) =>
    words(
      `This connection has ${data.most} calls open, the most there may be.`,
      'Close what is no longer looked at, then try again.',
    ),
}

/** What happened and what to do about it, in plain words: the same in the window, on the command line and in a log. */
export const explain = <C extends FailureCode>(failure: FailureOf<C> | Failure): Words =>
  (WORDS[failure.code] as (data: unknown) => Words)(failure.data)
