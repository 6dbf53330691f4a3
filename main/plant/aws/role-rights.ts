import { AwsError } from './refusal'

const READING = /^[a-z0-9]+:(GET |HEAD |Describe|List|Get)/
const STORED = /^s3:/
const WHO_AM_I = /^sts:/
/** What the roles of the account may do besides asking who they are, as patterns of actions; a role that is not listed may do everything. */
const RIGHTS: Readonly<Record<string, readonly RegExp[]>> = {
  'takt-engineer': [READING, STORED],
  'takt-analyst': [READING],
  'takt-data-owner': [READING, STORED],
  'takt-auditor': [READING],
  'takt-none': [],
}

/** Throws as IAM does where a role does not allow an action. */
export function checkRole(
  role: string | undefined,
  { action, session, account }: { action: string; session: string; account: string },
) {
  const allowed = role === undefined ? undefined : RIGHTS[role]
  if (!allowed || [WHO_AM_I, ...allowed].some((pattern) => pattern.test(action))) return
  throw new AwsError(
    action.startsWith('ec2:') ? 'UnauthorizedOperation' : 'AccessDeniedException',
    `User: arn:aws:sts::${account}:assumed-role/${role ?? ''}/${session} is not authorized to perform: ${action}`,
    403,
  )
}
