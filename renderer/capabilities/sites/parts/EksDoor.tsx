import { useState } from 'react'
import type { AwsProfile } from '../../../../preload/contract/sites'
import { lastKnown, navigate, hrefOf, useAction, useAsk } from '../../../client'
import { Empty, Failed, Loading, Panel, Table, Tag, type Column } from '../../../design'
import { profileSays } from '../view-model'
import { words } from '../words'
import { EksClusters } from './EksClusters'

const COLUMNS: Column<AwsProfile>[] = [
  {
    id: 'name',
    says: words.profile,
    value: ({ name }) => name,
    cell: ({ name, says }) => (
      <span className="row">
        <b>{name}</b>
        {says === 'simulated' && <Tag tone="dashed">{says}</Tag>}
      </span>
    ),
  },
  {
    id: 'kind',
    says: words.auth,
    value: ({ kind }) => words.profileKinds[kind],
    cell: (profile) => profileSays(profile),
  },
  {
    id: 'role',
    says: words.role,
    value: ({ role }) => role ?? '',
    cell: ({ role, account }) =>
      [role, account].filter(Boolean).join(' · ') || <span className="meta">{words.none}</span>,
  },
  {
    id: 'region',
    says: words.region,
    value: ({ region }) => region ?? '',
    cell: ({ region }) => region ?? <span className="meta">{words.none}</span>,
  },
]
/** The AWS profiles of this machine; choosing one lists its clusters, and one click more adds and connects one. */
export function EksDoor() {
  const { remote, again } = useAsk(
    (client, options) => client.sites.awsProfiles(undefined, options),
    [],
  )
  const [chosen, setChosen] = useState<string>()
  const add = useAction(
    async (
      client,
      { profile, region, cluster }: { profile: string; region: string; cluster: string },
    ) => {
      const { site } = await client.sites.addEks({ profile, region, cluster })
      await client.sites.connect({ site })
      return site
    },
  )
  const known = lastKnown(remote)?.value
  const profile = known?.profiles.find(({ name }) => name === chosen)
  return (
    <div className="screen-body with-side">
      <Panel title={words.profiles} means={words.profilesMean} flush className="grow">
        {remote.at === 'failed' && (
          <div style={{ padding: '0 12px' }}>
            <Failed
              says={remote.trouble.says}
              remedy={remote.trouble.remedy}
              code={remote.trouble.code}
              onRetry={again}
            />
          </div>
        )}
        {!known && remote.at !== 'failed' && (
          <div style={{ padding: '0 12px' }}>
            <Loading />
          </div>
        )}
        {known &&
          (known.profiles.length > 0 ? (
            <Table
              label={words.profiles}
              rows={known.profiles}
              columns={COLUMNS}
              idOf={({ name }) => name}
              selected={chosen}
              onOpen={({ name }) => {
                add.clear()
                setChosen(name)
              }}
            />
          ) : (
            <div style={{ padding: '0 12px' }}>
              <Empty says={words.noProfiles} />
            </div>
          ))}
      </Panel>
      {profile && known ? (
        <EksClusters
          key={profile.name}
          profile={profile}
          regions={known.regions}
          adding={add}
          onAdd={(place) =>
            void add.act(place).then((site) => {
              if (site !== undefined) navigate(hrefOf(['settings'], { site }))
            })
          }
          onClose={() => setChosen(undefined)}
        />
      ) : (
        <Panel title={words.clusters}>
          <p className="control-text soft">{words.chooseProfile}</p>
        </Panel>
      )}
    </div>
  )
}
