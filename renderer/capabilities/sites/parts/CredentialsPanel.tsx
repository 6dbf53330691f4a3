import type { CredentialRef } from '../../../../preload/contract/programs'
import { hrefOf, useAction, useAsk } from '../../../client'
import {
  Answer,
  Button,
  Empty,
  formatMoment,
  LinkButton,
  Panel,
  Table,
  TroubleNote,
  type Column,
} from '../../../design'
import { programWords as words } from '../program-words'

const endsSays = ({ state, endsAt, renews }: CredentialRef): string =>
  [
    endsAt === undefined ? words.states[state] : `${words.states[state]}, ${formatMoment(endsAt)}`,
    ...(state === 'held' && renews ? [words.renews] : []),
  ].join(', ')
const text = (
  id: 'of' | 'kind' | 'from' | 'usedBy' | 'ends',
  value: (ref: CredentialRef) => string,
): Column<CredentialRef> => ({ id, says: words.columns[id], value, cell: value })

/** What signs this person in, by reference: for what, where from, until when, and the way to end it. */
export function CredentialsPanel() {
  const asked = useAsk((client, options) => client.sites.credentials(undefined, options), [])
  const end = useAction((client, id: string) => client.sites.endCredential({ id }))
  const columns: Column<CredentialRef>[] = [
    text('of', ({ of }) => of),
    text('kind', ({ kind }) => words.kinds[kind] ?? kind),
    text('from', ({ from }) => from),
    text('usedBy', ({ usedBy }) => usedBy.join(', ')),
    text('ends', endsSays),
    {
      id: 'end',
      says: words.columns.end,
      value: () => '',
      cell: ({ id, of, state }) =>
        state === 'waits for consent' ? (
          <LinkButton small href={hrefOf(['connect'], { context: id })}>
            {words.seeConsent}
          </LinkButton>
        ) : state === 'held' ? (
          <Button
            small
            look="quiet"
            busy={end.busy}
            aria-label={words.forgetThis(of)}
            onClick={() => void end.act(id).then(asked.again)}
          >
            {words.forget}
          </Button>
        ) : null,
    },
  ]
  return (
    <Panel title={words.credentials} means={words.credentialsMean}>
      <TroubleNote trouble={end.trouble} />
      <Answer remote={asked.remote} again={asked.again}>
        {(known) =>
          known.length === 0 ? (
            <Empty says={words.noCredentials} />
          ) : (
            <Table label={words.credentials} rows={known} columns={columns} idOf={({ id }) => id} />
          )
        }
      </Answer>
    </Panel>
  )
}
