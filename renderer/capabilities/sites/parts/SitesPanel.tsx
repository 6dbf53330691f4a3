import { useState, type ReactNode } from 'react'
import type { SiteState } from '../../../../preload/contract/sites'
import { hrefOf, lastKnown, setQuery, useAction, useAsk, useNow, useWatch } from '../../../client'
import {
  Button,
  Empty,
  Facts,
  Failed,
  formatWhen,
  Inspector,
  LinkButton,
  Loading,
  Panel,
  PlaceGlyph,
  Segmented,
  Tag,
  TextField,
  useForm,
  Warning,
} from '../../../design'
import { RunPlan } from '../../operations'
import { useSites, useSitesStore } from '../store'
import { useSiteActions } from '../site-actions'
import { chipSays, isOnline, needsConsent, speedSays, whyNotHome } from '../view-model'
import { membersForm } from '../forms'
import { words } from '../words'
import { GpuSource } from './GpuSource'
import { Told } from './Told'
import '../sites.css'

/** Every site with what can be done about it; preparing one opens its plan here. */
export function SitesPanel({ chosen }: { chosen: string | undefined }) {
  const sites = useSites()
  const known = useSitesStore((state) => lastKnown(state.sites) !== undefined)
  const [preparing, setPreparing] = useState<string>()
  const plant = useAction((client, open: boolean) =>
    open ? client.sites.openPlant() : client.sites.closePlant(),
  )
  const simulated = sites.find((site) => site.simulated)
  if (preparing) return <Prepare site={preparing} onClose={() => setPreparing(undefined)} />
  return (
    <Panel
      title={words.sitesTitle}
      means={words.sitesMean}
      flush
      actions={
        <LinkButton small href="#/connect">
          {words.addSite}
        </LinkButton>
      }
      foot={
        <>
          <Button busy={plant.busy} onClick={() => void plant.act(!simulated)}>
            {simulated ? words.closePlant : words.openPlant}
          </Button>
          {simulated ? (
            <>
              <PlantSpeed site={simulated} />
              <span className="small meta">{words.closeSays}</span>
            </>
          ) : (
            <span className="small meta">{words.plantSays}</span>
          )}
          {plant.trouble && (
            <Failed
              says={plant.trouble.says}
              remedy={plant.trouble.remedy}
              code={plant.trouble.code}
            />
          )}
        </>
      }
    >
      <div className="scroll grow">
        {!known && (
          <div style={{ padding: '0 12px' }}>
            <Loading />
          </div>
        )}
        {known && sites.length === 0 && (
          <div style={{ padding: '0 12px' }}>
            <Empty says={words.noSites} />
          </div>
        )}
        {sites.map((site) => (
          <SiteRow
            key={site.id}
            site={site}
            chosen={site.id === chosen}
            onPrepare={() => setPreparing(site.id)}
          />
        ))}
        <OtherContexts listed={sites.filter(({ source }) => source === 'kubeconfig').length} />
      </div>
    </Panel>
  )
}
/** How many contexts are not in the list, where there are more than it holds. */
function OtherContexts({ listed }: { listed: number }) {
  const { remote } = useWatch(
    (client, options) => client.sites.watchContexts({ limit: 0 }, options),
    [],
  )
  const others = (lastKnown(remote)?.value.total ?? 0) - listed
  if (others <= 0) return null
  return (
    <p className="row" style={{ padding: '0 12px' }}>
      <span className="small meta">{words.moreContexts(others)}</span>
      <LinkButton small href="#/connect">
        {words.findContexts}
      </LinkButton>
    </p>
  )
}
function PlantSpeed({ site }: { site: SiteState }) {
  const set = useAction((client, speed: number) => client.sites.setPlantSpeed({ speed }))
  const options = ['0', '1', '10', '60', '300', '3600'].map((value) => ({
    value,
    says: speedSays(Number(value)),
  }))
  return (
    <>
      <Segmented
        label={words.simulatedMeans}
        value={String(site.speed ?? 1)}
        options={options}
        onChange={(value) => void set.act(Number(value))}
      />
      {set.trouble && <span className="small danger">{set.trouble.says}</span>}
    </>
  )
}
function SiteRow({
  site,
  chosen,
  onPrepare,
}: {
  site: SiteState
  chosen: boolean
  onPrepare: () => void
}) {
  const now = useNow(1000)
  const { connect, disconnect, makeHome, remove, signOut, busy, trouble } = useSiteActions(site)
  return (
    <section className={`site-row ${chosen ? 'chosen' : ''}`} aria-label={site.name}>
      <span className="row">
        <PlaceGlyph place={site.place} />
        <b>{site.name}</b>
        <span className="meta">{chipSays(site, now)}</span>
        <SiteTags site={site} />
      </span>
      <span className="row wrap">
        {!whyNotHome(site) && (
          <Button small busy={makeHome.busy} onClick={() => void makeHome.act()}>
            {words.makeHome}
          </Button>
        )}
        <Button small onClick={onPrepare}>
          {words.prepare}
        </Button>
        {(site.source === 'eks' || site.source === 'oidc') && (
          <Button
            small
            look="quiet"
            busy={remove.busy}
            aria-label={`${words.remove} ${site.name}. ${words.removeSays}`}
            onClick={() => void remove.act()}
          >
            {words.remove}
          </Button>
        )}
        {site.identity && isOnline(site) && (
          <Button small busy={signOut.busy} onClick={() => void signOut.act()}>
            {words.signOut}
          </Button>
        )}
        {!site.simulated && (
          <Button
            small
            busy={busy}
            onClick={() => void (isOnline(site) ? disconnect : connect).act()}
          >
            {isOnline(site) ? words.disconnect : words.connect}
          </Button>
        )}
      </span>
      <Unchecked site={site} />
      <Facts facts={siteFacts(site, now)} />
      {site.state === 'live' && <GpuSource site={site.id} />}
      {trouble && (
        <div style={{ gridColumn: '1 / 3' }}>
          {needsConsent(trouble) ? (
            <Failed says={trouble.says} remedy={trouble.remedy} code={trouble.code}>
              <LinkButton look="primary" href={hrefOf(['connect'], { context: site.id })}>
                {words.lookAtCommand}
              </LinkButton>
            </Failed>
          ) : (
            <Told trouble={trouble} site={site} onRetry={() => void connect.act()} />
          )}
        </div>
      )}
    </section>
  )
}
/** Said where the site stands, for it looks as safe as any other. */
const Unchecked = ({ site }: { site: SiteState }) =>
  site.unchecked && (
    <div style={{ gridColumn: '1 / 3' }}>
      <Warning says={words.uncheckedSays} />
    </div>
  )
