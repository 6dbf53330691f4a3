import type { Failure } from './failures'

export interface Words { says: string; remedy: string }
const words = (says: string, remedy: string): Words => ({ says, remedy })
const list = (items: string[]) => items.join(', ')
const ask = (people: string[]) => (people.length > 0 ? `${list(people)} can grant it.` : 'Ask an administrator of the cluster to grant it.')

/** What happened and what to do about it, in plain words: the same in the window, on the command line and in a log. */
export function explain(failure: Failure): Words {
  return explainCluster(failure) ?? explainRest(failure) ?? words(`It failed with ${failure.code}.`, 'Run takt doctor and copy the diagnosis.')
}

function explainCluster(failure: Failure): Words | undefined {
  switch (failure.code) {
    case 'FORBIDDEN': return words(`You may not ${failure.data.verb} ${failure.data.resource}${failure.data.namespace ? ` in ${failure.data.namespace}` : ''} on ${failure.data.site}.`, ask(failure.data.grantedBy))
    case 'CREDENTIAL_REFUSED': return words(`${failure.data.site} did not accept your sign-in: ${failure.data.says}`, 'Sign in again; plans and drafts are kept.')
    case 'CLUSTER_UNREACHABLE': return words(`No answer from ${failure.data.site} at ${failure.data.server}: ${failure.data.cause}.`, 'Check the network or VPN, then retry. What is running goes on.')
    case 'CLUSTER_TIMED_OUT': return words(`${failure.data.site} at ${failure.data.server} did not answer within ${failure.data.afterSeconds} s.`, 'Check the network or VPN, then retry. What is running goes on.')
    case 'CLUSTER_UNTRUSTED': return words(`The certificate of ${failure.data.site} at ${failure.data.server} is not trusted: ${failure.data.cause}.`, 'Add the certificate authority to the kubeconfig entry of this cluster.')
    case 'CLUSTER_ANSWER_UNREADABLE': return words(`${failure.data.server} answered ${failure.data.contentType} where Kubernetes JSON was expected, beginning "${failure.data.beginning}".`, 'A proxy or sign-in page may stand in between: open the address in a browser, or correct the server in the kubeconfig.')
    case 'CLUSTER_BUSY': return words(`${failure.data.site} is busy and asks to wait ${failure.data.retryAfterSeconds} s.`, 'Nothing needs doing: it is tried again by itself.')
    case 'CLUSTER_FAILED': return words(`${failure.data.site} failed with status ${failure.data.status}: ${failure.data.says}`, 'Retry in a minute; if it stays, show this to whoever runs the cluster.')
    case 'REFUSED_BY_CLUSTER': return words(`${failure.data.site} refused it: ${failure.data.says}`, failure.data.causes.length > 0 ? `Correct ${list(failure.data.causes.map(({ field }) => field))}.` : 'Correct the request and try again.')
    case 'QUOTA_EXCEEDED': return words(`The quota does not allow it: ${failure.data.says}`, 'Choose a smaller size, stop something, or ask a lead to raise the quota.')
    case 'SITE_UNKNOWN': return words(`There is no site called ${failure.data.site}.`, 'Pick one from the list of sites, or add its kubeconfig in Settings.')
    case 'SITE_NOT_CONNECTED': return words(`${failure.data.site} is not connected.`, 'Connect it from the title bar or with takt site connect.')
    case 'NO_HOME_SITE': return words('No site holds the shared records yet.', 'Open the plant or connect a cluster and make it home.')
    case 'CLUSTER_NOT_PREPARED': return words(`${failure.data.site} does not know ${list(failure.data.missing)} yet.`, 'Use "Prepare this cluster", or give its YAML to an administrator.')
    default: return undefined
  }
}

function explainRest(failure: Failure): Words | undefined {
  switch (failure.code) {
    case 'INVALID': return words(failure.data.issues.map(({ path, says }) => (path ? `${path}: ${says}` : says)).join('; '), 'Correct what is named and try again. Nothing was changed.')
    case 'NOT_FOUND': return words(`There is no ${failure.data.kind} called ${failure.data.name}.`, 'It may have been deleted: go back to the list.')
    case 'ALREADY_EXISTS': return words(`A ${failure.data.kind} called ${failure.data.name} exists already.`, 'Choose another name.')
    case 'CONFLICT': return words(`${failure.data.theirs} changed ${failure.data.name} while you were editing it.`, `Choose which ${failure.data.fields.length === 1 ? 'value' : 'values'} to keep: ${list(failure.data.fields.map(({ path }) => path))}.`)
    case 'KUBECONFIG_UNREADABLE': return words(`${failure.data.file} cannot be used: ${failure.data.cause}.`, 'Correct the file; it is read again by itself when it changes.')
    case 'PLUGIN_NEEDS_CONSENT': return words(`Signing in to ${failure.data.site} runs ${failure.data.command}.`, 'Allow this command if you trust it. It is remembered by its hash.')
    case 'PLUGIN_FAILED': return words(`${failure.data.command} ended with ${failure.data.exitCode ?? 'no exit code'}: ${failure.data.stderr}`, 'Run the command in a terminal, mend what it reports, then retry.')
    case 'PLAN_UNKNOWN': return words('This plan is no longer known.', 'Open the preview again and confirm that one.')
    case 'PLAN_IS_STALE': return words(`Things changed since "${failure.data.title}" was planned: ${list(failure.data.differs)}.`, 'Look at the new plan and confirm again. Nothing was changed.')
    case 'PLAN_IS_BLOCKED': return words(`"${failure.data.title}" cannot run: ${failure.data.reasons.join('; ')}`, 'Resolve what is named, then plan again.')
    case 'NAME_NOT_TYPED': return words('This deletes data, so its name has to be typed.', `Type ${failure.data.name} to confirm.`)
    case 'OPERATION_NOT_POSSIBLE': return words(failure.data.says, 'Look at its steps in the operations drawer.')
    case 'STORE_IN_USE': return words(`Another copy of Takt (${failure.data.holder}) uses ${failure.data.file}.`, 'Use that window, or start this one with another --store folder.')
    case 'STORE_FULL': return words(`The disk that holds ${failure.data.file} is full.`, 'Free some space; what was not written is tried again.')
    case 'VAULT_REFUSED': return words(`This machine would keep secrets in plain text (${failure.data.backend}).`, 'Secrets stay in memory until Takt closes. Install a keyring to keep them.')
    case 'NOT_SUPPORTED_HERE': return words(failure.data.says, failure.data.remedy)
    default: return undefined
  }
}
