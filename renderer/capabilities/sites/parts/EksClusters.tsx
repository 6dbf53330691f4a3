import { useState, type ReactNode } from 'react'
import type { AwsProfile } from '../../../../preload/contract/sites'
import { hrefOf, lastKnown, useAsk, type Action, type Trouble } from '../../../client'
import { Button, Empty, Facts, Inspector, LinkButton, Loading, Section } from '../../../design'
import { words } from '../words'
import { SignInPanel } from './SignInPanel'
import { Told } from './Told'
import { useProgram, WhatRuns } from './WhatRuns'

interface Place {
  profile: string
  region: string
  cluster: string
}
interface EksClustersProps {
  profile: AwsProfile
  regions: readonly string[]
  adding: Action<[Place], string>
  onAdd: (place: Place) => void
  onClose: () => void
}

/** The clusters of one profile and region, listed at once; the company sign-in stands here where the session is over. */
export function EksClusters({ profile, regions, adding, onAdd, onClose }: EksClustersProps) {
  const [region, setRegion] = useState(profile.region ?? regions[0] ?? '')
  const [consent, setConsent] = useState<string>()
  const [signing, setSigning] = useState(profile.signedIn === false)
  return (
    <Inspector title={profile.name} says={words.eksSays} onClose={onClose}>
      <div className="stack" style={{ padding: '0 12px 12px' }}>
        <label className="row">
          <span className="control-text">{words.region}</span>
          <select
            className="field-box"
            value={region}
            onChange={(event) => setRegion(event.currentTarget.value)}
          >
            {regions.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        {profile.from.length > 0 && <p className="small meta">{words.through(profile.from)}</p>}
        <Before
          profile={profile}
          consented={consent !== undefined}
          signing={signing}
          onAllow={setConsent}
          onSigned={() => setSigning(false)}
        >
          <Clusters
            key={region}
            {...{ profile, region, consent, adding, onAdd }}
            onSignIn={() => setSigning(true)}
          />
        </Before>
      </div>
    </Inspector>
  )
}

interface BeforeProps {
  profile: AwsProfile
  consented: boolean
  signing: boolean
  onAllow: (hash: string) => void
  onSigned: () => void
  children: ReactNode
}
/** What has to happen before AWS is asked: a program allowed, a person signed in. */
function Before({
  profile: { name, kind, says, plugin, identity },
  consented,
  signing,
  onAllow,
  onSigned,
  children,
}: BeforeProps) {
  if (kind === 'unusable') return <p className="control-text soft">{says ?? words.unusable}</p>
  if (plugin && !plugin.allowed && !consented) return <Allow profile={name} onAllow={onAllow} />
  return signing && identity !== undefined ? (
    <SignInPanel identity={identity} onClose={onSigned} onDone={onSigned} />
  ) : (
    <>{children}</>
  )
}

function Allow({ profile, onAllow }: { profile: string; onAllow: (hash: string) => void }) {
  const program = useProgram({ profile })
  const shown = program.remote.at === 'ready' ? program.remote.value : undefined
  return (
    <div className="stack">
      <h3>{words.consentTitle(profile)}</h3>
      <WhatRuns asked={program} />
      {shown && (
        <span>
          <Button look="primary" onClick={() => onAllow(shown.hash)}>
            {words.allowAndList}
          </Button>
        </span>
      )}
    </div>
  )
}

type ClustersProps = Pick<EksClustersProps, 'profile' | 'adding' | 'onAdd'> & {
  region: string
  consent: string | undefined
  onSignIn: () => void
}
function Clusters({ profile, region, consent, adding, onAdd, onSignIn }: ClustersProps) {
  const { remote, again } = useAsk(
    (client, options) =>
      client.sites.eksClusters({ profile: profile.name, region, consentToHash: consent }, options),
    [profile.name, region, consent],
  )
  const known = lastKnown(remote)?.value
  return (
    <>
      {remote.at === 'failed' && (
        <Refused
          trouble={remote.trouble}
          canSignIn={profile.identity !== undefined}
          again={again}
          onSignIn={onSignIn}
        />
      )}
      {!known && remote.at !== 'failed' && <Loading says={words.listing(region)} />}
      {known && (
        <Facts
          facts={[
            [words.account, known.account],
            [
              words.signedInAs,
              <span className="mono" key="a">
                {known.arn.split(':').slice(5).join(':')}
              </span>,
            ],
          ]}
        />
      )}
      {known && (
        <Section title={words.clusters} note={String(known.clusters.length)}>
          {known.clusters.length === 0 && <Empty says={words.noClusters(region)} />}
          <ul className="stack tight">
            {known.clusters.map((cluster) => (
              <Cluster
                key={cluster.name}
                {...cluster}
                busy={adding.busy}
                onAdd={() => onAdd({ profile: profile.name, region, cluster: cluster.name })}
              />
            ))}
          </ul>
        </Section>
      )}
      {adding.trouble && <Told trouble={adding.trouble} />}
    </>
  )
}
function Refused({
  trouble,
  canSignIn,
  again,
  onSignIn,
}: {
  trouble: Trouble
  canSignIn: boolean
  again: () => void
  onSignIn: () => void
}) {
  const over = canSignIn && trouble.code === 'SIGN_IN_NEEDED'
  return (
    <Told
      trouble={trouble}
      signsInHere={over}
      onRetry={over ? onSignIn : again}
      retrySays={over ? words.signIn : words.retry}
    />
  )
}
const Cluster = ({
  name,
  site,
  busy,
  onAdd,
}: {
  name: string
  site?: string | undefined
  busy: boolean
  onAdd: () => void
}) => (
  <li className="row">
    <b className="grow ellipsis">{name}</b>
    {site === undefined ? (
      <Button small look="primary" busy={busy} aria-label={words.addThis(name)} onClick={onAdd}>
        {words.addAndConnect}
      </Button>
    ) : (
      <LinkButton small href={hrefOf(['settings'], { site })}>
        {words.added}
      </LinkButton>
    )}
  </li>
)