const SiteTags = ({ site }: { site: SiteState }) => (
  <>
    {site.unchecked && <Tag tone="warning">{words.unchecked}</Tag>}
    {site.home && <Tag tone="good">{words.isHome}</Tag>}
    {site.simulated && <Tag tone="dashed">{words.simulated(speedSays(site.speed))}</Tag>}
    <Tag tone={site.prepared === 'no' ? 'warning' : 'normal'}>{words.prepared[site.prepared]}</Tag>
  </>
)
function siteFacts(site: SiteState, now: number): (readonly [string, ReactNode])[] {
  const facts: [string, ReactNode][] = [
    [words.server, site.server && <span className="mono">{site.server}</span>],
    [words.signedInAs, site.user],
    [words.groups, site.groups?.filter((group) => !group.startsWith('system:')).join(', ')],
    [words.version, site.version],
    [words.lastWord, site.asOf && formatWhen(site.asOf, now)],
    [words.offers, isOnline(site) && (site.offers.join(', ') || words.nothingOptional)],
  ]
  return facts.filter(([, value]) => Boolean(value))
}
function Prepare({ site, onClose }: { site: string; onClose: () => void }) {
  const [members, setMembers] = useState<string>()
  const form = useForm(membersForm, { members: '' })
  const { remote, again } = useAsk(
    (client, options) =>
      client.sites.planPrepare({ site, ...(members !== undefined && { members }) }, options),
    [site, members],
  )
  const close = () => {
    setQuery({ site: undefined })
    onClose()
  }
  return (
    <div className="stack" style={{ minHeight: 0 }}>
      <Inspector title={words.prepare} says={words.prepareSays} onClose={close}>
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault()
            const typed = form.tried()
            if (typed) setMembers(typed.members)
          }}
        >
          <div className="grow">
            <TextField
              form={form}
              name="members"
              label={words.members}
              help={words.membersSays}
              placeholder="takt-members"
            />
          </div>
          <Button type="submit">{words.useGroup}</Button>
        </form>
      </Inspector>
      <RunPlan plan={{ remote, again }} onStarted={close} />
    </div>
  )
}
